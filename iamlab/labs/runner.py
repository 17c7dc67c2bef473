"""Run the checks of an attempt whose inputs were touched, and keep what changed."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from iamlab.labs import content, event_tests, inputs, lockout, past
from iamlab.labs.binding import bind, names_touched
from iamlab.labs.models import Attempt, CheckFact, Happening, StepFact
from iamlab.labs.patterns import BadPattern
from iamlab.labs.translations import lab_of
from iamlab.labs.view import TooLong, View
from iamlab.labs.vocabulary import fill, holds, tell
from iamlab.sandbox import history
from iamlab.sandbox.history import Touch
from iamlab.sandbox.models import Snapshot
from iamlab.services.transactions import writing

# Rules attempt -> when its window closes, or None: what happens after that counts no more.
closings: list[Callable[[Attempt], datetime | None]] = []
LIMIT = 0.2  # seconds of work for one check, waiting for others not counted
LATEST = timedelta(seconds=10)  # by when at the latest a call counts as activity
MOST = 40  # events that are read again at each page before they are noted as seen
# What a test of an author's may raise: a path, a pattern or a value that does not fit what is found.
FAULTS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, BadPattern)
log = logging.getLogger(__name__)
Lab = dict[str, Any]


class Result:
    """What a check came to: pass, fail, blocked or error, with the code and message of a failure."""

    def __init__(self, status: str, code: str = "", message: str = "") -> None:
        self.status, self.code, self.message = status, code, message


def closes(attempt: Attempt) -> datetime | None:
    """When the attempt's window closes; None without an end."""
    return min((when for rule in closings if (when := rule(attempt)) is not None), default=None)


def touched(attempt: Attempt, found: list[Touch]) -> tuple[set[str], int]:
    """The inputs that events behind the last run touched, and the last event's number."""
    last = attempt.examined
    close = closes(attempt) if found else None
    counted = []
    for one in found:
        if close is not None and one.when > close:
            attempt.closed = close
            break
        last = max(last, one.seq)
        counted.append(one)
    return inputs_touched(counted), last


def inputs_touched(found: list[Touch]) -> set[str]:
    touched: set[str] = set()
    for one in found:
        kinds = [one.by] if one.by else event_tests.KINDS
        touched |= {f"event:{one.name}", "any event", *(f"event:{one.name} by {kind}" for kind in kinds)}
        if one.changed:
            touched.add(inputs.STATE)
    return touched


def awaited(attempt: Attempt, lab: Lab, facts: dict[tuple[str, str], CheckFact]) -> set[str]:
    """The inputs that something hangs on now: what passed for good, or waits for another step, reads nothing yet."""
    found = {inputs.STATE, *(f"event:{one['name']}" for one in (lab.get("bind") or {}).values())}
    for key, read in inputs.of_lab(attempt, lab).items():
        fact = facts.get(key)
        if fact is None or not (fact.latched or fact.status == "blocked"):
            found |= read
    return found


def catch_up(
    attempt: Attempt, found: list[Touch] | None = None, hung_on: set[str] | None = None, *, wait: bool = False
) -> bool:
    """Run what the events since the last run touched. True when some check may have changed.

    Two who look at once (a second tab, the instructor) count an event once: the first claims it, the other waits.
    Who has the events `found` already, and the inputs that something hangs on, gives them: events that touched none of
    these are only noted, and with `wait` not even that for a while, since it costs as much as a page's own queries.
    """
    if attempt.submitted is not None:
        return False
    found = history.touched(attempt.sandbox, attempt.examined) if found is None else found
    idle = hung_on is not None and not inputs_touched(found) & hung_on
    if idle and wait and len(found) < MOST and timezone.now() - attempt.active < LATEST:
        return False
    news, last = touched(attempt, found)
    if not news:
        return False
    if idle:
        return not claim(attempt, last)
    with writing():
        if not claim(attempt, last):
            return True
        before = attempt.bound
        snapshot = None
        if inputs.STATE in news:
            snapshot, tables = past.remember(attempt)
            news |= {f"{inputs.STATE}:{table}" for table in tables}
        changed = examine(attempt, news, snapshot=snapshot)
        if changed or snapshot is not None or attempt.bound != before:
            attempt.save(update_fields=["bound", "past"])
    return changed


