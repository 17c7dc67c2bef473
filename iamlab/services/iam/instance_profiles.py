"""Instance profiles. IAM User Guide: "Use instance profiles"."""

from collections.abc import Iterable, Sequence
from typing import Any

from iamlab.services import paging
from iamlab.services.iam import documents, quotas, roles, tags
from iamlab.services.iam.loading import delete, grouped, loaded, with_loaded
from iamlab.services.iam.models import InstanceProfile, Role
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError, Call, Target, operation

Described = list[dict[str, Any]]


def arn(account_id: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:instance-profile{path}{name}"


def target(call: Call, InstanceProfileName: str, **_: Any) -> Target:
    rows = InstanceProfile.objects.select_related("role").filter(account_id=call.account_id)
    row = rows.filter(name_lower=InstanceProfileName.lower()).first()
    if row is None:
        return Target(arn=arn(call.account_id, "/", InstanceProfileName))
    return Target(arn=arn(call.account_id, row.path, row.name), row=row, tags=row.tags)


def new_target(
    call: Call, InstanceProfileName: str, Path: str = "/", Tags: tags.Given = None, **_: Any
) -> list[Target]:
    return tags.at_birth(Target(arn=arn(call.account_id, Path, InstanceProfileName)), Tags, "iam:TagInstanceProfile")


def list_target(call: Call, PathPrefix: str = "/", **_: Any) -> Target:
    return Target(shown=arn(call.account_id, PathPrefix, ""))


def existing(call: Call) -> InstanceProfile:
    """The target's row. Raises NoSuchEntity."""
    if call.target.row is None:
        message = f"Instance Profile {call.params['InstanceProfileName']} cannot be found."
        raise AwsError("NoSuchEntity", message)
    return call.target.row


def describe_all(rows: Iterable[InstanceProfile]) -> Described:
    """Profiles with their roles; one query for the roles' trust policies. The rows have their roles at hand."""
    rows = list(rows)
    texts = documents.texts({row.role.trust for row in rows if row.role})
    return [
        {
            "Path": row.path,
            "InstanceProfileName": row.name,
            "InstanceProfileId": row.unique_id,
            "Arn": arn(row.account_id, row.path, row.name),
            "CreateDate": row.created,
            "Roles": [roles.describe(row.role, texts[row.role.trust])] if row.role else [],
        }
        for row in rows
    ]


def describe(row: InstanceProfile) -> dict[str, Any]:
    (described,) = describe_all([row])
    return described | {"Tags": tags.shown(row.tags)}


@operation("iam:CreateInstanceProfile", target=new_target)
def create_instance_profile(
    call: Call, InstanceProfileName: str, Path: str = "/", Tags: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    given = tags.read(Tags, fold=False)
    rows = InstanceProfile.objects.filter(account_id=call.account_id)
    if rows.filter(name_lower=InstanceProfileName.lower()).exists():
        raise AwsError("EntityAlreadyExists", f"Instance Profile {InstanceProfileName} already exists.")
    quotas.check_room("InstanceProfilesPerAccount", rows.count())
    row = InstanceProfile.objects.create(
        account_id=call.account_id,
        name=InstanceProfileName,
        name_lower=InstanceProfileName.lower(),
        path=Path,
        unique_id=unique_id("instance-profile"),
        tags=given,
        created=call.now,
    )
    (described,) = describe_all([row])
    return {"InstanceProfile": described | tags.echoed(given)}


@operation("iam:GetInstanceProfile", target=target)
def get_instance_profile(call: Call, InstanceProfileName: str) -> dict[str, Any]:
    return {"InstanceProfile": describe(existing(call))}


@operation("iam:ListInstanceProfiles", target=list_target)
def list_instance_profiles(
    call: Call, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    rows = InstanceProfile.objects.select_related("role").filter(account_id=call.account_id)
    page = paging.page(
        "InstanceProfiles", paging.under_path(rows, PathPrefix), lambda row: row, "name", Marker, MaxItems
    )
    page["InstanceProfiles"] = describe_all(page["InstanceProfiles"])
    return page


def profiles_of(rows: Sequence[Role]) -> dict[int, Described]:
    """The profiles of some roles, described, by the role's key."""
    found = list(InstanceProfile.objects.select_related("role").filter(role__in=rows).order_by("name"))
    return grouped((row.role_id, described) for row, described in zip(found, describe_all(found), strict=True))


@operation("iam:ListInstanceProfilesForRole", target=roles.target, bulk=with_loaded(roles.bulk_targets, profiles_of))
def list_instance_profiles_for_role(
    call: Call, RoleName: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    roles.existing(call)
    found = loaded(call, profiles_of)
    return paging.page_of_list("InstanceProfiles", found, lambda one: one["InstanceProfileName"], Marker, MaxItems)


@operation("iam:AddRoleToInstanceProfile", target=target)
def add_role_to_instance_profile(call: Call, InstanceProfileName: str, RoleName: str) -> dict[str, Any]:
    """Needs iam:PassRole on the role as well: whoever launches an instance acts with it."""
    profile, role = existing(call), roles.find(call.account_id, RoleName)
    roles.require_pass(call, RoleName, role, "ec2.amazonaws.com")
    if role is None:
        raise roles.no_such_role(RoleName)
    roles.refuse_service_linked(role)
    if profile.role is not None:
        raise AwsError("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    profile.role = role
    profile.save(update_fields=["role"])
    return {}


@operation("iam:RemoveRoleFromInstanceProfile", target=target)
def remove_role_from_instance_profile(call: Call, InstanceProfileName: str, RoleName: str) -> dict[str, Any]:
    profile = existing(call)
    if profile.role is None or profile.role.name_lower != RoleName.lower():
        if roles.find(call.account_id, RoleName) is None:
            raise roles.no_such_role(RoleName)
        message = f"Role {RoleName} in Instance Profile {profile.name} cannot be found."
        raise AwsError("NoSuchEntity", message)
    profile.role = None
    profile.save(update_fields=["role"])
    return {}


@operation("iam:DeleteInstanceProfile", target=target)
def delete_instance_profile(call: Call, InstanceProfileName: str) -> dict[str, Any]:
    profile = existing(call)
    if profile.role is not None:
        message = "Cannot delete entity, must remove roles from instance profile first."
        raise AwsError("DeleteConflict", message)
    delete(call, existing)
    return {}


@operation("iam:TagInstanceProfile", target=target)
def tag_instance_profile(call: Call, InstanceProfileName: str, Tags: list[dict[str, str]]) -> dict[str, Any]:
    tags.put(existing(call), Tags, fold=False)
    return {}


@operation("iam:UntagInstanceProfile", target=target)
def untag_instance_profile(call: Call, InstanceProfileName: str, TagKeys: list[str]) -> dict[str, Any]:
    tags.drop(existing(call), TagKeys, fold=False)
    return {}


@operation("iam:ListInstanceProfileTags", target=target)
def list_instance_profile_tags(
    call: Call, InstanceProfileName: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return tags.page(existing(call).tags, Marker, MaxItems)
