"""IAM groups. IAM User Guide: "IAM user groups"."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Window
from django.db.models.functions import RowNumber

from iamlab.services import paging
from iamlab.services.iam import quotas, users
from iamlab.services.iam.loading import delete, grouped, keeping, named, with_loaded
from iamlab.services.iam.models import Attachment, Group, InlinePolicy, Membership, User
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.prepared import Prepared


def arn(account_id: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:group{path}{name}"


def target(call: Call, GroupName: str, **_: Any) -> Target:
    if call.caller.world.kept is None:
        return target_of(call.account_id, GroupName, find(call.account_id, GroupName))
    return target_of(call.account_id, GroupName, named(call, Group.objects.all(), [GroupName]).get(GroupName.lower()))


BY_NAME = Prepared(lambda account_id, name: Group.objects.filter(account_id=account_id, name_lower=name), str, str)


def find(account_id: str, name: str) -> Group | None:
    return BY_NAME.first(account_id, name.lower())


def target_of(account_id: str, name: str, row: Group | None) -> Target:
    if row is None:
        return Target(arn=arn(account_id, "/", name))
    return Target(arn=arn(account_id, row.path, row.name), row=row)


def new_target(call: Call, GroupName: str, Path: str = "/", **_: Any) -> Target:
    return Target(arn=arn(call.account_id, Path, GroupName))


def renamed_target(
    call: Call, GroupName: str, NewGroupName: str | None = None, NewPath: str | None = None, **_: Any
) -> list[Target]:
    """A new name or path needs the permission on the group as it is and as it will be."""
    old = target(call, GroupName)
    if NewGroupName is None and NewPath is None:
        return [old]
    path, name = (old.row.path, old.row.name) if old.row else ("/", GroupName)
    return [old, Target(arn=arn(call.account_id, NewPath or path, NewGroupName or name))]


def list_target(call: Call, PathPrefix: str = "/", **_: Any) -> Target:
    return Target(shown=arn(call.account_id, PathPrefix, ""))


def bulk_targets(many: list[dict[str, Any]], call: Call) -> list[Target]:
    """The groups that many calls name, in one query."""
    rows = named(call, Group.objects.all(), [params["GroupName"] for params in many])
    return [target_of(call.account_id, p["GroupName"], rows.get(p["GroupName"].lower())) for p in many]


def _of_groups(keys: Any) -> Any:
    """Of each group no more than a page of GetGroup has, and one that says that there are more."""
    place = Window(RowNumber(), partition_by="group_id", order_by="user__name")
    rows = Membership.objects.filter(group_id__in=keys).select_related("user").annotate(place=place)
    return rows.filter(place__lte=paging.DEFAULT + 1).order_by("user__name")


OF_GROUPS = Prepared(_of_groups, [int])


def members(rows: Sequence[Group]) -> dict[int, list[User]]:
    """The first users of some groups by the group's key, each group's in the order of their names."""
    found = OF_GROUPS.all([row.pk for row in rows])
    return grouped((membership.group_id, membership.user) for membership in found)


def existing(call: Call) -> Group:
    """The target's row. Raises NoSuchEntity."""
    if call.target.row is None:
        raise AwsError("NoSuchEntity", f"The group with name {call.params['GroupName']} cannot be found.")
    return call.target.row


def refuse_duplicate(call: Call, name: str, but: int | None = None) -> None:
    rows = Group.objects.filter(account_id=call.account_id, name_lower=name.lower())
    if (rows if but is None else rows.exclude(pk=but)).exists():
        raise AwsError("EntityAlreadyExists", f"Group with name {name} already exists.")


def describe(row: Group) -> dict[str, Any]:
    return {
        "Path": row.path,
        "GroupName": row.name,
        "GroupId": row.unique_id,
        "Arn": arn(row.account_id, row.path, row.name),
        "CreateDate": row.created,
    }


@operation("iam:CreateGroup", target=new_target)
def create_group(call: Call, GroupName: str, Path: str = "/") -> dict[str, Any]:
    refuse_duplicate(call, GroupName)
    quotas.check_room("GroupsPerAccount", Group.objects.filter(account_id=call.account_id).count())
    row = Group.objects.create(
        account_id=call.account_id,
        name=GroupName,
        name_lower=GroupName.lower(),
        path=Path,
        unique_id=unique_id("group"),
        created=call.now,
    )
    return {"Group": describe(row)}


@operation("iam:GetGroup", target=target, bulk=with_loaded(bulk_targets, members))
def get_group(call: Call, GroupName: str, Marker: str | None = None, MaxItems: int | None = None) -> dict[str, Any]:
    """The group and its users, the users by pages."""
    row = existing(call)
    if call.target.loaded is not None:
        page = paging.page_of_list("Users", call.target.loaded, lambda user: user.name, Marker, MaxItems)
        page["Users"] = [users.describe(user) for user in page["Users"]]
    else:
        rows = users.with_last_sign_in().filter(memberships__group=row)
        page = paging.page("Users", rows, users.describe, "name", Marker, MaxItems, call.view)
    return {"Group": describe(row), **page}


ALL = paging.OfAccount(lambda account_id: Group.objects.filter(account_id=account_id))


@operation("iam:ListGroups", target=list_target)
def list_groups(
    call: Call, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    if call.view is not None and PathPrefix == "/":
        return ALL.page("Groups", call.account_id, keeping(call, describe), call.view)
    if PathPrefix == "/":
        return ALL.listed("Groups", call.account_id, keeping(call, describe), Marker, MaxItems)
    rows = paging.under_path(Group.objects.filter(account_id=call.account_id), PathPrefix)
    return paging.page("Groups", rows, keeping(call, describe), "name", Marker, MaxItems, call.view)


@operation("iam:UpdateGroup", target=renamed_target)
def update_group(
    call: Call, GroupName: str, NewPath: str | None = None, NewGroupName: str | None = None
) -> dict[str, Any]:
    row = existing(call)
    if NewGroupName is not None:
        refuse_duplicate(call, NewGroupName, but=row.pk)
        row.name, row.name_lower = NewGroupName, NewGroupName.lower()
    if NewPath is not None:
        row.path = NewPath
    row.save(update_fields=["name", "name_lower", "path"])
    return {}


@operation("iam:DeleteGroup", target=target)
def delete_group(call: Call, GroupName: str) -> dict[str, Any]:
    row = existing(call)
    for message, rows in (
        ("must remove users from group first", Membership.objects.filter(group=row)),
        ("must detach all policies first", Attachment.objects.filter(holder=row.unique_id)),
        ("must delete policies first", InlinePolicy.objects.filter(holder=row.unique_id)),
    ):
        if rows.exists():
            raise AwsError("DeleteConflict", f"Cannot delete entity, {message}.")
    delete(call, existing)
    return {}
