"""How much a YAML file may hold, before anything is made of it: who loads one recurses, and aliases multiply."""

from dataclasses import dataclass
from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, several times as fast
DEEPEST = 40  # the C loader ends the whole process some ten thousand levels down
LARGEST = 300_000  # values and their characters
LONGEST = 10_000  # characters of one value; what reads a text may take the square of its length
UNFIT = {chr(0), *map(chr, range(0xD800, 0xE000))}  # no database keeps them


@dataclass(slots=True)
class Part:
    """A value with all that it holds; an alias is as large as what it stands for."""

    anchor: str | None = None
    size: int = 1
    height: int = 0

    def take(self, other: "Part") -> None:
        self.size += other.size
        self.height = max(self.height, other.height + 1)


def excess(text: str) -> tuple[int, int, str] | None:
    """Line and column where a text holds more than a lab needs, or what cannot be kept, and why.

    Raises YAMLError where it is no YAML.
    """
    whole: dict[str, Part] = {}
    parts = [Part()]
    for event in yaml.parse(text, Loader=LOADER):
        why = _wrong(event, parts, whole)
        if why:
            mark: Any = event.start_mark
            return mark.line + 1, mark.column + 1, why
    return None


def _wrong(event: Any, parts: list[Part], whole: dict[str, Part]) -> str:
    """What is wrong with the text up to an event, "" for nothing."""
    if isinstance(event, yaml.CollectionStartEvent):
        parts.append(Part(event.anchor))
    elif isinstance(event, (yaml.CollectionEndEvent, yaml.ScalarEvent, yaml.AliasEvent)):
        if isinstance(event, yaml.AliasEvent) and any(part.anchor == event.anchor for part in parts):
            return f"*{event.anchor} is a part of itself"
        done = _done(event, parts, whole)
        if done.anchor is not None:
            whole[done.anchor] = done
        parts[-1].take(done)
    if isinstance(event, yaml.ScalarEvent) and not UNFIT.isdisjoint(event.value):
        return "a character here cannot be kept"
    if isinstance(event, yaml.ScalarEvent) and len(event.value) > LONGEST:
        return f"a value has at most {LONGEST:,} characters"
    if len(parts) > DEEPEST or parts[-1].height > DEEPEST:
        return f"this is nested deeper than {DEEPEST} levels"
    if parts[-1].size > LARGEST:
        return f"up to here the file comes to more than {LARGEST:,} characters, aliases written out"
    return ""


def _done(event: Any, parts: list[Part], whole: dict[str, Part]) -> Part:
    """What an event ends: a list or mapping, a value, or what an alias stands for."""
    if isinstance(event, yaml.CollectionEndEvent):
        return parts.pop()
    if isinstance(event, yaml.AliasEvent):
        found = whole.get(event.anchor or "", Part())
        return Part(None, found.size, found.height)
    return Part(event.anchor, 1 + len(event.value))
