"""The lab's pages and buttons, through Django's client."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from iamlab.labs import attempts, clockwork, content, wheres
from iamlab.labs.models import Attempt
from iamlab.people.models import create_guest
from iamlab.people.views import BACKEND
from tests.console.conftest import signed_in
from tests.labs import conftest

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(client, learner):
    client.force_login(learner, BACKEND)
    return client


def page(site, attempt):
    response = site.get(reverse("attempt", args=[attempt.pk]))
    assert response.status_code == 200
    return response.content.decode()


def press(site, name, attempt, data=None, **parts):
    response = site.post(reverse(name, kwargs={"pk": attempt.pk, **parts}), data or {}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.slow
@pytest.mark.parametrize("name", list(content.catalogue()))
def test_every_step_of_every_lab_shows(site, shipped, name):
    attempt = shipped(name)
    for step in content.catalogue()[name]["steps"]:
        text = press(site, "lab-step", attempt, step_id=step["id"])
        shown = text[text.index("lab-step-title") :]
        assert "{{" not in re.sub(r"<code.*?</code>", "", shown, flags=re.DOTALL)
        assert "::" not in re.sub(r"arn:aws\S*", "", shown)


def test_a_step_without_checks_is_read_once_the_learner_goes_on(site, shipped):
    """Its card says how many steps the lab has: the progress counts as many."""
    attempt = shipped("account-setup")
    steps = len(content.catalogue()["account-setup"]["steps"])
    assert f"0 of {steps} steps" in page(site, attempt)
    assert f"0 of {steps} steps" in press(site, "lab-step", attempt, step_id="find-users")
    assert f"1 of {steps} steps" in press(site, "lab-step", attempt, step_id="admin-user")
    assert f"1 of {steps} steps" in press(site, "lab-step", attempt, step_id="find-users")  # and stays so


def test_a_lab_that_ends_with_a_step_without_checks_can_be_finished(site, begin, do):
    end = {"id": "end", "title": "Look back", "markdown": "Well done."}
    attempt = begin(conftest.step("readers", {"exists": "group/Readers"}), end)
    do(attempt, "iam create-group --group-name Readers")
    assert "All steps are done" not in page(site, attempt)
    assert "All steps are done" in press(site, "lab-step", attempt, step_id="end")


def test_a_sentence_begins_with_a_capital_and_a_name_as_it_is_written(site, shipped, do):
    attempt = shipped(
        "account-setup",
    )
    do(attempt, *content.catalogue()["account-setup"]["solution"][0]["lines"])
    text = press(site, "lab-step", attempt, step_id="admin-user")
    assert "Your administrator</strong> has no console password" in text
    assert "your administrator</strong> has" not in text
    do(attempt, "iam create-user --user-name anna")
    assert "<strong>anna</strong> has no console password" in press(site, "lab-step", attempt, step_id="admin-user")


def test_figure_is_served_from_the_pinned_lab_to_its_learner_only(site, shipped, client):
    attempt = shipped("concepts")
    press(site, "lab-step", attempt, step_id="identities")
    address = re.search(r'src="([^"]+identities\.svg)"', page(site, attempt))[1]
    response = site.get(address)
    assert response["Content-Type"] == "image/svg+xml"
    assert "sandbox" in response["Content-Security-Policy"]
    assert site.get(address.replace("identities", "other")).status_code == 404
    client.force_login(create_guest()[0], BACKEND)
    assert client.get(address).status_code == 404


def test_answer_shows_the_explanation_of_what_was_chosen(site, shipped):
    attempt = shipped("concepts")
    text = press(site, "lab-answer", attempt, {"answer": "once"}, question_id="authn")
    assert "You may still be allowed nothing at all" in text
    assert "<em>Authentication</em>, then" in press(
        site, "lab-answer", attempt, {"answer": "right"}, question_id="authn"
    )


def test_matching_and_ordering_are_judged_by_their_forms(site, shipped):
    attempt = shipped("concepts")
    right = {"match-user": "lasting", "match-group": "list", "match-role": "hat", "match-root": "owner"}
    press(site, "lab-answer", attempt, {**right, "match-role": "list"}, question_id="identities")
    press(site, "lab-answer", attempt, right, question_id="identities")
    places = {"effect": 1, "principal": 2, "action": 3, "resource": 4, "condition": 5}
    press(site, "lab-answer", attempt, {f"place-{k}": v for k, v in places.items()}, question_id="anatomy")
    assert list(attempt.answers.order_by("pk").values_list("correct", flat=True)) == [False, True, True]


def test_show_me_performs_the_step_and_can_be_taken_back(site, shipped):
    attempt = shipped("groups")
    text = press(site, "lab-show", attempt, step_id="policies")
    assert "aws iam create-group --group-name developers" in text
    assert attempt.checks.filter(step="policies", status="pass").count() == 3
    before = attempt.happenings.get(kind="show").data["before"]
    press(site, "lab-jump", attempt, {"checkpoint": before})
    assert not attempt.checks.filter(step="policies", status="pass").exists()


def test_what_was_shown_is_done_again_with_other_names(site, shipped):
    """Where the learner chooses them; where the step asks for a name, with that one."""
    attempt = shipped("groups")
    assert "Now you. Names that this step asks for stay as they are" in press(
        site, "lab-show", attempt, step_id="policies"
    )
    attempt = shipped("account-setup")
    for name in ("register", "root-sign-in"):
        press(site, "lab-show", attempt, step_id=name)
    press(site, "lab-step", attempt, step_id="admin-user")
    shown = press(site, "lab-show", attempt, step_id="admin-user")
    attempt.refresh_from_db()
    assert f"Now you, with other names than <code>{attempt.bound['admin']}</code>" in shown


def test_show_me_costs_half_of_the_step_in_graded_mode(site, learner):
    attempt = attempts.begin(learner, content.catalogue()["groups"], graded=True)
    assert "Show me (costs 50 % of this step)" in page(site, attempt)
    press(site, "lab-show", attempt, step_id="policies")
    assert attempt.hints.get(tier=4).price == 0.5


def test_account_is_brought_to_the_start_of_a_step(site, shipped):
    attempt = shipped("groups")
    press(site, "lab-to-step", attempt, step_id="gina")
    passed = set(attempt.checks.filter(status="pass").values_list("step", flat=True))
    assert {"policies", "two-each", "fred"} <= passed
    assert "gina" not in passed


def test_clock_moves_and_actors_report(site, shipped):
    attempt = shipped("bp-no-root-keys")
    before = clockwork.now(attempt)
    text = press(site, "lab-clock", attempt, {"by": "day"})
    assert (clockwork.now(Attempt.objects.get(pk=attempt.pk)) - before).days == 1
    assert "Backup job, with root&#x27;s key" in text or "Backup job, with root's key" in text
    assert "tried once, and could not." in text


def test_a_refused_sign_in_of_an_actor_is_told_as_the_one_who_tried_would(site, begin):
    known = {"Account": "{{account}}", "UserName": "kim", "Password": "Hers-1"}
    line = {"call": "signin:ConsoleLogin", "params": known}
    actor = {"name": "Kim", "as": "visitor", "from": "192.0.2.91", "every": 43_200, "lines": [line]}
    attempt = begin(conftest.step("group", {"exists": "group/Readers"}), actors=[actor])
    text = press(site, "lab-clock", attempt, {"by": "day"})
    told = text.partition("Kim")[2].partition("</li>")[0]
    assert "tried 2 times, and never could. It was answered: " in told
    assert "signin" not in told and "visitor" not in told


def test_a_session_that_the_clock_ended_is_told(site, shipped, learner):
    """A console session is good for twelve hours: after a day the learner stands at the way in, and reads why."""
    attempt = shipped("concepts")
    account = attempt.sandbox.accounts.get()
    beside = f"/console/{signed_in(learner, account, 'root', account.pk, 'root').id}/iam/home/"
    assert "console session is over" not in press(site, "lab-clock", attempt, {"by": "hour", "back": beside})
    text = press(site, "lab-clock", attempt, {"by": "day", "back": beside})
    assert "Your console session is over" in text
    assert "Sign in to Words" in text


def test_what_if_and_checkpoints_have_their_buttons(site, shipped):
    attempt = shipped("concepts")
    begun = press(site, "lab-what-if", attempt, {"act": "begin"})
    assert "Discard it" in begun
    assert "nothing counts" in begun
    press(site, "lab-what-if", attempt, {"act": "discard"})
    assert "By hand" in press(site, "lab-checkpoint", attempt, {"name": "By hand"})


def test_work_that_is_not_done_is_handed_in_once_that_is_confirmed(site, shipped):
    attempt = shipped("concepts")
    shown = page(site, attempt)
    assert '<summary class="btn btn-inline">Submit my work</summary>' in shown
    assert 'type="submit">Submit my work' not in shown
    assert 'type="submit">Yes, submit it</button>' in shown


def test_another_learners_buttons_are_not_found(shipped, client):
    attempt = shipped("concepts")
    client.force_login(create_guest()[0], BACKEND)
    for name in ("lab-undo", "lab-checkpoint", "lab-clock", "lab-what-if"):
        assert client.post(reverse(name, args=[attempt.pk])).status_code == 404


def pressed_in_place(site, name, attempt, data=None, **parts):
    """What a button of the panel answers where htmx puts it into the panel."""
    address = reverse(name, kwargs={"pk": attempt.pk, **parts})
    response = site.post(address, data or {}, headers={"HX-Request": "true", "HX-Target": "lab-panel"})
    assert response["HX-Push-Url"] == "false"
    return response.content.decode()


def test_a_button_of_the_panel_changes_the_panel_only(site, shipped):
    attempt = shipped("concepts")
    text = pressed_in_place(site, "lab-answer", attempt, {"answer": "once", "back": "/x/"}, question_id="authn")
    assert "You may still be allowed nothing at all" in text
    assert "<html" not in text
    assert 'name="back" value="/x/"' in text
    refused = pressed_in_place(site, "lab-answer", attempt, question_id="authn")
    assert "Choose an answer first." in refused
    assert refused.index("Choose an answer first.") < refused.index("lab-step-title")
    assert 'id="flashes"' not in refused


def test_what_was_matched_or_put_in_order_stays_chosen(site, shipped):
    attempt = shipped("concepts")
    pressed_in_place(site, "lab-step", attempt, step_id="identities")
    given = {"match-user": "hat", "match-group": "list", "match-role": "lasting"}
    refused = pressed_in_place(site, "lab-answer", attempt, given, question_id="identities")
    assert "Choose one for each first." in refused
    text = pressed_in_place(site, "lab-answer", attempt, {**given, "match-root": "owner"}, question_id="identities")
    assert "Not quite." in text
    chosen = re.findall(r'name="match-(\w+)" value="(\w+)" checked', text)
    assert chosen == [("user", "hat"), ("group", "list"), ("role", "lasting"), ("root", "owner")]
    pressed_in_place(site, "lab-step", attempt, step_id="anatomy")
    parts = ["resource", "effect", "condition", "action", "principal"]
    places = {f"place-{part}": place for part, place in zip(parts, [4, 1, 4, 3, 2], strict=True)}
    refused = pressed_in_place(site, "lab-answer", attempt, places, question_id="anatomy")
    assert "Give each a place of its own first" in refused
    places["place-condition"] = 5
    text = pressed_in_place(site, "lab-answer", attempt, places, question_id="anatomy")
    assert "That is right." in text
    assert re.findall(r'name="place-\w+".*? value="(\d)"', text) == ["4", "1", "5", "3", "2"]


@pytest.mark.parametrize("given", ["root", "The root user.", " `Root` ", '"root account"'])
def test_a_word_is_right_in_any_case_and_with_what_stands_around_it(site, shipped, given):
    attempt = shipped("concepts")
    pressed_in_place(site, "lab-step", attempt, step_id="mfa")
    assert "That is right." in pressed_in_place(site, "lab-answer", attempt, {"answer": given}, question_id="root")


def test_what_is_to_be_mended_is_checked_and_said_to_wait_for_that(site, shipped, do):
    attempt = shipped("concepts")
    assert ">Check it</button>" in pressed_in_place(site, "lab-step", attempt, step_id="faulty")
    do(attempt, content.catalogue()["concepts"]["solution"][3]["lines"][0])
    assert "allows reading <code>report.txt</code> now. Choose <em>Check it</em>" in page(site, attempt)


def test_a_tab_goes_along_when_another_went_on(site, shipped):
    attempt = shipped("concepts")
    address = reverse("lab-live", args=[attempt.pk])
    shown = re.search(r"/live/\?(at=\S+?&amp;step=[\w-]+)", page(site, attempt))[1].replace("&amp;", "&")
    assert site.get(f"{address}?{shown}").status_code == 204
    press(site, "lab-step", attempt, step_id="mfa")
    response = site.get(f"{address}?{shown}")
    assert response["HX-Retarget"] == "#lab-panel"
    assert "::" not in response.content.decode()


def test_a_step_that_another_call_did_along_is_still_shown(site, shipped, do):
    attempt = shipped("account-setup")
    account = {"Email": "boss@x.example", "AccountName": "X", "Password": "Long-and-good-1", "Plan": "free"}
    do(attempt, {"as": "visitor", "call": "accounts:RegisterAccount", "params": account})
    assert "Next: Choose the free plan" in page(site, attempt)


def test_a_lab_gives_its_files(site, shipped, client):
    attempt = shipped("mario-saves-a-bill")
    address = reverse("lab-file", args=[attempt.pk, "bill-0042.txt"])
    assert address in page(site, attempt)
    response = site.get(address)
    assert response.content == b"Bill 0042. One lamp, 30 euro.\n"
    assert response["Content-Disposition"] == 'attachment; filename="bill-0042.txt"'
    assert site.get(address + "x").status_code == 404
    terminal = site.get(reverse("terminal", args=[attempt.sandbox.public_id])).content.decode()
    assert "bill-0042.txt" in terminal
    client.force_login(create_guest()[0], BACKEND)
    assert client.get(address).status_code == 404


def test_top_says_how_long_the_lab_was_worked_at(site, begin, do):
    """From call to call; a night between two of them is no work."""
    attempt = begin(conftest.step("group", {"exists": "group/Readers"}))
    assert "0 min used" in page(site, attempt)
    for ago in (timedelta(minutes=4), timedelta(hours=9)):
        Attempt.objects.filter(pk=attempt.pk).update(active=timezone.now() - ago)
        attempt.refresh_from_db()
        do(attempt, "iam list-users")
    assert "14 min used" in page(site, attempt)


def test_help_and_reset_are_reached_from_the_top(site, shipped):
    shown = page(site, shipped("groups"))
    for place in re.findall(r'href="#(lab-\w+)"', shown):
        assert f'id="{place}"' in shown
    assert shown.index("Ask for help") < shown.index("All steps")
    assert shown.index("Reset…") < shown.index("All steps")


def test_hand_goes_up_where_somebody_teaches(site, shipped):
    alone = page(site, shipped("groups"))
    assert "Nobody teaches this lab to you" in alone
    assert "Raise my hand" not in alone
    attempt = shipped("concepts", along=lambda _: None)
    assert "Raise my hand" in page(site, attempt)
    assert "Your instructor sees it" in press(site, "lab-help", attempt)
    assert "Your hand is up." in page(site, attempt)


def test_panel_says_beside_each_page_as_whom_one_acts(site, shipped, learner):
    """By a word, and by a colour of its own for root, users and roles."""
    account = shipped("groups").sandbox.accounts.get()
    session = signed_in(learner, account, "root", account.pk, "root")
    panel = site.get(f"/console/{session.id}/iam/users/").content.decode().partition('id="panel"')[2]
    assert re.search(r'You act as</span>\s*<span class="identity identity-root"><b>Root</b><span>Team @', panel)


def test_step_is_skipped_until_it_is_opened_again_or_comes_to_pass(site, begin, do):
    attempt = begin(
        conftest.step("group", {"exists": "group/Readers"}), conftest.step("other", {"exists": "group/Others"})
    )
    skipped = press(site, "lab-step", attempt, {"skip": "group"}, step_id="other")
    assert "Skipped" in skipped
    assert "Skipped" not in press(site, "lab-step", attempt, step_id="group")
    press(site, "lab-step", attempt, {"skip": "group"}, step_id="other")
    do(attempt, "iam create-group --group-name Readers")
    shown = page(site, attempt)
    assert "Skipped" not in shown
    assert "1 of 2 steps" in shown
    assert attempt.happenings.filter(kind="skip", step="group").count() == 2


def test_locked_step_names_what_it_builds_on(site, shipped):
    attempt = shipped("groups")
    shown = press(site, "lab-step", attempt, step_id="two-each")
    way = shown.partition("This step builds on ")[2].partition(". Do that first.")[0]
    assert "“Three groups, each with a policy”" in way
    assert re.search('formaction="([^"]+)"', way)[1] == reverse("lab-step", args=[attempt.pk, "policies"])


def test_who_goes_back_is_asked_first(site, shipped):
    shown = page(site, shipped("groups"))
    for name, answer in (("undo", "Yes, undo it"), ("jump", "Yes, jump"), ("begin", "Yes, bring it there")):
        form = shown[shown.index(f'/{name}/"') :].partition("</form>")[0]
        assert answer in form
        assert '<summary class="btn btn-inline">' in shown[: shown.index(answer)].rpartition("<details")[2]


def test_answer_that_no_check_thought_of_can_be_sent(site, begin):
    """It fails without any code, as what was not tried yet: nobody but the learner knows that it was."""
    attempt = begin(conftest.step("group", {"exists": "group/Readers"}))
    address = reverse("lab-dispute", args=[attempt.pk, "group", "it"])
    assert address in page(site, attempt)
    press(site, "lab-dispute", attempt, {"text": "I made it"}, step_id="group", check_id="it")
    assert attempt.disputes.get().text == "I made it"
    attempts.submit(attempt)
    assert address not in page(site, attempt)


def test_show_where_leads_to_a_control_that_is_on_its_page(site, shipped, learner, do):
    """Of every control that labs may name: its id stands on the page that the panel's link leads to."""
    attempt = shipped("groups")
    account = attempt.sandbox.accounts.get()
    session = signed_in(learner, account, "root", account.pk, "root")
    here = wheres.session_of(f"/console/{session.id}/iam/users/?q=x")
    missing = []
    for control in wheres.PAGES:
        address, _, anchor = wheres.address(control, here).partition("#")
        if f'id="{anchor}"' not in site.get(address).content.decode():
            missing.append(control)
    assert missing == ["switch-role", "create-service-policy"]  # root cannot switch, and is in no organization
    assert wheres.address("create-user", wheres.session_of("/attempts/1/")) == ""
    shown = site.get(f"/console/{session.id}/iam/home/").content.decode()
    assert f'href="/console/{session.id}/iam/groups/#create-group"' in shown


