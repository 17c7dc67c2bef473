"""Condition keys: whether they exist, hold one value or many, and are known for the statement's actions."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache

from .. import catalog
from .model import Condition, Found, Policy, Statement, listed, shown
from .patterns import actions_of, expand, is_pattern

TAG_FAMILIES = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")
AUDIENCE = ":aud"
UNTRUSTWORTHY = ("aws:referer", "aws:useragent")
PAIRED = {
    "aws:vpcsourceip": ("aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"),
    "aws:ec2instancesourceprivateipv4": ("aws:Ec2InstanceSourceVpc",),
}
# Keys that come with the credentials of a machine or function, whatever they are used for. EC2 User Guide: "IAM roles
# for Amazon EC2"; Lambda Developer Guide: "Working with source function ARN"; Glue, Systems Manager likewise.
OF_CREDENTIALS = (
    "ec2:roledelivery",
    "ec2:sourceinstancearn",
    "glue:credentialissuingservice",
    "glue:roleassumedby",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
)
MOST_EXPANDED = 300


def check(policy: Policy) -> Iterator[Found]:
    for statement in policy.statements:
        yield from _spelt_twice(statement)
        for condition in statement.conditions:
            found = list(_name(policy, condition))
            yield from found
            if not found:
                yield from _cardinality(condition)
                yield from _for_actions(statement, condition)
                yield from _habits(statement, condition)


def _spelt_twice(statement: Statement) -> Iterator[Found]:
    seen: dict[tuple, str] = {}
    for condition in statement.conditions:
        first = seen.setdefault((condition.operator.place, condition.name), condition.key.text)
        if first != condition.key.text:
            message = f"{shown(condition.key.text)} and {shown(first)} are the same key: its case does not matter."
            yield Found(
                "DUPLICATE_KEYS_WITH_DIFFERENT_CASE", condition.key.place, message, "Join their values in one list."
            )


def _name(policy: Policy, condition: Condition) -> Iterator[Found]:
    text, place = condition.key.text, condition.key.place
    prefix, colon, rest = text.rpartition(":") if "." in text else text.partition(":")
    if not colon or not prefix or not rest or is_pattern(prefix):
        near = _nearest(f"aws:{text}")
        mend = f"Did you mean `{near}`?" if near else "Write the prefix too, such as `aws:` or the service's."
        message = f"{shown(text)} is no condition key: a key is written prefix:name."
        yield Found("INVALID_CONDITION_KEY_FORMAT", place, message, mend)
    elif condition.name in TAG_FAMILIES:
        message = f"{shown(text)} does not say which tag."
        yield Found(
            "MISSING_TAG_KEY_IN_CONDITION",
            place,
            message,
            f"Write the tag's key after the slash: {shown(text + 'Team')}.",
        )
    elif condition.name == "aws:arn":
        message = f"{shown(text)} is not supported."
        mend = "Use `aws:PrincipalArn` for who calls, or `aws:SourceArn` for on whose behalf."
        yield Found("UNSUPPORTED_GLOBAL_CONDITION_KEY", place, message, mend)
    elif condition.name == "aws:sourceowner":
        message = "`aws:SourceOwner` is an old key that few services still send."
        yield Found("DEPRECATED_GLOBAL_CONDITION_KEY", place, message, "Use `aws:SourceAccount`.")
    else:
        yield from unknown_key(text, place)


def unknown_key(text: str, place) -> Iterator[Found]:
    """A finding if no key of that name exists; OIDC providers (a host name before the colon) name keys of their own."""
    prefix = text.partition(":")[0].lower()
    if catalog.condition_key(text) is not None or "." in prefix or "/" in prefix:
        return
    near = _nearest(text)
    mend = f"Did you mean `{near}`?" if near else "Look up the key in the service authorization reference."
    if prefix == "aws":
        message = f"There is no global condition key {shown(text)}."
        yield Found("INVALID_GLOBAL_CONDITION_KEY", place, message, mend)
        return
    name = catalog.services().get(prefix)
    message = (
        f"{name} has no condition key {shown(text)}." if name else f"No service has a condition key {shown(text)}."
    )
    yield Found("INVALID_SERVICE_CONDITION_KEY", place, message, mend)


@lru_cache(maxsize=512)
def _nearest(text: str) -> str | None:
    if len(text) > 80:
        return None
    prefix = text.partition(":")[0].lower() + ":"
    names = {name.lower(): name for name in catalog.condition_key_names() if name.lower().startswith(prefix)}
    near = get_close_matches(text.lower(), names, n=1, cutoff=0.7)
    return names[near[0]] if near else None


def _cardinality(condition: Condition) -> Iterator[Found]:
    key = catalog.condition_key(condition.key.text)
    place = condition.operator.place
    if condition.base == "Null":
        return
    if condition.name.endswith(AUDIENCE) and condition.set_operator:
        yield from _audience(condition, known=key is not None)
    elif key is None:
        return
    elif key.multivalued and not condition.set_operator:
        operator, some = shown(condition.base), shown(f"ForAnyValue:{condition.operator.text}")
        message = f"{shown(condition.key.text)} holds several values at once, which {operator} alone cannot judge."
        mend = f"Write {some} (one of them) or `ForAllValues:` (all of them)."
        yield Found("MISSING_QUALIFIER", place, message, mend)
    elif not key.multivalued and condition.set_operator == "ForAllValues":
        message = f"{shown(condition.key.text)} holds one value; `ForAllValues` is also true when the key is missing."
        yield Found("FORALLVALUES_WITH_SINGLE_VALUED_KEY", place, message, f"Write {shown(condition.base)}.")


def _audience(condition: Condition, known: bool) -> Iterator[Found]:
    place, key = condition.operator.place, shown(condition.key.text)
    if condition.set_operator == "ForAnyValue" and known:
        message = f"{key} holds one audience; `ForAnyValue` is meant for keys with several."
        yield Found("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", place, message, f"Write {shown(condition.base)}.")
    elif condition.set_operator == "ForAllValues" and known:
        message = f"{key} holds one value; `ForAllValues` is also true when the key is missing."
        yield Found("FORALLVALUES_WITH_SINGLE_VALUED_KEY", place, message, f"Write {shown(condition.base)}.")
    else:
        message = f"Whether {key} holds one audience or several depends on the provider."
        mend = f"Make sure; if it is one, write {shown(condition.base)}."
        yield Found("CONFIRM_AUDIENCE_CLAIM_TYPE", place, message, mend)


def _for_actions(statement: Statement, condition: Condition) -> Iterator[Found]:
    key = catalog.condition_key(condition.key.text)
    if key is None or key.is_global or not statement.actions or condition.base == "Null":
        return
    if condition.name in OF_CREDENTIALS:
        return
    patterns = [leaf.text for leaf in statement.actions]
    covered = {pattern: expand(pattern) for pattern in patterns if pattern != "*"}
    if len(covered) < len(set(patterns)) or not all(covered.values()):
        return
    if any(len(names) > MOST_EXPANDED for names in covered.values()):
        return
    lost = [pattern for pattern, names in covered.items() if not any(_knows(name, condition.name) for name in names)]
    if not lost or (len(lost) < len(covered) and not _decides(statement, condition)):
        return
    effect = "this never applies to it" if len(lost) == 1 else "this never applies to them"
    if condition.if_exists or condition.negated:
        effect = "the condition is always true"
    message = f"A request for {listed(lost)} never carries {shown(condition.key.text)}: {effect}."
    mend = "Put the condition in a statement of its own, with the actions that know the key."
    yield Found("UNSUPPORTED_ACTION_FOR_CONDITION_KEY", condition.key.place, message, mend)


def _decides(statement: Statement, condition: Condition) -> bool:
    """Whether an action without the key is lost: an Allow by a positive comparison."""
    return statement.allows and not condition.negated and not condition.if_exists


def _knows(action: str, key: str) -> bool:
    exact, families = _keys_of(action)
    return key in exact or any(catalog.names_key(family, key) for family in families)


@lru_cache(maxsize=4096)
def _keys_of(name: str) -> tuple[frozenset[str], tuple[str, ...]]:
    (action,) = actions_of(name)
    names = {key.lower() for key in action.condition_keys}
    for target in action.resource_types:
        names.update(key.lower() for key in (*target.condition_keys, *target.type.condition_keys))
    families = tuple(key for key in names if "{" in key or "<" in key)
    return frozenset(names.difference(families)), families


def _habits(statement: Statement, condition: Condition) -> Iterator[Found]:
    """Uses of a key that are well-formed and unsafe."""
    name, place = condition.name, condition.key.place
    names = {other.name for other in statement.conditions}
    if name in UNTRUSTWORTHY:
        message = f"The caller's own program writes {shown(condition.key.text)}: anybody can send what you ask for."
        yield Found("UNTRUSTWORTHY_CONDITION_KEY", place, message, "Do not let access depend on it alone.")
    if name in PAIRED and not names.intersection(other.lower() for other in PAIRED[name]):
        message = f"Private addresses repeat from network to network; {shown(condition.key.text)} alone says little."
        mend = f"Add a condition on {listed(list(PAIRED[name]))}."
        yield Found("MISSING_PAIRED_CONDITION_KEYS", place, message, mend)
    turned = (statement.denies and condition.base == "StringLike") or (
        statement.allows and condition.base == "StringNotLike"
    )
    if name == "s3:prefix" and turned:
        message = "A listing by a shorter prefix shows the same keys and is not caught by this."
        mend = "Allow the prefixes that may be listed, instead of refusing the others."
        yield Found("S3_PREFIX_IN_NEGATIVE_CONTEXT", place, message, mend)
    if name == "dynamodb:attributes" and "dynamodb:select" not in names:
        message = "Without a condition on `dynamodb:Select` a request for all attributes goes past this."
        mend = 'Add a condition on `dynamodb:Select`: "SPECIFIC_ATTRIBUTES".'
        yield Found("DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", place, message, mend)
