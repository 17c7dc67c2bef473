"""Several calls of one press are judged at their end: another tab that polls amid them learns of nothing lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import acts
from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.labs import beside, performing, runner, shell, working
from iamlab.labs.models import Attempt
from iamlab.people.models import create_guest
from iamlab.people.views import BACKEND
from iamlab.sandbox import controls
from tests.labs.conftest import START, step

pytestmark = pytest.mark.django_db
MADE = "aws iam create-group --group-name Readers"
AGAIN = ["aws iam delete-group --group-name Readers", MADE]
LINES = [{"as": "root", "run": line} for line in AGAIN]


@pytest.fixture
def attempt(begin):
    """A step that passed and holds as long as its group is there, and one whose solution makes that group anew."""
    return begin(
        step("group", {"exists": "group/Readers"}),
        step("anew", {"event": {"name": "DeleteGroup"}}, fault="fault"),
        step("last", {"exists": "user/anna"}),
        start=[*START, {"as": "root", "run": MADE}],
        solution=[{"step": "anew", "lines": LINES}],
        faults=[{"id": "fault", "title": "Made anew", "lines": LINES}],
        actors=[{"name": "Nightly", "as": "root", "from": "192.0.2.1", "every": 3600, "lines": LINES}],
    )


@pytest.fixture
def site(client, learner):
    client.force_login(learner, BACKEND)
    return client


@pytest.fixture
def polls(site, attempt, monkeypatch):
    """The answers to a poll of another tab after each line that is performed, each of which takes some seconds."""
    monkeypatch.setattr(beside, "AT_WORK", timedelta(0))
    answers = []

    def after(module, name):
        real = getattr(module, name)

        def performed(*given):
            done = real(*given)
            answers.append(site.get(reverse("lab-live", args=[attempt.pk]), {"step": "group", "at": "0.0"}))
            return done

        monkeypatch.setattr(module, name, performed)

    after(performing, "_one")
    after(shell, "run_line")
    return answers


def terminal(site, attempt):
    """Two lines pasted into the terminal, which has root's key."""
    address = reverse("terminal", args=[attempt.sandbox.public_id])
    root = caller_as(controls.world(attempt.sandbox), attempt.sandbox.accounts.get().pk, "root")
    key = call(root, "iam:CreateAccessKey", {})["AccessKey"]
    for line in ("aws configure", key["AccessKeyId"], key["SecretAccessKey"], "us-east-1", "json"):
        site.post(address, {"line": line})
    runner.catch_up(fresh(attempt))
    site.post(address, {"line": "\n".join(AGAIN)})


def press(name, **form):
    def pressed(site, attempt):
        given = ["anew"] if name != "lab-clock" else []
        site.post(reverse(name, args=[attempt.pk, *given]), form)

    return pressed


def inject(site, attempt):
    acts.inject(fresh(attempt), {"title": "Made anew", "lines": LINES}, create_guest()[0])


WAYS = {
    "shown": press("lab-show"),
    "broken on purpose": press("lab-break"),
    "the clock moved": press("lab-clock", by="hour"),
    "a fault by an instructor": inject,
    "lines pasted into the terminal": terminal,
}


def fresh(attempt):
    return Attempt.objects.select_related("sandbox", "lab_version").get(pk=attempt.pk)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_lost_for_a_moment_is_never_told(site, attempt, polls, way):
    WAYS[way](site, attempt)
    assert len(polls) >= 2
    assert not any("Undone" in poll.content.decode() for poll in polls)
    found = fresh(attempt).happenings.filter(kind="check", step="group").order_by("pk")
    assert [one.data["status"] for one in found] == ["pass"]  # what the start found
    now = site.get(reverse("attempt", args=[attempt.pk])).content.decode()
    assert now.count('data-status="pass"') == 1 and "Undone" not in now
    assert fresh(attempt).checks.get(step="anew").status == "pass"  # all was looked at by who did it


def test_check_now_waits_for_what_another_tab_does(site, attempt):
    with working.at_work_in(attempt.sandbox):
        performing.perform(attempt.sandbox, LINES[:1], attempt.bound, {})
        answer = site.post(reverse("lab-check", args=[attempt.pk]), follow=True)
        assert "Something is being done in another tab." in answer.content.decode()
    assert fresh(attempt).checks.get(step="group").status == "pass"


def test_what_was_looked_at_midway_is_looked_at_again(attempt, monkeypatch):
    """Lines that begin after a poll was sent, and end before it has looked."""
    polled = fresh(attempt)
    performing.perform(attempt.sandbox, [{"as": "root", "run": "aws iam list-groups"}], attempt.bound, {})
    look = runner.look

    def looked(*given):
        monkeypatch.setattr(runner, "look", look)
        with working.at_work_in(attempt.sandbox):
            performing.perform(attempt.sandbox, LINES[:1], attempt.bound, {})
            found = look(*given)
            performing.perform(attempt.sandbox, LINES[1:], attempt.bound, {})
        return found

    monkeypatch.setattr(runner, "look", looked)
    performing.perform(
        attempt.sandbox, [{"as": "root", "run": "aws iam create-user --user-name bob"}], attempt.bound, {}
    )
    runner.catch_up(polled)
    statuses = (
        fresh(attempt).happenings.filter(kind="check", step="group").order_by("pk").values_list("data", flat=True)
    )
    assert [one["status"] for one in statuses] == ["pass"]
    assert fresh(attempt).checks.get(step="anew").status == "pass"


def test_who_was_cut_off_amid_the_calls_keeps_nobody_waiting(attempt):
    past = timezone.now() - timedelta(seconds=1)
    Attempt.objects.filter(pk=attempt.pk).update(busy=past)
    performing.perform(attempt.sandbox, LINES[:1], attempt.bound, {})
    runner.catch_up(fresh(attempt))
    assert fresh(attempt).checks.get(step="group").status == "fail"