def test_show_where_leads_to_the_control_of_service_control_policies(site, shipped, learner):
    attempt = shipped("scp")
    account = attempt.sandbox.accounts.get(name="Shop")
    session = signed_in(learner, account, "root", account.pk, "root")
    address, _, anchor = wheres.address("create-service-policy", session.id).partition("#")
    assert f'id="{anchor}"' in site.get(address).content.decode()


@pytest.mark.parametrize("where", ["lab-note", "lab-help", "lab-dispute"])
def test_secret_key_is_kept_in_no_text(site, begin, where):
    """The example of AWS's documentation, as somebody would paste a real one; a digest of 40 digits is none."""
    attempt = begin(conftest.step("group", {"exists": "group/Readers"}))
    parts = {"lab-help": [], "lab-note": ["group"], "lab-dispute": ["group", "it"]}[where]
    field = "note" if where == "lab-note" else "text"

    def kept():
        return [*attempt.steps.values_list("note"), *attempt.help_calls.values_list("text"), *attempt.disputes.all()]

    secret = "my key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY."
    page = site.post(reverse(where, args=[attempt.pk, *parts]), {field: secret}, follow=True).content.decode()
    assert "This looks like a secret access key, so it was not kept." in page
    assert kept() == []
    site.post(reverse(where, args=[attempt.pk, *parts]), {field: "da39a3ee5e6b4b0d3255bfef95601890afd80709"})
    assert len(kept()) == 1


