"""ARNs and callers: the principal of a request, as it arrives, read into a `Caller`."""

from collections.abc import Mapping
from typing import NamedTuple

Principal = str | Mapping[str, str]

# What binds a caller (SCPs, RCPs, identity policies) depends on its group.
IDENTITY, SERVICE_LINKED, ROOT, OUTSIDE = range(4)


class Arn(NamedTuple):
    """The six parts of `arn:partition:service:region:account:resource`; later colons belong to the resource."""

    prefix: str
    partition: str
    service: str
    region: str
    account: str
    resource: str


def split_arn(text: str) -> Arn | None:
    """The six parts of an ARN, or None when the text has fewer."""
    parts = text.split(":", 5)
    return Arn(*parts) if len(parts) == 6 else None


def is_account(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdigit()


class Caller:
    """Who calls.

    `kind` is one of user, role, federated-user, root, service, provider, anonymous, unknown. `arn` is the caller as
    a policy may name it directly (None for a role whose session is unknown, and for whom no ARN names); `issuer` is
    the ARN of the role or user behind a session; `issuer_tail` stands for it where only account and name are known.
    """

    __slots__ = ("account", "arn", "group", "home", "issuer", "issuer_tail", "kind", "name", "partition", "raw")

    def __init__(self, raw: Principal, kind: str, group: int):
        self.raw, self.kind, self.group = raw, kind, group
        self.arn: str | None = raw if isinstance(raw, str) and group != OUTSIDE else None
        self.partition = self.account = self.name = ""
        # How common ARNs begin that are the caller's account's own unless an owner is given; empty for callers who
        # have no permissions of their own.
        self.home: tuple[str, ...] = ()
        self.issuer: str | None = None
        self.issuer_tail: tuple[str, str, str, str] | None = None

    @property
    def shown(self) -> str:
        """The caller as messages name it."""
        if isinstance(self.raw, str):
            return self.raw
        return next(iter(self.raw.values()), "unknown")


def caller_from(principal: Principal, session_issuer: str | None = None) -> Caller:
    """Read a principal of the batch format: an ARN, {"Service": name}, {"Federated": provider} or "anonymous".

    Anything else becomes a caller of kind "unknown", whom only `*` covers.
    """
    if not isinstance(principal, str):
        return _outside(principal)
    if principal == "anonymous":
        return Caller(principal, "anonymous", OUTSIDE)
    arn = split_arn(principal)
    if arn is None or arn.prefix != "arn" or arn.service not in ("iam", "sts"):
        return Caller(principal, "unknown", OUTSIDE)
    first, _, rest = arn.resource.partition("/")
    if arn.service == "iam":
        kind = {"user": "user", "role": "role", "root": "root"}.get(first, "unknown")
    else:
        kind = {"assumed-role": "role", "federated-user": "federated-user"}.get(first, "unknown")
    if kind == "unknown" or (kind == "root") != (arn.resource == "root") or (kind != "root" and not rest):
        return Caller(principal, "unknown", OUTSIDE)
    caller = Caller(principal, kind, ROOT if kind == "root" else IDENTITY)
    caller.partition, caller.account = arn.partition, arn.account
    if kind != "federated-user":
        caller.home = (f"arn:{arn.partition}:s3:::", f"arn:{arn.partition}:iam::{arn.account}:")
    caller.name = rest.rpartition("/")[2] or rest
    if kind in ("role", "federated-user"):
        _session(caller, arn, rest, session_issuer)
    return caller


def _outside(principal: Mapping[str, str]) -> Caller:
    kinds = {"Service": "service", "Federated": "provider"}
    key = next(iter(principal), "") if isinstance(principal, Mapping) and len(principal) == 1 else ""
    value = principal[key] if key in kinds else None
    caller = Caller(principal, kinds.get(key, "unknown") if isinstance(value, str) else "unknown", OUTSIDE)
    if caller.kind != "unknown":
        caller.name = value or ""
    return caller


def _session(caller: Caller, arn: Arn, rest: str, session_issuer: str | None) -> None:
    """Who stands behind a session: by ARN where known, else by account and name (session ARNs lack the path)."""
    kind, name = ("role", rest.partition("/")[0]) if caller.kind == "role" else ("user", rest)
    if arn.service == "iam":
        session_issuer = session_issuer or caller.arn
        caller.arn, name = None, caller.name
    if session_issuer:
        caller.issuer = session_issuer
        behind = split_arn(session_issuer)
        if behind and behind.resource.startswith("role/aws-service-role/"):
            caller.group = SERVICE_LINKED
    else:
        caller.issuer_tail = (arn.partition, arn.account, kind, name)
    caller.name = name
