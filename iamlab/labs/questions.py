"""Questions: single, multiple, match, order, text, number, predict, pick the event, pick the
statement, fix the policy."""

from typing import Any

from iamlab.labs.event_tests import matching
from iamlab.labs.view import View
from iamlab.labs.vocabulary import fill, holds

Question = dict[str, Any]
INCOMPLETE = {
    "match": "Choose one for each first.",
    "order": "Give each a place of its own first: 1, 2, 3 and so on.",
    "text": "Type an answer first.",
    "number": "Type a number first.",
}
# Kinds that ask for what the account holds; they do not come back in a review.
ON_THE_ACCOUNT = ("event", "fix", "statement")


def is_correct(question: Question, given: Any, view: View) -> bool:
    """Whether a try is right. `given`: an option's id, a list of them, pairs, a text or a number, by kind."""
    return JUDGES[question["kind"]](fill(question, view.bound), given, view)


def incomplete(question: Question) -> str:
    """What is said of an answer that is not whole."""
    return INCOMPLETE.get(question["kind"], "Choose an answer first.")


def right_options(question: Question) -> set[str]:
    return {option["id"] for option in question["options"] if option.get("right")}


def _single(question: Question, given: Any, view: View) -> bool:
    return {given} == right_options(question) if isinstance(given, str) else False


def _multiple(question: Question, given: Any, view: View) -> bool:
    return isinstance(given, list) and set(given) == right_options(question)


def _match(question: Question, given: Any, view: View) -> bool:
    """Every left side has its own right side; `given` maps ids."""
    return isinstance(given, dict) and given == {pair["id"]: pair["match"] for pair in question["pairs"]}


def _order(question: Question, given: Any, view: View) -> bool:
    return given == question["order"]


def _text(question: Question, given: Any, view: View) -> bool:
    return _plain(given) in {_plain(text) for text in question["accept"]}


def _plain(text: Any) -> str:
    """A text without its case, and without the spaces, quotes and full stop that may stand around it."""
    return " ".join(str(text).lower().split()).strip(" .,!`'\"")


def _number(question: Question, given: Any, view: View) -> bool:
    try:
        return abs(float(given) - float(question["value"])) <= float(question.get("within", 0))
    except (TypeError, ValueError):
        return False


def _event(question: Question, given: Any, view: View) -> bool:
    """An event's id; right when its record fits the question's event."""
    return any(record["eventID"] == given for record in matching(question["event"], view))


def _statement(question: Question, given: Any, view: View) -> bool:
    """An option as the evaluator made it for this very try (iamlab/labs/deciding.py)."""
    return isinstance(given, dict) and given.get("right") is True


def _fix(question: Question, given: Any, view: View) -> bool:
    """The world itself tells whether the policy is mended."""
    return holds(question["test"], view)


JUDGES = {
    "single": _single,
    "predict": _single,
    "multiple": _multiple,
    "match": _match,
    "order": _order,
    "text": _text,
    "number": _number,
    "event": _event,
    "fix": _fix,
    "statement": _statement,
}