def test_way_back_that_takes_the_pages_user_away_leads_to_the_way_in(site, learner, begin, do):
    """After a reset nobody is told that a session lasted its twelve hours."""
    attempt = begin(conftest.step("group", {"exists": "group/Readers"}))
    do(
        attempt,
        "iam create-user --user-name anna",
        "iam create-login-profile --user-name anna --password Annas-first-1",
    )
    sent = {"Account": attempt.bound["account"], "UserName": "anna", "Password": "Annas-first-1"}
    page = site.post(f"/sandbox/{attempt.sandbox.public_id}/sign-in/", sent).url
    response = site.post(reverse("lab-undo", args=[attempt.pk]), {"back": page})
    assert response.url == page  # the last change: her password; she is still there
    response = site.post(reverse("lab-reset", args=[attempt.pk]), {"back": page, "sure": "yes"})
    assert response.url == f"/attempts/{attempt.pk}/"


def test_panel_says_that_the_lab_is_done_and_where_to_go_on(site, begin, do):
    attempt = begin(conftest.step("group", {"exists": "group/Readers"}))
    way = f'<a href="{reverse("progress")}">Progress and certificate</a>'
    assert way not in page(site, attempt)
    do(attempt, "iam create-group --group-name Readers")
    assert way in page(site, attempt)


