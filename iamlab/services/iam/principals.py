"""Users, groups, roles and policies by their ARN, for the questions that name one so."""

import re
from typing import Any

from iamlab.services.iam import groups, policies, roles, users
from iamlab.services.iam.models import Group, Role, User
from iamlab.services.operations import AwsError, Call, Target

ARN = re.compile(r"arn:aws:iam::(\d{12}):(user|group|role|policy)(/(?:.*/)?)([^/]+)")
MODULES: dict[str, Any] = {"user": users, "group": groups, "role": roles}
ARNS: dict[Any, Any] = {User: users.arn, Group: groups.arn, Role: roles.arn}


def target_of(call: Call, arn: str) -> Target:
    """What an ARN names. Raises InvalidInput for what is no ARN of such a thing."""
    if arn.startswith(policies.AWS_PREFIX):
        return policies.target(call, arn)
    match = ARN.fullmatch(arn)
    if match is None:
        raise not_clear(arn)
    account_id, kind, path, name = match.groups()
    if account_id != call.account_id:
        return Target(arn=arn)
    if kind == "policy":
        return policies.target(call, arn)
    target: Target = MODULES[kind].target(call, **{f"{kind.capitalize()}Name": name})
    if target.row is None or target.row.path != path:
        return Target(arn=arn)
    return target


def holder_target(call: Call, arn: str) -> Target:
    """The same for questions about users, groups and roles only."""
    if ":policy/" in arn:
        raise not_clear(arn)
    return target_of(call, arn)


def not_clear(arn: str) -> AwsError:
    return AwsError("InvalidInput", f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")


def existing(call: Call) -> Any:
    """The target's row: a User, Group, Role, Policy or one of AWS's policies. Raises NoSuchEntity."""
    if call.target.row is None:
        kind = call.target.arn.split(":")[5].partition("/")[0]
        name = call.target.arn.rpartition("/")[2]
        raise AwsError("NoSuchEntity", f"The {kind} with name {name} cannot be found.")
    return call.target.row


def arn_of(row: User | Group | Role) -> str:
    return ARNS[type(row)](row.account_id, row.path, row.name)
