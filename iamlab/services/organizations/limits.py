"""What an organization lays over an account: its SCPs or RCPs level by level, and the keys that name it."""

from dataclasses import dataclass
from operator import itemgetter

from iamlab.services import statements
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


# In one statement, since the first page after each change asks: the account and its organization, the units above it,
# and what is attached to any of these, in the order of attaching.
PLACE = """
with recursive mine as (
    select o.id as id, m.parent as parent, o.account_id as owner, o.root_id as root, o.scps as scps, o.rcps as rcps
    from organizations_member m join organizations_organization o on o.id = m.organization_id where m.account_id = %s
),
above(target, depth) as (
    select parent, 1 from mine union all
    select u.parent, above.depth + 1 from above join organizations_unit u on u.id = above.target
)
select 'place', 0, id, owner, root, case when scps then 'on' else '' end, case when rcps then 'on' else '' end from mine
union all select 'above', depth, target, '', '', '', '' from above
union all select 'attached', a.id, a.target, a.policy_id, p.name, p.kind, p.document
    from mine join organizations_organizationattachment a on a.organization_id = mine.id
    left join organizations_organizationpolicy p on p.id = a.policy_id
    where a.target in (select target from above) or a.target = %s
"""


def place_of(account_id: str) -> Place | None:
    """None for an account in no organization."""
    rows = sorted(statements.rows(PLACE, [account_id, account_id]), key=itemgetter(0, 1))
    _, _, organization_id, owner, root_id, scps_on, rcps_on = next((row for row in rows if row[0] == "place"), [""] * 7)
    if not organization_id:
        return None
    found = Organization(id=organization_id, account_id=owner, root_id=root_id)
    units = [row[2] for row in rows if row[0] == "above"]
    ids = [*reversed(units), account_id]
    path = "/".join([found.id, *ids[:-1]]) + "/"
    if owner == account_id:  # neither kind binds the management account
        return Place(found.id, path, True, None, None)
    scps, rcps = _levels(found, ids, [row[2:] for row in rows if row[0] == "attached"])
    return Place(found.id, path, False, scps if scps_on else None, rcps if rcps_on else None)


def _levels(
    found: Organization, ids: list[str], attached: list[tuple[str, ...]]
) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    """`attached`: rows of target, policy and, of the organization's own, the policy's name, kind and document."""
    levels: dict[str, dict[str, Level]] = {tree.SCP: {key: [] for key in ids}, tree.RCP: {key: [] for key in ids}}
    for target, policy_id, own_name, own_kind, document in attached:
        name, kind = (own_name, own_kind) if own_name is not None else tree.AWS_POLICIES[policy_id][:2]
        levels[kind][target].append((name, tree.policy_arn(found, policy_id, kind), document or ""))
    return tuple(levels[tree.SCP][key] for key in ids), tuple(levels[tree.RCP][key] for key in ids)
