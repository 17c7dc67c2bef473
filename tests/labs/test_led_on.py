"""Where the panel leads a learner: to what came undone elsewhere, on to what was passed by, and in at the door."""

import pytest
from django.urls import reverse

from iamlab.people.views import BACKEND
from tests.console.conftest import signed_in
from tests.labs.conftest import step

pytestmark = pytest.mark.django_db
READERS, WRITERS = {"exists": "group/Readers"}, {"exists": "group/Writers"}


@pytest.fixture
def site(client, learner):
    client.force_login(learner, BACKEND)
    return client


def page(site, attempt):
    return site.get(reverse("attempt", args=[attempt.pk])).content.decode()


def opened(site, attempt, step_id):
    return site.post(reverse("lab-step", args=[attempt.pk, step_id]), follow=True).content.decode()


def polled(site, attempt, step_id):
    return site.get(reverse("lab-live", args=[attempt.pk]), {"at": "0.0", "step": step_id}).content.decode()


def test_a_step_that_comes_undone_while_another_is_open_is_named_and_one_press_away(site, begin, do):
    attempt = begin(step("readers", READERS), step("writers", WRITERS))
    do(attempt, "iam create-group --group-name Readers", "iam create-group --group-name Writers")
    opened(site, attempt, "writers")
    assert "<strong>Undone</strong>" not in page(site, attempt)
    do(attempt, "iam delete-group --group-name Readers")
    for shown in (polled(site, attempt, "writers"), page(site, attempt)):
        told = shown.partition("<strong>Undone</strong>")[2]
        assert f'formaction="{reverse("lab-step", args=[attempt.pk, "readers"])}"' in told
    there = opened(site, attempt, "readers")
    assert "<strong>DeleteGroup</strong>" in there
    assert "<strong>Undone</strong>" not in there  # it is the open step's own check that says it


def test_the_last_step_leads_back_to_what_was_passed_by(site, begin, do):
    attempt = begin(step("readers", READERS), step("writers", WRITERS), step("others", {"exists": "group/Others"}))
    do(attempt, "iam create-group --group-name Writers")
    assert ">Next: readers<" in opened(site, attempt, "others")
    do(attempt, "iam create-group --group-name Readers")
    assert ">Next: " not in page(site, attempt)


def test_a_step_that_is_done_while_its_page_stands_is_no_longer_offered_to_be_skipped(site, begin, do):
    attempt = begin(step("readers", READERS), step("writers", WRITERS))
    assert "Skip this step" in page(site, attempt)
    do(attempt, "iam create-group --group-name Readers")
    said = polled(site, attempt, "readers")
    assert 'id="lab-onward" class="stack-s" hx-swap-oob="true"' in said
    assert "Skip this step" not in said
    assert ">Next: writers<" in said


def test_sign_ins_lie_open_where_one_signs_in_and_are_closed_within_the_console(site, learner, shipped):
    attempt = shipped("bp-groups")
    sandbox, account = attempt.sandbox, attempt.sandbox.accounts.get()
    door = site.get(reverse("sign-in-account", args=[sandbox.public_id, account.pk])).content.decode()
    for shown in (page(site, attempt), door):
        assert "<details open><summary>Sign-ins of this lab" in shown
    inside = site.get(signed_in(learner, account, "root", account.pk, "root").url("iam-home")).content.decode()
    assert "<details><summary>Sign-ins of this lab" in inside
