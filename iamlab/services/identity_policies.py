"""The policies that users and roles hold themselves, and managed policies by their ARNs."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from iamlab.services import statements
from iamlab.services.iam.password_policy import OWN_PASSWORD_DIGEST

AWS_PREFIX = "arn:aws:iam::aws:"
Own = Mapping[str, tuple[str, str]]  # name and digest of an account's own managed policies, by ARN


@dataclass(frozen=True, slots=True)
class Applied:
    """One policy that applies: where it sits, its name, how the principal comes to have it, its text's digest."""

    layer: str
    name: str
    arn: str
    via: str  # "directly", "inline", "group Admins" ...
    digest: str
    level: int = 0  # of an organization's policies, the root's 0


@dataclass(slots=True)
class Held:
    """What a user (its groups included) or a role has: managed policies by ARN with how it comes to them; others."""

    attached: dict[str, str] = field(default_factory=dict)
    inline: list[Applied] = field(default_factory=list)


# In one statement, since the first page after each change asks: what users and roles are in, what these hold, whether
# users may change their own password, and the account's own policies among all that is named. The account is put so
# that no index is looked for: holders are few, and what an account holds are many.
HELD = """
with wanted(id) as (values {ids}),
member as (
    select u.unique_id as who, g.unique_id as holder, g.name as name from wanted w
    join iam_user u on u.unique_id = w.id join iam_membership m on m.user_id = u.id
    join iam_group g on g.id = m.group_id where u.account_id = %s
),
holders(id) as (select id from wanted union select holder from member),
attached as (
    select a.holder as holder, a.policy_arn as arn from holders h cross join iam_attachment a
    where a.holder = h.id and a.account_id || '' = %s
)
select 'member', who, holder, name from member
union all select 'attached', holder, arn, '' from attached
union all select 'inline', i.holder, i.name, i.document from holders h cross join iam_inlinepolicy i
    where i.holder = h.id and i.account_id || '' = %s
union all select 'password', '', '', '' from iam_passwordpolicy where account_id = %s and users_may_change
union all select 'own', p.arn, p.name, p.document from (select arn from attached union values {named}) as n
    cross join iam_policy p where p.account_id = %s and p.arn = n.arn
"""


def held_by(account_id: str, unique_ids: Sequence[str], named: Collection[str] = ()) -> tuple[dict[str, Held], Own]:
    """Every identity policy of some users and roles, their own first; and which of the account's own policies are
    among these and those `named` by ARN besides."""
    names = [arn for arn in named if not arn.startswith(AWS_PREFIX)] or [""]
    statement = HELD.format(ids=rows_of(unique_ids), named=rows_of(names))
    found: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for kind, *row in sorted(statements.rows(statement, [*unique_ids, *[account_id] * 4, *names, account_id])):
        found[kind].append((row[0], row[1], row[2]))
    vias: dict[str, list[tuple[str, str]]] = {unique_id: [(unique_id, "")] for unique_id in unique_ids}  # by holder
    for user, group, name in found["member"]:
        vias.setdefault(group, []).append((user, f"group {name}"))
    held = {unique_id: Held() for unique_id in unique_ids}
    for holder, arn, _ in found["attached"]:
        for unique_id, via in vias[holder]:
            attached = held[unique_id].attached
            attached[arn] = "directly" if not via else attached.get(arn) or via
    for holder, name, digest in found["inline"]:
        for unique_id, via in vias[holder]:
            held[unique_id].inline.append(Applied("identity", name, "", via or "inline", digest))
    if found["password"]:
        _add_own_password(held)
    return held, {arn: (name, document) for arn, name, document in found["own"]}


def rows_of(values: Collection[str]) -> str:
    """What stands for some values behind `values`, a row each."""
    return ", ".join(["(%s)"] * len(values))


def _add_own_password(held: Mapping[str, Held]) -> None:
    """The account's password policy may let every user change their own password, as if by a policy of theirs."""
    name = "account password policy"
    for unique_id in held:
        if unique_id.startswith("AIDA"):
            held[unique_id].inline.append(Applied("identity", name, "", name, OWN_PASSWORD_DIGEST))


def named(arns: Mapping[str, str], layer: str, own: Own) -> list[Applied]:
    """Managed policies by ARN, each with how it was come by. One that is gone applies no more."""
    found = []
    for arn, via in sorted(arns.items()):
        if arn in own:
            found.append(Applied(layer, own[arn][0], arn, via, own[arn][1]))
        elif arn.startswith(AWS_PREFIX):
            found.append(Applied(layer, arn.rpartition("/")[2], arn, via, f"aws:{arn}"))
    return found
