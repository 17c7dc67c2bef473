"""Conditions on a resource's tags, where the service does not supply them; and keys that few services supply."""

from collections.abc import Iterator

from .. import catalog
from .model import Condition, Found, Policy, Statement, listed, shown
from .patterns import services_of

RARE_KEYS = ("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:sourcevpcarn")


def check(policy: Policy) -> Iterator[Found]:
    for statement in policy.statements:
        for condition in statement.conditions:
            if condition.name.startswith("aws:resourcetag/"):
                yield from _tag(statement, condition)
            elif condition.name in RARE_KEYS and policy.type in ("scp", "rcp", "identity") and _is_wide(statement):
                message = f"Only some services supply {shown(condition.key.text)}; this statement is about all."
                mend = "Limit `Action` to services that supply the key, or use `aws:SourceVpce`."
                yield Found("USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES", condition.key.place, message, mend)


def _is_wide(statement: Statement) -> bool:
    return statement.has("NotAction") or any(leaf.text == "*" for leaf in statement.actions)


def _tag(statement: Statement, condition: Condition) -> Iterator[Found]:
    if condition.base == "Null" or not (statement.allows or statement.denies):
        return
    if statement.denies and (condition.negated or condition.if_exists):
        return  # a missing tag is refused all the same
    if statement.has("NotAction"):
        code = f"{statement.effect.upper()}_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
        without = "many of the services that `NotAction` leaves"
    else:
        code = f"{statement.effect.upper()}_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
        prefixes = services_of(leaf.text for leaf in statement.actions)
        known = sorted(p for p in prefixes if p in catalog.services() and not catalog.supplies_resource_tags(p))
        if "*" in prefixes:
            known = [p for p in catalog.services() if not catalog.supplies_resource_tags(p)]
        if not known:
            return
        without = listed(known)
    effect = "is not denied" if statement.denies else "is not allowed by this"
    message = f"Requests to {without} carry no tags of the resource: what you mean to tie to a tag {effect}."
    mend = "Write a statement of its own for the services that know tags."
    yield Found(code, condition.key.place, message, mend)
