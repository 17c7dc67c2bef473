"""What leaves the classroom: marks and events as CSV, line by line, and the evidence of one attempt as JSON."""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter
from typing import Any

from django.db.models import Model
from django.utils import timezone

from iamlab.classroom import cells, faults, marks, own
from iamlab.classroom.models import Assignment, Class
from iamlab.components.spreadsheets import cell
from iamlab.labs.models import Attempt, LabVersion
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
    steps = steps_of(assignment)
    yield COLUMNS + [f"{step}: {name}" for step in steps for name in STEP_COLUMNS]
    for batch in marks.batches(assignment):
        broken = faults.of_attempts([mark.counted.attempt for mark in batch if mark.counted is not None])
        for mark in batch:
            yield _grades_row(mark, steps, broken)


def steps_of(assignment: Assignment) -> list[str]:
    """The steps of the lab, in all the versions of it that were begun; as it is now before anybody begins."""
    versions = LabVersion.objects.filter(attempt__work__assignment=assignment).defer("data").order_by("-pk").distinct()
    labs = [version.data for version in versions] or [own.lab_of(assignment.lab) or {"steps": []}]
    return list(dict.fromkeys(step["id"] for lab in labs for step in lab["steps"]))


def _diagnosis(found: list[faults.Fault]) -> list[Any]:
    """How many faults, how many of them mended, and the mean minutes of those."""
    minutes = [fault.minutes for fault in found if fault.minutes is not None]
    return [len(found), len(minutes), round(sum(minutes) / len(minutes), 1) if minutes else ""]


def _grades_row(mark: marks.Mark, steps: list[str], broken: dict[int, list[faults.Fault]]) -> list[Any]:
    one = mark.counted
    if one is None:
        empty: list[Any] = [""] * (len(COLUMNS) - 2 + len(steps) * len(STEP_COLUMNS))
        return [str(mark.enrolment), mark.state, *empty]
    at_steps = cells.of_attempt(one.attempt, one.kept).cells
    hints = Counter(hint.step for hint in one.kept.hints)
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
        sum(each.minutes or 0 for each in at_steps.values()),
        sum(each.tries for each in at_steps.values()),
        sum(hints[step] for step in one.score.steps),
        *_diagnosis(broken[one.attempt.pk]),
    ]
    for step in steps:
        score, at = one.score.steps.get(step), at_steps.get(step)
        if score is None or at is None:
            row += [""] * len(STEP_COLUMNS)
            continue
        by_hand = None if score.override is None else round(score.override * 100, 2)
        auto, final = round(score.auto * 100, 2), round(score.effective * 100, 2)
        row += [at.state, auto, by_hand, final, at.minutes, at.tries, hints[step]]
    return row


def _time(value: Any) -> str:
    return value.isoformat(timespec="seconds") if value is not None else ""


EVENT_COLUMNS = ["learner", "attempt", "time", "sandbox time", "event", "source", "user", "error", "read only"]
EVENT_COLUMNS += ["resources", "event id"]


def events(assignment: Assignment) -> Iterator[list[Any]]:
    """Every call of every attempt, learner by learner."""
    yield EVENT_COLUMNS
    called = assignment.klass.called()
    attempt = "account__sandbox__attempt"
    rows = Event.objects.filter(
        **{f"{attempt}__work__assignment": assignment, f"{attempt}__person__enrolments__klass": assignment.klass_id}
    )
    for number, person, real, time, name, source, user, error, read, resources, event_id in (
        rows.order_by(attempt, "id")
        .values_list(
            f"{attempt}__number", f"{attempt}__person", "real_time", "time", "name", "source", "username",
            "error", "read_only", "resources", "event_id",
        )
        .iterator()
    ):  # fmt: skip
        told = " ".join(resources.split("\n"))
        yield [called.get(person), number, _time(real), _time(time), name, source, user, error, read, told, event_id]


def evidence(klass: Class, attempt: Attempt) -> dict[str, Any]:
    """All that a mark rests on: facts, happenings and every call's record; `digest` is over the rest."""
    mark = marks.of_person(attempt.work.assignment, attempt.person_id)
    mine = next(one for one in mark.attempts if one.attempt.pk == attempt.pk)
    bundle = {
        "class": klass.name,
        "learner": str(mark.enrolment),
        "assignment": attempt.work.assignment.title,
        "marks": {
            "automatic": mine.automatic,
            "override": mine.score.override,
            "effective": mine.effective,
            "late factor": mine.factor,
            "final": mine.final,
        },
        **facts(attempt),
        "events": records([attempt.sandbox])[attempt.sandbox_id],
        "made": timezone.now(),
    }
    text = json.dumps(bundle, sort_keys=True, default=str)
    return {**json.loads(text), "digest": hashlib.sha256(text.encode()).hexdigest()}


KEPT = ("steps", "checks", "hints", "answers", "overrides", "happenings")


def facts(attempt: Attempt) -> dict[str, Any]:
    """What an attempt keeps, apart from its calls. A query for each of KEPT, where they were not prefetched."""
    version = attempt.lab_version
    return {
        "lab": {"id": attempt.lab, "version": version.version, "digest": version.digest},
        "attempt": attempt.number,
        "graded": attempt.graded,
        "started": attempt.started,
        "submitted": attempt.submitted,
        **{kind: [_row(one) for one in sorted(getattr(attempt, kind).all(), key=attrgetter("pk"))] for kind in KEPT},
    }


def records(sandboxes: Collection[Sandbox]) -> dict[int, list[dict[str, Any]]]:
    """Every call in some worlds, by their keys, as CloudTrail shows it: one query."""
    found: dict[int, list[dict[str, Any]]] = {sandbox.pk: [] for sandbox in sandboxes}
    rows = Event.objects.filter(account__sandbox__in=sandboxes).order_by("id")
    for world, seq, real, record in rows.values_list("account__sandbox_id", "id", "real_time", "record"):
        found[world].append({"seq": seq, "real time": real, "record": json.loads(record)})
    return found


def _row(one: Model) -> dict[str, Any]:
    """A fact's own columns; of notes, which are the learner's alone, and of who marked, nothing."""
    names = [field.name for field in one._meta.concrete_fields if field.name not in ("id", "attempt", "note", "by")]
    return {name: getattr(one, name) for name in names}
