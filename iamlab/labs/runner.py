"""Run the checks of an attempt whose inputs were touched, and keep what changed."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from iamlab.labs import content, past
from iamlab.labs.event_tests import matching
from iamlab.labs.models import Attempt, CheckFact, Happening, StepFact
from iamlab.labs.patterns import BadPattern
from iamlab.labs.translations import lab_of
from iamlab.labs.view import TooLong, View
from iamlab.labs.vocabulary import fill, holds, inputs_of
from iamlab.sandbox import history
from iamlab.sandbox.history import Touch
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
        if close is not None and one[-1] > close:
            attempt.closed = close
            break
        last = max(last, one[0])
        counted.append(one)
    return inputs_touched(counted), last


def inputs_touched(found: list[Touch]) -> set[str]:
    inputs: set[str] = set()
    for _, name, changed, _ in found:
        inputs |= {f"event:{name}", "any event"}
        if changed:
            inputs.add("state")
    return inputs


def awaited(lab: Lab, facts: dict[tuple[str, str], CheckFact]) -> set[str]:
    """The inputs that something hangs on now: what passed for good, or waits for another step, reads nothing yet."""
    inputs = {"state", *(f"event:{one['name']}" for one in (lab.get("bind") or {}).values())}
    for step, check in content.checks_of(lab):
        fact = facts.get((step["id"], check["id"]))
        if fact is None or not (fact.latched or fact.status == "blocked"):
            inputs |= read_by(check)
    return inputs


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
    inputs, last = touched(attempt, found)
    if not inputs:
        return False
    if idle:
        return not claim(attempt, last)
    with writing():
        if not claim(attempt, last):
            return True
        before = attempt.bound
        if "state" in inputs:
            past.remember(attempt)
        changed = examine(attempt, inputs)
        if changed or "state" in inputs or attempt.bound != before:
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


def examine(attempt: Attempt, inputs: Iterable[str] | None = None, *, anew: bool = False) -> bool:
    """Run the checks that read one of `inputs` (all without it). True when one changed. Checks only read.

    What is handed in stays as it was, unless it is to be judged `anew`.
    """
    if attempt.submitted is not None and not anew:
        return False
    if attempt.past.get("trying"):
        return False  # a what-if is looked at when it is kept
    lab = lab_of(attempt)
    wanted = None if inputs is None else set(inputs)
    view = View(attempt)
    if (wanted is None or names_touched(lab, wanted)) and bind(lab, view):
        wanted = None
    if wanted is not None and not any(relevant(check, wanted, []) for _, check in content.checks_of(lab)):
        return False
    facts = {(fact.step, fact.check_id): fact for fact in attempt.checks.all()}
    changed: list[CheckFact] = []
    for step, check in content.checks_of(lab):
        fact = facts.get((step["id"], check["id"])) or CheckFact(attempt=attempt, step=step["id"], check_id=check["id"])
        facts[step["id"], check["id"]] = fact
        if fact.latched or (wanted is not None and not relevant(check, wanted, changed)):
            continue
        if apply(fact, judge(check, step, view, facts, lab), check, attempt):
            changed.append(fact)
    keep(attempt, lab, facts, changed)
    return bool(changed)


def names_touched(lab: Lab, inputs: set[str]) -> bool:
    """Whether what the learner named may be another thing now: it hangs on objects, and on the calls that made them."""
    return "state" in inputs or any(f"event:{one['name']}" in inputs for one in (lab.get("bind") or {}).values())


def relevant(check: dict[str, Any], wanted: set[str], changed: list[CheckFact]) -> bool:
    """Its inputs were touched, or a step that it needs may have come to pass in this very run."""
    if changed and check.get("needs"):
        return True
    return bool(read_by(check) & wanted)


def read_by(check: dict[str, Any]) -> set[str]:
    """The inputs of a check and of the mistakes that it knows."""
    return inputs_of(check["test"]).union(*(inputs_of(mistake["when"]) for mistake in check.get("mistakes", ())))


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
            return Result("blocked", message="This counts once an earlier step is done.")
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
        if fact is None or fact.status != "fail":
            continue
        result = judge(check, step, view, facts, lab)
        if (result.status, result.code) == (fact.status, fact.code):
            fact.message = result.message
            told.append(fact)
    CheckFact.objects.bulk_update(told, ["message"])


def failure(check: dict[str, Any], view: View, lab: Lab) -> Result:
    """The first mistake that fits, in the author's order; else what the check says of itself."""
    for mistake in check.get("mistakes", ()):
        if holds(mistake["when"], view):
            return Result("fail", mistake["code"], fill(mistake["say"], content.names(lab, view.bound)))
    return Result("fail", "", fill(check.get("say", ""), content.names(lab, view.bound)))


