"""A learner's timeline: calls and happenings in one list, in the order in which they came."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from iamlab.classroom.telling import Teller
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
    "clock": "Clock moved",
}
OF_INSTRUCTORS = (
    "override",
    "message",
    "unlock",
    "extend",
    "fault",
    "look",
    "answered",
    "decided",
    "regrade",
    "rubric",
)
OF_LEARNERS = (
    "hint", "skip", "show", "brought", "answer", "reset", "undo", "jump", "what-if", "discarding", "help", "dispute",
    "submit", "clock", "offer",
)  # fmt: skip


@dataclass(slots=True)
class Item:
    """One line. `order` is its place: the event's number, then happenings behind it."""

    order: tuple[int, int, int]
    at: datetime
    kind: str  # change, read, refused, or the kind of a happening
    title: str
    by: str
    text: str | SafeString  # of a happening HTML
    step: str = ""  # by its title
    event_id: str = ""

    @property
    def event(self) -> int:
        return self.order[0]

    @property
    def searched(self) -> str:
        """What the list's filter looks in."""
        text = strip_tags(self.text) if isinstance(self.text, SafeString) else self.text
        return f"{self.title} {self.by} {self.step} {text}"


def happenings(attempt: Attempt) -> list[Happening]:
    """What happened, oldest first, with who did it: one query."""
    return list(attempt.happenings.select_related("by").order_by("pk"))


def items(attempt: Attempt, happened: list[Happening], wanted: str = "", step: str = "") -> list[Item]:
    """The timeline of an attempt, newest last: one query. Calls belong to no step, so a step shows happenings."""
    found: list[Item] = []
    if wanted in ("", "changes", "refused", "reads") and not step:
        found += [item for item in calls(attempt) if wanted in ("", GROUPS[item.kind])]
    if wanted in ("", "checks", "work", "acts"):
        teller = Teller(attempt)
        rows = [row for row in happened if step in ("", row.step) and not _is_start(row, attempt)]
        found += [_happening(row, teller) for row in rows if not wanted or row.kind in KINDS[wanted]]
    return sorted(found, key=lambda item: item.order)


def _is_start(row: Happening, attempt: Attempt) -> bool:
    """That nothing passes at the start is no news."""
    return row.kind == "check" and row.event <= attempt.began_event and row.data.get("status") in ("fail", "blocked")


GROUPS = {"change": "changes", "refused": "refused", "read": "reads"}
KINDS: dict[str, Iterable[str]] = {"checks": ("check",), "work": OF_LEARNERS, "acts": OF_INSTRUCTORS}


def calls(attempt: Attempt) -> list[Item]:
    rows = history.events(attempt.sandbox).values_list(
        "id", "real_time", "source", "name", "username", "error", "read_only", "resources", "event_id"
    )
    start = attempt.start.event if attempt.start is not None else 0
    found = []
    for seq, at, source, name, username, error, read_only, resources, event_id in rows:
        kind = "refused" if error else "read" if read_only else "change"
        names = [line.partition(" ")[2] for line in resources.split("\n")] if resources else []
        text = ", ".join(names) + (f" ({error})" if error and names else error)
        title = f"{source.partition('.')[0]}:{name}"
        who = f"the lab, as {username}" if seq <= start else username or "nobody signed in"
        found.append(Item((seq, 0, 0), at, kind, title, who, text, event_id=event_id))
    return found


def _happening(row: Happening, teller: Teller) -> Item:
    by = str(row.by) if row.by is not None else ""
    title, step = WORDS.get(row.kind, row.kind.capitalize()), teller.steps.get(row.step, row.step)
    return Item((row.event, 1, row.pk), row.at, row.kind, title, by, teller.told(row.kind, row.step, row.data), step)
