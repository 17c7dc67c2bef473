"""Parse JSON and keep where everything stands, so that a finding can point at its line and column."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]  # undocumented there, and since Python 2.6
from typing import Any

MAX_DEPTH = 40  # no policy needs more than about eight; recursion stays far from Python's limit

WHITE_SPACE = re.compile(r"[ \t\n\r]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
CONSTANTS = {"true": ("boolean", True), "false": ("boolean", False), "null": ("null", None)}

Path = tuple[str | int, ...]


class JsonError(ValueError):
    """The text is not JSON: `message` says why in a sentence, `offset` is the place, counted from 0."""

    def __init__(self, message: str, offset: int):
        super().__init__(message)
        self.message, self.offset = message, offset


@dataclass(slots=True)
class Node:
    """A JSON value at text[start:end].

    `kind` is "object" (value: list of Member, duplicates included), "array" (list of Node), "string" (str), "number"
    (str, as written), "boolean" (bool) or "null" (None).
    """

    kind: str
    value: Any
    start: int
    end: int

    def get(self, name: str) -> "Node | None":
        """An object's member of that name: the last, as json.loads has it."""
        found = [member.node for member in self.value if member.name == name]
        return found[-1] if found else None


@dataclass(slots=True)
class Member:
    """A name at text[start:end] and its value."""

    name: str
    start: int
    end: int
    node: Node


def parse(text: str) -> Node:
    """The text's value with positions. Raises JsonError; stricter than json.loads (no NaN, no Infinity)."""
    if text.startswith("\ufeff"):
        raise JsonError("The text begins with an invisible byte order mark.", 0)
    node = _value(text, _skip(text, 0), 0)
    end = _skip(text, node.end)
    if end < len(text):
        raise JsonError("There is more text after the end of the document.", end)
    return node


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both counted from 1."""
    return Lines(text).at(offset)


class Lines:
    """Lines and columns of many offsets of one text."""

    def __init__(self, text: str):
        self.starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]

    def at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


def locate(root: Node, path: Sequence[str | int]) -> Node | None:
    """The node at a path such as ("Statement", 0, "Action"), or None."""
    node: Node | None = root
    for step in path:
        if node is None:
            return None
        if isinstance(step, str):
            node = node.get(step) if node.kind == "object" else None
        else:
            node = node.value[step] if node.kind == "array" and 0 <= step < len(node.value) else None
    return node


def duplicates(node: Node, path: Path = ()) -> Iterator[tuple[Path, Member]]:
    """Every member whose name its object has already used, with the path of the object."""
    if node.kind == "object":
        seen: set[str] = set()
        for member in node.value:
            if member.name in seen:
                yield path, member
            seen.add(member.name)
            yield from duplicates(member.node, (*path, member.name))
    elif node.kind == "array":
        for index, item in enumerate(node.value):
            yield from duplicates(item, (*path, index))


def plain(node: Node) -> object:
    """The value as dictionaries, lists and scalars; numbers stay the text that they were."""
    if node.kind == "object":
        return {member.name: plain(member.node) for member in node.value}
    if node.kind == "array":
        return [plain(item) for item in node.value]
    return node.value


def _skip(text: str, at: int) -> int:
    found = WHITE_SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise JsonError(f"The document is nested more than {MAX_DEPTH} levels deep.", at)
    character = text[at : at + 1]
    if character == '"':
        string, end = _string(text, at)
        return Node("string", string, at, end)
    if character == "{":
        return _object(text, at, depth)
    if character == "[":
        return _array(text, at, depth)
    number = NUMBER.match(text, at)
    if number:
        return Node("number", number.group(), at, number.end())
    word = WORD.match(text, at)
    if word and word.group() in CONSTANTS:
        kind, value = CONSTANTS[word.group()]
        return Node(kind, value, at, word.end())
    raise JsonError(_why_no_value(text, at, word), at)


def _object(text: str, start: int, depth: int) -> Node:
    members: list[Member] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != "}" or members:
        if text[at : at + 1] != '"':
            raise JsonError(_why_no_name(text, at, bool(members)), at)
        name, end = _string(text, at)
        colon = _skip(text, end)
        if text[colon : colon + 1] != ":":
            raise JsonError(f"A colon must follow the name {_shown(name)}.", min(colon, len(text)))
        node = _value(text, _skip(text, colon + 1), depth + 1)
        members.append(Member(name, at, end, node))
        at = _skip(text, node.end)
        if text[at : at + 1] == "}":
            break
        at = _after_comma(text, at, start, "}")
    return Node("object", members, start, at + 1)


def _array(text: str, start: int, depth: int) -> Node:
    items: list[Node] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != "]" or items:
        if items and text[at : at + 1] == "]":
            raise JsonError("There is a comma too many before this bracket.", at)
        items.append(_value(text, at, depth + 1))
        at = _skip(text, items[-1].end)
        if text[at : at + 1] == "]":
            break
        at = _after_comma(text, at, start, "]")
    return Node("array", items, start, at + 1)


def _after_comma(text: str, at: int, start: int, closing: str) -> int:
    if text[at : at + 1] == ",":
        return _skip(text, at + 1)
    if at >= len(text):
        line, column = line_and_column(text, start)
        raise JsonError(
            f"The text ends before the {text[start]} of line {line}, column {column} is closed with {closing}.", at
        )
    raise JsonError(f"A comma or {closing} is missing before this.", at)


def _string(text: str, start: int) -> tuple[str, int]:
    try:
        return scanstring(text, start + 1, True)
    except JSONDecodeError as error:
        if error.msg.startswith("Unterminated"):
            raise JsonError("This string has no closing quotation mark.", start) from None
        if error.msg.startswith("Invalid control"):
            message = (
                "A string must end in the line where it begins: its closing quotation mark is missing, or it holds"
            )
            raise JsonError(f"{message} a tab or line break.", error.pos) from None
        raise JsonError("This backslash does not begin an escape that JSON knows.", error.pos) from None


def _why_no_value(text: str, at: int, word: re.Match | None) -> str:
    if at >= len(text):
        return "The text ends where a value should stand."
    if text[at] == "'":
        return "JSON takes double quotation marks, not single ones."
    if text[at] in "“”„‘’«»":
        return "These are typographic quotation marks; JSON takes the straight ones."
    if text[at] == "#" or text.startswith(("//", "/*"), at):
        return "JSON has no comments."
    if word and word.group().lower() in CONSTANTS:
        return f"JSON writes this {word.group().lower()}, in lower case."
    if word:
        return f"{_shown(word.group())} needs quotation marks."
    if text[at] in ",]}":
        return "A value is missing here."
    return "This is no JSON value."


def _why_no_name(text: str, at: int, after_comma: bool) -> str:
    if text[at : at + 1] == "}" and after_comma:
        return "There is a comma too many before this brace."
    if at >= len(text):
        return "The text ends inside an object."
    if WORD.match(text, at):
        return "The name of a member needs double quotation marks."
    why = _why_no_value(text, at, None)
    return "A member's name, in double quotation marks, should stand here." if why.startswith("This is no") else why


def _shown(name: str) -> str:
    return '"' + name[:40].encode("utf-8", "backslashreplace").decode() + '"'
