"""One check's result: what its test comes to, and which of the mistakes that it knows fits."""

import logging
from collections.abc import Mapping
from typing import Any

from iamlab.labs import content, misconceptions
from iamlab.labs.inputs import Read
from iamlab.labs.kept import Check
from iamlab.labs.models import CheckFact
from iamlab.labs.patterns import BadPattern
from iamlab.labs.seen import Standing
from iamlab.labs.view import TooLong, View
from iamlab.labs.vocabulary import holds, tell

LIMIT = 0.2  # seconds of work for one check, waiting for others not counted
# What a test of an author's may raise: a path, a pattern or a value that does not fit what is found.
FAULTS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, BadPattern)
log = logging.getLogger(__name__)
Lab = dict[str, Any]
Key = tuple[str, str]  # step and check
Facts = dict[Key, CheckFact]
Fact = CheckFact | Standing
Known = Mapping[Key, Fact]
States = Mapping[Key, Fact | Check]  # where messages do not count


class Result:
    """What a check came to: pass, fail, blocked or error, with the code and message of a failure.

    `again` says that one more try failed as the one before it did.
    """

    def __init__(self, status: str, code: str = "", message: str = "") -> None:
        self.status, self.code, self.message = status, code, message
        self.again = False


def same(fact: Fact, result: Result) -> bool:
    return (fact.status, fact.code, fact.message) == (result.status, result.code, result.message)


def is_news(fact: Fact | None, result: Result) -> bool:
    """Whether a result is kept: another than the fact says, or one more try. An error takes nobody's pass away."""
    return (
        fact is None or result.again or not (same(fact, result) or (result.status == "error" and fact.status == "pass"))
    )


def passed_steps(lab: Lab, facts: States) -> set[str]:
    return {
        step["id"]
        for step in lab["steps"]
        if step.get("checks")
        and all(c.get("bonus") or _passes(facts.get((step["id"], c["id"]))) for c in step["checks"])
    }


def _passes(fact: Fact | Check | None) -> bool:
    """A check at fault holds nobody up: what needs its step must stay within reach."""
    return fact is not None and fact.status in ("pass", "error")


Truth = list[bool | None]


def told(fact: Fact | None, check: dict[str, Any], read: Read, touched: set[str]) -> Truth:
    """What a check's test and each of its mistakes come to, as its fact tells, where nothing touched them; else None.

    A mistake is looked for where the test is false, in the author's order, up to the first that fits.
    """
    known: Truth = []
    if fact is not None and not touched & read.names:
        known = [True] if fact.status == "pass" else [False, *_fitted(fact, check)] if fact.status == "fail" else []
    known += [None] * (len(read.tests) - len(known))
    return [None if inputs & touched else one for one, inputs in zip(known, read.tests, strict=True)]


def _fitted(fact: Fact, check: dict[str, Any]) -> list[bool]:
    """Which mistakes a failed check's code says to fit, and not; none where it may mean several or an answer."""
    if any(misconceptions.asked(check["test"])):
        return []
    codes = [code_of(mistake) for mistake in check.get("mistakes", ())]
    if not fact.code:
        return [] if "" in codes else [False] * len(codes)
    return [*[False] * codes.index(fact.code), True] if codes.count(fact.code) == 1 else []


def code_of(mistake: dict[str, Any]) -> str:
    """What is only said midway has no code."""
    return "" if mistake.get("midway") else mistake["code"]


def judge(
    check: dict[str, Any], step: dict[str, Any], view: View, done: set[str], lab: Lab, known: Truth | None = None
) -> Result:
    """One check's result, with the steps that are `done`. What is `known` of its tests is not asked again.

    An author's mistake, or a check that is stopped, is an error: it costs nobody points.
    """
    view.allow(LIMIT)
    known = known or [None] * (1 + len(check.get("mistakes", ())))
    try:
        missing = set(check.get("needs", ())) - done
        if missing:
            return Result("blocked", message=content.waiting(lab, missing, view.bound))
        true = holds(check["test"], view) if known[0] is None else known[0]
        return Result("pass") if true else failure(check, view, lab, known[1:])
    except FAULTS as error:
        kind, fault = type(error).__name__, f"{type(error).__name__}: {error}"
    except TooLong:
        kind, fault = "too long", f"stopped after {int(LIMIT * 1000)} ms"
    view.faults[step["id"], check["id"]] = (kind, fault)
    log.error("Lab %s %s, check %s/%s: %s", lab.get("id"), lab.get("version"), step["id"], check["id"], fault)
    return Result("error", message=f"{step['id']}/{check['id']}: {fault}")


def failure(check: dict[str, Any], view: View, lab: Lab, known: Truth) -> Result:
    """The first mistake that fits, in the author's order, without a code midway; else what a wrong answer shows; else
    what the check says of itself.
    """
    names = content.names(lab, view.bound)
    for mistake, true in zip(check.get("mistakes", ()), known, strict=True):
        if holds(mistake["when"], view) if true is None else true:
            return Result("fail", code_of(mistake), tell(mistake["say"], names))
    if (answered := misconceptions.of_check(check, lab, view.answers)) is not None:
        return Result("fail", answered[0], tell(answered[1], names))
    return Result("fail", "", tell(check.get("say", ""), names))
