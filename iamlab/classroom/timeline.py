"""A learner's timeline: calls and happenings in one list, in the order in which they came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iamlab.labs.models import Attempt, Happening
from iamlab.sandbox import history

FILTERS = {
    "": "Everything",
    "changes": "Changes",
    "refused": "Refused and failed calls",
    "reads": "Reads",
    "checks": "Checks",
    "work": "Hints, answers, resets and help",
    "acts": "Acts of instructors",
}
WORDS = {
    "check": "Check",
    "hint": "Hint",
    "skip": "Skipped",
    "offer": "Hint offered",
    "answer": "Answer",
    "reset": "Reset",
    "undo": "Undo",
    "jump": "Jump",
    "what-if": "What if",
    "discarding": "Discarded what was tried",
    "show": "Shown",
    "brought": "Brought to a step",
    "help": "Hand up",
    "dispute": "My answer is right",
    "submit": "Handed in",
    "override": "Marked by hand",
    "message": "Message",
    "unlock": "Step unlocked",
    "extend": "Due date extended",
    "fault": "Fault put in",
    "look": "Looked at",
    "answered": "Help given",
    "decided": "Dispute decided",
    "regrade": "Regraded",
    "rubric": "Marked by hand",
}
OF_INSTRUCTORS = ("override", "message", "unlock", "extend", "fault", "look", "answered", "decided", "regrade")
OF_LEARNERS = (
    "hint", "skip", "show", "brought", "answer", "reset", "undo", "jump", "what-if", "discarding", "help", "dispute",
    "submit",
)  # fmt: skip


@dataclass(slots=True)
class Item:
    """One line. `order` is its place: the event's number, then happenings behind it."""

    order: tuple[int, int, int]
    at: datetime
    kind: str  # change, read, refused, or the kind of a happening
    title: str
    by: str
    text: str
    step: str = ""
    event_id: str = ""

    @property
    def event(self) -> int:
        return self.order[0]


def items(attempt: Attempt, wanted: str = "", step: str = "") -> list[Item]:
    """The timeline of an attempt, newest last: two queries. Calls belong to no step, so a step shows happenings."""
    found: list[Item] = []
    if wanted in ("", "changes", "refused", "reads") and not step:
        found += [item for item in calls(attempt) if wanted in ("", GROUPS[item.kind])]
    if wanted in ("", "checks", "work", "acts"):
        rows = attempt.happenings.select_related("by").order_by("pk")
        # That nothing passes at the start is no news.
        rows = rows.exclude(kind="check", event__lte=attempt.began_event, data__status__in=["fail", "blocked"])
        if wanted:
            rows = rows.filter(kind__in=KINDS[wanted])
        found += [_happening(row) for row in (rows.filter(step=step) if step else rows)]
    return sorted(found, key=lambda item: item.order)


GROUPS = {"change": "changes", "refused": "refused", "read": "reads"}
KINDS: dict[str, Iterable[str]] = {"checks": ("check",), "work": OF_LEARNERS, "acts": OF_INSTRUCTORS}


def calls(attempt: Attempt) -> list[Item]:
    rows = history.events(attempt.sandbox).values_list(
        "id", "real_time", "source", "name", "username", "error", "read_only", "resources", "event_id"
    )
    found = []
    for seq, at, source, name, username, error, read_only, resources, event_id in rows:
        kind = "refused" if error else "read" if read_only else "change"
        names = [line.partition(" ")[2] for line in resources.split("\n")] if resources else []
        text = ", ".join(names) + (f" ({error})" if error and names else error)
        title = f"{source.partition('.')[0]}:{name}"
        found.append(Item((seq, 0, 0), at, kind, title, username or "nobody signed in", text, event_id=event_id))
    return found


def _happening(row: Happening) -> Item:
    by = str(row.by) if row.by is not None else ""
    title = WORDS.get(row.kind, row.kind.capitalize())
    return Item((row.event, 1, row.pk), row.at, row.kind, title, by, told(row.kind, row.data), row.step)


def told(kind: str, data: dict[str, Any]) -> str:
    """What a happening says, in a line."""
    if kind == "check":
        code = f" ({data['code']})" if data.get("code") else ""
        return f"{data.get('check')}: {data.get('status')}{code}. {data.get('message') or ''}".strip()
    if kind == "hint":
        return f"Hint {data.get('tier')}, price {round(100 * data.get('price', 0))} %"
    if kind == "answer":
        return f"{data.get('question')}: {'right' if data.get('correct') else 'wrong'}"
    return ", ".join(f"{name}: {value}" for name, value in data.items() if value not in ("", None))
