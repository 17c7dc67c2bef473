"""Results of checks become facts: rows with what undid them, tries, happenings, steps begun and passed, checkpoints."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from iamlab.labs import content, past
from iamlab.labs.models import Attempt, CheckFact, Happening, StepFact
from iamlab.labs.results import Facts, Key, Known, Result, is_news, passed_steps
from iamlab.labs.translations import lab_of
from iamlab.labs.vocabulary import fill
from iamlab.sandbox import history
from iamlab.sandbox.models import Snapshot
from iamlab.services import prepared
from iamlab.services.prepared import Prepared

Lab = dict[str, Any]
ALL = Prepared(lambda attempt: CheckFact.objects.filter(attempt_id=attempt), int)
OF_STEPS = Prepared(lambda attempt, steps: CheckFact.objects.filter(attempt_id=attempt, step__in=steps), int, [str])
STEPS = Prepared(lambda attempt, steps: StepFact.objects.filter(attempt_id=attempt, step__in=steps), int, [str])
SAID = ("status", "code", "message", "latched", "passed", "undone", "tries", "event", "changed")


def stored(attempt: Attempt) -> Facts:
    return {(fact.step, fact.check_id): fact for fact in ALL.all(attempt.pk)}


def keep(
    attempt: Attempt,
    known: Known,
    new: Mapping[Key, Result],
    last: int,
    snapshot: Snapshot | None = None,
    begun: Collection[str] = (),
) -> None:
    """Store new results, their happenings and steps newly begun or passed; a step passed is a checkpoint.

    `known` are all facts as they were shown, `last` the last event that bears on it; `snapshot` is the world's, if it
    was taken; `begun` are steps that it relates to without turning a check of theirs.
    """
    if not new and not begun:
        return
    lab = lab_of(attempt)
    with transaction.atomic(savepoint=False):
        rows = {(fact.step, fact.check_id): fact for fact in OF_STEPS.all(attempt.pk, {step for step, _ in new})}
        found = changed(attempt, lab, rows, new)
        turned = {fact.step for fact in found}
        for fact in found:
            if not new[fact.step, fact.check_id].again:
                fact.event = last
        prepared.put(found, ("attempt_id", "step", "check_id"), SAID)
        happened = [_happening(attempt, fact, last) for fact in found]
        happened += [Happening(attempt=attempt, kind="begun", step=step, event=last) for step in {*begun} - turned]
        prepared.put(happened)
        # What the first run finds is nobody's work.
        newly = _mark(attempt, turned.union(begun), passed_steps(lab, {**known, **rows}), begun=bool(known))
    for step in newly:
        title = (content.step_of(lab, step) or {}).get("title", step)
        name = f"After: {fill(title, content.names(lab, attempt.bound))}"[:120]
        snapshot = past.take(attempt, "checkpoint", name, same=snapshot)
    if newly:
        prepared.update(attempt, "past")


def changed(attempt: Attempt, lab: Lab, rows: Facts, new: Mapping[Key, Result]) -> list[CheckFact]:
    """The facts among `rows`, or new ones there, into which results were written."""
    latches = {(step["id"], check["id"]): check.get("latch", "hold") for step, check in content.checks_of(lab)}
    last = LastChange(attempt)
    found = []
    for key, result in new.items():
        fact = rows.setdefault(key, CheckFact(attempt=attempt, step=key[0], check_id=key[1]))
        if is_news(fact, result):
            apply(fact, result, latches[key], last)
            found.append(fact)
    return found


class LastChange:
    """What changed an attempt's world last, asked for once where several checks were undone by it."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.seq, self.told = 0, dict[str, Any]()

    def behind(self, event: int) -> dict[str, Any]:
        if not self.told.get("changed") or self.seq <= event:
            self.seq, self.told = history.last_change(self.attempt.sandbox, event)
        return self.told or {"event": ""}


def apply(fact: CheckFact, result: Result, latch: str, last: LastChange) -> None:
    """Write a result that is news into its fact."""
    if fact.status == "pass" and result.status == "fail":
        fact.undone = last.behind(fact.event)
    if result.status == "pass":
        fact.undone = {}
        fact.passed = fact.passed or timezone.now()
        fact.latched = latch == "once"
    elif (
        result.status == "fail" and result.code and (result.again or (fact.status, fact.code) != ("fail", result.code))
    ):
        fact.tries = {**fact.tries, result.code: fact.tries.get(result.code, 0) + 1}
    fact.status, fact.code, fact.message = result.status, result.code, result.message
    fact.changed = timezone.now()


def _happening(attempt: Attempt, fact: CheckFact, last: int) -> Happening:
    data = {"check": fact.check_id, "status": fact.status, "code": fact.code, "message": fact.message}
    return Happening(attempt=attempt, kind="check", step=fact.step, data=data, event=last)


def _mark(attempt: Attempt, steps: set[str], done: set[str], *, begun: bool) -> list[str]:
    """Note that steps were begun, and passed; the ids of those that passed for the first time."""
    touched = steps if begun else steps & done
    if not touched:
        return []
    now = timezone.now()
    facts = {fact.step: fact for fact in STEPS.all(attempt.pk, touched)}
    new = [StepFact(attempt=attempt, step=step) for step in sorted(touched - facts.keys())]
    newly = [fact for fact in (*facts.values(), *new) if fact.step in done and fact.passed is None]
    for fact in (*facts.values(), *new):
        fact.begun = fact.begun or now
    for fact in newly:
        fact.passed = now
    prepared.put([*facts.values(), *new], ("attempt_id", "step"), ("begun", "passed"))
    return [fact.step for fact in newly]
