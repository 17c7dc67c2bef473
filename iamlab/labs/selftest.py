"""A lab proves itself: its start earns nothing, its solution everything, and each mistake its own message."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.test.utils import override_settings

from iamlab.labs import (
    attempts,
    clockwork,
    content,
    deciding,
    facts,
    misconceptions,
    past,
    performing,
    runner,
    scoring,
    variants,
)
from iamlab.labs.event_tests import matching
from iamlab.labs.models import Attempt, CheckFact
from iamlab.labs.view import View
from iamlab.labs.vocabulary import fill, tell
from iamlab.people.models import Person

Lab = dict[str, Any]
# Hashing slowly is what real passwords need; those of a lab's own lines are printed in its folder.
QUICK = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


class Undone(Exception):
    """Raised to leave the database as it was."""


@contextmanager
def undone() -> Iterator[None]:
    """What is done within stays within."""
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


def test_lab(lab: Lab) -> list[str]:
    """What is wrong with a lab, one sentence each; nothing of the test stays in the database."""
    problems: list[str] = []
    with QUICK:
        for variant in variants.of(lab):
            problems += (f"{f'in variant {variant}: ' if variant else ''}{one}" for one in _proved(lab, variant))
    return problems


def _proved(lab: Lab, variant: str) -> list[str]:
    """What the test finds in a new attempt that is gone afterwards; each part of it begins where the lab does."""
    found: list[str] = []
    with undone():
        try:
            person = Person.objects.create(username=f"selftest of {lab['id']}")
            attempt = attempts.begin(person, lab, variant=variant)
            for part in (_in_order, _shuffled):
                found += _taken_back(part, lab, attempt)
        except performing.LineFailed as error:
            found.append(str(error))
    return found


def _taken_back(part: Callable[[Lab, Attempt], Iterator[str]], lab: Lab, attempt: Attempt) -> list[str]:
    """What a part finds, also before a line of it failed. The attempt is left as it was."""
    found: list[str] = []
    with undone():
        try:
            found.extend(part(lab, _again(attempt)))
        except performing.LineFailed as error:
            found.append(str(error))
    return found


def _in_order(lab: Lab, attempt: Attempt) -> Iterator[str]:
    """Start, solution in the author's order with each step's mistakes before its own lines, then undo and redo."""
    if (start := scoring.score(attempt).auto) != 0:
        yield f"the start scores {start}, not 0: {', '.join(_passed(attempt))}"
    if called := _failures(attempt):
        yield f"the start is called wrong: {', '.join(f'{check} {code}' for check, code in sorted(called.items()))}"
    solved = {part["step"] for part in lab["solution"]}
    for mistake in lab["mistakes"]:
        if mistake.get("at", mistake["step"]) not in solved:
            yield f"mistake {_label(mistake)}: its step has no solution to be put in place of"
    yield from _unproved(lab)
    for part in lab["solution"]:
        for mistake in lab["mistakes"]:
            if mistake.get("at", mistake["step"]) == part["step"]:
                yield from _mistake(attempt, lab, mistake)
        yield from _wrong_answers(attempt, lab, content.step_of(lab, part["step"]) or {})
        solve(attempt, lab, part["lines"])
    yield from _not_passed(attempt, "the solution")
    if attempt.start is not None:
        end = past.take(attempt, "checkpoint", "end")
        attempts.jump(attempt, attempt.start)
        attempts.jump(attempt, end)
        yield from _not_passed(attempt, "going back and forth again")


def _shuffled(lab: Lab, attempt: Attempt) -> Iterator[str]:
    """The solution in the order most unlike the author's that `needs` permits."""
    parts = {part["step"]: part for part in lab["solution"]}
    needs = {step["id"]: needs_of(step) & set(parts) for step in lab["steps"]}
    left = list(parts)
    if list(shuffle(left, needs)) == left:
        return
    for step in shuffle(left, needs):
        solve(attempt, lab, parts[step]["lines"])
    yield from _not_passed(attempt, "the solution in another order")


def needs_of(step: dict[str, Any]) -> set[str]:
    """The steps that a step or one of its checks needs."""
    return set(step.get("needs", ())).union(*(check.get("needs", ()) for check in step.get("checks", ())))


def shuffle(steps: Iterable[str], needs: dict[str, set[str]]) -> Iterator[str]:
    """Steps with what each needs before it, else the last first."""
    left = list(steps)
    done: set[str] = set()
    while left:
        free = [step for step in left if needs.get(step, set()) <= done]
        chosen = free[-1] if free else left[0]
        left.remove(chosen)
        done.add(chosen)
        yield chosen


def _passed(attempt: Attempt) -> list[str]:
    return sorted(f"{fact.step}/{fact.check_id}" for fact in attempt.checks.filter(status="pass"))


def _not_passed(attempt: Attempt, what: str) -> Iterator[str]:
    score = scoring.score(attempt).auto
    if score != 100:
        yield f"{what} scores {score}, not 100"
    for fact in attempt.checks.exclude(status="pass"):
        yield f"after {what} {fact.step}/{fact.check_id} is {fact.status}: {fact.message}"


