"""Where things are in an organization, and what AWS's ARNs call them."""

import secrets
import string
from collections.abc import Sequence
from typing import Any

from iamlab.services.accounts.models import Account
from iamlab.services.operations import AwsError, Call, Target
from iamlab.services.organizations.models import Member, Organization, OrganizationPolicy, Unit

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
FULL_ACCESS = "p-FullAWSAccess"
RCP_FULL_ACCESS = "p-RCPFullAWSAccess"
FULL_ACCESS_TEXT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
# What AWS keeps itself: (name, kind, description).
AWS_POLICIES = {
    FULL_ACCESS: ("FullAWSAccess", SCP, "Allows access to every operation"),
    RCP_FULL_ACCESS: ("RCPFullAWSAccess", RCP, "Allows access to every resource"),
}
ALPHABET = string.ascii_lowercase + string.digits


def new_id(prefix: str, length: int = 10) -> str:
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


def refused() -> AwsError:
    return AwsError("AccessDeniedException", "You don't have permissions to access this resource.", 400)


def of_account(account_id: str) -> Organization | None:
    """The organization that an account is in."""
    found = Member.objects.select_related("organization").filter(pk=account_id).first()
    return found.organization if found else None


def mine(call: Call) -> Organization:
    """The caller's organization. Raises AWSOrganizationsNotInUseException."""
    world = call.caller.world
    kept = {} if world.kept is None or call.operation.writes else world.kept.setdefault((world.revision, "mine"), {})
    if call.account_id not in kept:  # the reads of one console page look for it once (see World.kept)
        kept[call.account_id] = of_account(call.account_id)
    found = kept[call.account_id]
    if found is None:
        raise AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    return found


def managed(call: Call) -> Organization:
    """The same, for what only the management account may do; members that administer a service may read."""
    found = mine(call)
    delegated = not call.operation.writes and found.delegates.get(call.account_id)
    if found.account_id != call.account_id and not delegated:
        raise refused()
    return found


def arn(organization: Organization, kind: str, name: str = "") -> str:
    tail = f"/{name}" if name else ""
    return f"arn:aws:organizations::{organization.account_id}:{kind}/{organization.id}{tail}"


def policy_arn(organization: Organization, policy_id: str, kind: str) -> str:
    owner = f"aws:policy/{kind.lower()}" if policy_id in AWS_POLICIES else ""
    if owner:
        return f"arn:aws:organizations::{owner}/{policy_id}"
    return f"arn:aws:organizations::{organization.account_id}:policy/{organization.id}/{kind.lower()}/{policy_id}"


def own_unit(organization: Organization, unit_id: str) -> Unit | None:
    """A unit of the organization, if it is there."""
    return organization.all_units.get(unit_id)


def above(organization: Organization, parent_id: str) -> list[str]:
    """The root and the units down to a place, by their ids."""
    at = organization.all_units.get(parent_id)
    return [*above(organization, at.parent), at.pk] if at is not None else [parent_id]


def path(organization: Organization, *ids: str) -> str:
    """AWS's path of an entity: the organization and all that lies above, down to the entity itself."""
    return "".join(f"{one}/" for one in (organization.id, *ids))


def target_of(organization: Organization, target: str) -> dict[str, str]:
    """A target by its id: {TargetId, Arn, Name, Type}. Raises TargetNotFoundException."""
    found = targets_of(organization, [target])
    if not found:
        raise AwsError("TargetNotFoundException", "You specified a target that doesn't exist.")
    return found[0]


def targets_of(organization: Organization, ids: Sequence[str]) -> list[dict[str, str]]:
    """The same for many, in the order of the ids; what does not exist is left out."""
    named = {organization.root_id: ("Root", "ROOT", "root")}
    named |= {key: (row.name, "ORGANIZATIONAL_UNIT", "ou") for key, row in organization.all_units.items()}
    named |= {row.pk: (row.account.name, "ACCOUNT", "account") for row in organization.all_members}
    return [
        {"TargetId": key, "Arn": arn(organization, named[key][2], key), "Name": named[key][0], "Type": named[key][1]}
        for key in ids
        if key in named
    ]


def places(organization: Organization) -> list[str]:
    """The ids of all that a policy can be attached to."""
    units = organization.units.order_by("pk").values_list("pk", flat=True)
    return [organization.root_id, *units, *organization.members.order_by("pk").values_list("pk", flat=True)]


def place(organization: Organization, name: str) -> Target:
    """What a root's, unit's or account's id stands for, whether it exists or not."""
    kind = "account" if name.isdigit() else "root" if name.startswith("r-") else "ou"
    return Target(arn=arn(organization, kind, name))


def parent(organization: Organization, parent_id: str) -> str:
    """A root or unit that accounts may be under. Raises ParentNotFoundException."""
    if parent_id == organization.root_id or own_unit(organization, parent_id) is not None:
        return parent_id
    raise AwsError("ParentNotFoundException", "You specified parent that doesn't exist.")


def describe_account(organization: Organization, account: Account, member: Member) -> dict[str, Any]:
    return {
        "Id": account.pk,
        "Arn": arn(organization, "account", account.pk),
        "Email": account.email,
        "Name": account.name,
        "Paths": [path(organization, *above(organization, member.parent), account.pk)],
        "Status": "SUSPENDED" if account.closed else "ACTIVE",
        "State": "CLOSED" if account.closed else "ACTIVE",
        "JoinedMethod": member.method,
        "JoinedTimestamp": member.joined,
    }


def own_policy(organization: Organization, policy_id: str) -> OrganizationPolicy | None:
    """A policy of the organization's own, if it is there."""
    return next((row for row in organization.all_policies if row.pk == policy_id), None)


def policy(organization: Organization, policy_id: str) -> OrganizationPolicy | None:
    """An own policy; None for AWS's. Raises PolicyNotFoundException."""
    if policy_id in AWS_POLICIES:
        return None
    found = own_policy(organization, policy_id)
    if found is None:
        raise AwsError("PolicyNotFoundException", "You specified a policy that doesn't exist.")
    return found
