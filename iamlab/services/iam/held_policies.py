"""The policies of a user, group or role with where each stands: what reports and simulations read."""

from collections.abc import Collection
from dataclasses import dataclass

from iamlab.policy.catalog import managed_policy_document
from iamlab.services.iam import documents
from iamlab.services.iam.attachments import describe
from iamlab.services.iam.models import Attachment, Group, InlinePolicy, Policy, Role, User
from iamlab.services.iam.policies import AWS_PREFIX


@dataclass(frozen=True, slots=True)
class Held:
    """One policy: `arn` is empty for inline ones, which hang on `entity` of `entity_type` (USER, GROUP, ROLE)."""

    name: str
    arn: str
    entity_type: str
    entity: str
    text: str

    @property
    def source_type(self) -> str:
        """As simulations call it: user, group, role, aws-managed, user-managed."""
        if not self.arn:
            return self.entity_type.lower()
        return "aws-managed" if self.arn.startswith(AWS_PREFIX) else "user-managed"


def holders(row: User | Group | Role) -> dict[str, tuple[str, str]]:
    """Unique id -> (type, name) of the row and, for a user, of its groups."""
    found = {row.unique_id: (type(row).__name__.upper(), row.name)}
    if isinstance(row, User):
        groups = Group.objects.filter(memberships__user=row).order_by("name")
        found |= {unique_id: ("GROUP", name) for unique_id, name in groups.values_list("unique_id", "name")}
    return found


def of_entity(row: User | Group | Role) -> list[Held]:
    """Every identity policy of an entity, a user's groups included; managed ones first.

    Read once for each row: two reads of one console page that share a row share its policies.
    """
    kept = vars(row)
    if "held" not in kept:
        kept["held"] = _read(row)
    return kept["held"]


def _read(row: User | Group | Role) -> list[Held]:
    held_by = holders(row)
    attached = Attachment.objects.filter(holder__in=held_by).order_by("policy_arn").values_list("policy_arn", "holder")
    texts = managed_texts(row.account_id, {arn for arn, _ in attached})
    found = [
        Held(describe(arn)["PolicyName"], arn, *held_by[holder], texts[arn]) for arn, holder in attached if arn in texts
    ]
    inline = list(
        InlinePolicy.objects.filter(holder__in=held_by).order_by("name").values_list("name", "holder", "document")
    )
    kept = documents.texts({digest for _, _, digest in inline})
    return found + [Held(name, "", *held_by[holder], kept[digest]) for name, holder, digest in inline]


def managed_texts(account_id: str, arns: Collection[str]) -> dict[str, str]:
    """The default documents of managed policies by ARN."""
    customers = [arn for arn in arns if not arn.startswith(AWS_PREFIX)]
    own = dict(Policy.objects.filter(account_id=account_id, arn__in=customers).values_list("arn", "document"))
    kept = documents.texts(set(own.values()))
    found = {arn: kept[digest] for arn, digest in own.items()}
    for arn in arns:
        if arn.startswith(AWS_PREFIX):
            found[arn] = managed_policy_document(arn)
    return found
