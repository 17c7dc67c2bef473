"""The query protocol of IAM and STS, and that of EC2, which is like it: form parameters in, XML out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from botocore.model import ListShape, MapShape, Shape, StructureShape

from iamlab.services.operations import AwsError, model
from iamlab.wire import elements, values
from iamlab.wire.facts import Facts

CONTENT_TYPE = "text/xml"
Tree = dict[str, Any]  # nested by the parts of dotted names; a leaf is text
DEEPEST = 16


@dataclass(frozen=True)
class Style:
    """How a protocol writes parameters: the name of a structure's member, and whether a list has a level of its own."""

    name: Callable[[str, Shape], str]
    flat: bool


def _ec2_name(name: str, member: Shape) -> str:
    """The name for queries where the model has one, else the one of answers with a capital."""
    own: str = member.serialization.get("name", name)
    return member.serialization.get("queryName") or own[:1].upper() + own[1:]


STYLES = {
    "query": Style(lambda name, member: member.serialization.get("name", name), flat=False),
    "ec2": Style(_ec2_name, flat=True),
}


def fields(http: Facts, body: bytes) -> dict[str, str]:
    """The parameters of a request, of its URL and its form. Raises MalformedQueryString."""
    try:
        text = body.decode()
        pairs = parse_qsl(http.query, keep_blank_values=True, errors="strict") if http.query else []
        pairs += parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise AwsError("MalformedQueryString", "The query string contains a syntax error.", 404) from error
    if any("\0" in value for _, value in pairs):
        raise AwsError("ValidationError", "The request holds a NUL character, which no parameter may.", 400)
    return dict(pairs)


def operation_of(service: str, given: dict[str, str]) -> str:
    """The operation that the request names. Raises MissingAction, InvalidAction."""
    action = given.get("Action", "")
    if not action:
        raise AwsError("MissingAction", "The request must contain the parameter Action.", 400)
    version = given.get("Version", "")
    if action not in model(service).operation_names or version not in ("", model(service).api_version):
        raise AwsError("InvalidAction", f"Could not find operation {action} for version {version or 'NO_VERSION'}", 400)
    return action


def parameters(service: str, operation: str, given: dict[str, str]) -> dict[str, Any]:
    """The operation's parameters, read along its input shape. What it does not know is left out."""
    shape = input_shape(service, operation)
    return {} if shape is None else _structure(shape, tree(given), STYLES[model(service).metadata["protocol"]])


@cache
def input_shape(service: str, operation: str) -> StructureShape | None:
    return model(service).operation_model(operation).input_shape


def tree(given: dict[str, str]) -> Tree:
    """Tags.member.1.Key=a -> {"Tags": {"member": {"1": {"Key": "a"}}}}"""
    root: Tree = {}
    for name, value in given.items():
        if "." not in name:
            root.setdefault(name, value)
            continue
        *path, last = name.split(".", DEEPEST)
        node = root
        for part in path:
            below = node.get(part)
            if not isinstance(below, dict):
                below = node[part] = {}
            node = below
        node[last] = value
    return root


def _read(shape: Shape, node: Any, style: Style) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, node, style) if isinstance(node, dict) else {}
    if isinstance(shape, ListShape):
        return _list(shape, node, style)
    if isinstance(shape, MapShape):
        return _map(shape, node, style)
    if isinstance(node, dict):
        return None
    try:
        return values.value_of(shape, node)
    except ValueError:
        return node  # the check of parameters refuses it, in the words that AWS has for it


def _structure(shape: StructureShape, node: Tree, style: Style) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        below = node.get(style.name(name, member))
        if below is not None and (value := _read(member, below, style)) is not None:
            found[name] = value
    return found


def _numbered(node: Any) -> list[Any]:
    """What stands under 1, 2, 3 ..., in this order."""
    if not isinstance(node, dict):
        return []
    numbers = sorted((int(key), key) for key in node if key.isascii() and key.isdecimal() and len(key) < 10)
    return [node[key] for _, key in numbers]


def _list(shape: ListShape, node: Any, style: Style) -> list[Any]:
    if isinstance(node, dict) and not style.flat and not shape.serialization.get("flattened"):
        node = node.get(shape.member.serialization.get("name", "member"))
    return [value for item in _numbered(node) if (value := _read(shape.member, item, style)) is not None]


def _map(shape: MapShape, node: Any, style: Style) -> dict[Any, Any]:
    if isinstance(node, dict) and not shape.serialization.get("flattened"):
        node = node.get("entry")
    key_name, value_name = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    entries = [entry for entry in _numbered(node) if isinstance(entry, dict)]
    return {
        _read(shape.key, entry[key_name], style): _read(shape.value, entry[value_name], style)
        for entry in entries
        if isinstance(entry.get(key_name), str) and value_name in entry
    }


@cache
def _frame(service: str, operation: str) -> tuple[str, str, elements.Write | None]:
    """The answer's opening tag, the tag of its result, and the writer of the result."""
    opening = f'<{operation}Response xmlns="{model(service).metadata["xmlNamespace"]}">'
    shape = model(service).operation_model(operation).output_shape
    if shape is None:
        return opening, "", None
    return opening, shape.serialization.get("resultWrapper", f"{operation}Result"), elements.writer(shape)


def answer(service: str, operation: str, result: dict[str, Any], request_id: str) -> str:
    opening, tag, write = _frame(service, operation)
    text = "" if write is None else write(result, tag)
    if model(service).metadata["protocol"] == "ec2":  # nothing is wrapped round the result, and the id comes first
        inner = text[len(tag) + 2 : -len(tag) - 3]
        return f"{opening}<requestId>{request_id}</requestId>{inner}</{operation}Response>"
    end = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    return f"{opening}{text}{end}"
