"""What an attempt shows on the heat map, derived from its facts: of each step the state, minutes and tries."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from iamlab.labs import kept, panel, scoring
from iamlab.labs.kept import Check, Kept
from iamlab.labs.models import Attempt, HintUse, Override, StepFact

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

    cells: dict[str, Cell]  # by step
    on: str | None  # the step that the learner is on
    since: datetime  # since when
    failures: int  # the most failures with one code at a check that does not pass
    regressed: bool
    changed: datetime
    html: dict[tuple[str, ...], Any] = field(default_factory=dict)  # what the page made of the cells, by its steps


def of_attempts(attempts: list[Attempt]) -> dict[int, Facts]:
    """The cells of some attempts, whose lab versions have been read: the numbers of the heat map. One query."""
    found = kept.of(attempts)
    return {one.pk: of_attempt(one, found[one.pk]) for one in attempts}


def of_attempt(attempt: Attempt, own: Kept) -> Facts:
    """The cells of one attempt whose facts have been read."""
    return facts_of(
        attempt.lab_version.data,
        own,
        started=attempt.started,
        active=attempt.submitted or attempt.active,
        current=attempt.current,
    )


def facts_of(lab: Lab, own: Kept, *, started: datetime, active: datetime, current: str) -> Facts:
    """The cells of one attempt, derived. `active` is the last moment of work."""
    checks, hints = own.checks, [hint for hint in own.hints if hint.tier >= EXACT]
    by_check = {(fact.step, fact.check_id): fact for fact in checks}
    by_step = {fact.step: fact for fact in own.steps}
    given = scoring.score_of(lab, [], [], [], own.overrides, graded=False)
    states = panel.step_states(lab, by_check, by_step, {hint.step for hint in hints}, given)
    ids = [step["id"] for step in lab["steps"]]
    on = place(ids, states, current)
    minutes, since = times(by_step, started, active, on)
    at_step: defaultdict[str, list[Check]] = defaultdict(list)
    for fact in checks:
        at_step[fact.step].append(fact)
    marked: defaultdict[str, list[datetime]] = defaultdict(list)
    given_to: list[Override | HintUse] = [*own.overrides, *hints]
    for one in given_to:
        marked[one.step].append(one.at)
    cells = {}
    for step in ids:
        codes: Counter[str] = Counter()
        for fact in at_step[step]:
            codes.update(fact.tries)
        changed = max([started, *(fact.changed for fact in at_step[step]), *marked[step]])
        if step == on or states[step] == "in_progress":
            changed = max(changed, active)  # its minutes go on
        cells[step] = Cell(states[step], minutes.get(step), sum(codes.values()), dict(codes), changed)
    open_tries = [max(fact.tries.values(), default=0) for fact in checks if fact.status == "fail"]
    return Facts(
        cells,
        on,
        since,
        max(open_tries, default=0),
        "regressed" in states.values(),
        max((cell.changed for cell in cells.values()), default=started),
    )


def place(ids: list[str], states: dict[str, str], current: str) -> str | None:
    """The step that a learner is on: the open one, or else the first that waits to be done."""
    waiting = [step for step in ids if states[step] in ("open", "in_progress", "regressed")]
    if current in waiting:
        return current
    begun = [step for step in waiting if states[step] != "open"]
    return (begun or waiting)[0] if waiting else None


def times(
    steps: dict[str, StepFact], started: datetime, active: datetime, on: str | None
) -> tuple[dict[str, int], datetime]:
    """Whole minutes by step: from the pass before it to its own; those of the present step go on to the last call.
    Then since when the learner is on that: it may have been opened some time after the pass.
    """
    found: dict[str, int] = {}
    before = started
    for at, step in sorted((fact.passed, step) for step, fact in steps.items() if fact.passed is not None):
        found[step] = max(0, int((at - before).total_seconds() // 60))
        before = at
    if on is not None and on not in found and (active > before or on in steps):
        found[on] = max(0, int((active - before).total_seconds() // 60))
    opened = steps[on].opened if on in steps else None
    return found, max(before, opened or before)
