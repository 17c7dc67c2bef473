"""A response as the CLI's `--output table` draws it."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

PADDING = 4
SCREEN = 80


@dataclass
class Section:
    """A titled piece of the table: an optional row of headers above rows of cells, `indent` bars in from the edge."""

    title: str = ""
    indent: int = 0
    headers: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def natural_widths(self) -> list[int]:
        lines = ([self.headers] if self.headers else []) + self.rows
        return [max(width(cell) for cell in column) for column in zip(*lines, strict=False)] if lines else []

    def total_width(self) -> int:
        cells = sum(natural + PADDING for natural in self.natural_widths()) + 2
        return max(width(self.title) + 2, cells) + 2 * self.indent

    def widths(self, total: int) -> list[int]:
        """The columns' widths, stretched to `total` in proportion."""
        natural = [column + PADDING for column in self.natural_widths()]
        if not natural:
            return []
        factor = total / sum(natural)
        stretched = [round(factor * column) for column in natural]
        over = sum(stretched) - total
        order = range(len(stretched)) if over > 0 else range(len(stretched) - 1, -1, -1)
        while over:
            for i in order:
                step = 1 if over > 0 else -1
                stretched[i] -= step
                over -= step
                if not over:
                    break
        return stretched


def table(title: str, response: Any, screen: int = SCREEN) -> str:
    """The table of a response, empty for an empty one. Where it is wider than the `screen`, single rows stand up."""
    sections = list(_sections(title, response, 0))
    if not sections:
        return ""
    if max(section.total_width() for section in sections) > screen:
        sections = [_upright(section) for section in sections]
    total = max(section.total_width() for section in sections)
    lines = ["-" * total]
    for section in sections:
        bars = "|" * section.indent
        lines += [f"{bars}{line}{bars}" for line in _drawn(section, total - 2 * section.indent)]
    return "\n".join(lines) + "\n"


def width(text: str) -> int:
    """The number of screen cells: two for the wide characters of East Asian scripts."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def is_scalar(value: Any) -> bool:
    return not isinstance(value, list | dict)


def _sections(title: str | None, value: Any, indent: int, into: Section | None = None) -> Iterable[Section]:
    """The sections of a value. Rows without a title go on in the section before them, `into`."""
    if not value:
        return
    section = into if title is None and into is not None else Section(title or "", indent)
    if section is not into:
        yield section
    if isinstance(value, Mapping):
        yield from _of_mapping(section, value, indent)
    elif isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
        yield from _of_mappings(section, title, value, indent)
    elif isinstance(value, list):
        for item in value:
            if is_scalar(item):
                section.rows.append([str(item)])
            elif all(is_scalar(part) for part in item):
                section.rows.append([str(part) for part in item])
            else:
                yield from _sections(None, item, 0, section)


def _of_mapping(section: Section, value: Mapping[str, Any], indent: int) -> Iterable[Section]:
    headers, nested = _keys([value])
    if len(headers) == 1:
        section.rows.append([headers[0], str(value[headers[0]])])
    elif headers:
        section.headers = headers
        section.rows.append([str(value[header]) for header in headers])
    for name in nested:
        yield from _sections(name, value[name], indent + 1)


def _of_mappings(section: Section, title: str | None, values: list[Any], indent: int) -> Iterable[Section]:
    headers, nested = _keys(values)
    section.headers = headers
    for number, value in enumerate(values):
        if number and nested:
            section = Section(title or "", indent, headers)
            yield section
        section.rows.append([str(value.get(header, "")) for header in headers])
        for name in nested:
            if name in value:
                yield from _sections(name, value[name], indent + 1)


def _keys(values: list[Any]) -> tuple[list[str], list[str]]:
    """The keys of some mappings that hold scalars, and those that hold more, each in order."""
    pairs = [(name, item) for value in values for name, item in value.items()]
    scalar = {name for name, item in pairs if is_scalar(item)}
    nested = {name for name, item in pairs if not is_scalar(item)}
    return sorted(scalar), sorted(nested)


def _upright(section: Section) -> Section:
    """A section of one row turned round: one line a column."""
    if len(section.rows) != 1 or not section.headers:
        return section
    rows = [[header, cell] for header, cell in zip(section.headers, section.rows[0], strict=True)]
    return Section(section.title, section.indent, [], rows)


def _drawn(section: Section, total: int) -> Iterable[str]:
    widths = section.widths(total)
    if section.title:
        yield f"|{_centred(section.title, total - 2, 1)}|"
        if not section.headers and not section.rows:
            yield f"+{'-' * (total - 2)}+"
    if section.headers:
        yield _rule(widths)
        cells = [
            _centred(cell, column - (2 if i == 0 else 1), 1 if i == 0 else 0)
            for i, (cell, column) in _columns(section.headers, widths)
        ]
        yield f"|{'|'.join(cells)}|"
    if section.rows and widths:
        yield _rule(widths)
        for row in section.rows:
            cells = [_left(cell, column - (2 if i == 0 else 1)) for i, (cell, column) in _columns(row, widths)]
            yield f"|{'|'.join(cells)}|"
        yield _rule(widths)


def _columns(cells: list[str], widths: list[int]) -> Iterable[tuple[int, tuple[str, int]]]:
    return enumerate(zip(cells, widths, strict=False))


def _rule(widths: list[int]) -> str:
    first, *others = widths
    return "+" + "-" * (first - 2) + "+" + "".join("-" * (column - 1) + "+" for column in others)


def _centred(text: str, space: int, edge: int) -> str:
    """The text in the middle of a cell of `space`, `edge` more of which the left border takes."""
    length = space + 1 + edge
    before = max(length // 2 - width(text) // 2 - 1, 0)
    return " " * before + text + " " * (space - before - width(text))


def _left(text: str, space: int) -> str:
    padding = 2 if space - width(text) - 2 >= 0 else 0
    return " " * padding + text + " " * (space - padding - width(text))
