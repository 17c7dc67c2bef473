"""Marks, derived from facts each time they are looked at. Nothing here is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from iamlab.labs import kept
from iamlab.labs.models import Answer, Attempt, HintUse, Override
from iamlab.labs.results import Fact, States

PRICES = {1: 0.0, 2: 0.1, 3: 0.3, 4: 0.5}  # share of the step's points; 4 is show me
BONUS_MOST = 5.0  # points of 100, for what is better than asked; nobody gets above 100
Lab = dict[str, Any]


@dataclass(slots=True)
class StepScore:
    """A step's marks. `auto` and `effective` are shares of 1, `points` what the step weighs."""

    step: str
    points: float
    passed_share: float
    help: float
    auto: float
    override: float | None
    comment: str = ""

    @property
    def effective(self) -> float:
        return self.auto if self.override is None else self.override


@dataclass(slots=True)
class Score:
    """A lab's marks, 0 to 100. `auto` counts steps marked by hand; `bonus` is what it has beyond the steps."""

    steps: dict[str, StepScore]
    auto: float
    override: float | None
    comment: str = ""
    bonus: float = 0.0

    @property
    def automatic(self) -> float:
        """From checks, answers and hints alone, as if no step had been marked by hand."""
        return out_of_100(((step.points, step.auto) for step in self.steps.values()), self.bonus)

    @property
    def effective(self) -> float:
        return self.auto if self.override is None else self.override


def prices(lab: Lab) -> dict[int, float]:
    own = lab.get("prices", {})
    return {tier: float(own.get(tier, own.get(str(tier), price))) for tier, price in PRICES.items()}


def help_used(hints: list[HintUse]) -> dict[str, float]:
    """The highest price used, by step."""
    found: dict[str, float] = {}
    for hint in hints:
        found[hint.step] = max(found.get(hint.step, 0.0), hint.price)
    return found


def question_factor(question: dict[str, Any], answers: list[Answer]) -> float:
    """Each wrong try costs 1/(options - 1) of the item, floor 0; 0 until it is right."""
    tries = [answer for answer in answers if answer.question == question["id"]]
    if not any(answer.correct for answer in tries):
        return 0.0
    wrong = next(i for i, answer in enumerate(tries) if answer.correct)
    options = max(len(question.get("options") or question.get("choices") or question.get("items") or ()), 2)
    return max(0.0, 1 - wrong / (options - 1))


def check_share(
    check: dict[str, Any], fact: Fact | kept.Check | None, lab: Lab, answers: list[Answer], graded: bool
) -> float:
    """What a check earns of its part of the step.

    One in error, ours or the author's, earns all of it: left out of the reckoning, it would make the others weigh more,
    and cost who would have passed it.
    """
    if fact is None or fact.status not in ("pass", "error"):
        return 0.0
    asked = check["test"].get("answer")
    if not graded or asked is None:
        return 1.0
    question = next((q for q in lab["questions"] if q["id"] == asked), None)
    return question_factor(question, answers) if question else 1.0


def score(attempt: Attempt) -> Score:
    """The marks of an attempt as it stands, or as it was submitted. Five queries."""
    return score_of(
        attempt.lab_version.data,
        list(attempt.checks.all()),
        list(attempt.hints.all()),
        list(attempt.answers.filter(review=False).order_by("pk")),
        list(attempt.overrides.all()),
        graded=attempt.graded,
    )


def scores(attempts: list[Attempt]) -> dict[int, Score]:
    """The marks of many attempts by their keys, in one query. `lab_version` should be selected with them."""
    found = kept.of(attempts)
    return {attempt.pk: score_kept(attempt, found[attempt.pk]) for attempt in attempts}


def score_kept(attempt: Attempt, facts: kept.Kept) -> Score:
    """The marks of an attempt whose facts have been read."""
    return score_of(
        attempt.lab_version.data, facts.checks, facts.hints, facts.answers, facts.overrides, graded=attempt.graded
    )


def score_of(
    lab: Lab,
    checks: Iterable[Fact | kept.Check],
    hints: list[HintUse],
    answers: list[Answer],
    overrides: list[Override],
    *,
    graded: bool,
) -> Score:
    facts = {(fact.step, fact.check_id): fact for fact in checks}
    used = help_used(hints) if graded else {}
    given = {override.step: override for override in overrides}
    steps: dict[str, StepScore] = {}
    for step in lab["steps"]:
        own = [check for check in step.get("checks", ()) if not check.get("bonus")]
        shares = [check_share(check, facts.get((step["id"], check["id"])), lab, answers, graded) for check in own]
        share = sum(shares) / len(shares) if shares else 0.0
        cost = used.get(step["id"], 0.0)
        override = given.get(step["id"])
        steps[step["id"]] = StepScore(
            step["id"],
            float(step.get("weight", 0)),
            share,
            cost,
            share * (1 - cost),
            override.score / 100 if override else None,
            override.comment if override else "",
        )
    whole = given.get("")
    extra = bonus(lab, facts)
    auto = out_of_100(((step.points, step.effective) for step in steps.values()), extra)
    return Score(steps, auto, whole.score if whole else None, whole.comment if whole else "", extra)


def bonus(lab: Lab, facts: States) -> float:
    """Points for checks beyond what is asked, once they pass."""
    earned = [
        float(check.get("bonus", 0))
        for step in lab["steps"]
        for check in step.get("checks", ())
        if (fact := facts.get((step["id"], check["id"]))) is not None and fact.status == "pass"
    ]
    return min(sum(earned), BONUS_MOST)


def out_of_100(parts: Iterable[tuple[float, float]], extra: float) -> float:
    """Points with the share of each that was earned, and what comes on top; nobody gets above 100."""
    given = list(parts)
    weight = sum(points for points, _ in given)
    earned = sum(points * share for points, share in given)
    return round(min(100.0, (earned / weight * 100 if weight else 0.0) + extra), 2)
