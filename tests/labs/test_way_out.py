"""Out of every dead end: what undid a check, who is shut out, what was done for one, and the end of a lab."""

import pytest
from django.urls import reverse

from iamlab.labs import attempts, showing
from iamlab.labs.models import Attempt, CheckFact
from iamlab.people.views import BACKEND
from tests.labs.conftest import step

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LOSES_POLICY = f"iam detach-group-policy --group-name Admins --policy-arn {ADMINISTRATOR}"
UNDO = "Undo the last change"


@pytest.fixture
def site(client, learner):
    client.force_login(learner, BACKEND)
    return client


def page(site, attempt):
    return site.get(reverse("attempt", args=[attempt.pk])).content.decode()


def press(site, name, attempt, data=None, **parts):
    return site.post(reverse(name, kwargs={"pk": attempt.pk, **parts}), data or {}, follow=True).content.decode()


def checks(html):
    """The part of the panel that shows the open step's checks."""
    return html.partition('id="lab-checks"')[2].partition("</section>")[0]


def test_change_that_undid_a_check_is_named_with_the_way_back(site, begin, do):
    attempt = begin(step("group", {"exists": "group/Readers"}))
    do(attempt, "iam create-group --group-name Readers", "iam delete-group --group-name Readers")
    shown = checks(page(site, attempt))
    assert "<strong>DeleteGroup</strong>" in shown
    assert UNDO in shown
    press(site, "lab-undo", attempt)
    assert CheckFact.objects.get(attempt=attempt).status == "pass"


def test_what_undid_a_check_is_never_something_from_before_it_passed(site, begin, do):
    """A read broke the rest. The last change is from before it: it undid nothing, and undoing it would not help."""
    attempt = begin(step("rest", {"quiet": {"by": "root", "days": 7}}))
    do(attempt, "iam create-user --user-name anna")
    press(site, "lab-clock", attempt, {"by": "week"})
    assert CheckFact.objects.get(attempt=attempt).status == "pass"
    attempt.refresh_from_db()
    do(attempt, "iam list-users")
    shown = checks(page(site, attempt))
    assert "<strong>ListUsers</strong>" in shown
    assert "CreateUser" not in shown
    assert UNDO not in shown


def test_administrator_who_lost_everything_is_told_so_with_the_way_back(site, shipped, do):
    attempt = shipped("bp-groups")
    assert "shut out" not in page(site, attempt)
    do(attempt, LOSES_POLICY)
    shown = page(site, attempt)
    assert "<strong>admin</strong> may no longer manage this account" in shown
    assert shown.index(UNDO) < shown.index('id="lab-step-title"')
    assert "shut out" not in press(site, "lab-undo", attempt)


@pytest.mark.parametrize(
    "lines",
    [
        ["iam delete-login-profile --user-name admin"],
        ["iam update-user --user-name admin --new-user-name chief"],
    ],
)
def test_administrator_who_cannot_sign_in_any_more_is_told_so(site, shipped, do, lines):
    attempt = shipped("bp-groups")
    do(attempt, *lines)
    assert "<strong>admin</strong> can no longer sign in" in page(site, attempt)


def test_denial_shuts_out_and_a_second_factor_asked_for_does_not(site, shipped, do):
    deny = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"%s}}'
    without_mfa = ', "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}'
    put = "iam put-user-policy --user-name admin --policy-name Stop --policy-document"
    attempt = shipped("bp-groups")
    do(attempt, f"{put} '{deny % without_mfa}'")
    assert "shut out" not in page(site, attempt)
    do(attempt, f"{put} '{deny % ''}'")
    assert "<strong>admin</strong> may no longer manage this account" in page(site, attempt)


def test_nobody_is_called_shut_out_who_could_do_no_more_before(site, shipped, do):
    """pia signs in and manages nothing, at the start as now."""
    attempt = shipped("bp-keys")
    do(attempt, "iam create-user --user-name new")
    assert "shut out" not in page(site, attempt)


def test_trying_something_shows_its_own_way_back(site, shipped, do):
    attempt = shipped("bp-groups")
    do(attempt, LOSES_POLICY)
    attempts.what_if(attempt, attempt.start)
    assert "shut out" not in page(site, attempt)
    assert "Discard it" in page(site, attempt)


def test_check_that_waits_names_the_step_that_it_waits_for(site, begin):
    made = step("group", {"exists": "group/Readers"})
    later = step("keys", {"keys_of": {"principal": "root", "count": 0}}, check={"needs": ["group"]})
    attempt = begin(made, {**later, "title": "No keys"})
    attempts.open_step(attempt, "keys")
    assert "This counts once “group” is done." in checks(page(site, attempt))


def test_who_is_brought_to_a_step_reads_the_passwords_that_were_set_for_them(site, shipped):
    attempt = shipped("bp-one-each")
    shown = press(site, "lab-to-step", attempt, step_id="sign-ins")
    assert "Done for you before this step" in shown
    assert "--user-name jon --password Jons-password-1" in shown
    root = shipped("bp-root")
    assert "PasswordUpdated in the console" in press(site, "lab-to-step", root, step_id="rest")
    assert "NewPassword Only-one-knows-7" in page(site, root)


