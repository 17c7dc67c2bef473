"""The panel beside a page is kept while nothing changes: what it costs then, and that no change is missed."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iamlab.classroom import acts
from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.labs import attempts, beside, clockwork, helping, performing, runner
from iamlab.labs.models import Attempt
from iamlab.people.models import create_guest
from iamlab.sandbox import controls, history
from iamlab.services.cloudtrail.models import Event
from tests import boto
from tests.console.conftest import signed_in
from tests.labs.conftest import START, step

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
QUESTION = {
    "id": "q", "kind": "single", "text": "Which?",
    "options": [
        {"id": "a", "text": "A", "why": "Because of A."}, {"id": "b", "text": "B", "why": "No.", "right": True},
    ],
}  # fmt: skip
PICK = {
    "id": "pick",
    "kind": "event",
    "text": "Pick.",
    "event": {"name": "ListRoles"},
    "why": "So.",
    "names": ["ListRoles"],
}
HINTED = step("group", {"exists": "group/Readers"}, hints=["A hint that is open."], questions=["q"])


# Who calls from elsewhere, with a key: what root does in a lab's lines is done on the console.
SDK = [
    {"as": "root", "run": "aws iam create-user --user-name sdk"},
    {
        "as": "root",
        "run": "aws iam attach-user-policy --user-name sdk --policy-arn arn:aws:iam::aws:policy/IAMFullAccess",
    },
    {"as": "root", "run": "aws iam create-access-key --user-name sdk"},
]


@pytest.fixture
def made(begin):
    steps = [
        HINTED,
        step("later", {"exists": "user/anna"}, needs=["group"]),
        step("picking", {"answer": "pick"}, questions=["pick"]),
    ]
    lines = [{"as": "root", "run": "aws iam create-group --group-name Readers"}]
    solution = [{"step": "group", "lines": lines}]
    return begin(*steps, questions=[QUESTION, PICK], solution=solution, start=[*START, *SDK])


@pytest.fixture
def console(client, learner, made):
    """console(place) -> a page of the attempt's console beside which the panel stands."""
    client.force_login(learner)
    account = made.sandbox.accounts.get()
    session = signed_in(learner, account, "root", account.pk, "root")

    def page(place="users/"):
        response = client.get(f"/console/{session.id}/iam/{place}")
        assert response.status_code == 200
        return response.content.decode()

    return page


def cli(attempt, line, by="key/sdk", **more):
    """A call from elsewhere: nobody looks at the checks."""
    performing.perform(attempt.sandbox, [{"as": by, "run": f"aws {line}", **more}], attempt.bound, {})


def looked_at(attempt, line):
    """A call from elsewhere, and somebody who looked at what came of it: another tab, the instructor."""
    cli(attempt, line)
    runner.catch_up(attempt)


def fresh(attempt):
    return Attempt.objects.select_related("sandbox", "lab_version").get(pk=attempt.pk)


def teacher():
    return create_guest()[0]


