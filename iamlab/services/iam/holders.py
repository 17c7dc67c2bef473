"""What can hold policies: users, groups and roles, each found by its own parameter."""

from typing import Any

from iamlab.services.iam import groups, roles, users
from iamlab.services.iam.models import Group, Role, User
from iamlab.services.operations import Call

Holder = User | Group | Role
KINDS: dict[type[Any], str] = {User: "user", Group: "group", Role: "role"}


def existing(call: Call) -> Holder:
    """The user, group or role that a call names. Raises NoSuchEntity."""
    if "GroupName" in call.params:
        return groups.existing(call)
    return roles.existing(call) if "RoleName" in call.params else users.existing(call)


def changeable(call: Call) -> Holder:
    """The same for a change of its policies: a service-linked role's are AWS's. Raises UnmodifiableEntity."""
    row = existing(call)
    if isinstance(row, Role):
        roles.refuse_service_linked(row)
    return row
