"""Who is stuck, idle or has a hand up, as the heat map shows it of learners made up for each rule."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import work
from iamlab.classroom.models import Enrolment
from iamlab.labs import attempts, helping, performing, runner
from iamlab.labs.models import Attempt, CheckFact, StepFact


def badges(teacher, assignment) -> dict[str, list[str]]:
    """The marks that stand beside each name."""
    page = teacher.get(reverse("heat", args=[assignment.klass_id, assignment.pk])).content.decode()
    heads = re.findall(r'<th scope="row" id="n\d+">(.*?)</th>', page)
    named = [
        (re.sub(r"<span.*", "", head), re.findall(r'<span class="badge h-\w+">([\w ]+)</span>', head)) for head in heads
    ]
    return {unescape(re.sub(r"<[^>]+>", "", name)): found for name, found in named}


def before(minutes: float):
    return timezone.now() - timedelta(minutes=minutes)


def stands(attempt, **minutes) -> None:
    """`started` and `active` of an attempt, in minutes before now."""
    Attempt.objects.filter(pk=attempt.pk).update(**{name: before(value) for name, value in minutes.items()})


@pytest.fixture
def quick(assignment, make_person, solve):
    """Three more learners, who took four minutes for the first step and handed in."""
    for number in range(3):
        who = make_person(f"quick-{number}")
        Enrolment.objects.create(klass=assignment.klass, person=who, name=f"Quick {number}")
        done = work.begin(who, next(task for task in work.tasks(who) if task.assignment == assignment))
        solve(done, 1)
        stands(done, started=60, active=50)
        StepFact.objects.filter(attempt=done, step="register").update(passed=before(56))
        attempts.submit(done)


@pytest.mark.parametrize(("minutes", "expected"), [(4, []), (6, ["Stuck"])])
def test_five_minutes_on_a_step_where_the_class_has_not_been(teacher, assignment, attempt, minutes, expected):
    stands(attempt, started=minutes, active=0)
    assert badges(teacher, assignment)["Lena"] == expected


@pytest.mark.parametrize(("minutes", "expected"), [(7, []), (9, ["Stuck"])])
def test_twice_the_median_of_the_class_where_that_is_longer(teacher, assignment, attempt, quick, minutes, expected):
    stands(attempt, started=minutes, active=0)
    assert badges(teacher, assignment)["Lena"] == expected
    assert badges(teacher, assignment)["Quick 0"] == []  # who has handed in is neither stuck nor idle


@pytest.mark.parametrize(("minutes", "expected"), [(4, []), (6, ["Stuck"])])
def test_the_time_counts_from_the_step_before(teacher, assignment, attempt, solve, minutes, expected):
    solve(attempt, 1)
    StepFact.objects.filter(attempt=attempt, step="register").update(passed=before(minutes))
    stands(attempt, started=60, active=0)
    assert badges(teacher, assignment)["Lena"] == expected


@pytest.mark.parametrize(("tries", "expected"), [({"a": 3, "b": 3}, []), ({"a": 1, "b": 4}, ["Stuck"])])
def test_four_failures_with_one_code(teacher, assignment, attempt, tries, expected):
    stands(attempt, started=2, active=0)
    CheckFact.objects.filter(attempt=attempt, step="register").update(status="fail", code="b", tries=tries)
    assert badges(teacher, assignment)["Lena"] == expected


def test_not_once_the_check_passes(teacher, assignment, attempt):
    stands(attempt, started=2, active=0)
    CheckFact.objects.filter(attempt=attempt, step="register").update(status="pass", tries={"a": 9})
    assert badges(teacher, assignment)["Lena"] == []


def test_something_that_must_hold_has_come_undone(teacher, assignment, attempt, solve):
    solve(attempt, 3)
    assert badges(teacher, assignment)["Lena"] == []
    line = {"as": "root", "run": "aws iam remove-user-from-group --user-name anna --group-name Admins"}
    performing.perform(attempt.sandbox, [line], {}, {})
    runner.catch_up(attempt)
    assert badges(teacher, assignment)["Lena"] == ["Stuck"]


ACTIVE = [(2.9, ["Stuck"]), (3.1, []), (9.9, []), (10.1, ["Idle"])]


@pytest.mark.parametrize(("minutes", "expected"), ACTIVE)
def test_stuck_is_who_works_and_idle_who_does_not(teacher, assignment, attempt, minutes, expected):
    stands(attempt, started=60, active=minutes)
    assert badges(teacher, assignment)["Lena"] == expected


def test_a_hand_stands_beside_the_others_until_it_is_answered(teacher, assignment, attempt):
    helping.ask_for_help(attempt, "Where?")
    stands(attempt, started=60, active=1)
    assert badges(teacher, assignment)["Lena"] == ["Stuck", "Hand up"]
    stands(attempt, started=60, active=20)
    assert badges(teacher, assignment)["Lena"] == ["Idle", "Hand up"]
    teacher.post(reverse("act-lower", args=[assignment.klass_id, attempt.pk]))
    stands(attempt, started=60, active=20)
    assert badges(teacher, assignment)["Lena"] == ["Idle"]


def test_who_has_not_begun_or_has_handed_in_bears_no_mark(teacher, assignment, attempt, klass, make_person):
    Enrolment.objects.create(klass=klass, person=make_person("nora"), name="Nora")
    attempts.submit(attempt)
    stands(attempt, started=60, active=30)
    assert badges(teacher, assignment) == {"Lena": [], "Nora": []}
