"""What an attempt shows on the heat map, derived from its facts: of each step the state, minutes and tries."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from iamlab.labs import panel, scoring
from iamlab.labs.models import Attempt, CheckFact, HintUse, Override, StepFact

Lab = dict[str, Any]
EXACT = 3  # the tier from which on a hint, or being shown, is help


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


def many(wanted: dict[int, tuple]) -> dict[int, Facts]:
    """Facts of attempts, each given by (active, submitted, started, current, its lab). Four queries."""
    keys = list(wanted)
    checks = scoring.by_attempt(CheckFact.objects.filter(attempt__in=keys).defer("message"))
    steps = scoring.by_attempt(StepFact.objects.filter(attempt__in=keys).defer("note"))
    hints = scoring.by_attempt(HintUse.objects.filter(attempt__in=keys, tier__gte=EXACT))
    overrides = scoring.by_attempt(Override.objects.filter(attempt__in=keys))
    return {
        key: facts_of(
            lab,
            checks[key],
            steps[key],
            hints[key],
            overrides[key],
            started=started,
            active=submitted or active,
            current=current,
        )
        for key, (active, submitted, started, current, lab) in wanted.items()
    }


def of_attempts(attempts: list[Attempt]) -> dict[int, Facts]:
    """The cells of some attempts, whose lab versions have been read: the numbers of the heat map."""
    return many(
        {one.pk: (one.active, one.submitted, one.started, one.current, one.lab_version.data) for one in attempts}
    )


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
