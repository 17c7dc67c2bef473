"""The demo class: made once, and what it shows."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from iamlab.classroom import demo, heat, marks
from iamlab.classroom.models import Class
from iamlab.labs.models import Attempt, HelpCall
from iamlab.people.demo import SIGN_INS
from iamlab.people.models import Person

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def made(monkeypatch):
    """The class with fewer learners, one of each kind."""
    seen: set[str] = set()
    few = [plan for plan in demo.LEARNERS if plan.trouble not in seen and not seen.add(plan.trouble)]
    monkeypatch.setattr(demo, "LEARNERS", few)
    call_command("demo", stdout=io.StringIO())
    return Class.objects.get(code=demo.CODE)


def test_thirty_learners_are_planned():
    assert len(demo.LEARNERS) == 30 and len({plan.name for plan in demo.LEARNERS}) == 30


def test_stuck_late_overridden_and_a_hand_up(made, client, settings):
    settings.DEMO = True
    call_command("demo", stdout=io.StringIO())
    assert Class.objects.count() == 1
    live = made.assignments.get(title="Mario's first bill")
    board = heat.board(live)
    shown = {row.name: heat.marks(row, board.columns) for row in board.rows}
    plans = {plan.trouble: plan.name for plan in demo.LEARNERS}
    assert "stuck" in shown[plans["stuck"]] and "hand" in shown[plans["hand"]]
    asks = Attempt.objects.get(work__assignment=live, person__display_name=plans["hand"])
    assert asks.checks.filter(status="fail", step=asks.current).exclude(code="").exists()  # as its question says
    book = {mark.enrolment.name: mark for mark in marks.everybody(live)}
    assert book[plans["late"]].counted.factor < 1 == book[plans["submitted"]].counted.factor
    assert book[plans["override"]].counted.by_hand
    assert all(
        cell.minutes is None or cell.minutes < 60
        for row in board.rows
        if row.facts
        for cell in row.facts.cells.values()
    )
    landing = client.get("/").content.decode()
    for one in SIGN_INS:
        assert one["username"] in landing
        assert client.post("/sign-in/", one).status_code == 302
    assert Person.objects.get(username="instructor").is_instructor


def test_made_again_its_learners_are_at_work_again(made):
    live = made.assignments.get(title="Mario's first bill")
    later = timezone.now() - timedelta(days=3)
    made_then = Attempt.objects.filter(work__assignment=live)
    made_then.update(active=F("active") - timedelta(days=3), started=F("started") - timedelta(days=3))
    HelpCall.objects.update(asked=F("asked") - timedelta(days=3))
    assert max(made_then.values_list("active", flat=True)) < later + timedelta(minutes=1)
    call_command("demo", stdout=io.StringIO())
    board = heat.board(live)
    assert any("stuck" in heat.marks(row, board.columns) for row in board.rows)
    call = HelpCall.objects.get(attempt__in=made_then)
    assert call.attempt.started < call.asked <= timezone.now()
