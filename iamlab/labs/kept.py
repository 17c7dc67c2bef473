"""What is kept of attempts, read for many of them in one statement: marks and heat maps are derived from it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from iamlab.labs import seen
from iamlab.labs.models import Answer, Attempt, HelpCall, HintUse, Override, StepFact
from iamlab.services import statements

# Kind -> columns, and where they are read, as in `seen`; before a column of a time stands an @.
PARTS = {
    "check": ("id step check_id status code #undone #tries @passed @changed", "labs_checkfact where attempt_id = {id}"),
    "step": (
        "id step @opened @begun @passed @skipped @read unlocked",
        "labs_stepfact where attempt_id = {id}",
    ),
    "hint": ("id step tier price @at", "labs_hintuse where attempt_id = {id}"),
    "answer": ("id question correct", "labs_answer where not review and attempt_id = {id}"),
    "override": ("id step score comment by_id @at", "labs_override where attempt_id = {id}"),
    "hand": ("id text @asked", "labs_helpcall where answered is null and attempt_id = {id}"),
}
MODELS = {"step": StepFact, "hint": HintUse, "answer": Answer, "override": Override, "hand": HelpCall}


class Check(NamedTuple):
    """How a check stands; a CheckFact has more of it, and costs many times as much to make."""

    id: int
    step: str
    check_id: str
    status: str
    code: str
    undone: dict[str, Any]
    tries: dict[str, int]
    passed: datetime | None
    changed: datetime


class Kept:
    """An attempt's facts, each kind in the order in which they came. Of rows only what PARTS names is there."""

    def __init__(self, row: Attempt) -> None:
        self.checks = [Check(*values) for values in _values(row, "check")]
        self.steps: list[StepFact] = _models(row, "step")
        self.hints: list[HintUse] = _models(row, "hint")
        self.answers: list[Answer] = _models(row, "answer")  # not those of reviews
        self.overrides: list[Override] = _models(row, "override")
        self.hands: list[HelpCall] = _models(row, "hand")  # those that nobody has answered


def told(rows: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Attempts with all that `Kept` is made of."""
    parts = {kind: (columns.replace("@", ""), source) for kind, (columns, source) in PARTS.items()}
    return seen.with_parts(rows, parts, "kept")


def of_keys(keys: Collection[int]) -> dict[int, Kept]:
    """What is kept now of attempts by their keys: one query."""
    rows = told(Attempt.objects.filter(pk__in=keys).only("pk")) if keys else ()
    return {row.pk: Kept(row) for row in rows}


def of(attempts: Iterable[Attempt]) -> dict[int, Kept]:
    """By attempts: as it was when they were read, of those that were read with it; of others as it is now."""
    given = list(attempts)
    found = {one.pk: Kept(one) for one in given if "kept_check" in one.__dict__}
    return found | of_keys([one.pk for one in given if one.pk not in found])


def _values(row: Attempt, kind: str) -> list[list[Any]]:
    found = sorted(seen.listed(getattr(row, f"kept_{kind}")))  # by their keys, which come first
    times = [place for place, name in enumerate(PARTS[kind][0].split()) if name.startswith("@")]
    for values in found:
        for place in times:
            values[place] = statements.moment(values[place])
    return found


def _models(row: Attempt, kind: str) -> list[Any]:
    names = [name.lstrip("@#") for name in PARTS[kind][0].split()]
    return [MODELS[kind](**dict(zip(names, values, strict=True))) for values in _values(row, kind)]
