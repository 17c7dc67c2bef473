"""A question as the panel shows it: what may be chosen, the last try, and the explanation of what was chosen."""

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html

from iamlab.components.templatetags.components import spans
from iamlab.labs import predicting
from iamlab.labs.event_tests import identity
from iamlab.labs.models import Answer, Attempt
from iamlab.labs.questions import right_options
from iamlab.labs.texts import inline, render
from iamlab.labs.translations import attribute
from iamlab.labs.view import View
from iamlab.sandbox.records import Record

ROWS = 20  # of the record that an event is picked from
NAMING = ("key", "roleArn", "roleName", "policyName", "groupName", "userName", "bucketName")  # what a call is about
Question = dict[str, Any]
Names = dict[str, str]


def question_data(
    attempt: Attempt, question: Question, answers: list[Answer], names: Names, statements: Sequence[Any] = ()
) -> dict[str, Any]:
    """`statements`: the options of a question for the deciding one, where they are shown; they cost queries."""
    tries = [answer for answer in answers if answer.question == question["id"]]
    last = tries[-1] if tries else None
    given: Any = last.given if last is not None else None
    chosen = set(given) if isinstance(given, list) else {given} if isinstance(given, str) else set()
    matched = given if isinstance(given, dict) else {}
    if question["kind"] == "statement":
        chosen = {matched.get("id")}
    places = {item: place for place, item in enumerate(given, 1)} if isinstance(given, list) else {}
    options = events(attempt, question) if question["kind"] == "event" else question.get("options", ())
    if question["kind"] == "statement":
        options = statements
    return {
        **question,
        "html": inline(question["text"], names),
        "lang": attribute(attempt.lab_version.data, attempt.language),
        "tries": len(tries),
        "correct": last.correct if last else None,
        "options": [
            {**option, "html": _line(question, option, names), "chosen": option["id"] in chosen} for option in options
        ],
        "items": [
            {**item, "html": inline(item["text"], names), "place": places.get(item["id"], "")}
            for item in question.get("items", ())
        ],
        "pairs": [
            {**pair, "html": inline(pair["text"], names), "chosen": matched.get(pair["id"])}
            for pair in question.get("pairs", ())
        ],
        "compared": compared(attempt, question, tries[0] if tries else None, names),
        "why": list(_why(question, last, chosen, names)),
        "given": given if isinstance(given, str) else "",
        "picked": _line(question, matched, names) if question["kind"] == "statement" and matched else "",
    }


def _line(question: Question, option: dict[str, Any], names: Names) -> str:
    """An option's text. That of a statement names what the learner made, and is escaped as it is put into the page."""
    plain = question["kind"] == "statement" and not option.get("authored")
    return option["text"] if plain else inline(option["text"], names)


def compared(attempt: Attempt, question: Question, first: Answer | None, names: Names) -> dict[str, Any] | None:
    """What was predicted, in the words that were chosen, beside what came of it."""
    found = predicting.compared(attempt, question, first)
    return found and {**found, "said": inline(found["said"], names)}


def _why(question: Question, last: Answer | None, chosen: set[str], names: Names) -> list[str]:
    """The explanation of each chosen option; of other kinds that of a right or a wrong answer."""
    if last is None:
        return []
    if question["kind"] == "statement":  # as it was said then: the policies may have changed since
        kept = last.given if isinstance(last.given, dict) else {"why": question.get("wrong", "")}
        told: list[str] = [render(kept["why"], names)] if kept.get("why") else []
        return [*told, format_html("<p>{}</p>", spans(kept["trace"]))] if kept.get("trace") else told
    if question.get("options"):
        said = [option["why"] for option in question["options"] if option["id"] in chosen]
        if question["kind"] == "multiple" and chosen < right_options(question):
            said.append("All that you chose is right, but something is missing.")
    else:
        said = [question["why"] if last.correct else question.get("wrong", "Compare it once more with the text.")]
    return [render(one, names) for one in said]


def reads_events(lab: dict[str, Any], step: dict[str, Any]) -> bool:
    """Whether a question of a step shows something of the record."""
    asked = [question for question in lab["questions"] if question["id"] in step.get("questions", ())]
    return any(question["kind"] == "event" or "run" in question for question in asked)


def events(attempt: Attempt, question: Question) -> list[dict[str, str]]:
    """Rows of the attempt's own record to choose from, newest first."""
    found = list(View(attempt).records(question.get("names") or [question["event"]["name"]]))[-ROWS:]
    return [{"id": record["eventID"], "text": row_text(record)} for record in reversed(found)]


def row_text(record: Record) -> str:
    """A row as one reads it in a log: when, what, by whom, on what, and whether it was refused."""
    asked = record.get("requestParameters") or {}
    about = next((asked[name] for name in NAMING if isinstance(asked.get(name), str)), "")
    on = f" on `{about.replace('`', '').replace('<', '&lt;')}`" if about else ""
    failed = ", refused" if record.error else ""
    return f"`{record['eventTime']}` {record['eventName']} by {identity(record)}{on}{failed}"
