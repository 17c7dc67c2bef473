"""Users in groups. IAM User Guide: "Edit users in IAM groups"."""

from collections.abc import Sequence
from typing import Any

from iamlab.services import paging, statements
from iamlab.services.iam import groups, quotas, users
from iamlab.services.iam.loading import grouped, keeping, loaded, with_loaded
from iamlab.services.iam.models import Group, Membership, User
from iamlab.services.operations import Call, operation
from iamlab.services.prepared import Prepared


def named_user(call: Call, name: str) -> User:
    """A user that is not the call's target. Raises NoSuchEntity."""
    row = users.plain(call.account_id, name)
    if row is None:
        raise users.no_such_user(name)
    return row


OF_USERS = Prepared(
    lambda users: Membership.objects.filter(user_id__in=users).select_related("group").order_by("group__name"), [int]
)


def groups_of(rows: Sequence[User]) -> dict[int, list[Group]]:
    """The groups of some users by the user's key, each user's in the order of their names."""
    found = OF_USERS.all([row.pk for row in rows])
    return grouped((membership.user_id, membership.group) for membership in found)


GROUP_NAMES = """select m.user_id, g.name from iam_membership m join iam_group g on g.id = m.group_id
    where m.account_id = %s order by g.name"""


def group_names(account_id: str) -> dict[int, list[str]]:
    """The names of the groups that each user of an account is in, by the user's key, in order."""
    return grouped(statements.rows(GROUP_NAMES, [account_id]))


@operation("iam:AddUserToGroup", target=groups.target)
def add_user_to_group(call: Call, GroupName: str, UserName: str) -> dict[str, Any]:
    """Adding a member again changes nothing."""
    user, group = named_user(call, UserName), groups.existing(call)
    memberships = Membership.objects.filter(user=user)
    if not memberships.filter(group=group).exists():
        quotas.check_room("GroupsPerUser", memberships.count())
        Membership.objects.create(account_id=call.account_id, user=user, group=group)
    return {}


@operation("iam:RemoveUserFromGroup", target=groups.target)
def remove_user_from_group(call: Call, GroupName: str, UserName: str) -> dict[str, Any]:
    """Removing who is no member changes nothing."""
    user, group = named_user(call, UserName), groups.existing(call)
    Membership.objects.filter(user=user, group=group).delete()
    return {}


@operation("iam:ListGroupsForUser", target=users.target, bulk=with_loaded(users.bulk_targets, groups_of))
def list_groups_for_user(
    call: Call, UserName: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    users.existing(call)
    page = paging.page_of_list("Groups", loaded(call, groups_of), lambda group: group.name, Marker, MaxItems)
    page["Groups"] = list(map(keeping(call, groups.describe), page["Groups"]))
    return page
