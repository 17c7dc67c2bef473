"""The JSON protocol of CloudTrail, Organizations and Budgets; and of Account, whose operations have a path each."""

import base64
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from iamlab.services.operations import AwsError, model
from iamlab.wire import values
from iamlab.wire.facts import Facts

REST = "rest-json"
Write = Callable[[Any], Any]
KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "string": ((str,), "a String"),
    "character": ((str,), "a Character"),
    "integer": ((int,), "an Integer"),
    "long": ((int,), "a Long"),
    "float": ((int, float), "a Float"),
    "double": ((int, float), "a Double"),
    "boolean": ((bool,), "a Boolean"),
    "timestamp": ((int, float, str), "a Timestamp"),
    "blob": ((str,), "a Blob"),
    "list": ((list,), "a List"),
    "map": ((dict,), "a Map"),
    "structure": ((dict,), "a Structure"),
}
NAMES = {str: "STRING_VALUE", bool: "BOOLEAN_VALUE", list: "START_ARRAY", dict: "START_OBJECT"}


def content_type(service: str) -> str:
    if model(service).metadata["protocol"] == REST:
        return "application/json"
    return f"application/x-amz-json-{model(service).metadata.get('jsonVersion', '1.1')}"


@cache
def paths(service: str) -> dict[str, str]:
    """Operations by their path. All that Account's take stands in the body, and all are asked by POST."""
    known = model(service)
    return {known.operation_model(name).http["requestUri"]: name for name in known.operation_names}


def operation_of(service: str, http: Facts, prefix: str) -> str:
    """The operation that X-Amz-Target names, or the path. Raises UnknownOperationException."""
    if model(service).metadata["protocol"] == REST:
        found = paths(service).get(http.path.removeprefix(prefix)) if http.method == "POST" else None
        if found is None:
            raise AwsError("UnknownOperationException", f"{service} has no operation at this path.", 404)
        return found
    prefix, _, operation = http.headers.get("x-amz-target", "").rpartition(".")
    known = model(service).metadata.get("targetPrefix", "")
    if http.method != "POST" or prefix not in (known, known.rpartition(".")[2]):
        raise AwsError("UnknownOperationException", f"The X-Amz-Target of {service} is {known}.<operation>.", 400)
    if operation not in model(service).operation_names:
        raise AwsError("UnknownOperationException", f"{service} has no operation {operation[:100]}.", 400)
    return operation


def parameters(service: str, operation: str, body: bytes) -> dict[str, Any]:
    """The operation's parameters. Raises SerializationException."""
    try:
        given = json.loads(body, parse_constant=_no_number) if body else {}
        if b"\\u" in body:
            _check_text(_flat(given))
    except (ValueError, RecursionError) as error:
        raise AwsError("SerializationException", "The request's body is no well-formed JSON.", 400) from error
    shape = _input(service, operation)
    return {} if shape is None else _read(shape, given)


def _no_number(text: str) -> float:
    """Python reads NaN and Infinity, which JSON does not have. Raises ValueError."""
    raise ValueError(text)


def _check_text(text: str) -> None:
    """Escapes can spell what no text holds that could be stored. Raises ValueError."""
    text.encode()  # UnicodeEncodeError, which is a ValueError, for the half of a surrogate pair
    if "\0" in text:
        raise ValueError("NUL")


def _flat(given: Any) -> str:
    """Every text in a document, in one."""
    if isinstance(given, dict):
        return "".join(_flat(part) for pair in given.items() for part in pair)
    if isinstance(given, list):
        return "".join(_flat(item) for item in given)
    return given if isinstance(given, str) else ""


@cache
def _input(service: str, operation: str) -> StructureShape | None:
    return model(service).operation_model(operation).input_shape


def _read(shape: Shape, value: Any) -> Any:
    _check_kind(shape, value)
    if isinstance(shape, StructureShape):
        pairs = ((n, m, value.get(m.serialization.get("name", n))) for n, m in shape.members.items())
        return {name: _read(member, item) for name, member, item in pairs if item is not None}
    if isinstance(shape, ListShape):
        return [_read(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: _read(shape.value, item) for key, item in value.items()}
    if shape.type_name in ("timestamp", "blob"):
        try:
            return values.value_of(shape, str(value))
        except ValueError as error:
            message = f"{value!r:.60} is not {KINDS[shape.type_name][1]}"
            raise AwsError("SerializationException", message, 400) from error
    return value


def _check_kind(shape: Shape, value: Any) -> None:
    kinds, named = KINDS[shape.type_name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        given = NAMES.get(type(value), "NUMBER_VALUE" if value is not None else "NULL_VALUE")
        raise AwsError("SerializationException", f"{given} can not be converted to {named}", 400)


def _writer(shape: Shape) -> Write:
    if isinstance(shape, StructureShape):
        return _structure(shape)
    if isinstance(shape, ListShape):
        write_item = _writer(shape.member)
        return lambda value: [write_item(item) for item in value]
    if isinstance(shape, MapShape):
        write_value = _writer(shape.value)
        return lambda value: {key: write_value(item) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return values.iso if shape.serialization.get("timestampFormat") == "iso8601" else values.epoch
    if shape.type_name == "blob":
        return lambda value: base64.b64encode(value.encode() if isinstance(value, str) else value).decode()
    return lambda value: value


def _structure(shape: StructureShape) -> Write:
    """Members' writers are found when first used: some structures hold themselves."""
    members: list[tuple[str, str, Write]] = []

    def write(value: Any) -> dict[str, Any]:
        if not members:
            members.extend((n, m.serialization.get("name", n), _writer(m)) for n, m in shape.members.items())
        return {tag: inner(item) for name, tag, inner in members if (item := value.get(name)) is not None}

    return write


@cache
def _answer_writer(service: str, operation: str) -> Write | None:
    shape = model(service).operation_model(operation).output_shape
    return None if shape is None else _writer(shape)


def answer(service: str, operation: str, result: dict[str, Any]) -> str:
    write = _answer_writer(service, operation)
    return json.dumps(write(result) if write is not None else {}, separators=(",", ":"))