def test_incomplete_choice_is_told_apart_from_a_wrong_one(site, begin):
    options = [{"id": name, "text": name, "why": f"Of {name}.", "right": name != "c"} for name in "abc"]
    question = {"id": "q", "kind": "multiple", "text": "Which?", "options": options}
    attempt = begin(conftest.step("ask", {"answer": "q"}, questions=["q"]), questions=[question])
    missing = "something is missing"
    assert missing in press(site, "lab-answer", attempt, {"answer": ["a"]}, question_id="q")
    assert missing not in press(site, "lab-answer", attempt, {"answer": ["a", "c"]}, question_id="q")
    assert missing not in press(site, "lab-answer", attempt, {"answer": ["a", "b"]}, question_id="q")


def test_what_undid_a_check_stands_with_its_time_and_a_way_back(site, begin, do):
    attempt = begin(conftest.step("group", {"exists": "group/Readers"}))
    do(attempt, "iam create-group --group-name Readers", "iam delete-group --group-name Readers")
    text = page(site, attempt)
    assert re.search(r"<strong>DeleteGroup</strong> by root \(.*Readers\) undid it, \d+ \w+ \d{4}, \d\d:\d\d\.", text)
    own = text[text.index('id="check-group-it"') :]
    assert reverse("lab-undo", args=[attempt.pk]) in own[: own.index("</li>")]
