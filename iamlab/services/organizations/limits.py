"""What an organization lays over an account: its SCPs or RCPs level by level, and the keys that name it."""

from dataclasses import dataclass

from iamlab.services.organizations import tree
from iamlab.services.organizations.models import Organization

Level = list[tuple[str, str, str]]  # (policy's name, ARN, document's digest; "" for FullAWSAccess)


@dataclass(frozen=True, slots=True)
class Place:
    """An account's place: organization id, path (o-.../r-.../ou-.../), and whether it is the management account."""

    organization: str
    path: str
    management: bool
    scps: tuple[Level, ...] | None
    rcps: tuple[Level, ...] | None


def place_of(account_id: str) -> Place | None:
    """None for an account in no organization. Four queries, whatever the size of the tree."""
    found = tree.of_account(account_id)
    if found is None:
        return None
    ids = tree.path_of(found, account_id)
    management = found.account_id == account_id
    path = "/".join([found.id, *ids[:-1]]) + "/"
    if management:  # neither kind binds the management account
        return Place(found.id, path, True, None, None)
    scps, rcps = _levels(found, ids)
    return Place(found.id, path, False, scps if found.scps else None, rcps if found.rcps else None)


def _levels(found: Organization, ids: list[str]) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    own = {row.pk: row for row in found.policies.all()}
    levels: dict[str, dict[str, Level]] = {tree.SCP: {key: [] for key in ids}, tree.RCP: {key: [] for key in ids}}
    attached = found.attachments.filter(target__in=ids).order_by("pk").values_list("policy_id", "target")
    for policy_id, target in attached:
        row = own.get(policy_id)
        name, kind = (row.name, row.kind) if row else tree.AWS_POLICIES[policy_id][:2]
        arn = tree.policy_arn(found, policy_id, kind)
        levels[kind][target].append((name, arn, row.document if row else ""))
    return tuple(levels[tree.SCP][key] for key in ids), tuple(levels[tree.RCP][key] for key in ids)
