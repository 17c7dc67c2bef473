"""What leaves the classroom: marks and events as CSV, line by line, and the evidence of one attempt as JSON."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.utils import timezone

from iamlab.classroom import cells, faults, marks, own
from iamlab.classroom.models import Assignment, Class, Work
from iamlab.components.spreadsheets import cell
from iamlab.labs.models import Attempt, HintUse
from iamlab.sandbox import history
from iamlab.services.accounts.models import Sandbox
from iamlab.services.cloudtrail.models import Event


class Echo:
    """A file that hands on what is written."""

    def write(self, line: str) -> str:
        return line


def lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    writer = csv.writer(Echo())
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


COLUMNS = [
    "learner",
    "state",
    "attempts",
    "handed in",
    "due",
    "automatic",
    "by hand",
    "effective",
    "late factor",
    "final",
    "points",
    "released",
    "minutes",
    "tries",
    "hints",
    "faults put in",
    "faults mended",
    "minutes to diagnosis",
]
STEP_COLUMNS = ["state", "automatic", "by hand", "final", "minutes", "tries", "hints"]


def grades(assignment: Assignment) -> Iterator[list[Any]]:
    """One row a learner; for each step of the lab seven columns. Some hundreds of learners are in memory at a time."""
    first = Work.objects.filter(assignment=assignment).select_related("attempt__lab_version").first()
    lab = first.attempt.lab_version.data if first else own.lab_of(assignment.lab) or {"steps": []}
    steps = [step["id"] for step in lab["steps"]]
    yield COLUMNS + [f"{step}: {name}" for step in steps for name in STEP_COLUMNS]
    everybody = marks.everybody(assignment)
    while batch := list(islice(everybody, marks.AT_ONCE)):
        counted = [mark.counted.attempt for mark in batch if mark.counted is not None]
        facts = cells.of_attempts(counted)
        hints = Counter(HintUse.objects.filter(attempt__in=counted).values_list("attempt_id", "step"))
        broken = faults.of_attempts(counted)
        for mark in batch:
            yield _grades_row(mark, steps, facts, hints, broken)


def _diagnosis(found: list[faults.Fault]) -> list[Any]:
    """How many faults, how many of them mended, and the mean minutes of those."""
    minutes = [fault.minutes for fault in found if fault.minutes is not None]
    return [len(found), len(minutes), round(sum(minutes) / len(minutes), 1) if minutes else ""]


def _grades_row(
    mark: marks.Mark,
    steps: list[str],
    facts: dict[int, cells.Facts],
    hints: Counter[tuple[int, str]],
    broken: dict[int, list[faults.Fault]],
) -> list[Any]:
    one = mark.counted
    if one is None:
        empty: list[Any] = [""] * (len(COLUMNS) - 2 + len(steps) * len(STEP_COLUMNS))
        return [str(mark.enrolment), mark.state, *empty]
    cells = dict(zip(one.score.steps, facts[one.attempt.pk].cells, strict=False))
    row = [
        str(mark.enrolment),
        mark.state,
        len(mark.attempts),
        _time(one.attempt.submitted),
        _time(mark.due),
        one.automatic,
        one.score.override,
        one.effective,
        one.factor,
        mark.final,
        mark.points,
        "yes" if mark.released else "no",
        sum(each.minutes or 0 for each in cells.values()),
        sum(each.tries for each in cells.values()),
        sum(hints[one.attempt.pk, step] for step in one.score.steps),
        *_diagnosis(broken[one.attempt.pk]),
    ]
    for step in steps:
        score, at = one.score.steps.get(step), cells.get(step)
        if score is None or at is None:
            row += [""] * len(STEP_COLUMNS)
            continue
        by_hand = None if score.override is None else round(score.override * 100, 2)
        auto, final = round(score.auto * 100, 2), round(score.effective * 100, 2)
        row += [at.state, auto, by_hand, final, at.minutes, at.tries, hints[one.attempt.pk, step]]
    return row


def _time(value: Any) -> str:
    return value.isoformat(timespec="seconds") if value is not None else ""


EVENT_COLUMNS = ["learner", "attempt", "time", "sandbox time", "event", "source", "user", "error", "read only"]
EVENT_COLUMNS += ["resources", "event id"]


def events(assignment: Assignment) -> Iterator[list[Any]]:
    """Every call of every attempt, learner by learner."""
    yield EVENT_COLUMNS
    names = dict(assignment.klass.enrolments.values_list("person_id", "name"))
    works = Work.objects.filter(assignment=assignment, attempt__person__in=names).order_by("attempt_id")
    for attempt, number, person, sandbox in works.values_list(
        "attempt_id", "attempt__number", "attempt__person_id", "attempt__sandbox_id"
    ).iterator():
        rows = Event.objects.filter(account__sandbox=sandbox).order_by("id")
        for real, time, name, source, user, error, read, resources, event_id in rows.values_list(
            "real_time", "time", "name", "source", "username", "error", "read_only", "resources", "event_id"
        ).iterator():
            whom = names[person] or f"learner {attempt}"
            told = " ".join(resources.split("\n"))
            yield [whom, number, _time(real), _time(time), name, source, user, error, read, told, event_id]


def evidence(klass: Class, attempt: Attempt) -> dict[str, Any]:
    """All that a mark rests on: facts, happenings and every call's record; `digest` is over the rest."""
    place = klass.enrolments.get(person_id=attempt.person_id)
    mark = marks.of_learner(attempt.work.assignment, place)
    own = next(one for one in mark.attempts if one.attempt.pk == attempt.pk)
    bundle = {
        "class": klass.name,
        "learner": str(place),
        "assignment": attempt.work.assignment.title,
        "marks": {
            "automatic": own.automatic,
            "override": own.score.override,
            "effective": own.effective,
            "late factor": own.factor,
            "final": own.final,
        },
        **facts(attempt),
        "events": records(attempt.sandbox),
        "made": timezone.now(),
    }
    text = json.dumps(bundle, sort_keys=True, default=str)
    return {**json.loads(text), "digest": hashlib.sha256(text.encode()).hexdigest()}


def facts(attempt: Attempt) -> dict[str, Any]:
    """What an attempt keeps, apart from its calls."""
    version = attempt.lab_version
    return {
        "lab": {"id": attempt.lab, "version": version.version, "digest": version.digest},
        "attempt": attempt.number,
        "graded": attempt.graded,
        "started": attempt.started,
        "submitted": attempt.submitted,
        "steps": _rows(attempt.steps, "attempt", "note"),
        "checks": _rows(attempt.checks, "attempt"),
        "hints": _rows(attempt.hints, "attempt"),
        "answers": _rows(attempt.answers, "attempt"),
        "overrides": _rows(attempt.overrides, "attempt", "by"),
        "happenings": _rows(attempt.happenings, "attempt", "by"),
    }


def records(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Every call in a world, as CloudTrail shows it."""
    rows = history.events(sandbox).values_list("id", "real_time", "record")
    return [{"seq": seq, "real time": real, "record": json.loads(record)} for seq, real, record in rows]


def _rows(manager: Any, *without: str) -> list[dict[str, Any]]:
    names = [field.name for field in manager.model._meta.concrete_fields if field.name not in ("id", *without)]
    return list(manager.order_by("pk").values(*names))
