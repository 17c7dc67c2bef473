"""The matching of callers against `Principal` and `NotPrincipal`."""

from .arns import Caller, is_account, split_arn

# How a principal element covers a caller, strongest last.
NOT_COVERED, ACCOUNT, ISSUER, ROLE, DIRECT = range(5)
KIND_WORDS = ("none", "account", "issuer", "role", "direct")


class Principals:
    """One `Principal` or `NotPrincipal` element (AWS: "AWS JSON policy elements: Principal" and "NotPrincipal")."""

    __slots__ = ("accounts", "arns", "everyone", "federated", "issuers", "negated", "services", "source")

    def __init__(self, source: object, *, negated: bool):
        self.source, self.negated = source, negated
        self.everyone = source == "*"
        entries = source if isinstance(source, dict) else {}
        named = _texts(entries.get("AWS"))
        self.everyone = self.everyone or "*" in named
        self.arns = frozenset(named)
        self.accounts = frozenset(
            account for text in (*named, *_texts(entries.get("CanonicalUser"))) if (account := _account_of(text))
        )
        self.issuers = frozenset(tail for text in named if (tail := _issuer_tail(text)))
        self.services = frozenset(_texts(entries.get("Service")))
        self.federated = frozenset(_texts(entries.get("Federated")))

    @property
    def all_listed(self) -> bool:
        return self.everyone and not self.negated

    def covers(self, caller: Caller) -> int:
        """The strongest way in which the listed principals cover the caller, NOT_COVERED when they do not."""
        if self.everyone or (caller.arn is not None and caller.arn in self.arns):
            return DIRECT
        kind = caller.kind
        if kind == "service":
            return DIRECT if caller.name in self.services else NOT_COVERED
        if kind == "provider":
            return DIRECT if caller.name in self.federated else NOT_COVERED
        if not caller.account:
            return NOT_COVERED
        if kind in ("role", "federated-user") and self._issued(caller):
            return ROLE if kind == "role" else ISSUER
        if (caller.partition, caller.account) in self.accounts or ("", caller.account) in self.accounts:
            return DIRECT if kind == "root" else ACCOUNT
        return NOT_COVERED

    def _issued(self, caller: Caller) -> bool:
        if caller.issuer is not None:
            role_or_user = ":role/" if caller.kind == "role" else ":user/"
            return caller.issuer in self.arns and role_or_user in caller.issuer
        return caller.issuer_tail in self.issuers

    def grants(self, caller: Caller) -> int:
        """How an Allow with this element reaches the caller."""
        kind = self.covers(caller)
        if not self.negated:
            return kind
        return NOT_COVERED if kind else DIRECT

    def denies(self, caller: Caller, bounded: bool) -> bool:
        """Whether a Deny with this element hits the caller; `bounded`: the caller has a permissions boundary."""
        kind = self.covers(caller)
        if self.negated:
            return bounded or kind <= ACCOUNT  # a listed account exempts its root user only
        return kind > NOT_COVERED


class BothPrincipals:
    """`Principal` and `NotPrincipal` in one statement: both must match."""

    __slots__ = ("elements",)
    everyone = all_listed = False

    def __init__(self, elements: tuple[Principals, ...]):
        self.elements = elements

    def grants(self, caller: Caller) -> int:
        return min(element.grants(caller) for element in self.elements)

    def denies(self, caller: Caller, bounded: bool) -> bool:
        return all(element.denies(caller, bounded) for element in self.elements)


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def _account_of(text: str) -> tuple[str, str] | None:
    """Partition ('' for any) and account of an account principal: twelve digits or the root ARN."""
    if is_account(text):
        return "", text
    arn = split_arn(text)
    if arn and arn.prefix == "arn" and arn.service == "iam" and not arn.region and arn.resource == "root":
        return (arn.partition, arn.account) if arn.partition else None
    return None


def _issuer_tail(text: str) -> tuple[str, str, str, str] | None:
    arn = split_arn(text)
    if arn is None or arn.prefix != "arn" or arn.service != "iam" or arn.region:
        return None
    kind, _, name = arn.resource.partition("/")
    return (arn.partition, arn.account, kind, name.rpartition("/")[2]) if kind in ("role", "user") else None
