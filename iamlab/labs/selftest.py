"""A lab proves itself: its start earns nothing, its solution everything, and each mistake its own message."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from iamlab.labs import attempts, content, performing, runner, scoring
from iamlab.labs.models import Attempt
from iamlab.people.models import Person

Lab = dict[str, Any]


class Undone(Exception):
    """Raised to leave the database as it was."""


def test_lab(lab: Lab, person: Person) -> list[str]:
    """What is wrong with a lab, one sentence each; nothing of the test stays in the database."""
    problems: list[str] = []
    for part in (_start_and_solution, *(_mistake(mistake) for mistake in lab["mistakes"])):
        try:
            with transaction.atomic():
                problems += list(part(lab, person))
                raise Undone
        except Undone:
            pass
        except performing.LineFailed as error:
            problems.append(f"{lab['id']}: {error}")
    return problems


def _start_and_solution(lab: Lab, person: Person) -> Iterator[str]:
    attempt = attempts.begin(person, lab)
    if (start := scoring.score(attempt).auto) != 0:
        done = sorted(f"{fact.step}/{fact.check_id}" for fact in attempt.checks.filter(status="pass"))
        yield f"{lab['id']}: the start scores {start}, not 0: {', '.join(done)}"
    for part in lab["solution"]:
        solve(attempt, lab, part["lines"])
    yield from _not_passed(attempt, lab)


def _not_passed(attempt: Attempt, lab: Lab) -> Iterator[str]:
    if (score := scoring.score(attempt).auto) == 100:
        return
    yield f"{lab['id']}: the solution scores {score}, not 100"
    for fact in attempt.checks.exclude(status="pass"):
        yield f"{lab['id']}: after the solution {fact.step}/{fact.check_id} is {fact.status}: {fact.message}"


def solve(attempt: Attempt, lab: Lab, lines: Iterable[dict[str, Any]]) -> None:
    """Perform lines one by one as a learner would, each followed by the checks that it touched."""
    for line in lines:
        if "answer" in line:
            question = content.question_of(lab, line["answer"])
            if question is None:
                raise performing.LineFailed(f"no question {line['answer']}")
            attempts.answer(attempt, question, line["give"])
            continue
        bound = {name: value for name, value in attempt.bound.items() if isinstance(value, str)}
        names = performing.perform(attempt.sandbox, [line], bound, lab.get("files") or {})
        attempt.bound = {**attempt.bound, **names}
        runner.catch_up(attempt)


def _mistake(mistake: dict[str, Any]) -> Any:
    """A part of the test for one mistake: the solution of the steps before, then the mistake's lines."""

    def part(lab: Lab, person: Person) -> Iterator[str]:
        attempt = attempts.begin(person, lab)
        for one in lab["solution"]:
            if one["step"] == mistake["step"]:
                break
            solve(attempt, lab, one["lines"])
        solve(attempt, lab, mistake["lines"])
        fact = attempt.checks.filter(step=mistake["step"], check_id=mistake["check"]).first()
        if fact is None or (fact.status, fact.code) != ("fail", mistake["code"]):
            found = f"{fact.status} {fact.code}" if fact else "not run"
            yield f"{lab['id']}: mistake {mistake['step']}/{mistake['check']} {mistake['code']} came out as {found}"

    return part
