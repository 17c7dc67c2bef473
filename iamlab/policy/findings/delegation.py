"""Permissions that hand on permissions: iam:PassRole and iam:CreateServiceLinkedRole, given too widely."""

import re
from collections.abc import Iterator

from ..globs import glob
from .model import Found, Leaf, Policy, Statement, shown
from .patterns import without_variables

# Code, the action, the condition key that narrows it, and what goes wrong.
RISKS = (
    (
        "PASS_ROLE",
        "iam:PassRole",
        "iam:PassedToService",
        "any role, the administrator's too, may be passed to a service",
    ),
    (
        "CREATE_SLR",
        "iam:CreateServiceLinkedRole",
        "iam:AWSServiceName",
        "service-linked roles may be made for any service",
    ),
)


def check(policy: Policy) -> Iterator[Found]:
    if policy.type in ("trust", "scp", "rcp"):
        return  # these grant nothing
    for statement in policy.statements:
        if statement.allows:
            for code, action, key, risk in RISKS:
                if not any(c.name == key.lower() and not c.negated and not c.if_exists for c in statement.conditions):
                    yield from _risk(statement, code, action, key, risk)


def _risk(statement: Statement, code: str, action: str, key: str, risk: str) -> Iterator[Found]:
    how = _reached(statement, action.lower())
    where = _everywhere(statement)
    if how is None or where is None:
        return
    by, leaf = how
    resource, place = where
    suffix = {
        ("exact", "star"): "WITH_STAR_IN_RESOURCE",
        ("star", "star"): "WITH_STAR_IN_ACTION_AND_RESOURCE",
        ("not", "star"): "WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
        ("exact", "not"): "WITH_NOT_RESOURCE",
        ("star", "not"): "WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
        ("not", "not"): "WITH_NOT_ACTION_AND_NOT_RESOURCE",
    }[by, resource]
    through = f"{shown(leaf.text)} allows" if leaf else "`NotAction` leaves in"
    mend = f"Name the roles in `Resource`, or add a condition on `{key}`."
    where = place if leaf is None else leaf.place
    yield Found(f"{code}_{suffix}", where, f"{through} `{action}` everywhere: {risk}.", mend)


def _reached(statement: Statement, action: str) -> tuple[str, Leaf | None] | None:
    """By which construction the statement covers the action: exact, star or not; with the pattern."""
    for leaf in statement.actions:
        if leaf.text.lower() == action:
            return "exact", leaf
    for leaf in statement.actions:
        if "*" in leaf.text and _covers(leaf.text, action):
            return "star", leaf
    if statement.has("NotAction") and not any(_covers(leaf.text, action) for leaf in statement.not_actions):
        return "not", None
    return None


def _covers(pattern: str, action: str) -> bool:
    pattern = pattern.lower()
    return pattern == "*" or (pattern.startswith(("iam:", "*:")) and glob(pattern)(action))


# Every role, of one account or of any. What begins with a name (`role/app-*`) is let be, as AWS lets it.
EVERY_ROLE = re.compile(r"\*+|arn:[^:]*:iam:[^:]*:[^:]*:(role/)?\*+")


def _everywhere(statement: Statement):
    for leaf in statement.resources:
        if EVERY_ROLE.fullmatch(without_variables(leaf.text)):
            return "star", leaf.place
    if statement.has("NotResource"):
        return "not", statement.element("NotResource")
    return None
