"""Run the checks of an attempt whose inputs were touched, and keep what changed."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from iamlab.labs import content, event_tests, inputs, lockout, past
from iamlab.labs.binding import bind, names_touched
from iamlab.labs.models import Attempt, CheckFact, Happening, StepFact
from iamlab.labs.results import Facts, Known, Result, judge, passed_steps, same, told
from iamlab.labs.translations import lab_of
from iamlab.labs.view import View
from iamlab.labs.vocabulary import fill
from iamlab.sandbox import history
from iamlab.sandbox.history import Touch
from iamlab.sandbox.models import Snapshot
from iamlab.services import prepared, statements
from iamlab.services.prepared import Prepared
from iamlab.services.transactions import writing

# Rules attempt -> when its window closes, or None: what happens after that counts no more.
closings: list[Callable[[Attempt], datetime | None]] = []
PAUSE = timedelta(minutes=10)  # of a longer time without a call no more counts as time used
LATEST = timedelta(seconds=10)  # by when at the latest a call counts as activity
MOST = 40  # events that are read again at each page before they are noted as seen
Lab = dict[str, Any]


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
            touched |= {inputs.STATE, f"change:{one.name}"}
    return touched


def awaited(attempt: Attempt, lab: Lab, facts: Known) -> set[str]:
    """The inputs that something hangs on now: what passed for good, or waits for another step, reads nothing yet."""
    found = {inputs.STATE, *(f"event:{one['name']}" for one in (lab.get("bind") or {}).values())}
    for key, read in inputs.of_lab(attempt, lab).items():
        fact = facts.get(key)
        if fact is None or not (fact.latched or fact.status == "blocked"):
            found |= read.all
    return found


def catch_up(
    attempt: Attempt,
    found: list[Touch] | None = None,
    hung_on: set[str] | None = None,
    *,
    wait: bool = False,
    known: Known | None = None,
) -> bool:
    """Run what the events since the last run touched. True when some check may have changed.

    Two who look at once (a second tab, the instructor) count an event once: the first claims it, the other waits.
    Who has the events `found` already, the facts, and the inputs that something hangs on, gives them: events that
    touched none of these are only noted, and with `wait` not even that for a while, since it costs as much as a page's
    own queries.
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
        changed = examine(attempt, news, snapshot=snapshot, known=known)
        if changed or snapshot is not None or attempt.bound != before:
            prepared.update(attempt, "bound", "past")
    return changed


CLAIM = (
    f"update {Attempt._meta.db_table} set examined = %s, active = %s, used = %s where id = %s and examined = %s"
    " returning id"
)


def claim(attempt: Attempt, last: int) -> bool:
    """Count the events up to `last` as seen, by us. False, with the attempt read anew, where another was quicker."""
    now = timezone.now()
    attempt.used += max(0.0, min(now - attempt.active, PAUSE).total_seconds())
    attempt.active = now
    if statements.rows(CLAIM, [last, statements.time(now), attempt.used, attempt.pk, attempt.examined]):
        attempt.examined = last
        return True
    attempt.refresh_from_db()
    return False


def examine(
    attempt: Attempt,
    touched: Iterable[str] | None = None,
    *,
    snapshot: Snapshot | None = None,
    known: Known | None = None,
) -> bool:
    """Run the checks that read one of the inputs `touched` (all without it). True when one changed. Checks only read.

    What is handed in stays as it was. `snapshot` is the world's, if it was taken; `known` are the facts as far as they
    are shown: their rows are read where one is another now.
    """
    if attempt.submitted is not None:
        return False
    if attempt.past.get("trying"):
        return False  # a what-if is looked at when it is kept
    lab = lab_of(attempt)
    wanted = None if touched is None else set(touched)
    view = View(attempt)
    if lockout.touched(wanted):
        attempt.past["shut"] = lockout.shut(view)
    if wanted is None or names_touched(lab, wanted):
        called = bind(lab, view)
        wanted = None if wanted is None else wanted | {f"name:{name}" for name in called}
    reads = inputs.of_lab(attempt, lab)
    if wanted is not None and all(read.all.isdisjoint(wanted) for read in reads.values()):
        return False
    facts, changed = run(lab, view, wanted, known)
    keep(attempt, lab, facts, changed, snapshot)
    return bool(changed)


