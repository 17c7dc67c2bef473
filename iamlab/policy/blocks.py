"""A policy's statements as blocks that a form can change: whatever a form does not change stays as it was written.

AWS: "Creating policies with the visual editor". Changes are made in the text, so that order, spelling and white space
of everything else survive.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .grammar import statements
from .operators import read_operator
from .positions import JsonError, Node, duplicates, parse

EMPTY = '{\n    "Version": "2012-10-17",\n    "Statement": []\n}'
SHOWN = ("Sid", "Effect", "Action", "Resource", "Condition")
NEW = {"Effect": "Allow", "Action": [], "Resource": []}
Row = tuple[str, str, tuple[str, ...]]  # operator, key, values


class Unreadable(ValueError):
    """The text is no policy whose statements could be shown; str() says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Block:
    """A statement. `kept` says why a form cannot show it; it is then only `text`, and is kept as it is."""

    index: int
    text: str
    kept: str = ""
    sid: str = ""
    effect: str = "Allow"
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    conditions: tuple[Row, ...] = ()


def read(text: str) -> list[Block]:
    """The statements of a policy. Raises Unreadable."""
    return [_block(text, index, node) for index, node in enumerate(statements(_root(text)))]


def write(text: str, block: Block) -> str:
    """The text with the block in the place of the statement of its index; the same text if nothing changed."""
    node = statements(_root(text))[block.index]
    old = _block(text, block.index, node)
    changed: dict[str, Any] = {}
    if block.effect != old.effect:
        changed["Effect"] = block.effect
    for name, new, before in (("Action", block.actions, old.actions), ("Resource", block.resources, old.resources)):
        if new != before:
            changed[name] = list(new)
    if block.conditions != old.conditions:
        changed["Condition"] = _condition(text, node.get("Condition"), block.conditions) or None
    return _replaced(text, node, changed) if changed else text


def add(text: str, statement: str = "") -> str:
    """The text with one more statement at the end: a JSON object, or an empty one to be filled in."""
    text = text if text.strip() else EMPTY
    root = _root(text)
    node = root.get("Statement")
    statement = statement or json.dumps(NEW, indent=4)
    if node is None:
        return _with_member(text, root, "Statement", "[\n" + _indented(statement, 8) + "\n    ]")
    if node.kind == "array" and not node.value:
        margin = _margin(text, node.start)
        inside = f"[\n{_indented(statement, margin + 4)}\n{' ' * margin}]"
        return text[: node.start] + inside + text[node.end :]
    if node.kind != "array":
        margin = _margin(text, node.start)
        both = [_indented(_outdented(text, node), margin + 4), _indented(statement, margin + 4)]
        inside = "[\n" + ",\n".join(both) + f"\n{' ' * margin}]"
        return text[: node.start] + inside + text[node.end :]
    last = node.value[-1]
    return text[: last.end] + ",\n" + _indented(statement, _margin(text, last.start)) + text[last.end :]


def remove(text: str, index: int) -> str:
    """The text without the statement of that index."""
    node = _root(text).get("Statement")
    assert node is not None
    found = node.value if node.kind == "array" else [node]
    if len(found) == 1:
        return text[: node.start] + "[]" + text[node.end :]
    start = found[index - 1].end if index else found[0].start
    end = found[index].end if index else found[1].start
    return text[:start] + text[end:]


def merge(text: str, other: str) -> str:
    """The text with the statements of another policy at its end; one that was begun and says nothing makes room."""
    found = [_outdented(other, node) for node in statements(_root(other))]
    for block in reversed(read(text) if text.strip() else []):
        if not (block.kept or block.actions or block.resources or block.conditions):
            text = remove(text, block.index)
    for statement in found:
        text = add(text, statement)
    return text


# Reading ------------------------------------------------------------------------------------------


def _root(text: str) -> Node:
    try:
        root = parse(text if text.strip() else EMPTY)
    except JsonError as error:
        raise Unreadable(f"The document is not JSON yet: {error.message}") from error
    if root.kind != "object":
        raise Unreadable("The document is no JSON object.")
    if list(_same_names(root)):
        raise Unreadable(f"The document has {' and '.join(_same_names(root))} twice.")
    if any(node.kind != "object" for node in statements(root)):
        raise Unreadable("A statement is no JSON object.")
    return root


def _same_names(node: Node) -> list[str]:
    names = [member.name for member in node.value]
    return sorted({name for name in names if names.count(name) > 1})


def _block(text: str, index: int, node: Node) -> Block:
    written = text[node.start : node.end]
    kept = _why_kept(node)
    if kept:
        return Block(index, written, kept)
    effect, sid = node.get("Effect"), node.get("Sid")
    return Block(
        index,
        written,
        sid=sid.value if sid else "",
        effect=effect.value if effect else "Allow",
        actions=_texts(node.get("Action")),
        resources=_texts(node.get("Resource")),
        conditions=tuple(_rows(node.get("Condition"))),
    )


