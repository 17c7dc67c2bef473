"""The heat map's data: for each learner and step the state, minutes and tries; for each step what the class shows."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from iamlab.classroom.models import Assignment, Enrolment, Role, Work
from iamlab.labs import panel, scoring
from iamlab.labs.models import Attempt, CheckFact, Happening, HelpCall, HintUse, LabVersion, Override, StepFact

ACTIVE = timedelta(minutes=3)
IDLE = timedelta(minutes=10)
STUCK_AFTER = timedelta(minutes=5)
STUCK_FAILURES = 4
Lab = dict[str, Any]


@dataclass(slots=True)
class Cell:
    """One learner at one step. `minutes` is None where no work was seen, `codes` counts the failures met."""

    state: str
    minutes: int | None
    tries: int
    codes: dict[str, int]
    changed: datetime


@dataclass(slots=True)
class Facts:
    """What an attempt shows apart from the time of day; kept in the process by the attempt's stamp."""

    cells: list[Cell]
    on: int | None  # the step that the learner is on
    since: datetime  # since when
    failures: int  # the most failures with one code at a check that does not pass
    regressed: bool
    changed: datetime
    html: dict[str, Any] = field(default_factory=dict)  # what the page made of the cells


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
    """The lab as most attempts have it; the catalogue's before anybody begins."""
    digests = Counter(stamp[-1] for stamp in stamps.values())
    if digests:
        return _labs[digests.most_common(1)[0][0]]
    from iamlab.labs import content

    return content.catalogue().get(assignment.lab, {"id": assignment.lab, "title": assignment.title, "steps": []})


def _learn(missing: dict[int, tuple], versions: set[str]) -> None:
    """Read the facts of the attempts whose stamps are new. Five queries at most, whatever the number."""
    if not versions <= _labs.keys():
        wanted = LabVersion.objects.filter(digest__in=versions - _labs.keys())
        _labs.update(wanted.values_list("digest", "data"))
    if len(_kept) + len(missing) > MOST_KEPT:
        _kept.clear()
    if not missing:
        return
    for key, facts in many({key: stamp[3:] for key, stamp in missing.items()}).items():
        _kept[missing[key]] = facts


def many(wanted: dict[int, tuple]) -> dict[int, Facts]:
    """Facts of attempts, each given by (active, submitted, started, current, digest of its lab). Four queries."""
    keys = list(wanted)
    checks = _by_attempt(CheckFact.objects.filter(attempt__in=keys).defer("message"))
    steps = _by_attempt(StepFact.objects.filter(attempt__in=keys).defer("note"))
    hints = _by_attempt(HintUse.objects.filter(attempt__in=keys, tier__gte=3))
    overrides = _by_attempt(Override.objects.filter(attempt__in=keys))
    return {
        key: facts_of(
            _labs[digest],
            checks[key],
            steps[key],
            hints[key],
            overrides[key],
            started=started,
            active=submitted or active,
            current=current,
        )
        for key, (active, submitted, started, current, digest) in wanted.items()
    }


def of_attempts(attempts: list[Attempt]) -> dict[int, Facts]:
    """The cells of some attempts, whose lab versions have been read: the numbers of the heat map."""
    _labs.update({one.lab_version.digest: one.lab_version.data for one in attempts})
    return many(
        {one.pk: (one.active, one.submitted, one.started, one.current, one.lab_version.digest) for one in attempts}
    )


def _by_attempt(rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.attempt_id].append(row)
    return found


def facts_of(
    lab: Lab,
    checks: list[CheckFact],
    steps: list[StepFact],
    hints: list[HintUse],
    overrides: list[Override],
    *,
    started: datetime,
    active: datetime,
    current: str,
) -> Facts:
    """The cells of one attempt, derived. `active` is the last moment of work."""
    by_check = {(fact.step, fact.check_id): fact for fact in checks}
    by_step = {fact.step: fact for fact in steps}
    given = scoring.score_of(lab, [], [], [], overrides, graded=False)
    states = panel.step_states(lab, by_check, by_step, {hint.step for hint in hints}, given)
    ids = [step["id"] for step in lab["steps"]]
    on = place(ids, states, current)
    minutes, since = times(ids, by_step, started, active, on)
    own: defaultdict[str, list[Any]] = defaultdict(list)
    for fact in checks:
        own[fact.step].append(fact)
    marked: defaultdict[str, list[datetime]] = defaultdict(list)
    given_to: list[Override | HintUse] = [*overrides, *hints]
    for one in given_to:
        marked[one.step].append(one.at)
    cells = []
    for i, step in enumerate(ids):
        codes: Counter[str] = Counter()
        for fact in own[step]:
            codes.update(fact.tries)
        changed = max([started, *(fact.changed for fact in own[step]), *marked[step]])
        if i == on or states[step] == "in_progress":
            changed = max(changed, active)  # its minutes go on
        cells.append(Cell(states[step], minutes.get(step), sum(codes.values()), dict(codes), changed))
    open_tries = [max(fact.tries.values(), default=0) for fact in checks if fact.status == "fail"]
    return Facts(
        cells,
        on,
        since,
        max(open_tries, default=0),
        "regressed" in states.values(),
        max((cell.changed for cell in cells), default=started),
    )


def place(ids: list[str], states: dict[str, str], current: str) -> int | None:
    """The step that a learner is on: the open one, or else the first that waits to be done."""
    waiting = [step for step in ids if states[step] in ("open", "in_progress", "regressed")]
    if current in waiting:
        return ids.index(current)
    begun = [step for step in waiting if states[step] != "open"]
    return ids.index((begun or waiting)[0]) if waiting else None


def times(
    ids: list[str], steps: dict[str, StepFact], started: datetime, active: datetime, on: int | None
) -> tuple[dict[str, int], datetime]:
    """Whole minutes by step: from the pass before it to its own; those of the present step go on to the last call."""
    found: dict[str, int] = {}
    before = started
    for at, step in sorted((fact.passed, step) for step, fact in steps.items() if fact.passed is not None):
        found[step] = max(0, int((at - before).total_seconds() // 60))
        before = at
    if on is not None and ids[on] not in found and (active > before or ids[on] in steps):
        found[ids[on]] = max(0, int((active - before).total_seconds() // 60))
    return found, before


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