TIME = re.compile(r"\d+ \w{3} \d{4}, \d\d:\d\d")  # a minute may pass between two pages
CHANGES = {
    "a check passes": (lambda one: looked_at(one, "iam create-group --group-name Readers"), 'data-status="pass"'),
    "a hint is opened": (lambda one: helping.use_hint(one, HINTED, 1), "A hint that is open."),
    "a question is answered": (lambda one: attempts.answer(one, QUESTION, "a"), "Because of A."),
    "a note is kept": (lambda one: helping.keep_note(one, "group", "What I noted"), ">What I noted</textarea>"),
    "a hand goes up": (lambda one: helping.ask_for_help(one, ""), "Your hand is up."),
    "a checkpoint is kept": (lambda one: attempts.keep_checkpoint(one, "By hand"), ">By hand</option>"),
    "another step is opened": (lambda one: attempts.open_step(one, "later"), 'id="lab-step-title">later<'),
    "something is tried": (attempts.what_if, "You are trying something."),
    "it is handed in": (attempts.submit, "Submitted "),
    "the clock is moved": (lambda one: clockwork.move(one, 3600), None),
    "an instructor writes": (lambda one: acts.message([one], teacher(), "Well begun"), "Well begun"),
    "an instructor marks": (lambda one: acts.override(one, "group", teacher(), 70, "By hand", ""), "23 of 100 points"),
    "an instructor unlocks": (lambda one: acts.unlock([one], "later", teacher()), None),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_made_elsewhere_shows_on_the_very_next_page(made, console, name):
    change, text = CHANGES[name]
    console()
    before = panel(console())
    change(fresh(made))
    after = panel(console())
    assert TIME.sub("", panel(console())) == TIME.sub("", after)
    assert after != before
    assert text is None or (text in after and text not in before)


def test_a_call_that_a_question_asks_for_can_be_picked_on_the_very_next_page(made, console):
    attempts.open_step(fresh(made), "picking")
    assert "ListRoles by root" not in console()
    cli(made, "iam list-roles", by="root")
    assert "ListRoles by root" in console()


def panel(html):
    """The panel of a page, without the token, which every page has its own of."""
    return re.sub(
        r'name="csrfmiddlewaretoken" value="\w+"', "", html[html.index('id="lab-panel"') :].partition("</aside>")[0]
    )


def test_what_an_instructor_took_back_or_answered_is_gone(made, console):
    instructor = teacher()
    helping.ask_for_help(fresh(made), "")
    acts.override(fresh(made), "group", instructor, 70, "By hand", "")
    assert "Your hand is up." in console()
    given = made.overrides.get()
    acts.lower_hand(fresh(made), instructor)
    acts.override(fresh(made), "group", instructor, None, "", acts.stamp(given))
    after = console()
    assert "Your hand is up." not in after
    assert "23 of 100 points" not in after


def test_an_unlocked_step_is_open(made, console):
    assert "Locked" in panel(console())
    acts.unlock([fresh(made)], "later", teacher())
    assert "Locked" not in panel(console())


def test_the_clock_in_the_panel_goes_on_by_itself(made, console):
    console()
    clockwork.move(fresh(made), 3600)
    before = clockwork.now(made)
    shown = re.search(r"Clock: ([^<]+)<", console())[1]
    assert shown in [f"{at:%-d %b %Y, %H:%M}" for at in (before, clockwork.now(made))]


def test_each_page_has_its_own_address_and_token_in_the_panel(made, console, client):
    users, groups = console("users/?q=%22%3E%3Cb%3E"), console("groups/")
    backs = [set(re.findall(r'name="back" value="([^"]*)"', panel(page))) for page in (users, groups)]
    assert [len(found) for found in backs] == [1, 1]
    assert backs[0] != backs[1]
    assert all("<b>" not in back for back in backs[0])
    tokens = [set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)) for page in (users, groups)]
    assert [len(found) for found in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    strict = type(client)(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    address = reverse("lab-note", args=[made.pk, "group"])
    assert strict.post(address, {"note": "x"}).status_code == 403
    assert strict.post(address, {"note": "x", "csrfmiddlewaretoken": tokens[1].pop()}).status_code == 302


def test_what_is_written_into_a_panel_fills_no_hole(made, console):
    """Text of a learner's own that looks like what stands in for the page's own stays text."""
    helping.keep_note(made, "group", "<b>{{ back }}</b> 0123456789abcdef-back- %(now)s")
    assert "&lt;b&gt;{{ back }}&lt;/b&gt; 0123456789abcdef-back- %(now)s</textarea>" in console()
    assert "0123456789abcdef-back-" in console("groups/")


def counted(client, address):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    return response, len(captured)


@pytest.fixture
def set_up(client, learner, shipped):
    """The longest lab with its account registered, and the address of a page beside it."""
    attempt = shipped("account-setup")
    account = {"Email": "boss@x.example", "AccountName": "X", "Password": "Long-and-good-1", "Plan": "free"}
    line = {"as": "visitor", "call": "accounts:RegisterAccount", "params": account}
    performing.perform(attempt.sandbox, [line], attempt.bound, {})
    owned = attempt.sandbox.accounts.get()
    session = signed_in(learner, owned, "root", owned.pk, "root")
    client.force_login(learner)
    address = f"/console/{session.id}/iam/roles/"
    client.get(address)
    return attempt, address


def test_a_panel_costs_a_page_three_queries_while_nothing_is_touched(client, set_up):
    attempt, address = set_up
    beside = counted(client, address)[1]
    Attempt.objects.filter(pk=attempt.pk).update(person=teacher())
    client.get(address)
    assert beside - counted(client, address)[1] <= 2  # the attempt's row, looked for, is the third


@pytest.mark.parametrize(
    ("act", "given", "most"),
    [("create_user", {"UserName": "anna"}, 37), ("create_group", {"GroupName": "Writers"}, 28)],
    ids=["the user whom the lab waits for", "a group that it does not"],
)
def test_what_a_change_costs_the_poll_and_not_the_page(client, set_up, live, act, given, most):
    """Its checks run and the account is remembered, once: the texts of events, and each kind of object, in one read."""
    attempt, address = set_up
    root = caller_as(controls.world(attempt.sandbox), attempt.sandbox.accounts.get().pk, "root")
    iam = boto.client("iam", call(root, "iam:CreateAccessKey", {})["AccessKey"])
    runner.catch_up(fresh(attempt))
    client.get(address)
    quiet = counted(client, address)[1]
    getattr(iam, act)(**given)
    page, asked = counted(client, address)
    assert asked <= quiet + 2  # what the caller may do is gathered anew
    assert counted(client, live(page.content.decode()))[1] <= most
    assert counted(client, address)[1] == quiet


@pytest.fixture
def live():
    def address(html):
        return re.search(r'hx-get="([^"]+/live/[^"]+)"', html)[1].replace("&amp;", "&")

    return address


AT_ONCE = 'hx-trigger="load, every 2s"'
SAID = "Something happened that the checks have not looked at yet."


def behind(page):
    """Whether a page's panel has still to learn of something: it polls at once, and says so where no script polls."""
    assert (AT_ONCE in page) == (SAID in page)
    return SAID in page


def test_what_was_done_elsewhere_is_polled_for_at_once(made, console, client, live):
    assert not behind(console())
    cli(made, "iam create-group --group-name Readers")
    page = console()
    assert behind(page) and 'data-status="pass"' not in page
    brought = client.get(live(page)).content.decode()
    assert 'data-status="pass"' in brought and AT_ONCE not in brought
    after = console()
    assert 'data-status="pass"' in after and not behind(after)


def test_what_was_done_elsewhere_is_looked_at_without_scripts_too(made, console, client):
    cli(made, "iam create-group --group-name Readers")
    page = console("groups/")
    [form] = re.findall(r'<noscript>\s*<form method="post" action="([^"]+)".*?</noscript>', page, re.DOTALL)
    back = re.search(r'name="back" value="([^"]*)"', page)[1]
    assert back.endswith("/iam/groups/")
    after = client.post(form, {"back": back}, follow=True)
    assert after.request["PATH_INFO"] == back
    text = after.content.decode()
    assert 'data-status="pass"' in text and not behind(text)


def test_calls_that_no_check_hangs_on_leave_no_panel_behind(made, console):
    cli(made, "iam list-users")
    assert not behind(console())


def test_news_from_a_pages_own_call_is_polled_for_at_once(begin, client, learner, live):
    """Only what a form sent is looked at within its own answer: a page that reads asks little."""
    attempt = begin(step("look", {"event": {"name": "ListUsers", "by": "root"}}))
    account = attempt.sandbox.accounts.get()
    session = signed_in(learner, account, "root", account.pk, "root")
    client.force_login(learner)
    page = client.get(f"/console/{session.id}/iam/users/").content.decode()
    assert behind(page)
    assert 'data-status="pass"' in client.get(live(page)).content.decode()
    assert not behind(client.get(f"/console/{session.id}/iam/users/").content.decode())


def test_what_a_form_sent_is_looked_at_with_its_answer_whatever_else_happened(begin, client, learner):
    """Also what it was refused, and what was called from elsewhere meanwhile."""
    refused = {"event": {"name": "CreateGroup", "error": "EntityAlreadyExistsException"}}
    attempt = begin(step("group", {"exists": "group/Readers"}), step("again", refused))
    account = attempt.sandbox.accounts.get()
    session = signed_in(learner, account, "root", account.pk, "root")
    client.force_login(learner)
    cli(attempt, "iam create-user --user-name anna", by="root")
    form = f"/console/{session.id}/iam/groups/create/"
    page = client.post(form, {"GroupName": "Readers"}, follow=True).content.decode()
    assert "1 of 2 steps" in page and not behind(page)
    page = client.post(form, {"GroupName": "Readers"}).content.decode()
    assert "2 of 2 steps" in page and not behind(page)


def test_two_tabs_that_poll_at_once_count_what_happened_once(made, console, client, live):
    cli(made, "iam create-group --group-name Readers")
    tabs = [console(), console("groups/")]
    assert all(behind(tab) for tab in tabs)
    for tab in tabs:
        assert 'data-status="pass"' in client.get(live(tab)).content.decode()
    assert made.happenings.filter(kind="check", step="group", data__status="pass").count() == 1
    assert made.sandbox.snapshots.filter(kind="history").count() == 1


def test_a_poll_amid_the_calls_of_a_form_leaves_them_to_its_answer(made, console, client, live, learner, monkeypatch):
    """A step would pass and regress for a moment else."""
    monkeypatch.setattr(beside, "AT_WORK", timedelta(hours=1))  # however slow the machine is
    page = console()
    account = made.sandbox.accounts.get()
    form = signed_in(learner, account, "root", account.pk, "root")
    call(form.caller, "iam:CreateGroup", {"GroupName": "Readers"})
    assert client.get(live(page)).status_code == 204
    assert fresh(made).checks.get(step="group").status == "fail"
    monkeypatch.setattr(beside, "AT_WORK", timedelta(0))  # it never answered
    assert 'data-status="pass"' in client.get(live(page)).content.decode()


def test_a_change_from_elsewhere_waits_for_no_form(made, console, client, live, learner):
    page = console()
    account = made.sandbox.accounts.get()
    form = signed_in(learner, account, "root", account.pk, "root")
    call(form.caller, "iam:ListGroups", {})
    cli(made, "iam create-group --group-name Readers")
    call(form.caller, "iam:ListGroups", {})
    assert 'data-status="pass"' in client.get(live(page)).content.decode()


@pytest.mark.parametrize("how", ["submitted", "tried"])
def test_a_panel_whose_checks_stand_still_waits_for_nothing_once_it_was_polled_for(made, console, client, live, how):
    {"submitted": attempts.submit, "tried": attempts.what_if}[how](fresh(made))
    cli(made, "iam create-group --group-name Readers")
    page = console()
    assert behind(page) == (how == "tried")  # what is tried can be undone: it is remembered
    assert client.get(live(page)).status_code in (200, 204)
    after = console()
    assert 'data-status="pass"' not in after and not behind(after)


def test_a_poll_of_an_unchanged_panel_costs_three_queries(made, console, client, live):
    address = live(console())
    client.get(address)  # notes the page's own calls
    response, queries = counted(client, address)
    assert (response.status_code, queries) == (204, 3)


def test_a_poll_after_a_call_from_the_command_line_brings_what_changed(made, console, client, live):
    address = live(console())
    assert client.get(address).status_code == 204
    cli(made, "iam list-users")
    assert client.get(address).status_code == 204
    cli(made, "iam create-group --group-name Readers")
    response = client.get(address)
    assert response.status_code == 200
    assert 'data-status="pass"' in response.content.decode()
    assert client.get(live(response.content.decode())).status_code == 204


def test_a_poll_brings_an_instructors_message_and_forgets_it_once_read(made, console, client, live):
    address = live(console())
    acts.message([fresh(made)], teacher(), "Well begun")
    assert client.get(address).status_code == 200
    made.messages.update(read="2026-11-01T00:00Z")
    assert "Well begun" not in console()


def test_many_calls_that_no_check_hangs_on_are_not_read_again_at_each_page(made, console, monkeypatch):
    monkeypatch.setattr(runner, "LATEST", timedelta(hours=1))  # however slow the machine is
    console()
    before = fresh(made).examined
    console()
    assert fresh(made).examined == before  # left to the next poll
    for _ in range(45):
        cli(made, "iam list-users")
    console()
    assert fresh(made).examined > before + 45


@pytest.fixture
def pile(made):
    """An hour of calls from elsewhere at which nobody looked, and what was done last."""
    cli(made, "iam list-users")
    [newest] = Event.objects.filter(account__sandbox=made.sandbox).order_by("-id")[:1]
    for number in range(1_000):
        newest.pk, newest.event_id = None, f"00000000-0000-4000-8000-{number:012}"
        newest.save(force_insert=True)
    cli(made, "iam create-group --group-name Readers")
    return made


def test_of_calls_that_piled_up_a_page_reads_so_many_and_says_that_the_checks_have_not_looked(
    pile, console, client, monkeypatch
):
    read, touch = [], history.touch
    monkeypatch.setattr(history, "touch", lambda *row: read.append(row) or touch(*row))
    page = console("groups/")
    assert behind(page) and 'data-status="pass"' not in page
    assert len(read) <= 300
    monkeypatch.undo()
    [form] = re.findall(r'<noscript>\s*<form method="post" action="([^"]+)".*?</noscript>', page, re.DOTALL)
    text = client.post(form, {"back": re.search(r'name="back" value="([^"]*)"', page)[1]}, follow=True).content.decode()
    assert 'data-status="pass"' in text and not behind(text)


def test_the_answer_to_a_form_looks_at_all_that_piled_up(pile, learner, client):
    account = pile.sandbox.accounts.get()
    form = f"/console/{signed_in(learner, account, 'root', account.pk, 'root').id}/iam/groups/create/"
    client.force_login(learner)
    client.post(form, {"GroupName": "Writers"})
    page = client.get(f"/attempts/{pile.pk}/").content.decode()
    assert 'data-status="pass"' in page and not behind(page)


def test_a_poll_looks_at_all_that_piled_up(pile, console, client, live):
    assert 'data-status="pass"' in client.get(live(console())).content.decode()


def test_what_is_handed_in_says_nothing_of_calls_that_piled_up_since(made, console, request):
    attempts.submit(fresh(made))
    request.getfixturevalue("pile")
    assert not behind(console())


def test_strangers_do_not_find_a_poll(made, console, client, live):
    address = live(console())
    client.force_login(teacher())
    assert client.get(address).status_code == 404


def test_calls_that_no_check_hangs_on_count_as_activity_all_the_same(made, console, client, live):
    """The class's view tells by it who works: at the next poll, or, without JavaScript, some seconds later."""
    address = live(console())
    cli(made, "iam list-users")
    before = fresh(made).active
    client.get(address)
    assert fresh(made).active > before
    Attempt.objects.filter(pk=made.pk).update(active="2026-01-01T00:00Z")
    cli(made, "iam list-users")
    console()
    assert fresh(made).active.year > 2025 and fresh(made).active >= before