def _why_kept(node: Node) -> str:
    others = [member.name for member in node.value if member.name not in SHOWN]
    if others:
        return f"It has {' and '.join(others)}, which the visual editor does not show."
    if any(True for _ in duplicates(node)):
        return "It has an element twice."
    effect, sid = node.get("Effect"), node.get("Sid")
    if effect is None or effect.value not in ("Allow", "Deny"):
        return "Its effect is neither Allow nor Deny."
    if sid is not None and sid.kind != "string":
        return "Its Sid is no text."
    for name in ("Action", "Resource"):
        listed = node.get(name)
        if listed is not None and not _is_texts(listed):
            return f"Its {name} is neither a text nor a list of texts."
    return _why_condition_kept(node.get("Condition"))


def _why_condition_kept(node: Node | None) -> str:
    if node is None:
        return ""
    if node.kind != "object" or any(member.node.kind != "object" or not member.node.value for member in node.value):
        return "Its Condition has an operator without keys."
    for member in node.value:
        if not read_operator(member.name).known:
            return f"Its Condition has {member.name}, which is no operator."
        for key in member.node.value:
            values = key.node.value if key.node.kind == "array" else [key.node]
            if any(value.kind not in ("string", "number", "boolean") for value in values):
                return f"Its Condition has a value of {key.name} that is no text."
    return ""


def _is_texts(node: Node) -> bool:
    return node.kind == "string" or (node.kind == "array" and all(one.kind == "string" for one in node.value))


def _texts(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    return tuple(one.value for one in node.value) if node.kind == "array" else (node.value,)


def _rows(node: Node | None) -> list[Row]:
    members = node.value if node is not None else []
    return [(operator.name, key.name, _values(key.node)) for operator in members for key in operator.node.value]


def _values(node: Node) -> tuple[str, ...]:
    scalars = node.value if node.kind == "array" else [node]
    return tuple(json.dumps(one.value) if one.kind == "boolean" else one.value for one in scalars)


# Writing ------------------------------------------------------------------------------------------


def _condition(text: str, node: Node | None, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """The rows as an element Condition; values that stay keep their types."""
    before = json.loads(text[node.start : node.end]) if node is not None else {}
    old = {(operator, key): values for operator, key, values in _rows(node)}
    made: dict[str, dict[str, Any]] = {}
    for operator, key, values in rows:
        under = made.setdefault(operator, {})
        if old.get((operator, key)) == values:
            under[key] = before[operator][key]
        else:
            under[key] = list(dict.fromkeys((*(_texts_of(under[key]) if key in under else ()), *values)))
    return made


def _texts_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _replaced(text: str, node: Node, changed: Mapping[str, Any]) -> str:
    """The text with elements of a statement put anew; None takes one out."""
    margin = _margin(text, node.start) + 4
    lines = []
    for member in node.value:
        value = changed.get(member.name, member)
        if value is not None:
            written = text[member.node.start : member.node.end] if value is member else _dumped(value, margin)
            lines.append(f"{' ' * margin}{text[member.start : member.end]}: {written}")
    present = {member.name for member in node.value}
    for name, value in changed.items():
        if name not in present and value is not None:
            lines.append(f"{' ' * margin}{json.dumps(name)}: {_dumped(value, margin)}")
    inside = "{\n" + ",\n".join(lines) + f"\n{' ' * (margin - 4)}}}"
    return text[: node.start] + inside + text[node.end :]


def _with_member(text: str, root: Node, name: str, written: str) -> str:
    member = f"    {json.dumps(name)}: {written}\n"
    if not root.value:
        return text[: root.start] + "{\n" + member + "}" + text[root.end :]
    last = root.value[-1].node.end
    return text[:last] + ",\n" + member + text[root.end - 1 :]


def _dumped(value: Any, margin: int) -> str:
    return _indented(json.dumps(value, indent=4, ensure_ascii=False), margin).lstrip()


def _margin(text: str, place: int) -> int:
    """How far the line of a place is indented."""
    start = text.rfind("\n", 0, place) + 1
    return len(re.match(r" *", text[start:])[0])  # type: ignore[index]


def _indented(written: str, margin: int) -> str:
    return "\n".join(" " * margin + line if line else line for line in written.split("\n"))


def _outdented(text: str, node: Node) -> str:
    """A value's text as if its line began at the margin."""
    margin = _margin(text, node.start)
    first, *others = text[node.start : node.end].split("\n")
    cut = re.compile(f" {{0,{margin}}}")
    return "\n".join([first, *(cut.sub("", line, count=1) for line in others)])
