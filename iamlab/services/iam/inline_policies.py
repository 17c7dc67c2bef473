"""Inline policies of users, groups and roles. IAM User Guide: "Managed policies and inline policies"."""

from collections.abc import Sequence
from typing import Any

from iamlab.services import paging
from iamlab.services.accounts.models import keep_document
from iamlab.services.iam import documents, groups, holders, quotas, roles, users
from iamlab.services.iam.holders import Holder
from iamlab.services.iam.loading import loaded, with_loaded
from iamlab.services.iam.models import InlinePolicy
from iamlab.services.operations import AwsError, Call, operation


def put(call: Call, PolicyName: str, PolicyDocument: str) -> dict[str, Any]:
    """Add or replace a policy. Raises MalformedPolicyDocument, LimitExceeded."""
    row = holders.changeable(call)
    documents.check(PolicyDocument)
    check_size(row, PolicyName, PolicyDocument)
    digest = keep_document(PolicyDocument)
    InlinePolicy.objects.update_or_create(
        holder=row.unique_id,
        name=PolicyName,
        defaults={"document": digest},
        create_defaults={"account_id": call.account_id, "document": digest, "created": call.now},
    )
    return {}


def check_size(row: Holder, name: str, text: str) -> None:
    """The quota is for all inline policies of the holder together."""
    kind = holders.KINDS[type(row)]
    most = quotas.QUOTAS[f"{kind.capitalize()}PolicySize"]
    others = list(
        InlinePolicy.objects.filter(holder=row.unique_id).exclude(name=name).values_list("document", flat=True)
    )
    kept = documents.texts(others) if others else {}
    if documents.size(text) + sum(documents.size(kept[digest]) for digest in others) > most:
        raise AwsError("LimitExceeded", f"Maximum policy size of {most} bytes exceeded for {kind} {row.name}")


def no_such_policy(row: Holder, name: str) -> AwsError:
    return AwsError("NoSuchEntity", f"The {holders.KINDS[type(row)]} policy with name {name} cannot be found.")


def get(call: Call, PolicyName: str) -> dict[str, Any]:
    row = holders.existing(call)
    policy = InlinePolicy.objects.filter(holder=row.unique_id, name=PolicyName).first()
    if policy is None:
        raise no_such_policy(row, PolicyName)
    parameter = f"{holders.KINDS[type(row)].capitalize()}Name"
    return {parameter: row.name, "PolicyName": policy.name, "PolicyDocument": documents.text(policy.document)}


def delete(call: Call, PolicyName: str) -> dict[str, Any]:
    row = holders.changeable(call)
    gone, _ = InlinePolicy.objects.filter(holder=row.unique_id, name=PolicyName).delete()
    if not gone:
        raise no_such_policy(row, PolicyName)
    return {}


def names_of(rows: Sequence[Holder]) -> dict[int, list[str]]:
    """The names of the inline policies of some holders of one kind, by the holder's key."""
    return holders.held(rows, "inline")


def names(call: Call, Marker: str | None, MaxItems: int | None) -> dict[str, Any]:
    holders.existing(call)
    return paging.page_of_list("PolicyNames", loaded(call, names_of), str, Marker, MaxItems)


@operation("iam:PutUserPolicy", target=users.target)
def put_user_policy(call: Call, UserName: str, PolicyName: str, PolicyDocument: str) -> dict[str, Any]:
    return put(call, PolicyName, PolicyDocument)


@operation("iam:PutGroupPolicy", target=groups.target)
def put_group_policy(call: Call, GroupName: str, PolicyName: str, PolicyDocument: str) -> dict[str, Any]:
    return put(call, PolicyName, PolicyDocument)


@operation("iam:PutRolePolicy", target=roles.target)
def put_role_policy(call: Call, RoleName: str, PolicyName: str, PolicyDocument: str) -> dict[str, Any]:
    return put(call, PolicyName, PolicyDocument)


@operation("iam:GetUserPolicy", target=users.target)
def get_user_policy(call: Call, UserName: str, PolicyName: str) -> dict[str, Any]:
    return get(call, PolicyName)


@operation("iam:GetGroupPolicy", target=groups.target)
def get_group_policy(call: Call, GroupName: str, PolicyName: str) -> dict[str, Any]:
    return get(call, PolicyName)


@operation("iam:GetRolePolicy", target=roles.target)
def get_role_policy(call: Call, RoleName: str, PolicyName: str) -> dict[str, Any]:
    return get(call, PolicyName)


@operation("iam:DeleteUserPolicy", target=users.target)
def delete_user_policy(call: Call, UserName: str, PolicyName: str) -> dict[str, Any]:
    return delete(call, PolicyName)


@operation("iam:DeleteGroupPolicy", target=groups.target)
def delete_group_policy(call: Call, GroupName: str, PolicyName: str) -> dict[str, Any]:
    return delete(call, PolicyName)


@operation("iam:DeleteRolePolicy", target=roles.target)
def delete_role_policy(call: Call, RoleName: str, PolicyName: str) -> dict[str, Any]:
    return delete(call, PolicyName)


@operation("iam:ListUserPolicies", target=users.target, bulk=with_loaded(users.bulk_targets, names_of))
def list_user_policies(
    call: Call, UserName: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return names(call, Marker, MaxItems)


@operation("iam:ListGroupPolicies", target=groups.target, bulk=with_loaded(groups.bulk_targets, names_of))
def list_group_policies(
    call: Call, GroupName: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return names(call, Marker, MaxItems)


@operation("iam:ListRolePolicies", target=roles.target, bulk=with_loaded(roles.bulk_targets, names_of))
def list_role_policies(
    call: Call, RoleName: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return names(call, Marker, MaxItems)
