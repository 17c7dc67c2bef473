"""Policy variables: where they may stand, and how they are written."""

import re
from collections.abc import Iterator

from .. import catalog
from ..globs import split_segments
from .keys import unknown_key
from .model import Found, Leaf, Policy, Statement, shown
from .operators import TYPES

# `${*}`, `${?}` and `${$}` are the characters themselves.
ESCAPES = ("*", "?", "$")
NAME_AND_DEFAULT = re.compile(r"([^\s,']+)(, '[^']*')?")


def check(policy: Policy) -> Iterator[Found]:
    for statement in policy.statements:
        yield from _misplaced(statement)
        for leaf in (*statement.resources, *statement.not_resources):
            yield from _resource(policy, leaf)
        for condition in statement.conditions:
            for leaf in condition.values:
                if "${" in leaf.text:
                    yield from _value(policy, condition.base, leaf)


def _misplaced(statement: Statement) -> Iterator[Found]:
    names = [*statement.actions, *statement.not_actions]
    names += [leaf for _, leaf in (*statement.principals, *statement.not_principals)]
    names += [condition.key for condition in statement.conditions]
    for leaf in names:
        if "${" in leaf.text:
            message = f"{shown(leaf.text)} holds a policy variable where none is filled in."
            mend = "Variables work in `Resource` and in the values of conditions."
            yield Found("VARIABLE_UNSUPPORTED_IN_ELEMENT", leaf.place, message, mend)


def _resource(policy: Policy, leaf: Leaf) -> Iterator[Found]:
    if "${" not in leaf.text:
        return
    segments = split_segments(leaf.text, variables=True)
    if any("${" in segment for segment in segments[:5]):
        message = f"{shown(leaf.text)} has a variable before the resource's own part, where none is filled in."
        mend = "Variables work after the fifth colon only; write account and Region out, or use `*`."
        yield Found("VARIABLE_UNSUPPORTED_IN_ELEMENT", leaf.place, message, mend)
        return
    yield from _written(policy, leaf)


def _value(policy: Policy, base: str, leaf: Leaf) -> Iterator[Found]:
    kind = TYPES.get(base)
    if kind in ("String", "Arn"):
        yield from _written(policy, leaf)
    elif kind is not None:
        message = f"`{base}` takes {shown(leaf.text)} as it stands: variables are filled in for text and ARNs only."
        yield Found(
            "INVALID_VARIABLE_FOR_OPERATOR", leaf.place, message, "Use a String or Arn operator, or a fixed value."
        )


def _written(policy: Policy, leaf: Leaf) -> Iterator[Found]:
    if not policy.has_variables:
        message = f"{shown(leaf.text)} stays as it stands: variables need the policy version 2012-10-17."
        yield Found("VARIABLE_UNSUPPORTED_IN_VERSION", leaf.place, message, 'Write "Version": "2012-10-17".')
        return
    at = leaf.text.find("${")
    while at >= 0:
        end = leaf.text.find("}", at)
        if end < 0:
            message = f"The variable in {shown(leaf.text)} has no closing brace."
            yield Found("MISSING_BRACE_IN_VARIABLE", leaf.place, message, "Write ${aws:username}, say.")
            return
        yield from _variable(leaf, leaf.text[at + 2 : end])
        at = leaf.text.find("${", end)


def _variable(leaf: Leaf, inside: str) -> Iterator[Found]:
    if inside in ESCAPES:
        return
    found = NAME_AND_DEFAULT.fullmatch(inside)
    if found:
        yield from _known(leaf, found[1])
    elif not inside.strip():
        message = f"A variable in {shown(leaf.text)} has no name."
        yield Found("EMPTY_VARIABLE", leaf.place, message, "Write a condition key in it: ${aws:username}.")
    elif "," in inside:
        message = f"The default value in {shown('${' + inside + '}')} is not written as it must be."
        mend = "Write a comma, one space and single quotation marks: ${aws:PrincipalTag/Team, 'none'}."
        yield Found("MISSING_QUOTE_IN_VARIABLE", leaf.place, message, mend)
    elif any(map(str.isspace, inside)):
        message = f"The variable {shown('${' + inside + '}')} holds a space."
        yield Found("UNSUPPORTED_SPACE_IN_VARIABLE", leaf.place, message, "Write it without spaces: ${aws:username}.")
    else:
        message = f"A quotation mark in {shown('${' + inside + '}')} belongs to no default value."
        yield Found("MISSING_QUOTE_IN_VARIABLE", leaf.place, message, "Write ${aws:PrincipalTag/Team, 'none'}.")


def _known(leaf: Leaf, name: str) -> Iterator[Found]:
    key = catalog.condition_key(name)
    if key is None:
        yield from unknown_key(name, leaf.place)