def claim(attempt: Attempt, last: int) -> bool:
    """Count the events up to `last` as seen, by us. False, with the attempt read anew, where another was quicker."""
    unclaimed = Attempt.objects.filter(pk=attempt.pk, examined=attempt.examined)
    attempt.active = timezone.now()
    if unclaimed.update(examined=last, active=attempt.active):
        attempt.examined = last
        return True
    attempt.refresh_from_db()
    return False


def examine(
    attempt: Attempt, touched: Iterable[str] | None = None, *, anew: bool = False, snapshot: Snapshot | None = None
) -> bool:
    """Run the checks that read one of the inputs `touched` (all without it). True when one changed. Checks only read.

    What is handed in stays as it was, unless it is to be judged `anew`. `snapshot` is the world's, if it was taken.
    """
    if attempt.submitted is not None and not anew:
        return False
    if attempt.past.get("trying"):
        return False  # a what-if is looked at when it is kept
    lab = lab_of(attempt)
    wanted = None if touched is None else set(touched)
    view = View(attempt)
    if lockout.touched(wanted):
        attempt.past["shut"] = lockout.shut(lab, view)
    if wanted is None or names_touched(lab, wanted):
        called = bind(lab, view)
        wanted = None if wanted is None else wanted | {f"name:{name}" for name in called}
    reads = inputs.of_lab(attempt, lab)
    if wanted is not None and not any(read & wanted for read in reads.values()):
        return False
    facts = {(fact.step, fact.check_id): fact for fact in attempt.checks.all()}
    view.expect(event_names(reads, facts, wanted))
    changed: list[CheckFact] = []
    for step, check in content.checks_of(lab):
        key = (step["id"], check["id"])
        facts[key] = fact = facts.get(key) or CheckFact(attempt=attempt, step=step["id"], check_id=check["id"])
        # A step that it needs may have come to pass in this very run.
        if fact.latched or not (wanted is None or reads[key] & wanted or (changed and check.get("needs"))):
            continue
        if apply(fact, judge(check, step, view, facts, lab), check, attempt):
            changed.append(fact)
    keep(attempt, lab, facts, changed, snapshot)
    return bool(changed)


def event_names(
    reads: dict[tuple[str, str], set[str]], facts: dict[tuple[str, str], CheckFact], wanted: set[str] | None
) -> set[str]:
    """The names of events that checks which run now may ask for."""
    running = (
        read
        for key, read in reads.items()
        if (wanted is None or read & wanted) and not (key in facts and facts[key].latched)
    )
    events = (name.removeprefix("event:") for read in running for name in read if name.startswith("event:"))
    return {name.partition(" by ")[0] for name in events}


def passed_steps(lab: Lab, facts: dict[tuple[str, str], CheckFact]) -> set[str]:
    return {
        step["id"]
        for step in lab["steps"]
        if step.get("checks")
        and all(c.get("bonus") or _passes(facts.get((step["id"], c["id"]))) for c in step["checks"])
    }


def _passes(fact: CheckFact | None) -> bool:
    """A check at fault holds nobody up: what needs its step must stay within reach."""
    return fact is not None and fact.status in ("pass", "error")


def judge(
    check: dict[str, Any], step: dict[str, Any], view: View, facts: dict[tuple[str, str], CheckFact], lab: Lab
) -> Result:
    """One check's result. An author's mistake, or a check that is stopped, is an error: it costs nobody points."""
    view.allow(LIMIT)
    try:
        missing = set(check.get("needs", ())) - passed_steps(lab, facts)
        if missing:
            return Result("blocked", message=content.waiting(lab, missing, view.bound))
        return Result("pass") if holds(check["test"], view) else failure(check, view, lab)
    except FAULTS as error:
        fault = f"{type(error).__name__}: {error}"
    except TooLong:
        fault = f"stopped after {int(LIMIT * 1000)} ms"
    log.error("Lab %s %s, check %s/%s: %s", lab.get("id"), lab.get("version"), step["id"], check["id"], fault)
    return Result("error", message=f"{step['id']}/{check['id']}: {fault}")