def test_what_was_done_for_a_learner_is_no_more_said_once_they_went_back(site, shipped):
    attempt = shipped("bp-one-each")
    press(site, "lab-to-step", attempt, step_id="sign-ins")
    shown = press(site, "lab-reset", attempt, {"sure": "yes"})
    assert "A user for each" in shown.partition('id="lab-step-title"')[2][:60]  # the first step again
    press(site, "lab-step", attempt, step_id="sign-ins")
    assert "Done for you" not in page(site, attempt)


def test_what_was_shown_is_taken_back_once_and_then_may_be_shown_again(site, shipped):
    attempt = shipped("groups")
    assert "Take it back" in press(site, "lab-show", attempt, step_id="policies")
    before = attempt.happenings.get(kind="show").data["before"]
    shown = press(site, "lab-jump", attempt, {"checkpoint": before})
    assert "Take it back" not in shown  # it would throw away what the learner does from now on
    assert "Shown to you" in shown
    assert "Show me (free)" in shown


def test_refusal_to_show_says_what_to_do_first(site, shipped, do):
    attempt = shipped("groups")
    attempts.open_step(attempt, "policies")
    do(attempt, "iam create-group --group-name developers")
    shown = press(site, "lab-show", attempt, step_id="policies")
    assert "It cannot be shown in the account as it is now" in shown
    assert "Under Checkpoints, bring the account to the start of this step first." in shown


def test_actor_without_its_key_is_told_in_words(site, shipped, do):
    attempt = shipped("bp-keys")
    text = press(site, "lab-clock", attempt, {"by": "day"})
    assert "pia has no active access key" in text
    assert "&#x27;as&#x27;" not in text
    assert "<details open><summary>Clock" in text


def test_end_of_a_lab_is_said_with_the_ways_on(site, begin, do):
    attempt = begin(step("group", {"exists": "group/Readers"}))
    assert "All steps are done" not in page(site, attempt)
    do(attempt, "iam create-group --group-name Readers")
    shown = page(site, attempt)
    assert "All steps are done" in shown
    assert "To the other labs" in shown
    press(site, "lab-submit", attempt)
    assert Attempt.objects.get(pk=attempt.pk).submitted is not None
    assert "All steps are done" not in page(site, attempt)
    assert "Progress and certificate" in page(site, attempt).partition('id="panel"')[0]


def test_sign_ins_stand_between_the_text_and_the_checks(site, shipped):
    shown = page(site, shipped("bp-groups"))
    places = [shown.index(one) for one in ('class="lab-text"', "Sign-ins of this lab", 'id="lab-checks"')]
    assert places == sorted(places)


def test_way_to_a_step_leaves_its_learner_signed_out_of_nothing(shipped):
    attempt = shipped("bp-root")
    showing.to_step(attempt, attempt.lab_version.data["steps"][-1])
    assert attempt.past.get("shut", []) == []


def test_who_is_midway_is_told_what_is_next_and_nothing_is_held_against_them(site, begin, do):
    midway = {"when": {"exists": "group/R*"}, "code": "begun", "midway": True, "say": "Now rename it to *Readers*."}
    attempt = begin(step("group", {"exists": "group/Readers"}, check={"mistakes": [midway]}))
    do(attempt, "iam create-group --group-name Readings")
    fact = CheckFact.objects.get(attempt=attempt)
    assert (fact.status, fact.code, fact.tries) == ("fail", "", {})
    shown = checks(page(site, attempt))
    assert "Now rename it to" in shown
    assert ": to do</span>" in shown
    assert ": not right" not in shown
    assert "begun" not in site.get(reverse("progress")).content.decode()


def test_state_of_a_check_is_told_in_words_in_the_list_and_in_the_announcement(site, begin, do):
    """Icons and colours alone say nothing to who listens; what was not tried is to do, and not failed."""
    attempt = begin(step("group", {"exists": "group/Readers"}), step("other", {"exists": "group/Others"}))
    assert 'group</span></span></span><span class="visually-hidden">: to do</span>' in checks(page(site, attempt))
    do(attempt, "iam create-group --group-name Readers")
    assert ": done</span>" in checks(page(site, attempt))
    said = site.get(reverse("lab-live", args=[attempt.pk]), {"at": "0.0", "step": "group"}).content.decode()
    assert ": done</span>" in said
    assert "1 of 2 steps" in said


def test_a_page_that_asks_for_more_than_one_may_see_is_no_door_that_was_tried(shipped, do):
    """The console's list of policies asks for the description of each; vera may have those of Editor alone."""
    attempt = shipped("way-up")
    listed = "arn:aws:iam::aws:policy/AdministratorAccess"
    do(attempt, {"as": "user/vera", "run": f"aws iam get-policy --policy-arn {listed}", "error": "AccessDenied"})
    fact = CheckFact.objects.get(attempt=attempt, step="prove", check_id="up")
    assert (fact.code, fact.tries) == ("", {})
    attaches = f"aws iam attach-user-policy --user-name vera --policy-arn {listed}"
    do(attempt, {"as": "user/vera", "run": attaches, "error": "AccessDenied"})
    fact.refresh_from_db()
    assert fact.code == "other-door"