def solve(attempt: Attempt, lab: Lab, lines: Iterable[dict[str, Any]]) -> None:
    """Perform lines one by one as a learner would, each followed by the checks that it touched."""
    for line in lines:
        if "answer" in line:
            question = content.question_of(lab, line["answer"])
            if question is None:
                raise performing.LineFailed(f"no question {line['answer']}")
            attempts.answer(attempt, question, given(attempt, question, line["give"]))
            continue
        if "fault" in line:
            attempts.break_it(attempt, content.step_of(lab, line["fault"]) or {})
            continue
        if "clock" in line:
            clockwork.move(attempt, line["clock"])
            continue
        names = performing.perform(attempt.sandbox, [line], attempt.bound, lab.get("files") or {})
        attempt.bound = {**attempt.bound, **names}
        runner.catch_up(attempt)


def given(attempt: Attempt, question: dict[str, Any], give: Any) -> Any:
    """What a solution answers; where a question asks for an event, the id of the newest that fits `give`, and where it
    asks for a statement, the option whose text begins so."""
    if question["kind"] == "statement":
        option = deciding.begun(attempt, question, give)
        if option is None:
            raise performing.LineFailed(f"{question['id']} offers no option {give}")
        return option
    if question["kind"] != "event":
        return give
    found = matching(fill(give, attempt.bound), View(attempt))
    if not found:
        raise performing.LineFailed(f"no event fits {give}")
    return found[-1]["eventID"]


def _failures(attempt: Attempt) -> dict[str, str]:
    stored = facts.stored(attempt).values()
    return {f"{fact.step}/{fact.check_id}": fact.code for fact in stored if fact.status == "fail" and fact.code}


def _again(attempt: Attempt) -> Attempt:
    """The attempt as it is stored, for who changes it and is undone; the lab is large, and stays as it was read."""
    fresh = Attempt.objects.select_related("sandbox").get(pk=attempt.pk)
    fresh.lab_version = attempt.lab_version
    return fresh


def _mistake(attempt: Attempt, lab: Lab, mistake: dict[str, Any]) -> list[str]:
    """Perform a mistake where its step's solution belongs. It must yield its code there, and no other anywhere."""
    problems: list[str] = []
    with undone():
        try:
            problems += _made(_again(attempt), lab, mistake)
        except performing.LineFailed as error:
            problems.append(f"mistake {_label(mistake)}: {error}")
    return problems


def _made(attempt: Attempt, lab: Lab, mistake: dict[str, Any]) -> Iterator[str]:
    """Perform a mistake, and tell what comes of it that should not."""
    place = (mistake["step"], mistake["check"])
    told = _told(lab, mistake)
    wanted = "" if told.get("midway") else mistake["code"]
    before = _failures(attempt)
    solve(attempt, lab, mistake["lines"])
    after = _failures(attempt)
    others = {code for key, code in after.items() if code not in (before.get(key), wanted)}
    fact = facts.stored(attempt).get(place)
    said = tell(told["say"], content.names(lab, attempt.bound))
    if fact is None or (fact.status, fact.code, fact.message) != ("fail", wanted, said):
        yield f"mistake {_label(mistake)} came out as {_outcome(fact)}"
    if others := others - set(mistake.get("also", ())):
        yield f"mistake {_label(mistake)} yields other codes too: {', '.join(sorted(others))}"


def _outcome(fact: CheckFact | None) -> str:
    return f"{fact.status} {fact.code} {fact.message}" if fact else "not run"


def _unproved(lab: Lab) -> Iterator[str]:
    """Each mistake that a check tells of, and that is one, is made by the lab's own lines."""
    made = {(one["step"], one["check"], one["code"]) for one in lab["mistakes"]}
    for step, check in content.checks_of(lab):
        for mistake in check.get("mistakes", ()):
            if not mistake.get("midway") and (step["id"], check["id"], mistake["code"]) not in made:
                yield f"mistake {step['id']}/{check['id']} {mistake['code']}: mistakes.yaml has no lines that make it"


def _wrong_answers(attempt: Attempt, lab: Lab, step: dict[str, Any]) -> Iterator[str]:
    """Each wrong option of a step's questions fails its check with its code, or the question's concept."""
    for check in step.get("checks", ()):
        asked = (content.question_of(lab, name) for name in misconceptions.asked(check["test"]))
        for question in (one for one in asked if one is not None):
            for option in _options(attempt, question):
                answer = {"multiple": [option["id"]], "statement": option}.get(question["kind"], option["id"])
                if option.get("right") or (meant := misconceptions.of(question, answer)) is None:
                    continue
                with undone():
                    fresh = _again(attempt)
                    attempts.answer(fresh, question, answer)
                    fact = fresh.checks.get(step=step["id"], check_id=check["id"])
                if (fact.status, fact.code) != ("fail", meant[0]):
                    yield f"answer {option['id']} to {question['id']} came out as {fact.status} {fact.code}"


def _options(attempt: Attempt, question: dict[str, Any]) -> list[dict[str, Any]]:
    if question["kind"] == "statement":
        return deciding.options(question, View(attempt))
    return question.get("options") or []


def _told(lab: Lab, mistake: dict[str, Any]) -> dict[str, Any]:
    """What the check itself says of a mistake."""
    checks = (check for step, check in content.checks_of(lab) if step["id"] == mistake["step"])
    known = (one for check in checks if check["id"] == mistake["check"] for one in check.get("mistakes", ()))
    return next((one for one in known if one["code"] == mistake["code"]), {"say": ""})


def _label(mistake: dict[str, Any]) -> str:
    return f"{mistake['step']}/{mistake['check']} {mistake['code']}"
