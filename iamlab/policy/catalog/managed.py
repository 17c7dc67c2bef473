"""AWS managed policies: an index that is read whole, documents that are read one by one."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from .files import read_block, read_json

PREFIX = "arn:aws:iam::aws:policy"

# "AWS managed policies for job functions" (IAM User Guide): those of the page that do not lie under /job-function/.
JOB_FUNCTIONS_AT_ROOT = {"AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "SecurityAudit"}


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """`version` is the default version's id, such as "v3"; the dates are aware, in UTC; `description` may be empty."""

    arn: str
    name: str
    path: str
    version: str
    description: str
    created: datetime
    updated: datetime
    is_job_function: bool
    offset: int
    length: int


@lru_cache(maxsize=1)
def managed_policies() -> MappingProxyType[str, ManagedPolicy]:
    """All AWS managed policies by ARN, in the order of their names."""
    policies = (read_row(*row) for row in read_json("managed_policies"))
    return MappingProxyType({policy.arn: policy for policy in policies})


def managed_policy(arn: str) -> ManagedPolicy | None:
    return managed_policies().get(arn)


def managed_policy_document(arn: str) -> str:
    """The default version's document as compact JSON text. Raises KeyError for an ARN that is no AWS managed policy."""
    policy = managed_policies()[arn]
    return read_block("managed_documents", policy.offset, policy.length)


def read_row(name, path, version, description, created, updated, offset, length) -> ManagedPolicy:
    return ManagedPolicy(
        arn=f"{PREFIX}{path}{name}",
        name=name,
        path=path,
        version=version,
        description=description,
        created=datetime.fromisoformat(created),
        updated=datetime.fromisoformat(updated),
        is_job_function=path == "/job-function/" or name in JOB_FUNCTIONS_AT_ROOT,
        offset=offset,
        length=length,
    )
