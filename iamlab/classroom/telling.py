"""What a happening of a timeline says, in the words of its lab."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString

from iamlab.components import markup
from iamlab.labs import content
from iamlab.labs.models import Attempt
from iamlab.labs.texts import inline
from iamlab.labs.vocabulary import tell

Data = dict[str, Any]
STATES = {
    "pass": "passes.",
    "fail": "does not pass",
    "blocked": "waits for other steps.",
    "error": "could not be judged: a fault of the lab's or ours, which costs nothing.",
}


class Teller:
    """Says the happenings of one attempt. What a lab's author wrote is marked up; what people wrote stays as it is."""

    def __init__(self, attempt: Attempt) -> None:
        self.lab = attempt.lab_version.data
        self.names = content.names(self.lab, attempt.bound)

    @cached_property
    def steps(self) -> dict[str, str]:
        return {step["id"]: tell(step["title"], self.names) for step in self.lab["steps"]}

    @cached_property
    def checks(self) -> dict[tuple[str, str], str]:
        return {(step["id"], check["id"]): check.get("title", "") for step, check in content.checks_of(self.lab)}

    def check(self, step: str, data: Data) -> str:
        """A check's title, its id where the lab has it no more; as CommonMark."""
        name = str(data.get("check", ""))
        return tell(self.checks.get((step, name)) or name, self.names)

    def question(self, data: Data) -> str:
        found = content.question_of(self.lab, str(data.get("question")))
        return tell(found["text"], self.names) if found else str(data.get("question", ""))

    def told(self, kind: str, step: str, data: Data) -> SafeString:
        """A line of HTML."""
        if not data:
            return SafeString("")
        if kind == "check":
            return written(self.verdict(step, data))
        if kind == "answer":
            return written(f"{'Right' if data.get('correct') else 'Wrong'}: {self.question(data)}")
        if kind in ("dispute", "decided"):
            said = {"decided": "Agreed. " if data.get("agreed") else "Not agreed. "}.get(kind, "")
            return written(f"{self.check(step, data)}: ") + spoken(said + (data.get("text") or data.get("reply") or ""))
        return spoken(SAID.get(kind, listed)(data))

    def verdict(self, step: str, data: Data) -> str:
        said = STATES.get(str(data.get("status")), "")
        if data.get("status") == "fail":
            said += f" ({data['code']})." if data.get("code") else "."
        told = data.get("message") or "" if data.get("status") == "fail" else ""
        return f"{self.check(step, data)}: {said} {told}".strip()


def spoken(text: str) -> SafeString:
    """What somebody wrote: as text, and nothing behind it is turned round."""
    return SafeString(escape(markup.unturned(text)))


def written(text: str) -> SafeString:
    """What a lab's author wrote, with names of the learner's in it."""
    return inline(markup.unturned(text).replace("<", "\\<"), {})


def listed(data: Data) -> str:
    return ", ".join(f"{name}: {value}" for name, value in data.items() if value not in ("", None))


def marked(data: Data) -> str:
    """A mark by hand, or that it was taken away."""
    row, score = data.get("row"), data.get("score")
    said = "taken away" if score is None else f"{score:g} %"
    return f"{f'{row}: ' if row else ''}{said}. {data.get('comment') or ''}".strip()


def counted(data: Data) -> str:
    lines = len(data.get("lines", ()))
    return f"{lines} call{'s' if lines != 1 else ''}"


def tried(data: Data) -> str:
    if "adopted" in data:
        return "kept" if data["adopted"] else "discarded"
    return f"from {data['from_']}" if data.get("from_") else data.get("to") or ""


SAID: dict[str, Callable[[Data], str]] = {
    "hint": lambda data: f"Hint {data.get('tier')}, price {round(100 * data.get('price', 0))} %",
    "help": lambda data: data.get("text") or "",
    "message": lambda data: data.get("text") or "",
    "override": marked,
    "rubric": marked,
    "extend": lambda data: f"Due {data.get('due')}",
    "fault": lambda data: data.get("fault") or "",
    "look": lambda data: f"The console of {data.get('at')}",
    "regrade": lambda data: f"Automatic mark {data.get('before'):g} before, {data.get('after'):g} now",
    "submit": lambda data: f"Automatic mark {data.get('score'):g}",
    "show": counted,
    "brought": counted,
    "what-if": tried,
    "clock": lambda data: f"{round(data.get('seconds', 0) / 3600, 1):g} hours on",
    **dict.fromkeys(("reset", "undo", "jump", "discarding"), lambda data: f"To {data['to']}" if data.get("to") else ""),
}
