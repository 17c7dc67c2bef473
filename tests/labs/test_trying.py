"""What events tell of tries: when a step is in progress, and how often one failure was met."""

import re

import pytest

from iamlab.labs import attempts, helping, runner
from iamlab.labs.models import Attempt
from tests.console.conftest import signed_in
from tests.labs.conftest import START, step

pytestmark = pytest.mark.django_db
ANNA = {"as": "root", "run": "aws iam create-user --user-name anna"}
READERS = {"exists": "group/Readers"}


def states(client, attempt):
    """The state of each step by its title, as the panel's list of all steps has it."""
    client.force_login(attempt.person)
    page = client.get(f"/attempts/{attempt.pk}/").content.decode()
    rows = page.partition('<ol class="plain stack-s">')[2].partition("</ol>")[0]
    found = (re.sub(r"<[^>]*>", " ", row).split() for row in rows.split("</li>") if row.strip())
    return {words[0]: " ".join(words[1:]) for words in found}


def tries(attempt, name="it"):
    return attempt.checks.get(check_id=name).tries


def test_a_step_is_in_progress_from_the_first_call_that_relates_to_it(begin, do, client):
    attempt = begin(step("readers", READERS), step("anna", {"exists": "user/anna"}))
    assert states(client, attempt) == {"readers": "To do", "anna": "To do"}
    do(attempt, "iam create-group --group-name Writers")
    assert states(client, attempt) == {"readers": "In progress", "anna": "To do"}
    do(attempt, "iam create-user --user-name bert")
    assert states(client, attempt) == {"readers": "In progress", "anna": "In progress"}


def test_what_any_call_touches_begins_the_open_step_only(begin, do, client):
    may = {"decision": {"as": "user/anna", "action": "iam:GetUser", "resource": "*", "is": "allow"}}
    attempt = begin(step("one", may), step("two", may), start=[*START, ANNA])
    do(attempt, "iam list-users")
    assert states(client, attempt) == {"one": "To do", "two": "To do"}
    do(attempt, "iam create-group --group-name Writers")
    assert states(client, attempt) == {"one": "In progress", "two": "To do"}
    attempts.open_step(attempt, "two")
    do(attempt, "iam create-group --group-name Others")
    assert states(client, attempt) == {"one": "In progress", "two": "In progress"}


def test_a_step_that_waits_for_another_is_not_begun(begin, do, client):
    attempt = begin(step("readers", READERS), step("writers", {"exists": "group/Writers"}, needs=["readers"]))
    do(attempt, "iam create-group --group-name Others")
    assert attempt.steps.filter(step="writers", begun__isnull=False).count() == 0
    do(attempt, "iam create-group --group-name Readers")
    assert states(client, attempt) == {"readers": "Done", "writers": "To do"}
    do(attempt, "iam delete-group --group-name Others")
    assert states(client, attempt) == {"readers": "Done", "writers": "In progress"}


def test_a_panel_learns_that_its_step_is_in_progress(begin, do, client, learner):
    """By polling, as of all that changes; it is on the timeline, once."""
    attempt = begin(step("readers", READERS))
    client.force_login(learner)
    page = client.get(f"/attempts/{attempt.pk}/").content.decode()
    poll = re.search(r'hx-get="([^"]+/live/[^"]+)"', page)[1].replace("&amp;", "&")
    do(attempt, "iam create-group --group-name Writers", "iam create-group --group-name Others")
    assert "In progress" in client.get(poll).content.decode()
    assert attempt.happenings.filter(kind="begun", step="readers").count() == 1


OTHER = {"when": {"member": {"user": "anna", "group": "Wrong*"}}, "code": "other-group", "say": "Not that group."}
MEMBER = step("member", {"member": {"user": "anna", "group": "Readers"}}, check={"mistakes": [OTHER]}, hints=["Which?"])


@pytest.fixture
def member(begin, do):
    """An attempt in which anna was put into three wrong groups, one after the other."""
    groups = [{"as": "root", "run": f"aws iam create-group --group-name {name}"} for name in ("Wrong1", "Wrong2", "W3")]
    attempt = begin(MEMBER, start=[*START, ANNA, *groups])
    do(attempt, "iam add-user-to-group --user-name anna --group-name Wrong1")
    return attempt


def test_each_try_that_fails_by_the_same_mistake_counts(member, do):
    assert tries(member) == {"other-group": 1}
    do(member, "iam add-user-to-group --user-name anna --group-name Wrong2")
    assert tries(member) == {"other-group": 2}
    do(member, "iam add-user-to-group --user-name anna --group-name W3")
    assert tries(member) == {"other-group": 3}
    assert member.happenings.filter(kind="check", data__code="other-group").count() == 3


def test_what_did_not_touch_the_mistake_is_no_try_of_it(member, do):
    do(member, "iam list-groups-for-user --user-name anna", "iam create-group --group-name Others")
    runner.examine(Attempt.objects.get(pk=member.pk))  # Check now
    assert tries(member) == {"other-group": 1}


def test_tries_stay_counted_and_are_not_counted_by_going_back(member, do):
    do(member, "iam add-user-to-group --user-name anna --group-name Wrong2")
    attempts.undo(member)
    assert tries(member) == {"other-group": 2}


def test_three_tries_with_one_mistake_offer_the_first_hint(member, do, client, learner):
    client.force_login(learner)
    address = f"/attempts/{member.pk}/"
    before = client.get(address).content.decode()
    do(member, "iam add-user-to-group --user-name anna --group-name Wrong2")
    do(member, "iam add-user-to-group --user-name anna --group-name W3")
    after = client.get(address).content.decode()
    offered = "You have tried this a few times."
    assert (offered in before, offered in after) == (False, True)
    assert helping.use_hint(member, MEMBER, 1).price == 0


def test_each_refusal_that_a_mistake_names_counts(begin, do, client, learner):
    """Also in the console, once however many look at it."""
    twice = {
        "when": {"event": {"name": "CreateGroup", "error": "EntityAlreadyExistsException"}},
        "code": "twice", "say": "It is there already.",
    }  # fmt: skip
    attempt = begin(step("tagged", {"exists": "user/anna"}, check={"mistakes": [twice]}))
    do(attempt, "iam create-group --group-name Readers")
    account = attempt.sandbox.accounts.get()
    session = signed_in(learner, account, "root", account.pk, "root")
    client.force_login(learner)
    for count in (1, 2, 3, 4):
        client.post(f"/console/{session.id}/iam/groups/create/", {"GroupName": "Readers"})
        client.get(f"/console/{session.id}/iam/groups/")
        assert tries(attempt) == {"twice": count}
