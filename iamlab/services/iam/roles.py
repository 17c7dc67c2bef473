"""IAM roles. IAM User Guide: "IAM roles"."""

from collections.abc import Sequence
from typing import Any

from iamlab.services import paging
from iamlab.services.accounts.models import keep_document
from iamlab.services.iam import activity, boundaries, documents, quotas, tags, trust
from iamlab.services.iam.loading import delete, loaded, named, with_loaded
from iamlab.services.iam.models import Attachment, InlinePolicy, InstanceProfile, Role
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.prepared import Prepared


def arn(account_id: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:role{path}{name}"


def target(call: Call, RoleName: str, **_: Any) -> Target:
    if call.caller.world.kept is None:
        return target_of(call.account_id, RoleName, find(call.account_id, RoleName))
    return target_of(call.account_id, RoleName, named(call, Role.objects.all(), [RoleName]).get(RoleName.lower()))


BY_NAME = Prepared(lambda account_id, name: Role.objects.filter(account_id=account_id, name_lower=name), str, str)


def find(account_id: str, name: str) -> Role | None:
    return BY_NAME.first(account_id, name.lower())


def target_of(account_id: str, name: str, row: Role | None) -> Target:
    if row is None:
        return Target(arn=arn(account_id, "/", name))
    context: dict[str, Any] = {f"iam:ResourceTag/{key}": value for key, value in row.tags.items()}
    if row.boundary:
        context["iam:PermissionsBoundary"] = row.boundary
    return Target(arn=arn(account_id, row.path, row.name), row=row, tags=row.tags, context=context)


def require_pass(call: Call, name: str, row: Role | None, service: str) -> None:
    """Giving a role to a service needs iam:PassRole on it. User Guide: "Grant a user permissions to pass a role"."""
    passed = target_of(call.account_id, name, row)
    passed.context = {**passed.context, "iam:PassedToService": service}
    call.require("iam:PassRole", passed)


def new_target(call: Call, RoleName: str, Path: str = "/", Tags: tags.Given = None, **_: Any) -> list[Target]:
    return tags.at_birth(Target(arn=arn(call.account_id, Path, RoleName)), Tags, "iam:TagRole")


def list_target(call: Call, PathPrefix: str = "/", **_: Any) -> Target:
    return Target(shown=arn(call.account_id, PathPrefix, ""))


def bulk_targets(many: list[dict[str, Any]], call: Call) -> list[Target]:
    """The roles that many calls name, in one query."""
    rows = named(call, Role.objects.all(), [params["RoleName"] for params in many])
    return [target_of(call.account_id, p["RoleName"], rows.get(p["RoleName"].lower())) for p in many]


def existing(call: Call) -> Role:
    """The target's row. Raises NoSuchEntity."""
    if call.target.row is None:
        raise no_such_role(call.params["RoleName"])
    return call.target.row


def no_such_role(name: str) -> AwsError:
    return AwsError("NoSuchEntity", f"The role with name {name} cannot be found.")


def changeable(call: Call) -> Role:
    row = existing(call)
    refuse_service_linked(row)
    return row


def refuse_service_linked(row: Role) -> None:
    """Raises UnmodifiableEntity."""
    if row.service_linked:
        message = (
            f"Cannot perform the operation on the protected role '{row.name}' - this role is only modifiable by AWS"
        )
        raise AwsError("UnmodifiableEntity", message)


def describe(row: Role, trust_text: str) -> dict[str, Any]:
    """A role as CreateRole shows it."""
    return {
        "Path": row.path,
        "RoleName": row.name,
        "RoleId": row.unique_id,
        "Arn": arn(row.account_id, row.path, row.name),
        "CreateDate": row.created,
        "AssumeRolePolicyDocument": trust_text,
    }


def describe_listed(row: Role, trust_text: str) -> dict[str, Any]:
    found = describe(row, trust_text)
    if row.description:
        found["Description"] = row.description
    found["MaxSessionDuration"] = row.max_session
    return found


def bears(row: Role) -> dict[str, Any]:
    """Boundary and tags, where there are any."""
    found: dict[str, Any] = {}
    if row.boundary:
        found["PermissionsBoundary"] = boundaries.describe(row.boundary)
    if row.tags:
        found["Tags"] = tags.shown(row.tags)
    return found


def last_used(rows: Sequence[Role]) -> dict[int, dict[str, Any]]:
    """RoleLastUsed of some roles, in two queries."""
    keys = {row.pk for row in rows}
    newest = dict(
        Role.objects.filter(pk__in=keys)
        .annotate(event=activity.newest("principal", "unique_id"))
        .values_list("pk", "event")
    )
    uses = activity.uses(newest.values())
    return {
        pk: {"LastUsedDate": uses[event].time, "Region": uses[event].region} if event in uses else {}
        for pk, event in newest.items()
    }


def details(rows: Sequence[Role]) -> dict[int, tuple[str, dict[str, Any]]]:
    """The trust policy's text and the last use of some roles, in three queries."""
    texts, used = documents.texts({row.trust for row in rows}), last_used(rows)
    return {row.pk: (texts[row.trust], used[row.pk]) for row in rows}


@operation("iam:CreateRole", target=new_target, context=boundaries.context)
def create_role(
    call: Call,
    RoleName: str,
    AssumeRolePolicyDocument: str,
    Path: str = "/",
    Description: str = "",
    MaxSessionDuration: int = 3600,
    PermissionsBoundary: str = "",
    Tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    given = tags.read(Tags)
    principals = trust.check(call, AssumeRolePolicyDocument)
    rows = Role.objects.filter(account_id=call.account_id)
    if rows.filter(name_lower=RoleName.lower()).exists():
        raise AwsError("EntityAlreadyExists", f"Role with name {RoleName} already exists.")
    quotas.check_room("RolesPerAccount", rows.filter(service_linked="").count())
    if PermissionsBoundary:
        boundaries.check(call, PermissionsBoundary)
    row = Role.objects.create(
        account_id=call.account_id,
        name=RoleName,
        name_lower=RoleName.lower(),
        path=Path,
        unique_id=unique_id("role"),
        trust=keep_document(trust.spelled(AssumeRolePolicyDocument, principals)),
        principals=principals,
        description=Description,
        max_session=MaxSessionDuration,
        boundary=PermissionsBoundary,
        tags=given,
        created=call.now,
    )
    return {"Role": describe(row, AssumeRolePolicyDocument) | bears(row) | tags.echoed(given)}


@operation("iam:GetRole", target=target, bulk=with_loaded(bulk_targets, details))
def get_role(call: Call, RoleName: str) -> dict[str, Any]:
    row = existing(call)
    trust_text, used = loaded(call, details)
    return {"Role": describe_listed(row, trust_text) | bears(row) | {"RoleLastUsed": used}}


ALL = paging.OfAccount(lambda account_id: Role.objects.filter(account_id=account_id))


@operation("iam:ListRoles", target=list_target)
def list_roles(
    call: Call, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    if call.view is not None and PathPrefix == "/":
        page = ALL.page("Roles", call.account_id, lambda row: row, call.view)
    else:
        rows = paging.under_path(Role.objects.filter(account_id=call.account_id), PathPrefix)
        page = paging.page("Roles", rows, lambda row: row, "name", Marker, MaxItems, call.view)
    texts = documents.texts({row.trust for row in page["Roles"]})
    page["Roles"] = [describe_listed(row, texts[row.trust]) for row in page["Roles"]]
    return page


@operation("iam:UpdateRole", target=target)
def update_role(
    call: Call, RoleName: str, Description: str | None = None, MaxSessionDuration: int | None = None
) -> dict[str, Any]:
    """What is left out stays as it is."""
    row = changeable(call)
    row.description = row.description if Description is None else Description
    row.max_session = MaxSessionDuration or row.max_session
    row.save(update_fields=["description", "max_session"])
    return {}


@operation("iam:UpdateRoleDescription", target=target)
def update_role_description(call: Call, RoleName: str, Description: str) -> dict[str, Any]:
    row = existing(call)  # a service-linked role's description is all of it that may be changed
    row.description = Description
    row.save(update_fields=["description"])
    shown = describe(row, documents.text(row.trust)) | bears(row)
    return {"Role": shown | ({"Description": Description} if Description else {})}


@operation("iam:UpdateAssumeRolePolicy", target=target)
def update_assume_role_policy(call: Call, RoleName: str, PolicyDocument: str) -> dict[str, Any]:
    row = changeable(call)
    row.principals = trust.check(call, PolicyDocument)
    row.trust = keep_document(trust.spelled(PolicyDocument, row.principals))
    row.save(update_fields=["trust", "principals"])
    return {}


@operation("iam:DeleteRole", target=target)
def delete_role(call: Call, RoleName: str) -> dict[str, Any]:
    row = changeable(call)
    for message, rows in (
        ("must remove roles from instance profile first", InstanceProfile.objects.filter(role=row)),
        ("must detach all policies first", Attachment.objects.filter(holder=row.unique_id)),
        ("must delete policies first", InlinePolicy.objects.filter(holder=row.unique_id)),
    ):
        if rows.exists():
            raise AwsError("DeleteConflict", f"Cannot delete entity, {message}.")
    trust.replace_principal(call, row.unique_id, row.unique_id)
    delete(call, existing)
    return {}


@operation("iam:PutRolePermissionsBoundary", target=boundaries.replacing(target))
def put_role_permissions_boundary(call: Call, RoleName: str, PermissionsBoundary: str) -> dict[str, Any]:
    boundaries.put(call, changeable(call), PermissionsBoundary)
    return {}


@operation("iam:DeleteRolePermissionsBoundary", target=target)
def delete_role_permissions_boundary(call: Call, RoleName: str) -> dict[str, Any]:
    boundaries.remove(changeable(call), f"The role with name {RoleName} has no permissions boundary.")
    return {}


@operation("iam:TagRole", target=target)
def tag_role(call: Call, RoleName: str, Tags: list[dict[str, str]]) -> dict[str, Any]:
    tags.put(existing(call), Tags)
    return {}


@operation("iam:UntagRole", target=target)
def untag_role(call: Call, RoleName: str, TagKeys: list[str]) -> dict[str, Any]:
    tags.drop(existing(call), TagKeys)
    return {}


@operation("iam:ListRoleTags", target=target, bulk=bulk_targets)
def list_role_tags(call: Call, RoleName: str, Marker: str | None = None, MaxItems: int | None = None) -> dict[str, Any]:
    return tags.page(existing(call).tags, Marker, MaxItems)
