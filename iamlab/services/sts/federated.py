"""What a session asks for by a proof that an identity provider signed: its tags, its source identity."""

from typing import Any, Protocol

from iamlab.services.iam.models import Role
from iamlab.services.operations import Target
from iamlab.services.sts import roles


class Proved(Protocol):
    """What a verified assertion or token says."""

    @property
    def tags(self) -> dict[str, str]: ...

    @property
    def transitive(self) -> list[str]: ...

    @property
    def source_identity(self) -> str: ...


def targets(RoleArn: str, row: Role | None, action: str, identity: Proved) -> list[Target]:
    """The role, asked once for each thing that the call does to it. The first one's `loaded` is the identity."""
    actions = [action]
    actions += ["sts:TagSession"] if identity.tags else []
    actions += ["sts:SetSourceIdentity"] if identity.source_identity else []
    found = [roles.target_of(RoleArn, row, one) for one in actions]
    found[0].loaded = identity
    return found


def keys(identity: Proved) -> dict[str, Any]:
    """User Guide: "IAM and AWS STS condition context keys"."""
    found: dict[str, Any] = {}
    if identity.source_identity:
        found["sts:SourceIdentity"] = identity.source_identity
    if identity.transitive:
        found["sts:TransitiveTagKeys"] = identity.transitive
    if identity.tags:
        found["aws:TagKeys"] = list(identity.tags)
        found |= {f"aws:RequestTag/{key}": value for key, value in identity.tags.items()}
    return found