def apply(fact: CheckFact, result: Result, check: dict[str, Any], attempt: Attempt) -> bool:
    """Write a result into its fact. True when that changed anything."""
    if (fact.status, fact.code, fact.message) == (result.status, result.code, result.message):
        return False
    if result.status == "error" and fact.status == "pass":
        return False
    if fact.status == "pass" and result.status == "fail":
        fact.undone = history.last_change(attempt.sandbox, attempt.began_event)
    if result.status == "pass":
        fact.undone = {}
        fact.passed = fact.passed or timezone.now()
        fact.latched = check.get("latch", "hold") == "once"
    elif result.status == "fail" and result.code and (fact.status, fact.code) != ("fail", result.code):
        fact.tries = {**fact.tries, result.code: fact.tries.get(result.code, 0) + 1}
    fact.status, fact.code, fact.message = result.status, result.code, result.message
    fact.changed = timezone.now()
    return True


def keep(attempt: Attempt, lab: Lab, facts: dict[tuple[str, str], CheckFact], changed: list[CheckFact]) -> None:
    """Store changed facts, their happenings and steps newly begun or passed; a step passed is a checkpoint."""
    if not changed:
        return
    last = history.last(attempt.sandbox)
    for fact in changed:
        fact.event = last
    done = passed_steps(lab, facts)
    begun = any(fact.pk is not None for fact in facts.values())  # what the first run finds is nobody's work
    with transaction.atomic():
        CheckFact.objects.bulk_create([fact for fact in changed if fact.pk is None])
        CheckFact.objects.bulk_update(
            [fact for fact in changed if fact.pk is not None],
            ["status", "code", "message", "latched", "passed", "undone", "tries", "event", "changed"],
        )
        Happening.objects.bulk_create([_happening(attempt, fact, last) for fact in changed])
        newly = [_mark(attempt, step, begun, step in done) for step in {fact.step for fact in changed}]
    for step in filter(None, newly):
        title = (content.step_of(lab, step) or {}).get("title", step)
        past.take(attempt, "checkpoint", f"After: {fill(title, content.names(lab, attempt.bound))}"[:120])
        attempt.save(update_fields=["past"])


def _happening(attempt: Attempt, fact: CheckFact, last: int) -> Happening:
    data = {"check": fact.check_id, "status": fact.status, "code": fact.code, "message": fact.message}
    return Happening(attempt=attempt, kind="check", step=fact.step, data=data, event=last)


def _mark(attempt: Attempt, step: str, begun: bool, passed: bool) -> str | None:
    """Note that a step was begun, and passed for the first time; its id then."""
    if not begun and not passed:
        return None
    now = timezone.now()
    fact, _ = StepFact.objects.get_or_create(attempt=attempt, step=step)
    first = passed and fact.passed is None
    fact.begun = fact.begun or now
    if first:
        fact.passed = now
    fact.save(update_fields=["begun", "passed"])
    return step if first else None


def bind(lab: Lab, view: View) -> bool:
    """Bind the names that the learner chose, each once; anew only when what it named is gone."""
    before = dict(view.bound)
    if view.accounts:
        view.bound["account"] = view.accounts[0].pk
    for name, source in (lab.get("bind") or {}).items():
        if name in view.bound and (not source.get("type") or view.named(source["type"], view.bound[name])):
            continue
        value = _bound(source, view)
        if value is not None:
            view.bound[name] = value
    view.attempt.bound = {**view.attempt.bound, **view.bound}
    return view.bound != before


def _bound(source: dict[str, Any], view: View) -> str | None:
    """The field of the newest event that fits and whose object is there."""
    spec: dict[str, Any] = {key: source[key] for key in ("name", "by", "where") if key in source}
    for record in reversed(matching(spec, view)):
        value = (record.get("requestParameters") or {}).get(source["field"])
        if isinstance(value, str) and (not source.get("type") or view.named(source["type"], value)):
            return value
    return None
