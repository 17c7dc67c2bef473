"""The heat map's data: for each learner and step the state, minutes and tries; for each step what the class shows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from statistics import median

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from iamlab.classroom import cells, own
from iamlab.classroom.cells import Facts, Lab
from iamlab.classroom.models import Assignment, Enrolment, Role, Work
from iamlab.labs import kept
from iamlab.labs.models import Happening, HelpCall, LabVersion

ACTIVE = timedelta(minutes=3)
IDLE = timedelta(minutes=10)
STUCK_AFTER = timedelta(minutes=5)
STUCK_FAILURES = 4


@dataclass(slots=True)
class Row:
    """A learner of the class: `facts` is None until they begin."""

    enrolment_id: int
    person_id: int
    name: str
    attempt_id: int | None = None
    facts: Facts | None = None
    active: datetime | None = None
    submitted: bool = False
    hand: bool = False
    happened: datetime | None = None


@dataclass(slots=True)
class Column:
    """A step as the class shows it. `share` is of those who began, 0 to 100."""

    id: str
    title: str
    share: int
    minutes: float | None
    code: str
    code_count: int


@dataclass(slots=True)
class Board:
    lab: Lab
    rows: list[Row]
    columns: list[Column]


_kept: dict[tuple, Facts] = {}
_labs: dict[str, Lab] = {}
MOST_KEPT = 20_000


def board(assignment: Assignment) -> Board:
    """The heat map of an assignment: two queries, and two more where something changed since the last look."""
    rows, stamps = _rows(assignment)
    facts = _facts(stamps)
    for row in rows:
        if row.attempt_id is not None:
            row.facts = facts[row.attempt_id]
    lab = lab_of(assignment, Counter(stamp[-1] for stamp in stamps.values()), _labs)
    return Board(lab, rows, columns(lab, [row.facts for row in rows if row.facts is not None]))


def _rows(assignment: Assignment) -> tuple[list[Row], dict[int, tuple]]:
    """Learners by name with their latest attempt; the stamp of each attempt changes whenever its facts do."""
    people = Enrolment.objects.filter(klass_id=assignment.klass_id, role=Role.LEARNER)
    found = sorted(people, key=attrgetter("order"))
    rows = {one.person_id: Row(one.pk, one.person_id, str(one)) for one in found}
    latest = Happening.objects.filter(attempt=OuterRef("attempt")).order_by("-pk").values("at")[:1]
    waiting = HelpCall.objects.filter(attempt=OuterRef("attempt"), answered=None)
    works = Work.objects.filter(assignment=assignment).order_by("attempt_id")
    stamps: dict[int, tuple] = {}
    for pk, person, active, submitted, started, current, digest, at, hand in works.values_list(
        "attempt_id",
        "attempt__person_id",
        "attempt__active",
        "attempt__submitted",
        "attempt__started",
        "attempt__current",
        "attempt__lab_version__digest",
        Subquery(latest),
        Exists(waiting),
    ):
        row = rows.get(person)
        if row is None:
            continue
        if row.attempt_id is not None:
            del stamps[row.attempt_id]  # an earlier attempt
        row.attempt_id, row.active, row.submitted, row.hand, row.happened = pk, active, submitted is not None, hand, at
        stamps[pk] = (pk, row.enrolment_id, at, active, submitted, started, current, digest)
    return list(rows.values()), stamps


def lab_of(assignment: Assignment, begun: Counter[str], labs: Mapping[str, Lab]) -> Lab:
    """The lab as most attempts have it, by its versions' digests; as it is now before anybody begins."""
    if begun:
        return labs[begun.most_common(1)[0][0]]
    return own.lab_of(assignment.lab) or {"id": assignment.lab, "title": assignment.title, "steps": []}


def _facts(stamps: dict[int, tuple]) -> dict[int, Facts]:
    """The facts of attempts by their stamps; those that are new are read, in two queries at most."""
    found = {key: _kept[stamp] for key, stamp in stamps.items() if stamp in _kept}
    if unknown := {stamp[-1] for stamp in stamps.values()} - _labs.keys():
        _labs.update(LabVersion.objects.filter(digest__in=unknown).values_list("digest", "data"))
    if len(_kept) + len(stamps) - len(found) > MOST_KEPT:
        _kept.clear()
    for key, facts in kept.of_keys(stamps.keys() - found.keys()).items():
        active, submitted, started, current, digest = stamps[key][3:]
        found[key] = _kept[stamps[key]] = cells.facts_of(
            _labs[digest], facts, started=started, active=submitted or active, current=current
        )
    return found


DONE = {"passed", "passed_with_help", "overridden"}


def columns(lab: Lab, begun: list[Facts]) -> list[Column]:
    """The lab's steps, with what those who have begun show at each."""
    found = []
    for step in lab["steps"]:
        cells = [facts.cells[step["id"]] for facts in begun if step["id"] in facts.cells]
        done = [cell for cell in cells if cell.state in DONE]
        minutes = [cell.minutes for cell in done if cell.minutes is not None]
        met: Counter[str] = Counter()
        for cell in cells:
            met.update(cell.codes.keys())
        code, count = min(met.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
        share = round(100 * len(done) / len(cells)) if cells else 0
        found.append(
            Column(step["id"], step["title"], share, round(median(minutes), 1) if minutes else None, code, count)
        )
    return found


def marks(row: Row, columns: list[Column], now: datetime | None = None) -> list[str]:
    """Which of the three marks a learner bears now: stuck, idle, hand."""
    now = now or timezone.now()
    found = []
    if row.facts is not None and row.active is not None and not row.submitted:
        if now - row.active <= ACTIVE and is_stuck(row.facts, columns, now):
            found.append("stuck")
        if now - row.active > IDLE:
            found.append("idle")
    if row.hand:
        found.append("hand")
    return found


def is_stuck(facts: Facts, columns: list[Column], now: datetime) -> bool:
    """Too long on one step, four failures with one code, or something passed has come undone."""
    if facts.regressed or facts.failures >= STUCK_FAILURES:
        return True
    column = next((column for column in columns if column.id == facts.on), None)
    if column is None:
        return False
    usual = column.minutes or 0
    return now - facts.since > max(timedelta(minutes=2 * usual), STUCK_AFTER)
