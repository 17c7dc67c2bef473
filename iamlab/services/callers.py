"""Who makes a call, and from where: plain facts that the door establishes and operations read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ROOT, USER, ROLE, FEDERATED, WEB, SERVICE, ANONYMOUS, EXAMINER = (
    "root",
    "user",
    "role",
    "federated",
    "web",  # who comes with an identity token or a SAML assertion, before it takes a role
    "service",
    "anonymous",
    "examiner",
)


@dataclass(slots=True)
class World:
    """The sandbox of a call: its id, the revision its policies are at, its clock's offset in seconds.

    The door renews `revision` in place, so that later calls of the same request see what an earlier one changed.
    `kept` holds rows that reads of one page loaded, for the page's other reads; None keeps none, as for all that lives
    longer than a request.
    """

    sandbox_id: int
    revision: str
    clock_offset: int = 0
    throttled: bool = False
    kept: dict[tuple[str, str], dict[str, Any]] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal with the credentials used.

    `arn` is the requester's own (a session ARN for roles); `principal_arn` is the identity behind it (the role's).
    `issued` is None for long-term keys. `mfa_at` is when the second factor was given, None without one.
    """

    kind: str
    account_id: str
    world: World
    arn: str = ""
    principal_arn: str = ""
    unique_id: str = ""
    name: str = ""
    alias: str = ""  # the account's, which records of root's calls name
    access_key_id: str = ""
    issued: datetime | None = None
    expires: datetime | None = None
    mfa_at: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    boundary: str = ""
    session_policies: tuple[str, ...] = ()  # digests of documents
    session_policy_arns: tuple[str, ...] = ()
    session_name: str = ""
    session_tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tags: tuple[str, ...] = ()
    source_identity: str = ""
    provider: str = ""  # the identity provider of a federated session
    console: bool = False  # the credentials of a console session
    chained: bool = False  # a role taken by a role
    get_session_token: bool = False  # credentials from GetSessionToken: no IAM without MFA

    @property
    def temporary(self) -> bool:
        return self.issued is not None


# Services that answer in one Region for all. IAM User Guide: "AWS global condition context keys", aws:RequestedRegion.
GLOBAL_SERVICES = frozenset({"iam", "organizations", "account", "accounts", "budgets", "signin"})
HOME = "us-east-1"


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of the request that carried a call. `entrance` is console, wire, terminal or lab."""

    ip: str = "127.0.0.1"
    user_agent: str = "iamlab"
    entrance: str = "console"
    host: str = ""
    secure: bool = False
    region: str = HOME
    request_id: str = ""  # the answer's, where the entrance tells it; else each call has its own
    context: Mapping[str, str] = field(default_factory=dict)  # further condition keys, such as s3:authType
    event_name: str = ""  # what its event is called where that is not the operation's name
