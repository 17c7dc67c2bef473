"""Condition operators: how their values are read, and one table.

AWS: "IAM JSON policy elements: Condition operators".
"""

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from .globs import Variable, glob_tokens, split_segments, substitute, tokenise

# A matcher judges one request value against all policy values: True, False, or None where the value is of another type.
Matcher = Callable[[str, Any], bool | None]

EPOCH = date(1970, 1, 1).toordinal()
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_SECONDS = re.compile(r"[+-]?[0-9]+")
_MOMENT = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]+)?)?(?:Z|([+-])([0-9]{2}):([0-9]{2}))?)?)?)?"
)


# Reading values -----------------------------------------------------------------------------------


def number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def moment(text: str) -> Decimal | None:
    """Seconds since 1970 of an ISO 8601 date or of UNIX seconds; a bare integer is seconds, a missing zone is UTC."""
    if _SECONDS.fullmatch(text):
        return Decimal(text)
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    hour, minute, second, zone_hour, zone_minute = (int(found[group] or 0) for group in (4, 5, 6, 9, 10))
    if hour > 23 or minute > 59 or second > 59 or zone_hour > 23 or zone_minute > 59:
        return None
    try:
        days = date(int(found[1]), int(found[2] or 1), int(found[3] or 1)).toordinal() - EPOCH
    except ValueError:
        return None
    ahead = (zone_hour * 60 + zone_minute) * (-1 if found[8] == "-" else 1)
    minutes = days * 1440 + hour * 60 + minute - ahead
    return minutes * 60 + second + Decimal(found[7] or 0)


TRUTHS = {"true": True, "false": False}


def truth(text: str) -> bool | None:
    return TRUTHS.get(text.lower())


