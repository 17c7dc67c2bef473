"""The Condition block: structure, order of judgement, base operators (AWS: "IAM JSON policy elements: Condition")."""

import base64
import binascii
import calendar
import ipaddress
import re
from fractions import Fraction

from tests.policy.reference import text
from tests.policy.reference.matching import as_list


def holds(block, context, variables):
    """Whether every operator and every key of the block holds."""
    if not isinstance(block, dict):
        return False
    for operator, body in block.items():
        if not isinstance(body, dict) or parse(operator) is None:
            return False
        for key, values in body.items():
            if not judged(*parse(operator), context.get(key.lower()), policy_values(values), context, variables):
                return False
    return True


def policy_values(values):
    return [plain(value) for value in as_list(values)]


def plain(value):
    """A condition value as text: `true` is "true", `10` is "10"; None for what is neither text, number nor Boolean."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) else None


def parse(operator):
    """(set operator, base, if exists), or None for an unknown one; letter case is no matter."""
    name, chosen = operator.lower(), ""
    for prefix in ("forallvalues", "foranyvalue"):
        if name.startswith(prefix + ":"):
            name, chosen = name.removeprefix(prefix + ":"), prefix
    if_exists = name.endswith("ifexists")
    base = name.removesuffix("ifexists")
    return (chosen, base, if_exists) if base == "null" or base in TESTS else None


def judged(chosen, base, if_exists, found, values, context, variables):
    if base == "null":
        return null(chosen, found, values)
    missing = found is None
    nothing = missing or not any(as_list(found))
    positive, negated = TESTS[base]
    if missing:
        return if_exists or {"forallvalues": True, "foranyvalue": False}.get(chosen, negated)
    if not values and (chosen or if_exists):  # an empty list of policy values
        return chosen == "forallvalues" and nothing

    def truth(member):
        if negated:
            return typed(base, member) and not any(positive(member, value, context, variables) for value in values)
        return any(positive(member, value, context, variables) for value in values)

    members = found if isinstance(found, list) else [found]
    if chosen == "forallvalues":
        return nothing or all(truth(member) for member in members)
    if chosen == "foranyvalue":
        return any(truth(member) for member in members)
    return isinstance(found, str) and truth(found)


def null(chosen, found, values):
    if chosen:
        return chosen == "forallvalues"
    absent = found is None or not any(as_list(found))
    wanted = "true" if absent else "false"
    return any(value is not None and value.lower() == wanted for value in values)


# Base operators: each a test of one request value against one policy value.


def resolved(value, context, variables):
    """A policy value of StringEquals as text; None where a variable has no value."""
    found = text.tokens(text.parts(value, variables), context, wild=False)
    return None if found is None else "".join(found)


def string_equals(found, value, context, variables):
    return value is not None and found == resolved(value, context, variables)


def string_equals_ignore_case(found, value, context, variables):
    wanted = None if value is None else resolved(value, context, variables)
    return wanted is not None and found.lower() == wanted.lower()


def string_like(found, value, context, variables):
    tokens = None if value is None else text.tokens(text.parts(value, variables), context)
    return tokens is not None and text.matches(tokens, found)


def arn(found):
    """The six parts of an ARN, or None."""
    pieces = found.split(":", 5)
    return pieces if len(pieces) == 6 and pieces[0] == "arn" else None


def arn_like(found, value, context, variables):
    parts = arn(found)
    if value is None or parts is None:
        return False
    patterns = text.segments(text.parts(value, variables))
    if len(patterns) != 6:
        return False
    tokens = [text.tokens(pattern, context) for pattern in patterns]
    return None not in tokens and all(text.matches(*pair) for pair in zip(tokens, parts, strict=True))


def number(found):
    if found is None or not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", found):
        return None
    return Fraction(found)


DATE = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})"
    r"(T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2}(\.[0-9]+)?))?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?"
)


def moment(found):
    """Seconds since 1970: of a bare integer itself, of a date and time counted out."""
    if found is None or re.fullmatch("-?[0-9]+", found):
        return number(found)
    match = DATE.fullmatch(found)
    if not match:
        return None
    year, month, day = (int(match[name] or 1) for name in ("year", "month", "day"))
    hour, minute, second = int(match["hour"] or 0), int(match["minute"] or 0), Fraction(match["second"] or 0)
    if not (year and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return None
    if hour > 23 or minute > 59 or second >= 60:
        return None
    east = 0
    if match["zone"] not in (None, "Z"):
        hours, minutes = int(match["zone"][1:3]), int(match["zone"][4:])
        if hours > 23 or minutes > 59:
            return None
        east = (hours * 60 + minutes) * (-1 if match["zone"][0] == "-" else 1)
    return Fraction(calendar.timegm((year, month, day, hour, minute - east, 0))) + second


def compared(parser, comparison):
    def test(found, value, context, variables):
        left, right = parser(found), parser(value)
        return left is not None and right is not None and comparison(left, right)

    return test


def boolean(found):
    return found.lower() if found is not None and found.lower() in ("true", "false") else None


def binary(found):
    try:
        return base64.b64decode(found.encode(), validate=True)
    except (AttributeError, ValueError, binascii.Error):
        return None


def address(found):
    try:
        return None if "%" in found else ipaddress.ip_address(found)
    except ValueError:
        return None


def ip_address(found, value, context, variables):
    place = address(found)
    if value is None or place is None or not re.fullmatch(r"[^%/]*(/[0-9]+)?", value):
        return False
    try:
        return place in ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False


COMPARISONS = {
    "equals": lambda left, right: left == right,
    "lessthan": lambda left, right: left < right,
    "lessthanequals": lambda left, right: left <= right,
    "greaterthan": lambda left, right: left > right,
    "greaterthanequals": lambda left, right: left >= right,
}

TESTS = {  # base operator: (positive test, negated)
    "stringequals": (string_equals, False),
    "stringnotequals": (string_equals, True),
    "stringequalsignorecase": (string_equals_ignore_case, False),
    "stringnotequalsignorecase": (string_equals_ignore_case, True),
    "stringlike": (string_like, False),
    "stringnotlike": (string_like, True),
    "arnequals": (arn_like, False),
    "arnlike": (arn_like, False),
    "arnnotequals": (arn_like, True),
    "arnnotlike": (arn_like, True),
    "bool": (compared(boolean, COMPARISONS["equals"]), False),
    "binaryequals": (compared(binary, COMPARISONS["equals"]), False),
    "ipaddress": (ip_address, False),
    "notipaddress": (ip_address, True),
    "numericnotequals": (compared(number, COMPARISONS["equals"]), True),
    "datenotequals": (compared(moment, COMPARISONS["equals"]), True),
    **{"numeric" + name: (compared(number, test), False) for name, test in COMPARISONS.items()},
    **{"date" + name: (compared(moment, test), False) for name, test in COMPARISONS.items()},
}


def typed(base, found):
    """Whether a request value is of a negated operator's type at all."""
    if base.startswith("arn"):
        return arn(found) is not None
    parser = {"numericnotequals": number, "datenotequals": moment, "notipaddress": address}.get(base)
    return parser is None or parser(found) is not None
