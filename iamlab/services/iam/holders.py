"""What can hold policies: users, groups and roles, each found by its own parameter."""

from collections.abc import Sequence
from typing import Any

from iamlab.services import statements
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


HELD = """select holder, 'attached', policy_arn from iam_attachment where holder in {0}
    union all select holder, 'inline', name from iam_inlinepolicy where holder in {0}"""


def held(rows: Sequence[Holder], kind: str) -> dict[int, list[str]]:
    """The policies of some holders by the holder's key: ARNs of those "attached", or names of those "inline", in order.

    Both are read in one statement and stay with the rows: a console page asks for the one after the other.
    """
    unread = {row.unique_id: row for row in rows if "held" not in row.__dict__}
    for row in unread.values():
        row.__dict__["held"] = {"attached": [], "inline": []}
    statement = HELD.format(statements.marks(unread))
    for holder, what, name in sorted(statements.rows(statement, [*unread, *unread])) if unread else ():
        unread[holder].__dict__["held"][what].append(name)
    return {row.pk: row.__dict__["held"][kind] for row in rows}