def binary(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def address(text: str) -> tuple[int, int] | None:
    """Version and number of one IP address, in any spelling; no zone identifiers."""
    return _address(text) if len(text) <= 45 and "%" not in text else None


@lru_cache(maxsize=4096)
def _address(text: str) -> tuple[int, int] | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return found.version, int(found)


def network(text: str) -> tuple[int, int, int] | None:
    """Version, bits to shift away and remaining prefix of an address or CIDR range; bits behind the mask count not."""
    text, slash, length = text.partition("/")
    start = address(text)
    if start is None:
        return None
    width = 32 if start[0] == 4 else 128
    if slash and not (length.isascii() and length.isdigit() and len(length) <= 3 and int(length) <= width):
        return None
    shift = width - int(length) if slash else 0
    return start[0], shift, start[1] >> shift


# Matchers -----------------------------------------------------------------------------------------


def _text(fold: Callable[[str], str] | None, wild: bool):
    def build(values: list[str], variables: bool) -> Matcher:
        plain, tests, open_ended = set(), [], []
        for value in values:
            tokens = tokenise(value, variables=variables, wildcards=wild)
            if any(isinstance(token, Variable) for token in tokens):
                open_ended.append(tokens)
            elif all(isinstance(token, str) for token in tokens):
                text = "".join(tokens)
                plain.add(fold(text) if fold else text)
            else:
                tests.append(glob_tokens(tokens))

        def matches(value: str, request) -> bool:
            value = fold(value) if fold else value
            if value in plain or any(test(value) for test in tests):
                return True
            return any(_filled(tokens, value, request, fold) for tokens in open_ended)

        return matches if open_ended or tests or fold else lambda value, request: value in plain

    return build


def _filled(tokens: list, value: str, request, fold) -> bool:
    filled = substitute(tokens, request)
    if filled is None:
        return False
    if fold:
        filled = [fold(token) if isinstance(token, str) else token for token in filled]
    return glob_tokens(filled)(value)


def _equal(read: Callable[[str], Any]):
    """Values that are equal once read."""

    def build(values: list[str], variables: bool) -> Matcher:
        wanted = frozenset(known for value in values if (known := read(value)) is not None)

        def matches(value: str, request) -> bool | None:
            known = read(value)
            return None if known is None else known in wanted

        return matches

    return build


def _ordered(read: Callable[[str], Any], compare: Callable[[Any, Any], bool], furthest: Callable[..., Any]):
    """Values in an order: what lies on the right side of any policy value lies there of the furthest."""

    def build(values: list[str], variables: bool) -> Matcher:
        known_values = [known for value in values if (known := read(value)) is not None]
        bound = furthest(known_values) if known_values else None

        def matches(value: str, request) -> bool | None:
            known = read(value)
            return None if known is None else bound is not None and compare(known, bound)

        return matches

    return build


def _ip(values: list[str], variables: bool) -> Matcher:
    networks = [known for value in values if (known := network(value)) is not None]

    def matches(value: str, request) -> bool | None:
        known = address(value)
        if known is None:
            return None
        version, whole = known
        return any(version == family and whole >> shift == start for family, shift, start in networks)

    return matches


def _arn(values: list[str], variables: bool) -> Matcher:
    patterns = []
    for value in values:
        segments = split_segments(value, variables=variables)
        if len(segments) == 6:
            patterns.append([tokenise(segment, variables=variables) for segment in segments])
    ready = [_arn_tests(pattern) for pattern in patterns]

    def matches(value: str, request) -> bool | None:
        parts = value.split(":", 5)
        if len(parts) < 6 or parts[0] != "arn":
            return None
        return any(all(test(part, request) for test, part in zip(tests, parts, strict=True)) for tests in ready)

    return matches


def _arn_tests(pattern: list[list]) -> list[Callable[[str, Any], bool]]:
    def test_of(tokens: list) -> Callable[[str, Any], bool]:
        if any(isinstance(token, Variable) for token in tokens):
            return lambda part, request: _filled(tokens, part, request, None)
        plain = glob_tokens(tokens)
        return lambda part, request: plain(part)

    return [test_of(tokens) for tokens in pattern]


# The table ----------------------------------------------------------------------------------------


class Operator(NamedTuple):
    """A base operator: how its values are matched, whether it is negated, what it compares."""

    name: str
    build: Callable[[list[str], bool], Matcher]
    negated: bool
    type: str


def _table() -> dict[str, Operator]:
    exact, folded, like = _text(None, False), _text(str.lower, False), _text(None, True)
    rows = [
        ("StringEquals", exact, "string"),
        ("StringEqualsIgnoreCase", folded, "string"),
        ("StringLike", like, "string"),
        ("Bool", _equal(truth), "boolean"),
        ("BinaryEquals", _equal(binary), "binary"),
        ("IpAddress", _ip, "ip"),
        ("ArnEquals", _arn, "arn"),
        ("ArnLike", _arn, "arn"),
    ]
    table = [Operator(name, build, False, kind) for name, build, kind in rows]
    pairs = [
        ("StringNotEquals", exact, "string"),
        ("StringNotEqualsIgnoreCase", folded, "string"),
        ("StringNotLike", like, "string"),
        ("NotIpAddress", _ip, "ip"),
        ("ArnNotEquals", _arn, "arn"),
        ("ArnNotLike", _arn, "arn"),
    ]
    for family, read in (("Numeric", number), ("Date", moment)):
        kind = family.lower()
        pairs.append((f"{family}NotEquals", _equal(read), kind))
        table.append(Operator(f"{family}Equals", _equal(read), False, kind))
        for word, compare, furthest in (
            ("LessThan", operator.lt, max),
            ("LessThanEquals", operator.le, max),
            ("GreaterThan", operator.gt, min),
            ("GreaterThanEquals", operator.ge, min),
        ):
            table.append(Operator(family + word, _ordered(read, compare, furthest), False, kind))
    table += [Operator(name, build, True, kind) for name, build, kind in pairs]
    return {row.name.lower(): row for row in table}


OPERATORS = _table()
SET_PREFIXES = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}


class OperatorName(NamedTuple):
    """`[ForAllValues:|ForAnyValue:]Base[IfExists]` taken apart; `base` in lower case, `known` whether it exists."""

    quantifier: str
    base: str
    if_exists: bool
    known: bool


@lru_cache(maxsize=1024)
def read_operator(name: str) -> OperatorName:
    prefix, colon, rest = name.lower().partition(":")
    if not colon:
        prefix, rest = "", prefix
    if_exists = rest.endswith("ifexists")
    base = rest.removesuffix("ifexists")
    known = (not colon or prefix in SET_PREFIXES) and (base in OPERATORS or base == "null")
    return OperatorName(SET_PREFIXES.get(prefix, ""), base, if_exists, known)
