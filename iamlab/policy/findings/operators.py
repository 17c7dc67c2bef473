"""Condition operators, and whether an operator's type fits its key and its values."""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from ipaddress import ip_network

from .. import catalog
from .model import SET_OPERATORS, Condition, Found, Leaf, Policy, shown

TYPES = {
    **dict.fromkeys(
        ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"), "String"
    ),
    **dict.fromkeys(("StringLike", "StringNotLike"), "String"),
    **{
        kind + comparison: kind
        for kind in ("Numeric", "Date")
        for comparison in (
            "Equals",
            "NotEquals",
            "LessThan",
            "LessThanEquals",
            "GreaterThan",
            "GreaterThanEquals",
        )
    },
    "Bool": "Bool",
    "BinaryEquals": "Binary",
    **dict.fromkeys(("IpAddress", "NotIpAddress"), "IpAddress"),
    **dict.fromkeys(("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), "Arn"),
    "Null": "Null",
}
ALL_NAMES = [
    f"{prefix}{base}{suffix}"
    for prefix in ("", *(f"{name}:" for name in SET_OPERATORS))
    for base in TYPES
    for suffix in ("", "IfExists")
    if base != "Null" or not (prefix or suffix)
]
BY_LOWER_CASE = {name.lower(): name for name in ALL_NAMES}
NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
DATE = re.compile(
    r"([0-9]{4})(-([0-9]{2})(-([0-9]{2})(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[-+][0-9]{2}:?[0-9]{2})?)?)?)?"
)
EXAMPLES = {
    "Bool": ("TYPE_MISMATCH_BOOLEAN", "`true` or `false`", 'Write "true" or "false".'),
    "Null": ("TYPE_MISMATCH_BOOLEAN", "`true` (the key is absent) or `false`", 'Write "true" or "false".'),
    "Numeric": ("TYPE_MISMATCH_NUMBER", "a number", "Write digits only, such as 3600."),
    "Date": ("TYPE_MISMATCH_DATE", "a date", 'Write it as "2026-01-31T23:59:59Z".'),
    "Binary": ("TYPE_MISMATCH_STRING", "base64 text", "Encode the bytes in base64."),
    "IpAddress": ("TYPE_MISMATCH_IP_RANGE", "an IP address or range", 'Write a range such as "203.0.113.0/24".'),
}


def check(policy: Policy) -> Iterator[Found]:
    for statement in policy.statements:
        seen: set = set()
        for condition in statement.conditions:
            if condition.operator.place not in seen:
                seen.add(condition.operator.place)
                yield from _operator(condition)
            if condition.base in TYPES:
                yield from _key_type(condition)
                yield from _values(policy, condition)


def _operator(condition: Condition) -> Iterator[Found]:
    text, place = condition.operator.text, condition.operator.place
    if condition.base == "Null" and condition.if_exists:
        message = "`Null` asks itself whether the key exists; `IfExists` has no meaning with it."
        yield Found("NULL_WITH_IF_EXISTS", place, message, "Write `Null`.")
    elif condition.base == "Null" and condition.set_operator:
        outcome = "always true" if condition.set_operator == "ForAllValues" else "never true"
        message = f"`Null` is about the key, not about its values: with `{condition.set_operator}` it is {outcome}."
        yield Found("NULL_WITH_QUALIFIER", place, message, "Write `Null`.")
    elif condition.base not in TYPES:
        near = BY_LOWER_CASE.get(text.lower())
        if near is None and len(text) < 64:
            near = next(iter(get_close_matches(text, ALL_NAMES, n=1, cutoff=0.6)), None)
        mend = (
            f"Did you mean `{near}`? Names of operators are compared exactly." if near else "Use `StringEquals`, say."
        )
        yield Found("INVALID_CONDITION_OPERATOR", place, f"There is no condition operator {shown(text)}.", mend)


def _key_type(condition: Condition) -> Iterator[Found]:
    kind, key = TYPES[condition.base], catalog.condition_key(condition.key.text)
    if key is None or kind in ("Null", key.type) or (condition.name == "aws:epochtime" and kind == "Numeric"):
        return
    if key.type == "Arn" and condition.base in ("StringEquals", "StringNotEquals"):
        return  # a whole ARN may be compared as text
    if key.type == "String" and kind == "Arn" and catalog.is_family(key.name):
        return  # tags and encryption contexts may hold ARNs
    place = condition.operator.place
    if key.type == "Arn" and condition.base in ("StringLike", "StringNotLike"):
        message = f"{shown(condition.key.text)} holds an ARN; with {shown(condition.base)} a `*` runs over its colons."
        mend = f"Use `{condition.base.replace('String', 'Arn')}`, which compares part by part."
        yield Found("STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", place, message, mend)
        return
    word = {"IpAddress": "an IP address", "Arn": "an ARN", "Bool": "true or false", "Numeric": "a number"}.get(
        key.type, f"a {key.type.lower()}"
    )
    message = f"{shown(condition.key.text)} holds {word}, which {shown(condition.base)} is not made for."
    right = [name for name, its in TYPES.items() if its == key.type][:2]
    yield Found("TYPE_MISMATCH", place, message, f"Use `{'` or `'.join(right)}`." if right else "Use another operator.")


def _values(policy: Policy, condition: Condition) -> Iterator[Found]:
    kind = TYPES[condition.base]
    if len({value.kind for value in condition.values}) > 1:
        message = f"The values of {shown(condition.key.text)} are of different JSON types."
        yield Found("INVALID_CONDITION_DATA_TYPE", condition.place, message, "Put all of them in quotation marks.")
    if kind == "Bool" and len(condition.values) > 1:
        message = f"{shown(condition.key.text)} is compared with more than one Boolean."
        yield Found("INVALID_CONDITION_MULTIPLE_BOOLEAN", condition.place, message, "Keep `true` or `false`.")
    for value in condition.values:
        if kind in EXAMPLES and "${" not in value.text and not VALID[kind](value.text):
            code, what, mend = EXAMPLES[kind]
            yield Found(
                code, value.place, f"{shown(value.text)} is not {what}, so {shown(condition.base)} never matches.", mend
            )
        elif kind == "Date" and NUMBER.fullmatch(value.text):
            message = f"{shown(value.text)} is read as seconds since 1970."
            yield Found("INVALID_DATE_VALUE", value.place, message, 'Write the date out: "2026-01-31T23:59:59Z".')
        elif kind == "Arn":
            yield from _arn(value)
    yield from _single_number(condition, kind)


def _single_number(condition: Condition, kind: str) -> Iterator[Found]:
    ordered = "LessThan" in condition.base or "GreaterThan" in condition.base
    if ordered and len(condition.values) > 1:
        message = f"Only one of these values counts: {shown(condition.base)} is satisfied by the easiest."
        code = "REDUNDANT_CONDITION_VALUE_NUM"
        yield Found(code, condition.place, message, f"Keep one {'number' if kind == 'Numeric' else 'date'}.")


def _arn(value: Leaf) -> Iterator[Found]:
    plain = re.sub(r"\$\{[^{}]*\}", "*", value.text)
    if not plain.startswith(("arn:", "*", "?", "a*", "ar*")):
        message = f"{shown(value.text)} is no ARN: an ARN begins with `arn:`."
        yield Found("INVALID_ARN_PREFIX", value.place, message, "Write the whole ARN.")
    elif plain.count(":") < 5:
        message = f"{shown(value.text)} has fewer than the six parts of an ARN, and never matches one."
        mend = "Write all parts, such as arn:aws:iam::111122223333:role/*; a `*` stays within its part."
        yield Found("MISSING_ARN_FIELD", value.place, message, mend)


def _is_date(text: str) -> bool:
    found = DATE.fullmatch(text)
    if not found:
        return bool(re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", text))
    year, month, day = found[1], found[3] or "01", found[5] or "01"
    clock = found[6] or ""
    if clock and not re.match(r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", clock):
        return False
    try:
        datetime(int(year), int(month), int(day))
    except ValueError:
        # Four digits that are no year of the calendar ("0000") may still be seconds.
        return not found[2]
    return True


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" not in text or text.rpartition("/")[2].isdigit()


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


VALID = {
    "Bool": lambda text: text.lower() in ("true", "false"),
    "Null": lambda text: text.lower() in ("true", "false"),
    "Numeric": lambda text: bool(NUMBER.fullmatch(text)),
    "Date": _is_date,
    "Binary": _is_base64,
    "IpAddress": _is_network,
}