def retell(attempt: Attempt) -> None:
    """Say again, in the language chosen now, what stands beside checks. Nothing is counted by that."""
    lab, view = lab_of(attempt), View(attempt)
    facts = {(fact.step, fact.check_id): fact for fact in attempt.checks.all()}
    told = []
    for step, check in content.checks_of(lab):
        fact = facts.get((step["id"], check["id"]))
        if fact is None or fact.status not in ("fail", "blocked"):
            continue
        result = judge(check, step, view, facts, lab)
        if (result.status, result.code) == (fact.status, fact.code):
            fact.message = result.message
            told.append(fact)
    CheckFact.objects.bulk_update(told, ["message"])


def failure(check: dict[str, Any], view: View, lab: Lab) -> Result:
    """The first mistake that fits, in the author's order, without a code midway; else what the check says of itself."""
    for mistake in check.get("mistakes", ()):
        if holds(mistake["when"], view):
            code = "" if mistake.get("midway") else mistake["code"]
            return Result("fail", code, tell(mistake["say"], content.names(lab, view.bound)))
    return Result("fail", "", tell(check.get("say", ""), content.names(lab, view.bound)))


def apply(fact: CheckFact, result: Result, check: dict[str, Any], attempt: Attempt) -> bool:
    """Write a result into its fact. True when that changed anything."""
    if (fact.status, fact.code, fact.message) == (result.status, result.code, result.message):
        return False
    if result.status == "error" and fact.status == "pass":
        return False
    if fact.status == "pass" and result.status == "fail":
        fact.undone = history.last_change(attempt.sandbox, fact.event) or {"event": ""}
    if result.status == "pass":
        fact.undone = {}
        fact.passed = fact.passed or timezone.now()
        fact.latched = check.get("latch", "hold") == "once"
    elif result.status == "fail" and result.code and (fact.status, fact.code) != ("fail", result.code):
        fact.tries = {**fact.tries, result.code: fact.tries.get(result.code, 0) + 1}
    fact.status, fact.code, fact.message = result.status, result.code, result.message
    fact.changed = timezone.now()
    return True


def keep(
    attempt: Attempt,
    lab: Lab,
    facts: dict[tuple[str, str], CheckFact],
    changed: list[CheckFact],
    snapshot: Snapshot | None,
) -> None:
    """Store changed facts, their happenings and steps newly begun or passed; a step passed is a checkpoint."""
    if not changed:
        return
    last = snapshot.event if snapshot is not None else history.last(attempt.sandbox)
    for fact in changed:
        fact.event = last
    done = passed_steps(lab, facts)
    begun = any(fact.pk is not None for fact in facts.values())  # what the first run finds is nobody's work
    with transaction.atomic(savepoint=False):
        CheckFact.objects.bulk_create([fact for fact in changed if fact.pk is None])
        CheckFact.objects.bulk_update(
            [fact for fact in changed if fact.pk is not None],
            ["status", "code", "message", "latched", "passed", "undone", "tries", "event", "changed"],
        )
        Happening.objects.bulk_create([_happening(attempt, fact, last) for fact in changed])
        newly = _mark(attempt, {fact.step for fact in changed}, done, begun=begun)
    for step in newly:
        title = (content.step_of(lab, step) or {}).get("title", step)
        name = f"After: {fill(title, content.names(lab, attempt.bound))}"[:120]
        snapshot = past.take(attempt, "checkpoint", name, same=snapshot)
    if newly:
        attempt.save(update_fields=["past"])


def _happening(attempt: Attempt, fact: CheckFact, last: int) -> Happening:
    data = {"check": fact.check_id, "status": fact.status, "code": fact.code, "message": fact.message}
    return Happening(attempt=attempt, kind="check", step=fact.step, data=data, event=last)


def _mark(attempt: Attempt, steps: set[str], done: set[str], *, begun: bool) -> list[str]:
    """Note that steps were begun, and passed; the ids of those that passed for the first time."""
    touched = steps if begun else steps & done
    if not touched:
        return []
    now = timezone.now()
    facts = {fact.step: fact for fact in attempt.steps.filter(step__in=touched)}
    new = [StepFact(attempt=attempt, step=step) for step in sorted(touched - facts.keys())]
    newly = [fact for fact in (*facts.values(), *new) if fact.step in done and fact.passed is None]
    for fact in (*facts.values(), *new):
        fact.begun = fact.begun or now
    for fact in newly:
        fact.passed = now
    StepFact.objects.bulk_update(facts.values(), ["begun", "passed"])
    StepFact.objects.bulk_create(new)
    return [fact.step for fact in newly]
