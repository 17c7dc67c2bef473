"""What events tell of a learner's tries: steps that they begin, and failures that they repeat."""

from collections.abc import Collection, Iterable
from typing import Any

from iamlab.labs import inputs
from iamlab.labs.inputs import Read, Reads
from iamlab.labs.models import Attempt
from iamlab.labs.results import Fact, Known, Result, code_of, passed_steps
from iamlab.sandbox.history import COMING_AND_GOING, Touch

Lab = dict[str, Any]


def tries(found: Iterable[Touch]) -> list[Touch]:
    """The events that try something: changes, sign-ins, what was refused or failed. Who looks round tries nothing."""
    return [one for one in found if one.changed or one.error or one.name in COMING_AND_GOING]


def open_step(attempt: Attempt, lab: Lab) -> str:
    return attempt.current or lab["steps"][0]["id"]


def told_apart(touched: set[str]) -> set[str]:
    """Of inputs, those that not just any call touches."""
    return {one for one in touched if one != inputs.STATE and not one.startswith("any event")}


def begun(attempt: Attempt, lab: Lab, known: Known, reads: Reads, touched: set[str], tried: set[str]) -> set[str]:
    """The steps that can be done and are not, and to which what happened relates.

    It relates to the open step where a try touched what a check's test reads; to another, that is not looked at, only
    where it touched what tells of that test alone.
    """
    done, here, found = passed_steps(lab, known), open_step(attempt, lab), set()
    for step in lab["steps"]:
        if step["id"] in done or not done.issuperset(step.get("needs", ())):
            continue
        own = [reads[step["id"], check["id"]] for check in step.get("checks", ())]
        if any(read.near & touched or (step["id"] == here and read.tests[0] & tried) for read in own):
            found.add(step["id"])
    return found


def again(check: dict[str, Any], fact: Fact | None, result: Result, read: Read, tried: Collection[str]) -> bool:
    """Whether a check failed once more as it did before, and a try touched the mistake that it fails by."""
    if fact is None or not result.code or (fact.status, fact.code) != (result.status, result.code):
        return False
    codes = [code_of(mistake) for mistake in check.get("mistakes", ())]
    return any(
        code == result.code and not reads.isdisjoint(tried) for code, reads in zip(codes, read.tests[1:], strict=True)
    )
