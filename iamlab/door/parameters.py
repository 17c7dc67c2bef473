"""Check a call's parameters against the shapes of its service model, in AWS's own wording."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from botocore.model import ListShape, MapShape, Shape, StructureShape

from iamlab.services.operations import AwsError, model

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (datetime, int, float, str),
    "blob": (bytes, bytearray, str),
    "list": (list, tuple),
    "map": (dict,),
    "structure": (dict,),
}
PATHS = (r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", r"((/[A-Za-z0-9\.,\+@=_-]+)*)/")
PATH_RULE = (
    "The specified value for {name} is invalid. "
    "It must begin and end with / and contain only alphanumeric characters and/or / characters."
)


class Problem(NamedTuple):
    """`value` is as it is quoted. IAM speaks of a list of texts as of one value, held against all rules of a text."""

    value: str
    path: str
    must: str
    whole: tuple[str, str] = ("", "")  # the list's path and all that its texts must


Check = Callable[[Any, str], Iterator[Problem]]


def lower_camel(name: str) -> str:
    """UserName -> userName, as the messages spell a member."""
    return name[:1].lower() + name[1:]


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """A model's pattern, or None where it uses what re lacks. ASCII, as \\w is in AWS's patterns."""
    text = pattern
    if r"\p{L}" in text:  # the tag patterns: letters, spaces and digits of any script
        text = text.replace(r"\p{L}\p{Z}\p{N}_", r"\w\s").replace(r"\p{L}\p{M}\p{S}\p{N}\p{P}", r"\S")
        flags = re.UNICODE
    else:
        flags = re.ASCII
    text = re.sub(r"\(\?i\)([^()|]*)", r"(?i:\1)", text)  # Java's may stand anywhere; re's only at the start
    if r"\p{" in text:
        return None
    try:
        return re.compile(text, flags | re.DOTALL)
    except re.error:
        return None


def constraint(value: Any, path: str, must: str) -> Problem:
    return Problem(f"'{value}'", path, must)


def _strings(shape: Shape) -> Check:
    low, high, text = shape.metadata.get("min"), shape.metadata.get("max"), shape.metadata.get("pattern")
    pattern, enum = compiled(text) if text else None, shape.metadata.get("enum")

    def check(value: Any, path: str) -> Iterator[Problem]:
        if pattern is not None and not pattern.fullmatch(value):
            yield constraint(value, path, f"satisfy regular expression pattern: {text}")
        if low is not None and len(value) < low:
            yield constraint(value, path, f"have length greater than or equal to {low}")
        if high is not None and len(value) > high:
            yield constraint(value, path, f"have length less than or equal to {high}")
        if enum is not None and value not in enum:
            yield constraint(value, path, f"satisfy enum value set: [{', '.join(enum)}]")

    return check


def _numbers(shape: Shape) -> Check:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")

    def check(value: Any, path: str) -> Iterator[Problem]:
        if low is not None and value < low:
            yield constraint(value, path, f"have value greater than or equal to {low}")
        if high is not None and value > high:
            yield constraint(value, path, f"have value less than or equal to {high}")

    return check


def _lists(shape: ListShape) -> Check:
    low, high, inner = shape.metadata.get("min"), shape.metadata.get("max"), _check_of(shape.member)
    rules = _rules(shape.member) if shape.member.type_name == "string" else ""

    def check(value: Any, path: str) -> Iterator[Problem]:
        if low is not None and len(value) < low:
            yield constraint(_shown(value), path, f"have length greater than or equal to {low}")
        if high is not None and len(value) > high:
            yield constraint(_shown(value), path, f"have length less than or equal to {high}")
        for index, item in enumerate(value, 1):
            for problem in inner(item, f"{path}.{index}.member"):
                yield problem._replace(whole=(path, rules)) if rules else problem

    return check


def _rules(shape: Shape) -> str:
    """All that the texts of a list must, as IAM lists it."""
    rules, known = [], shape.metadata
    if "max" in known:
        rules.append(f"Member must have length less than or equal to {known['max']}")
    if "min" in known:
        rules.append(f"Member must have length greater than or equal to {known['min']}")
    if "enum" in known:
        rules.append(f"Member must satisfy enum value set: [{', '.join(known['enum'])}]")
    if "pattern" in known:
        rules += [f"Member must satisfy regular expression pattern: {known['pattern']}", "Member must not be null"]
    return f"satisfy constraint: [{', '.join(rules)}]" if rules else ""


def _maps(shape: MapShape) -> Check:
    inner = _check_of(shape.value)

    def check(value: Any, path: str) -> Iterator[Problem]:
        for key, item in value.items():
            yield from inner(item, f"{path}.{key}.member")

    return check


def _structures(shape: StructureShape) -> Check:
    members: dict[str, Check] = {}
    required = shape.required_members
    complete = False

    def check(value: Any, path: str) -> Iterator[Problem]:
        nonlocal complete
        if not complete:  # on first use: shapes may hold themselves
            members.update({name: _check_of(member) for name, member in shape.members.items()})
            complete = True
        prefix = f"{path}." if path else ""
        for name in required:
            if value.get(name) is None:
                yield Problem("null", prefix + lower_camel(name), "not be null")
        for name, item in value.items():
            if item is not None and name in members:
                yield from members[name](item, prefix + lower_camel(name))

    return check


def _shown(value: Any) -> str:
    return str(value).replace("'", "")


BUILDERS: Mapping[str, Callable[[Any], Check]] = {
    "string": _strings,
    "integer": _numbers,
    "long": _numbers,
    "float": _numbers,
    "double": _numbers,
    "list": _lists,
    "map": _maps,
    "structure": _structures,
}
_checks: dict[int, tuple[Shape, Check]] = {}


def _check_of(shape: Shape) -> Check:
    kept = _checks.get(id(shape))
    if kept is not None:
        return kept[1]
    kinds, builder = TYPES[shape.type_name], BUILDERS.get(shape.type_name)
    inner = builder(shape) if builder else None

    def check(value: Any, path: str) -> Iterator[Problem]:
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            yield constraint(_shown(value), path, f"be a {shape.type_name}")
        elif inner is not None:
            yield from inner(value, path)

    _checks[id(shape)] = (shape, check)
    return check


@cache
def _operation_check(service: str, api_name: str) -> tuple[Check, frozenset[str]] | None:
    shape = model(service).operation_model(api_name).input_shape
    return None if shape is None else (_check_of(shape), frozenset(shape.members))


def check_parameters(service: str, api_name: str, params: Mapping[str, Any]) -> None:
    """Raise ValidationError when `params` do not fit the operation's input shape. Unknown names are ignored."""
    found = _operation_check(service, api_name)
    if found is None:
        return
    problems = list(found[0](params, ""))
    if problems:
        said = (
            _as_iam_says(problems) if service == "iam" else [_sentence(f"{p.value} ", p.path, p.must) for p in problems]
        )
        noun = "error" if len(said) == 1 else "errors"
        raise AwsError("ValidationError", f"{len(said)} validation {noun} detected: " + "; ".join(said))


def _sentence(value: str, path: str, must: str) -> str:
    return f"Value {value}at '{path}' failed to satisfy constraint: Member must {must}"


def _as_iam_says(problems: list[Problem]) -> list[str]:
    """IAM quotes no values, has a sentence of its own for paths, and speaks of members in the order of a hash map."""
    for problem in problems:
        if problem.must.removeprefix("satisfy regular expression pattern: ") in PATHS:
            raise AwsError("ValidationError", PATH_RULE.format(name=problem.path))
    ordered = sorted(problems, key=lambda problem: _bucket(problem.path.partition(".")[0]))
    return list(dict.fromkeys(_sentence("", *(p.whole if p.whole[1] else (p.path, p.must))) for p in ordered))


def _bucket(name: str) -> int:
    """Where Java keeps a name in a hash map of 16 places."""
    number = 0
    for letter in name:
        number = (31 * number + ord(letter)) & 0xFFFFFFFF
    return (number ^ number >> 16) & 15


def known_parameters(service: str, api_name: str) -> frozenset[str]:
    """The parameters that an operation's shape has."""
    found = _operation_check(service, api_name)
    return frozenset() if found is None else found[1]
