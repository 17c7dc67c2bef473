"""What a wrong answer shows to be misunderstood: the code of the option that was chosen, or the question's concept."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils import timezone

from iamlab.labs import content
from iamlab.labs.models import Answer, Attempt, CheckFact

NO_WORDS = "Compare it once more with the text."
Question = dict[str, Any]
Found = tuple[str, str]  # a code, and what is said of it


def asked(test: dict[str, Any]) -> Iterator[str]:
    """The questions that a check's test waits for."""
    if "answer" in test:
        yield test["answer"]
    for part in test.get("all", ()):
        yield from asked(part)


def of(question: Question, given: Any) -> Found | None:
    """The misconception in a wrong answer. None in one that lacks something only, or where the author names none."""
    options = question.get("options")
    if question["kind"] == "statement":
        kept = given if isinstance(given, dict) else {}
        return _named(question, kept, kept.get("why") or question.get("wrong", NO_WORDS))
    if options is None:
        return _named(question, {}, question.get("wrong", NO_WORDS))
    chosen = given if isinstance(given, list) else [given]
    wrong = next((option for option in options if option["id"] in chosen and not option.get("right")), None)
    return _named(question, wrong, wrong["why"]) if wrong is not None else None


def _named(question: Question, option: dict[str, Any], said: str) -> Found | None:
    code = option.get("code") or question.get("concept")
    return (code, said) if code else None


def of_check(check: dict[str, Any], lab: dict[str, Any], answers: Callable[[str], list[Answer]]) -> Found | None:
    """That of the last answer to a question that a check still waits for."""
    for name in asked(check["test"]):
        question, given = content.question_of(lab, name), answers(name)
        if question is not None and given and not any(answer.correct for answer in given):
            return of(question, given[-1].given)
    return None


def of_mistakes(check: dict[str, Any]) -> Iterator[Found]:
    yield from ((mistake["code"], mistake["say"]) for mistake in check.get("mistakes", ()))


def of_answers(lab: dict[str, Any], check: dict[str, Any]) -> Iterator[Found]:
    """Every misconception that answers to a check's questions may show, in the author's order."""
    for name in asked(check["test"]):
        question = content.question_of(lab, name) or {}
        wrong = [option["id"] for option in question.get("options", ()) if not option.get("right")]
        if question.get("kind") == "statement":
            wrong = [*question.get("options", ()), *question.get("beside", ()), None]
        found = (of(question, one) for one in (wrong if wrong or "options" in question else [None]))
        yield from (one for one in found if one is not None)


def standing(attempt: Attempt, question: str) -> dict[int, CheckFact]:
    """The facts of the checks that wait for a question, by key."""
    checks = content.checks_of(attempt.lab_version.data)
    waiting = {(step["id"], check["id"]) for step, check in checks if question in asked(check["test"])}
    return {fact.pk: fact for fact in attempt.checks.all() if (fact.step, fact.check_id) in waiting}


def count_again(before: dict[int, CheckFact], after: dict[int, CheckFact]) -> None:
    """Count a wrong answer that shows what the one before it showed: a check that says the same says nothing new."""
    for key, fact in after.items():
        was = before.get(key)
        if was is not None and fact.status == "fail" and fact.code and fact.tries == was.tries:
            fact.tries = {**fact.tries, fact.code: fact.tries.get(fact.code, 0) + 1}
            fact.changed = timezone.now()
            fact.save(update_fields=["tries", "changed"])
