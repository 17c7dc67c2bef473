"""Predict before run: what a learner said would happen beside what happened then."""

import json
import math
from typing import Any

from iamlab.labs.event_tests import identity, matching
from iamlab.labs.models import Answer, Attempt
from iamlab.labs.view import View
from iamlab.labs.vocabulary import fill
from iamlab.sandbox.records import Record

Question = dict[str, Any]
WORDS = {
    "allow": "it is allowed",
    "implicit_deny": "it is refused, because nothing allows it",
    "explicit_deny": "it is refused, because something forbids it",
}


def compared(attempt: Attempt, question: Question, first: Answer | None) -> dict[str, Any] | None:
    """The first try at a question beside the first call after it that fits its `run`; None without the two."""
    run = question.get("run")
    if run is None or first is None:
        return None
    said = next((one.get("means") for one in question["options"] if one["id"] == first.given), None)
    asked = attempt.happenings.filter(kind="answer", data__question=question["id"]).order_by("pk").first()
    if said is None or asked is None:
        return None
    view = View(attempt)
    later = [one for one in matching({"error": "any", **fill(run, view.bound)}, view) if one.seq > asked.event]
    until = fill(question["until"], view.bound) if "until" in question else None
    changed = min((one.seq for one in matching(until, view)), default=math.inf) if until else math.inf
    if not later or later[0].seq > changed:
        return None
    record = later[0]
    return {
        "said": next(one["text"] for one in question["options"] if one["id"] == first.given),
        "came": told(record),
        "as_said": said == outcome(record),
        "sure": first.sure,
        "call": f"{record['eventName']} by {identity(record)}",
    }


def outcome(record: Record) -> str:
    """How a call came out, as a decision; "failure" where no policy was asked."""
    if not record.error:
        return "allow"
    if not record.error.startswith("AccessDenied"):
        return "failure"
    return "explicit_deny" if "explicit deny" in json.dumps(record.get("errorMessage", "")) else "implicit_deny"


def told(record: Record) -> str:
    """How a call came out, with the reason that AWS gives where it gives one."""
    came = outcome(record)
    if came == "failure":
        return f"it failed: {record.error}"
    reason = record.get("errorMessage", "").partition(" because ")[2]
    return f"it is refused, because {reason}" if came == "implicit_deny" and reason else WORDS[came]
