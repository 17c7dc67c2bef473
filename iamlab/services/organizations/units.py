"""Organizational units and the tree. AWS Organizations API Reference."""

from typing import Any

from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.organizations import tagging, tree
from iamlab.services.organizations.models import Organization, Unit
from iamlab.services.organizations.organization import attach_full_access
from iamlab.services.organizations.paging import page

# AWS Organizations User Guide, "Quotas": units below one another, units of an organization.
DEEPEST, MOST = 5, 2000


def describe(found: Organization, row: Unit) -> dict[str, str]:
    path = tree.path(found, *tree.above(found, row.parent), row.pk)
    return {"Id": row.pk, "Arn": tree.arn(found, "ou", row.pk), "Name": row.name, "Path": path}


def unit_target(call: Call, OrganizationalUnitId: str, **_: Any) -> Target:
    found = tree.mine(call)
    return Target(arn=tree.arn(found, "ou", OrganizationalUnitId), row=found)


def parent_target(call: Call, ParentId: str, **_: Any) -> Target:
    return tree.place(tree.mine(call), ParentId)


def child_target(call: Call, ChildId: str, **_: Any) -> Target:
    return tree.place(tree.mine(call), ChildId)


def existing(found: Organization, unit_id: str) -> Unit:
    row = tree.own_unit(found, unit_id)
    if row is None:
        raise AwsError(
            "OrganizationalUnitNotFoundException", "You specified an organizational unit that doesn't exist."
        )
    return row


def check_name(found: Organization, parent: str, name: str) -> None:
    if found.units.filter(parent=parent, name=name).exists():
        message = "An OU with the same name already exists."
        raise AwsError("DuplicateOrganizationalUnitException", message)


def check_place(found: Organization, parent: str) -> None:
    """Raises ConstraintViolationException where one unit more is too deep or too many."""
    if len(tree.above(found, parent)) > DEEPEST:
        message = "You attempted to create an OU tree that is too many levels deep."
        raise AwsError("ConstraintViolationException", message, Reason="OU_DEPTH_LIMIT_EXCEEDED")
    if len(found.all_units) >= MOST:
        message = "You attempted to exceed the number of OUs that you can have in an organization."
        raise AwsError("ConstraintViolationException", message, Reason="OU_NUMBER_LIMIT_EXCEEDED")


def create_context(call: Call, Tags: list[dict[str, str]] | None = None, **_: Any) -> dict[str, Any]:
    return tagging.context(Tags)


@operation("organizations:CreateOrganizationalUnit", target=parent_target, context=create_context)
def create_organizational_unit(
    call: Call, ParentId: str, Name: str, Tags: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    parent = tree.parent(found, ParentId)
    check_name(found, parent, Name)
    check_place(found, parent)
    unit_id = tree.new_id(f"ou-{found.root_id.removeprefix('r-')}-", 8)
    row = Unit.objects.create(account_id=found.account_id, organization=found, id=unit_id, name=Name, parent=parent)
    attach_full_access(found, unit_id)
    tagging.keep_at_birth(call, found, tree.place(found, unit_id), Tags)
    return {"OrganizationalUnit": describe(found, row)}


@operation("organizations:DescribeOrganizationalUnit", target=unit_target)
def describe_organizational_unit(call: Call, OrganizationalUnitId: str) -> dict[str, Any]:
    found = tree.managed(call)
    return {"OrganizationalUnit": describe(found, existing(found, OrganizationalUnitId))}


@operation("organizations:UpdateOrganizationalUnit", target=unit_target)
def update_organizational_unit(call: Call, OrganizationalUnitId: str, Name: str | None = None) -> dict[str, Any]:
    found = tree.managed(call)
    row = existing(found, OrganizationalUnitId)
    if Name is not None and Name != row.name:
        check_name(found, row.parent, Name)
        row.name = Name
        row.save(update_fields=["name"])
    return {"OrganizationalUnit": describe(found, row)}


@operation("organizations:DeleteOrganizationalUnit", target=unit_target)
def delete_organizational_unit(call: Call, OrganizationalUnitId: str) -> dict[str, Any]:
    found = tree.managed(call)
    row = existing(found, OrganizationalUnitId)
    if found.units.filter(parent=row.pk).exists() or found.members.filter(parent=row.pk).exists():
        message = (
            "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child OUs."
        )
        raise AwsError("OrganizationalUnitNotEmptyException", message)
    found.attachments.filter(target=row.pk).delete()
    tagging.keep(found, row.pk, {})
    row.delete()
    return {}


@operation("organizations:ListRoots")
def list_roots(call: Call, NextToken: str | None = None, MaxResults: int | None = None) -> dict[str, Any]:
    found = tree.managed(call)
    types = [(tree.SCP, found.scps), (tree.RCP, found.rcps)]
    root = {
        "Id": found.root_id,
        "Arn": tree.arn(found, "root", found.root_id),
        "Name": "Root",
        "PolicyTypes": [{"Type": kind, "Status": "ENABLED"} for kind, on in types if on],
    }
    return {"Roots": [root]}


@operation("organizations:ListOrganizationalUnitsForParent", target=parent_target)
def list_organizational_units_for_parent(
    call: Call, ParentId: str, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    parent = tree.parent(found, ParentId)
    rows = [row for row in found.all_units.values() if row.parent == parent]
    return page(call, "OrganizationalUnits", rows, lambda row: describe(found, row))


@operation("organizations:ListAccountsForParent", target=parent_target)
def list_accounts_for_parent(
    call: Call, ParentId: str, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    parent = tree.parent(found, ParentId)
    rows = [row for row in found.all_members if row.parent == parent]
    return page(call, "Accounts", rows, lambda row: tree.describe_account(found, row.account, row))


@operation("organizations:ListChildren", target=parent_target)
def list_children(
    call: Call, ParentId: str, ChildType: str, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    parent = tree.parent(found, ParentId)
    rows = found.members.filter(parent=parent) if ChildType == "ACCOUNT" else found.units.filter(parent=parent)
    ids = rows.order_by("pk").values_list("pk", flat=True)
    return page(call, "Children", ids, lambda key: {"Id": key, "Type": ChildType})


@operation("organizations:ListParents", target=child_target)
def list_parents(
    call: Call, ChildId: str, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    found = tree.managed(call)
    row = found.units.filter(pk=ChildId).first() or found.members.filter(pk=ChildId).first()
    if row is None:
        raise AwsError("ChildNotFoundException", "You specified a child that doesn't exist.")
    kind = "ROOT" if row.parent == found.root_id else "ORGANIZATIONAL_UNIT"
    return {"Parents": [{"Id": row.parent, "Type": kind}]}
