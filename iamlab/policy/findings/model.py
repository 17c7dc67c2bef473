"""What the checks read, a policy with the place of each of its parts, and what they yield."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..positions import Member, Node, Path

POLICY_TYPES = ("identity", "resource", "trust", "scp", "rcp", "session")
IDENTITY_TYPES = ("identity", "session")
SET_OPERATORS = ("ForAllValues", "ForAnyValue")


class Place(NamedTuple):
    """A part of the document: its JSON path, and where its text begins and ends."""

    path: Path
    start: int
    end: int


class Found(NamedTuple):
    code: str
    place: Place
    message: str
    mend: str


class Leaf(NamedTuple):
    """A scalar; `kind` is the JSON kind, `text` what it says ("true" for true)."""

    text: str
    kind: str
    place: Place


@dataclass(slots=True)
class Condition:
    """One key under one operator. `operator` and `key` are names as written; `base` is the operator without its set
    prefix and its IfExists; `many`: the values stand in a list."""

    operator: Leaf
    key: Leaf
    base: str
    set_operator: str
    if_exists: bool
    values: list[Leaf]
    many: bool
    place: Place

    @property
    def name(self) -> str:
        return self.key.text.lower()

    @property
    def negated(self) -> bool:
        return "Not" in self.base


@dataclass(slots=True)
class Statement:
    """A statement's well-formed parts; what has the wrong JSON type is left out here (grammar.py reports it).

    `elements` has the node of every element; the lists hold an element's strings; principals are (key, value) pairs,
    with the key "*" for the bare star.
    """

    index: int
    place: Place
    elements: dict[str, Member]
    paths: dict[str, Path]
    effect: str = ""
    actions: list[Leaf] = field(default_factory=list)
    not_actions: list[Leaf] = field(default_factory=list)
    resources: list[Leaf] = field(default_factory=list)
    not_resources: list[Leaf] = field(default_factory=list)
    principals: list[tuple[str, Leaf]] = field(default_factory=list)
    not_principals: list[tuple[str, Leaf]] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"

    @property
    def denies(self) -> bool:
        return self.effect == "Deny"

    def has(self, *names: str) -> bool:
        return any(name in self.elements for name in names)

    def element(self, name: str) -> Place:
        """The place of an element's name."""
        member = self.elements[name]
        return Place(self.paths[name], member.start, member.end)


@dataclass(slots=True)
class Policy:
    text: str
    root: Node
    type: str
    resource_type: str | None
    version: str | None
    statements: list[Statement]

    @property
    def has_variables(self) -> bool:
        return self.version == "2012-10-17"


def read_policy(text: str, root: Node, policy_type: str, resource_type: str | None) -> Policy:
    version = root.get("Version")
    statements = root.get("Statement")
    nodes: list[tuple[Path, Node]] = []
    if statements is not None and statements.kind == "array":
        nodes = [(("Statement", index), node) for index, node in enumerate(statements.value)]
    elif statements is not None:
        nodes = [(("Statement",), statements)]
    read = [_statement(i, path, node) for i, (path, node) in enumerate(nodes) if node.kind == "object"]
    known = version.value if version is not None and version.kind == "string" else None
    return Policy(text, root, policy_type, resource_type, known, read)


def place_of(path: Path, node: Node | Member) -> Place:
    return Place(path, node.start, node.end)


def leaves(path: Path, node: Node) -> list[Leaf]:
    """The scalars of a scalar-or-list element."""
    if node.kind == "array":
        found = [leaf((*path, index), item) for index, item in enumerate(node.value)]
    else:
        found = [leaf(path, node)]
    return [item for item in found if item is not None]


def leaf(path: Path, node: Node) -> Leaf | None:
    if node.kind in ("object", "array", "null"):
        return None
    text = str(node.value).lower() if node.kind == "boolean" else node.value
    return Leaf(text, node.kind, place_of(path, node))


def _strings(path: Path, node: Node) -> list[Leaf]:
    return [item for item in leaves(path, node) if item.kind == "string"]


def _statement(index: int, path: Path, node: Node) -> Statement:
    elements = {member.name: member for member in node.value}
    paths = {name: (*path, name) for name in elements}
    statement = Statement(index, place_of(path, node), elements, paths)
    effect = elements.get("Effect")
    if effect is not None and effect.node.kind == "string":
        statement.effect = effect.node.value
    for name, attribute in (
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ):
        if name in elements:
            setattr(statement, attribute, _strings(paths[name], elements[name].node))
    for name, attribute in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        if name in elements:
            setattr(statement, attribute, _principals(paths[name], elements[name].node))
    if "Condition" in elements:
        statement.conditions = list(_conditions(paths["Condition"], elements["Condition"].node))
    return statement


def _principals(path: Path, node: Node) -> list[tuple[str, Leaf]]:
    if node.kind == "object":
        return [(member.name, value) for member in node.value for value in _strings((*path, member.name), member.node)]
    return [("*", value) for value in _strings(path, node)]


def _conditions(path: Path, node: Node) -> Iterator[Condition]:
    for block in node.value if node.kind == "object" else ():
        if block.node.kind != "object":
            continue
        above = (*path, block.name)
        operator = Leaf(block.name, "string", place_of(above, block))
        for member in block.node.value:
            here = (*above, member.name)
            key = Leaf(member.name, "string", place_of(here, member))
            base, set_operator, if_exists = split_operator(block.name)
            values = leaves(here, member.node)
            many = member.node.kind == "array"
            yield Condition(operator, key, base, set_operator, if_exists, values, many, place_of(here, member.node))


def split_operator(name: str) -> tuple[str, str, bool]:
    """An operator's base, its set operator ("" if none) and whether it ends in IfExists."""
    set_operator, colon, base = name.partition(":")
    if not colon or set_operator not in SET_OPERATORS:
        set_operator, base = "", name
    return base.removesuffix("IfExists"), set_operator, base.endswith("IfExists")


def shown(text: str, length: int = 80) -> str:
    """Text of a document as a message quotes it: on one line, cut short, without half characters."""
    text = text if len(text) <= length else text[: length - 1] + "…"
    safe = text.encode("utf-8", "backslashreplace").decode()
    return "`" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in safe) + "`"


def listed(names: list[str], most: int = 3) -> str:
    """`a`, `b` and 4 more"""
    quoted = [shown(name) for name in names[:most]]
    if len(names) > most:
        quoted.append(f"{len(names) - most} more")
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]
