"""YAML read with the place of everything in it, so that an author is told the line and column."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from iamlab.labs.bounds import LOADER, excess

Key = str | int
Steps = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a lab, and where. `severity`: error or warning. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}"


class Source:
    """One YAML file: its data, and the place of every value by the keys that lead to it."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.places: dict[Steps, tuple[int, int]] = {}
        self.broken: Problem | None = None
        self.data: Any = None
        try:
            text = path.read_text(encoding="utf-8")
            if (found := excess(text)) is not None:
                self.broken = Problem(name, *found)
                return
            node = yaml.compose(text, Loader=LOADER)
            if node is not None:
                self.places |= dict(_places(node, ()))
            self.data = yaml.load(text, Loader=LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self.broken = Problem(name, line, column, f"this is not YAML: {error.problem}")
        except (ValueError, yaml.YAMLError) as error:  # a day that no calendar has, a number of too many digits
            self.broken = Problem(name, 1, 1, f"this cannot be read: {error}")

    @classmethod
    def of_text(cls, name: str) -> "Source":
        """A file that is one text: all that is wrong with it is said of its beginning."""
        source = cls.__new__(cls)
        source.name, source.places, source.broken, source.data = name, {}, None, None
        return source

    def problem(self, where: Steps, message: str, severity: str = "error") -> Problem:
        """A problem at the nearest place that is known."""
        while where and where not in self.places:
            where = where[:-1]
        return Problem(self.name, *self.places.get(where, (1, 1)), message, severity)


def _places(node: yaml.Node, steps: Steps) -> Iterator[tuple[Steps, tuple[int, int]]]:
    mark = node.start_mark
    yield steps, (mark.line + 1, mark.column + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _places(item, (*steps, index))
    elif isinstance(node, yaml.MappingNode):
        for key, item in node.value:
            yield from _places(item, (*steps, key.value))
