"""The policies that users and roles hold themselves, and managed policies by their ARNs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from iamlab.services.iam import models as iam
from iamlab.services.iam.password_policy import OWN_PASSWORD_DIGEST

AWS_PREFIX = "arn:aws:iam::aws:"


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


def held_by(account_id: str, unique_ids: Sequence[str]) -> dict[str, Held]:
    """Every identity policy of some users and roles, their own first: four queries."""
    members = iam.Membership.objects.filter(account_id=account_id, user__unique_id__in=unique_ids)
    vias: dict[str, list[tuple[str, str]]] = {unique_id: [(unique_id, "")] for unique_id in unique_ids}  # by holder
    for user, group, name in members.values_list("user__unique_id", "group__unique_id", "group__name"):
        vias.setdefault(group, []).append((user, f"group {name}"))
    found = {unique_id: Held() for unique_id in unique_ids}
    attachments = iam.Attachment.objects.filter(account_id=account_id, holder__in=vias)
    for holder, arn in attachments.values_list("holder", "policy_arn"):
        for unique_id, via in vias[holder]:
            attached = found[unique_id].attached
            attached[arn] = "directly" if not via else attached.get(arn) or via
    inline = iam.InlinePolicy.objects.filter(account_id=account_id, holder__in=vias)
    for holder, name, digest in sorted(inline.values_list("holder", "name", "document")):
        for unique_id, via in vias[holder]:
            found[unique_id].inline.append(Applied("identity", name, "", via or "inline", digest))
    _add_own_password(account_id, found)
    return found


def _add_own_password(account_id: str, held: Mapping[str, Held]) -> None:
    """The account's password policy may let every user change their own password, as if by a policy of theirs."""
    users = [unique_id for unique_id in held if unique_id.startswith("AIDA")]
    allowed = iam.PasswordPolicy.objects.filter(account_id=account_id, users_may_change=True)
    if users and allowed.exists():
        name = "account password policy"
        for unique_id in users:
            held[unique_id].inline.append(Applied("identity", name, "", name, OWN_PASSWORD_DIGEST))


Own = Mapping[str, tuple[str, str]]  # name and digest of an account's own managed policies, by ARN


def own_policies(account_id: str, arns: Collection[str]) -> Own:
    if all(arn.startswith(AWS_PREFIX) for arn in arns):
        return {}
    rows = iam.Policy.objects.filter(account_id=account_id, arn__in=arns).values_list("arn", "name", "document")
    return {arn: (name, document) for arn, name, document in rows}


def managed(account_id: str, arns: dict[str, str], layer: str) -> list[Applied]:
    """Managed policies by ARN, each with how it was come by. One that is gone applies no more."""
    return named(arns, layer, own_policies(account_id, arns))


def named(arns: Mapping[str, str], layer: str, own: Own) -> list[Applied]:
    found = []
    for arn, via in sorted(arns.items()):
        if arn in own:
            found.append(Applied(layer, own[arn][0], arn, via, own[arn][1]))
        elif arn.startswith(AWS_PREFIX):
            found.append(Applied(layer, arn.rpartition("/")[2], arn, via, f"aws:{arn}"))
    return found
