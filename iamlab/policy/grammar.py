"""The grammar of policies: how elements are read, and what of them AWS answers with a syntax error.

AWS: "Grammar of the IAM JSON policy language".
"""

from collections.abc import Iterator

from . import positions
from .operators import OPERATORS
from .positions import Node

SYNTAX = "Syntax errors in policy."
ORGANIZATIONS = "The provided policy document does not meet the requirements of the specified policy type."
Problem = tuple[str, Node]


def statements(root: Node) -> list[Node]:
    node = root.get("Statement")
    if node is None:
        return []
    return node.value if node.kind == "array" else [node]


def members(node: Node | None) -> list[Node]:
    """The values of a scalar-or-list element."""
    if node is None:
        return []
    return node.value if node.kind == "array" else [node]


def _names(node: Node) -> set[str]:
    return {member.name for member in node.value}


def texts(statement: Node, *elements: str) -> Iterator[Node]:
    for element in elements:
        yield from members(statement.get(element))


LISTED = ("Action", "NotAction", "Resource", "NotResource")
PRINCIPALS = ("Principal", "NotPrincipal")
STATEMENT_ELEMENTS = {"Sid", "Effect", "Condition", *LISTED, *PRINCIPALS}


def syntax(root: Node, kind: str) -> Iterator[Problem]:
    if root.kind != "object":
        yield SYNTAX, root
        return
    for _, member in positions.duplicates(root):
        yield SYNTAX, member.node
    for member in root.value:
        if member.name not in ("Version", "Id", "Statement"):
            yield SYNTAX, member.node
    version, identifier = root.get("Version"), root.get("Id")
    if version and version.value not in ("2012-10-17", "2008-10-17"):
        yield SYNTAX, version
    if identifier and identifier.kind != "string":
        yield SYNTAX, identifier
    if not statements(root):
        yield SYNTAX, root.get("Statement") or root
    for statement in statements(root):
        yield from _statement_syntax(statement)


def _statement_syntax(statement: Node) -> Iterator[Problem]:
    if statement.kind != "object":
        yield SYNTAX, statement
        return
    names = _names(statement)
    for member in statement.value:
        if member.name not in STATEMENT_ELEMENTS or not _well_typed(member.name, member.node):
            yield SYNTAX, member.node
    if "Effect" not in names or any({one, f"Not{one}"} <= names for one in ("Action", "Resource", "Principal")):
        yield SYNTAX, statement


def _well_typed(element: str, node: Node) -> bool:
    if element == "Sid":
        return node.kind == "string"
    if element == "Effect":
        return node.kind == "string" and node.value.lower() in ("allow", "deny")
    if element == "Condition":
        return node.kind == "object" and all(_condition_typed(member) for member in node.value)
    if element in LISTED:
        return _strings(node)
    return node.kind == "string" or (node.kind == "object" and all(_strings(member.node) for member in node.value))


def _strings(node: Node) -> bool:
    return node.kind in ("string", "array") and all(member.kind == "string" for member in members(node))


def _condition_typed(member: positions.Member) -> bool:
    body = member.node
    if body.kind != "object" or (body.value and not _is_operator(member.name)):
        return False
    leaves = (leaf for key in body.value for leaf in members(key.node))
    return all(leaf.kind in ("string", "number", "boolean") for leaf in leaves)


def _is_operator(name: str) -> bool:
    prefix, colon, rest = name.rpartition(":")
    if colon and prefix not in ("ForAllValues", "ForAnyValue"):
        return False
    known = OPERATORS.get(rest.removesuffix("IfExists").lower())
    return rest == "Null" or (known is not None and known.name == rest.removesuffix("IfExists"))
