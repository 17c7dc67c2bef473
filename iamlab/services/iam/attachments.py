"""Managed policies attached to users, groups and roles. IAM User Guide: "Add and remove IAM identity permissions"."""

from collections.abc import Sequence
from typing import Any

from iamlab.services import paging
from iamlab.services.iam import groups, holders, policies, quotas, roles, users
from iamlab.services.iam.holders import Holder
from iamlab.services.iam.loading import loaded, with_loaded
from iamlab.services.iam.models import Attachment
from iamlab.services.operations import AwsError, Call, operation


def policy_key(call: Call, PolicyArn: str, **_: Any) -> dict[str, str | list[str]]:
    return {"iam:PolicyARN": PolicyArn}


def named(call: Call, PolicyArn: str) -> Any:
    """The policy. Raises ValidationError for what is no ARN of one."""
    try:
        return policies.find(call.account_id, PolicyArn)
    except AwsError as error:
        raise AwsError("ValidationError", error.message) from error


def attach(call: Call, PolicyArn: str) -> dict[str, Any]:
    """Attaching again changes nothing."""
    row = holders.changeable(call)
    policy = named(call, PolicyArn)
    if policy is None:
        raise AwsError("NoSuchEntity", f"Policy {PolicyArn} does not exist or is not attachable.")
    if not policies.is_attachable(policy):
        raise AwsError("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")
    attached = Attachment.objects.filter(holder=row.unique_id)
    if not attached.filter(policy_arn=PolicyArn).exists():
        quotas.check_room(f"PoliciesPer{holders.KINDS[type(row)].capitalize()}", attached.count())
        Attachment.objects.create(
            account_id=call.account_id, holder=row.unique_id, policy_arn=PolicyArn, created=call.now
        )
    return {}


def detach(call: Call, PolicyArn: str) -> dict[str, Any]:
    row = holders.changeable(call)
    named(call, PolicyArn)
    gone, _ = Attachment.objects.filter(holder=row.unique_id, policy_arn=PolicyArn).delete()
    if not gone:
        raise AwsError("NoSuchEntity", f"Policy {PolicyArn} was not found.")
    return {}


def arns_of(rows: Sequence[Holder]) -> dict[int, list[str]]:
    """The ARNs attached to some holders of one kind, by the holder's key."""
    return holders.held(rows, "attached")


def describe(policy_arn: str) -> dict[str, str]:
    return {"PolicyName": policy_arn.rpartition("/")[2], "PolicyArn": policy_arn}


def path_of(policy_arn: str) -> str:
    """The path in a policy's ARN: "/" or "/division/"."""
    return policy_arn.partition(":policy")[2].rpartition("/")[0] + "/"


def attached(call: Call, PathPrefix: str, Marker: str | None, MaxItems: int | None) -> dict[str, Any]:
    holders.existing(call)
    found = [describe(one) for one in loaded(call, arns_of) if path_of(one).startswith(PathPrefix)]
    return paging.page_of_list("AttachedPolicies", sorted(found, key=sort_key), sort_key, Marker, MaxItems)


def sort_key(described: dict[str, str]) -> str:
    return f"{described['PolicyName']}\n{described['PolicyArn']}"


@operation("iam:AttachUserPolicy", target=users.target, context=policy_key)
def attach_user_policy(call: Call, UserName: str, PolicyArn: str) -> dict[str, Any]:
    return attach(call, PolicyArn)


@operation("iam:AttachGroupPolicy", target=groups.target, context=policy_key)
def attach_group_policy(call: Call, GroupName: str, PolicyArn: str) -> dict[str, Any]:
    return attach(call, PolicyArn)


@operation("iam:AttachRolePolicy", target=roles.target, context=policy_key)
def attach_role_policy(call: Call, RoleName: str, PolicyArn: str) -> dict[str, Any]:
    return attach(call, PolicyArn)


@operation("iam:DetachUserPolicy", target=users.target, context=policy_key)
def detach_user_policy(call: Call, UserName: str, PolicyArn: str) -> dict[str, Any]:
    return detach(call, PolicyArn)


@operation("iam:DetachGroupPolicy", target=groups.target, context=policy_key)
def detach_group_policy(call: Call, GroupName: str, PolicyArn: str) -> dict[str, Any]:
    return detach(call, PolicyArn)


@operation("iam:DetachRolePolicy", target=roles.target, context=policy_key)
def detach_role_policy(call: Call, RoleName: str, PolicyArn: str) -> dict[str, Any]:
    return detach(call, PolicyArn)


@operation("iam:ListAttachedUserPolicies", target=users.target, bulk=with_loaded(users.bulk_targets, arns_of))
def list_attached_user_policies(
    call: Call, UserName: str, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return attached(call, PathPrefix, Marker, MaxItems)


@operation("iam:ListAttachedGroupPolicies", target=groups.target, bulk=with_loaded(groups.bulk_targets, arns_of))
def list_attached_group_policies(
    call: Call, GroupName: str, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return attached(call, PathPrefix, Marker, MaxItems)


@operation("iam:ListAttachedRolePolicies", target=roles.target, bulk=with_loaded(roles.bulk_targets, arns_of))
def list_attached_role_policies(
    call: Call, RoleName: str, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return attached(call, PathPrefix, Marker, MaxItems)
