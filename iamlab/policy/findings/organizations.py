"""Service control policies and resource control policies."""

from collections.abc import Iterator

from .. import catalog
from .model import Found, Policy, Statement, shown

PRINCIPAL_KEYS = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag/",
)
SOURCE_KEYS = ("aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcearn")
IS_SERVICE = "aws:principalisawsservice"


def check(policy: Policy) -> Iterator[Found]:
    if policy.type == "scp":
        for statement in policy.statements:
            yield from _service_control(statement)
    elif policy.type == "rcp":
        for statement in policy.statements:
            yield from _resource_control(statement)
            yield from _service_calls(statement)


def _service_control(statement: Statement) -> Iterator[Found]:
    for name in ("Principal", "NotPrincipal"):
        if statement.has(name):
            message = f"A service control policy has no `{name}`: it is about everybody in the accounts below it."
            mend = "Delete it; to spare somebody, use a condition on `aws:PrincipalArn`."
            yield Found("SCP_SYNTAX_ERROR_PRINCIPAL", statement.element(name), message, mend)
    for leaf in (*statement.actions, *statement.not_actions):
        name = leaf.text.partition(":")[2] or leaf.text
        if "*" in name[:-1] or "?" in name:
            message = (
                f"{shown(leaf.text)} has a wildcard that is not at its end; service control policies learnt this late."
            )
            mend = "Put the `*` at the end, to be sure that every tool takes it."
            yield Found("SCP_SYNTAX_ERROR_ACTION_WILDCARD", leaf.place, message, mend)


def _resource_control(statement: Statement) -> Iterator[Found]:
    if statement.effect == "Allow":
        message = "A resource control policy of your own can only deny; AWS's `RCPFullAWSAccess` does the allowing."
        place = statement.element("Effect")
        yield Found("RCP_SYNTAX_ERROR_ALLOW", place, message, 'Write "Effect": "Deny" and turn the condition round.')
    star = [(key, leaf) for key, leaf in statement.principals if leaf.text == "*" and key in ("*", "AWS")]
    if statement.has("NotPrincipal") or len(star) != len(statement.principals) or not star:
        place = statement.place
        for name in ("NotPrincipal", "Principal"):
            place = statement.element(name) if statement.has(name) else place
        message = "A resource control policy is always about everybody: its `Principal` can only be `*`."
        mend = 'Write "Principal": "*" and spare somebody by a condition.'
        yield Found("RCP_SYNTAX_ERROR_PRINCIPAL", place, message, mend)
    if statement.has("NotAction"):
        message = "A resource control policy has no `NotAction`."
        yield Found(
            "RCP_SYNTAX_ERROR_NOTACTION", statement.element("NotAction"), message, "List the actions in `Action`."
        )
    for leaf in statement.actions:
        prefix = leaf.text.partition(":")[0].lower()
        if prefix not in catalog.rcp_services():
            message = f"Resource control policies do not reach {shown(leaf.text)}."
            mend = "Name actions of supported services, each with its prefix, such as `s3:*`."
            yield Found("RCP_SYNTAX_ERROR_ACTION", leaf.place, message, mend)


def _service_calls(statement: Statement) -> Iterator[Found]:
    """AWS services call as themselves, without an account or organization: a Deny by these keys stops them too."""
    names = {condition.name: condition for condition in statement.conditions}
    for name, condition in names.items():
        if not condition.negated or not statement.denies:
            continue
        if name.startswith(PRINCIPAL_KEYS) and IS_SERVICE not in names:
            message = (
                f"AWS services that call as themselves have no {shown(condition.key.text)} and are denied as well."
            )
            mend = 'Add "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}.'
            yield Found("RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", condition.key.place, message, mend)
        elif name in SOURCE_KEYS:
            yield from _source(condition, names)


def _source(condition, names: dict) -> Iterator[Found]:
    if IS_SERVICE not in names:
        message = f"{shown(condition.key.text)} is there only when a service calls; other callers are denied as well."
        mend = 'Add "Bool": {"aws:PrincipalIsAWSService": "true"}.'
        yield Found("RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", condition.key.place, message, mend)
    has_null = any(other.base == "Null" and other.name in SOURCE_KEYS for other in names.values())
    if not condition.if_exists and not has_null and condition.name != "aws:sourceaccount":
        message = f"A service that calls on nobody's behalf has no {shown(condition.key.text)} and is denied as well."
        mend = 'Add "Null": {"aws:SourceAccount": "false"}, or use the operator with `IfExists`.'
        yield Found("RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", condition.key.place, message, mend)
