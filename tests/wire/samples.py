"""Sample values made from a service model's shapes, with what is awkward to write and read in them."""

import json
from datetime import UTC, datetime

AWKWARD = " é&<\"'>+%2F=~\n"
PLAIN = "a-b_c.d"
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "é +%&<>\"'", "Resource": "*"}]})
MOMENT = datetime(2024, 2, 29, 23, 59, 58, tzinfo=UTC)


def sample(shape, plain=False, above=()):
    """A full value of a shape. `plain` keeps to what a header carries. A shape within itself is left out (None)."""
    if shape.type_name == "structure":
        if shape.name in above:
            return None
        inner = (*above, shape.name)
        values = {name: sample(member, plain or in_header(member), inner) for name, member in shape.members.items()}
        return {name: value for name, value in values.items() if value is not None}
    if shape.type_name == "list":
        items = [sample(shape.member, plain, above), sample(shape.member, plain, above)]
        return None if None in items else items
    if shape.type_name == "map":
        item = sample(shape.value, plain, above)
        return None if item is None else {("key" if plain else "key é&"): item, "other": item}
    return scalar(shape, plain)


def in_header(shape):
    return shape.serialization.get("location") in ("header", "headers")


def scalar(shape, plain):
    kind = shape.type_name
    if kind == "string" and shape.name == "policyDocumentType":
        return DOCUMENT
    if kind == "string":
        return shape.enum[0] if shape.enum else PLAIN if plain else shape.name + AWKWARD
    if kind == "blob":
        return b"\x00\xff<binary>&\r\n"
    return {"integer": 42, "long": 2**40, "float": 1.5, "double": 2.25, "boolean": True, "timestamp": MOMENT}[kind]


def differing(one, other, path=""):
    """The first place where two values differ, or an empty string."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in {**one, **other}:
            if key not in one or key not in other:
                return f"{path}.{key} is only on one side"
            if found := differing(one[key], other[key], f"{path}.{key}"):
                return found
        return ""
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        places = (differing(a, b, f"{path}[{n}]") for n, (a, b) in enumerate(zip(one, other, strict=True)))
        return next((found for found in places if found), "")
    return "" if one == other else f"{path}: {one!r} is not {other!r}"