def judged(attempt: Attempt) -> Facts:
    """What all checks come to now, also of what is handed in. Nothing is stored."""
    if attempt.past.get("trying"):
        return stored(attempt)
    lab, view = lab_of(attempt), View(attempt)
    bind(lab, view)
    return run(lab, view, None, None)[0]


def run(lab: Lab, view: View, wanted: set[str] | None, known: Known | None) -> tuple[Facts, list[CheckFact]]:
    """Judge the checks that read something wanted: the rows of all facts (none while all are as known), and which of
    them changed."""
    attempt, reads = view.attempt, inputs.of_lab(view.attempt, lab)
    rows = stored(attempt) if known is None else {}
    facts: Known = rows or known or {}
    view.expect(event_names(reads, facts, wanted))
    changed: list[CheckFact] = []
    done = passed_steps(lab, facts)
    for step, check in content.checks_of(lab):
        key = (step["id"], check["id"])
        # A step that it needs may have come to pass in this very run.
        if wanted is not None and reads[key].all.isdisjoint(wanted) and not (changed and check.get("needs")):
            continue
        fact = facts.get(key)
        if fact is not None and fact.latched:
            continue
        result = judge(check, step, view, done, lab, told(fact, check, reads[key], wanted) if wanted else None)
        if fact is not None and same(fact, result):
            continue
        facts = rows = rows or stored(attempt)
        kept = rows.setdefault(key, CheckFact(attempt=attempt, step=step["id"], check_id=check["id"]))
        if apply(kept, result, check, attempt):
            changed.append(kept)
            done = passed_steps(lab, facts)
    return rows, changed


FACTS = Prepared(lambda attempt: CheckFact.objects.filter(attempt_id=attempt), int)
STEPS = Prepared(lambda attempt, steps: StepFact.objects.filter(attempt_id=attempt, step__in=steps), int, [str])


def stored(attempt: Attempt) -> Facts:
    return {(fact.step, fact.check_id): fact for fact in FACTS.all(attempt.pk)}


def event_names(reads: inputs.Reads, facts: Known, wanted: set[str] | None) -> set[str]:
    """The names of events that tests which run now may ask for."""
    running = (
        test
        for key, read in reads.items()
        if not (key in facts and facts[key].latched)
        for test in read.tests
        if wanted is None or not (test | read.names).isdisjoint(wanted)
    )
    events = (name.removeprefix("event:") for test in running for name in test if name.startswith("event:"))
    return {name.partition(" by ")[0] for name in events}


def retell(attempt: Attempt) -> None:
    """Say again, in the language chosen now, what stands beside checks. Nothing is counted by that."""
    lab, view = lab_of(attempt), View(attempt)
    facts = stored(attempt)
    done, again = passed_steps(lab, facts), []
    for step, check in content.checks_of(lab):
        fact = facts.get((step["id"], check["id"]))
        if fact is None or fact.status not in ("fail", "blocked"):
            continue
        result = judge(check, step, view, done, lab)
        if (result.status, result.code) == (fact.status, fact.code):
            fact.message = result.message
            again.append(fact)
    CheckFact.objects.bulk_update(again, ["message"])


def apply(fact: CheckFact, result: Result, check: dict[str, Any], attempt: Attempt) -> bool:
    """Write a result into its fact. True when that changed anything."""
    if same(fact, result):
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


SAID = ("status", "code", "message", "latched", "passed", "undone", "tries", "event", "changed")


def keep(
    attempt: Attempt,
    lab: Lab,
    facts: Facts,
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
        prepared.put(changed, ("attempt_id", "step", "check_id"), SAID)
        prepared.put([_happening(attempt, fact, last) for fact in changed])
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
    facts = {fact.step: fact for fact in STEPS.all(attempt.pk, touched)}
    new = [StepFact(attempt=attempt, step=step) for step in sorted(touched - facts.keys())]
    newly = [fact for fact in (*facts.values(), *new) if fact.step in done and fact.passed is None]
    for fact in (*facts.values(), *new):
        fact.begun = fact.begun or now
    for fact in newly:
        fact.passed = now
    prepared.put([*facts.values(), *new], ("attempt_id", "step"), ("begun", "passed"))
    return [fact.step for fact in newly]
