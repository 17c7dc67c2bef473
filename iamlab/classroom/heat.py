"""The heat map's data: for each learner and step the state, minutes and tries; for each step what the class shows."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from iamlab.classroom import cells, own
from iamlab.classroom.cells import Facts, Lab
from iamlab.classroom.models import Assignment, Enrolment, Role, Work
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
    """The heat map of an assignment: two queries, and five more where something changed since the last look."""
    rows, stamps, versions = _rows(assignment)
    missing = {key: stamp for key, stamp in stamps.items() if stamp not in _kept}
    if missing or not versions <= _labs.keys():
        _learn(missing, versions)
    for row in rows:
        if row.attempt_id is not None:
            row.facts = _kept[stamps[row.attempt_id]]
    lab = _lab_of(assignment, stamps, rows)
    return Board(lab, rows, columns(lab, rows))


def _rows(assignment: Assignment) -> tuple[list[Row], dict[int, tuple], set[str]]:
    """Learners by name with their latest attempt; the stamp of each attempt changes whenever its facts do."""
    people = Enrolment.objects.filter(klass_id=assignment.klass_id, role=Role.LEARNER).order_by("name", "pk")
    rows = {person: Row(pk, person, name) for pk, person, name in people.values_list("pk", "person_id", "name")}
    latest = Happening.objects.filter(attempt=OuterRef("attempt")).order_by("-pk").values("at")[:1]
    waiting = HelpCall.objects.filter(attempt=OuterRef("attempt"), answered=None)
    works = Work.objects.filter(assignment=assignment).order_by("attempt_id")
    stamps: dict[int, tuple] = {}
    versions: set[str] = set()
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
        versions.add(digest)
    return list(rows.values()), stamps, versions


def _lab_of(assignment: Assignment, stamps: dict[int, tuple], rows: list[Row]) -> Lab:
    """The lab as most attempts have it; as it is now before anybody begins."""
    digests = Counter(stamp[-1] for stamp in stamps.values())
    if digests:
        return _labs[digests.most_common(1)[0][0]]
    return own.lab_of(assignment.lab) or {"id": assignment.lab, "title": assignment.title, "steps": []}


def _learn(missing: dict[int, tuple], versions: set[str]) -> None:
    """Read the facts of the attempts whose stamps are new. Five queries at most, whatever the number."""
    if not versions <= _labs.keys():
        wanted = LabVersion.objects.filter(digest__in=versions - _labs.keys())
        _labs.update(wanted.values_list("digest", "data"))
    if len(_kept) + len(missing) > MOST_KEPT:
        _kept.clear()
    if not missing:
        return
    for key, facts in cells.many({key: (*stamp[3:-1], _labs[stamp[-1]]) for key, stamp in missing.items()}).items():
        _kept[missing[key]] = facts


DONE = {"passed", "passed_with_help", "overridden"}


def columns(lab: Lab, rows: list[Row]) -> list[Column]:
    begun = [row.facts for row in rows if row.facts is not None]
    found = []
    for i, step in enumerate(lab["steps"]):
        cells = [facts.cells[i] for facts in begun if i < len(facts.cells)]
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
    if facts.on is None or facts.on >= len(columns):
        return False
    usual = columns[facts.on].minutes or 0
    return now - facts.since > max(timedelta(minutes=2 * usual), STUCK_AFTER)
