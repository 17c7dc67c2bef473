"""Run the checks of an attempt whose inputs were touched, and keep what changed."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from iamlab.labs import broken, content, event_tests, facts, inputs, lockout, past, trying, working
from iamlab.labs.binding import bind, names_touched
from iamlab.labs.models import Attempt, CheckFact
from iamlab.labs.results import Facts, Key, Known, Result, is_news, judge, passed_steps, told
from iamlab.labs.seen import Standing
from iamlab.labs.translations import lab_of
from iamlab.labs.view import View
from iamlab.labs.windows import closes
from iamlab.sandbox import history
from iamlab.sandbox.history import Touch
from iamlab.services import prepared
from iamlab.services.transactions import writing

PAUSE = timedelta(minutes=10)  # of a longer time without a call no more counts as time used
LATEST = timedelta(seconds=10)  # by when at the latest a call counts as activity
MOST = 40  # events that are read again at each page before they are noted as seen
BY = {"": [f" by {kind}" for kind in event_tests.KINDS]} | {kind: [f" by {kind}"] for kind in event_tests.KINDS}
Lab = dict[str, Any]


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
        touched |= {event + by for event in ("any event", f"event:{one.name}") for by in ("", *BY[one.by])}
        if one.changed:
            touched |= {inputs.STATE, f"change:{one.name}"}
    return touched


def awaited(attempt: Attempt, lab: Lab, known: Known) -> set[str]:
    """The inputs that something hangs on now: what passed for good, or waits for another step, reads nothing yet."""
    found = {inputs.STATE, *(f"event:{one['name']}" for one in (lab.get("bind") or {}).values())}
    for key, read in inputs.of_lab(attempt, lab).items():
        fact = known.get(key)
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
    begun: Collection[str] | None = None,
    store: bool = True,
) -> bool:
    """Run what the events since the last run touched. True when some check may have changed.

    Two who look at once (a second tab, the instructor) count an event once: the first claims it, the other waits.
    Who has the events `found` already (from the last that the checks have seen on), the facts, the steps begun, and the
    inputs that something hangs on, gives them: events that touched none of these are only noted, and with `wait` not
    even that for a while, since it costs as much as a page's own queries. Without `store` only what says nothing new is
    noted: True then means that there is news for who runs them next.
    """
    if attempt.submitted is not None or working.is_others(attempt):
        return False
    at_hand = found or ()
    found = history.touched(attempt.sandbox, attempt.examined) if found is None else found
    found = [one for one in found if one.seq > attempt.examined]
    idle = hung_on is not None and not inputs_touched(found) & hung_on
    if idle and wait and len(found) < MOST and timezone.now() - attempt.active < LATEST:
        return False
    news, last = touched(attempt, found)
    if attempt.closed is not None and not store:
        return True
    if not news:
        return False
    if idle:
        return not claim(attempt, last) and overtaken(attempt, store)
    tried = inputs_touched(trying.tries(one for one in found if one.seq <= last))
    before, world = attempt.bound, None
    if inputs.STATE in news:
        world = past.look(attempt)
        tables = {f"{inputs.STATE}:{table}" for table in world.changed}
        news, tried = news | tables, tried | tables
    known, new = look(attempt, news, known, at_hand, tried)
    steps = newly_begun(attempt, known, news, tried, begun)
    said = bool(new or steps or broken.noted(attempt))
    if world is None and not said and attempt.bound == before:
        return not claim(attempt, last) and overtaken(attempt, store)
    if not store:
        attempt.bound = before
        return True
    with writing():
        snapshot = past.remember(attempt, world) if world is not None else None
        if mine := claim(attempt, last, "bound", "past"):
            facts.keep(attempt, known, new, last, snapshot, steps)
            broken.keep(attempt)
        else:
            transaction.set_rollback(True)
    return bool(new or steps) if mine else overtaken(attempt)


def newly_begun(
    attempt: Attempt, known: Known, news: set[str], tried: set[str], begun: Collection[str] | None
) -> set[str]:
    """The steps that are begun by what happened, and were not. Without facts nothing ran yet, or checks stand still."""
    if not known:
        return set()
    lab = lab_of(attempt)
    steps = trying.begun(attempt, lab, known, inputs.of_lab(attempt, lab), news, tried)
    if steps and begun is None:
        begun = {fact.step for fact in facts.STEPS.all(attempt.pk, steps) if fact.begun is not None}
    return steps.difference(begun or ())


def claim(attempt: Attempt, last: int, *also: str) -> bool:
    """Count the events up to `last` as seen, by us, and store what else is named. False where another was quicker, or
    began or ended several calls meanwhile, midway in which we may have looked.
    """
    before, now = attempt.examined, timezone.now()
    attempt.used += max(0.0, min(now - attempt.active, PAUSE).total_seconds())
    attempt.examined, attempt.active = last, now
    return prepared.update(attempt, "examined", "active", "used", *also, was={"examined": before, "busy": attempt.busy})


def overtaken(attempt: Attempt, store: bool = True) -> bool:
    """Another has seen the events first: what they kept counts, and what came behind it is left to us. True."""
    if store:
        attempt.refresh_from_db()
        catch_up(attempt)
    return True


def examine(attempt: Attempt, touched: Iterable[str] | None = None) -> bool:
    """Run the checks that read one of the inputs `touched` (all without it), and keep what they say. True when one
    changed. Checks only read.
    """
    known, new = look(attempt, None if touched is None else set(touched))
    if new:
        facts.keep(attempt, known, new, history.last(attempt.sandbox))
    broken.keep(attempt)
    return bool(new)


def look(
    attempt: Attempt,
    wanted: set[str] | None,
    known: Known | None = None,
    at_hand: Sequence[Touch] = (),
    tried: Collection[str] = (),
) -> tuple[Known, dict[Key, Result]]:
    """The facts as they are (`known`, if they were read), and what checks that read something wanted come to now where
    that is another thing, or the same once more by something `tried`. What is handed in stays as it was. Nothing is
    stored; the names that the learner chose, and who is shut out, are the attempt's from here on.
    """
    if attempt.submitted is not None or attempt.past.get("trying"):
        return {}, {}  # a what-if is looked at when it is kept
    lab = lab_of(attempt)
    view = View(attempt, at_hand)
    if lockout.touched(wanted):
        attempt.past["shut"] = lockout.shut(view)
    if wanted is None or names_touched(lab, wanted):
        called = bind(lab, view)
        wanted = None if wanted is None else wanted | {f"name:{name}" for name in called}
    reads = inputs.of_lab(attempt, lab)
    if wanted is not None and all(read.all.isdisjoint(wanted) for read in reads.values()):
        return {}, {}
    known = facts.stored(attempt) if known is None else known
    new = run(lab, view, wanted, known, set(tried))
    broken.note(attempt, known, view.faults)
    return known, new


def judged(attempt: Attempt) -> Facts:
    """What all checks come to now, also of what is handed in. Nothing is stored."""
    rows = facts.stored(attempt)
    if attempt.past.get("trying"):
        return rows
    lab, view = lab_of(attempt), View(attempt)
    bind(lab, view)
    facts.changed(attempt, lab, rows, run(lab, view, None, rows))
    return rows


def run(
    lab: Lab, view: View, wanted: set[str] | None, known: Known, tried: set[str] | None = None
) -> dict[Key, Result]:
    """Judge the checks that read something wanted: the results that are others than is known, or were tried again.

    What any call touches is a try at the open step alone.
    """
    reads, found = inputs.of_lab(view.attempt, lab), dict[Key, Result]()
    here, apart = trying.open_step(view.attempt, lab), trying.told_apart(tried or set())
    view.expect(event_names(reads, known, wanted))
    done = passed_steps(lab, known)
    for step, check in content.checks_of(lab):
        key = (step["id"], check["id"])
        # A step that it needs may have come to pass in this very run.
        if wanted is not None and reads[key].all.isdisjoint(wanted) and not (found and check.get("needs")):
            continue
        fact = known.get(key)
        if fact is not None and fact.latched:
            continue
        result = judge(check, step, view, done, lab, told(fact, check, reads[key], wanted) if wanted else None)
        result.again = trying.again(check, fact, result, reads[key], (tried or ()) if step["id"] == here else apart)
        if is_news(fact, result):
            found[key] = result
            known = {**known, key: Standing(*key, result.status, result.code, result.message, False, {}, {})}
            done = passed_steps(lab, known)
    return found


def event_names(reads: inputs.Reads, known: Known, wanted: set[str] | None) -> set[str]:
    """The names of events that tests which run now may ask for."""
    running = (
        test
        for key, read in reads.items()
        if not (key in known and known[key].latched)
        for test in read.tests
        if wanted is None or not (test | read.names).isdisjoint(wanted)
    )
    events = (name.removeprefix("event:") for test in running for name in test if name.startswith("event:"))
    return {name.partition(" by ")[0] for name in events}


def retell(attempt: Attempt) -> None:
    """Say again, in the language chosen now, what stands beside checks. Nothing is counted by that."""
    lab, view = lab_of(attempt), View(attempt)
    rows = facts.stored(attempt)
    done, again = passed_steps(lab, rows), []
    for step, check in content.checks_of(lab):
        fact = rows.get((step["id"], check["id"]))
        if fact is None or fact.status not in ("fail", "blocked"):
            continue
        result = judge(check, step, view, done, lab)
        if (result.status, result.code) == (fact.status, fact.code):
            fact.message = result.message
            again.append(fact)
    CheckFact.objects.bulk_update(again, ["message"])
