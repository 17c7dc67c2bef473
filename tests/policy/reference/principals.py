"""Who calls, and how a principal element covers the caller (AWS: "IAM JSON policy elements: Principal")."""

import re
from dataclasses import dataclass

from tests.policy.reference.matching import texts

IAM = {"user", "role", "federated-user"}  # the kinds of caller that have identity policies


@dataclass
class Caller:
    kind: str  # user, role, federated-user, root, service, provider, anonymous
    arn: str = ""  # of a service or provider its name
    partition: str = ""
    account: str = ""
    issuer: str = ""  # the ARN of the role or user behind a session, where it is known
    issuer_name: str = ""  # else its name

    @property
    def service_linked(self):
        return self.kind == "role" and ":role/aws-service-role/" in self.issuer


FORMS = {
    "user": r"arn:(?P<partition>[^:]+):iam::(?P<account>[0-9]{12}):user/(?P<name>.+)",
    "root": r"arn:(?P<partition>[^:]+):iam::(?P<account>[0-9]{12}):root",
    "session": r"arn:(?P<partition>[^:]+):sts::(?P<account>[0-9]{12}):assumed-role/(?P<name>[^/]+)/.+",
    "role": r"arn:(?P<partition>[^:]+):iam::(?P<account>[0-9]{12}):role/(?P<name>.+)",
    "federated-user": r"arn:(?P<partition>[^:]+):sts::(?P<account>[0-9]{12}):federated-user/(?P<name>.+)",
}


def read(case):
    """The caller of a case, or None where `principal` has no known form."""
    given = case.get("principal")
    if given == "anonymous":
        return Caller("anonymous")
    if isinstance(given, dict):
        if isinstance(given.get("Service"), str):
            return Caller("service", given["Service"])
        if isinstance(given.get("Federated"), str):
            return Caller("provider", given["Federated"])
        return None
    if not isinstance(given, str):
        return None
    for kind, form in FORMS.items():
        match = re.fullmatch(form, given, re.DOTALL)
        if match:
            return of_arn(kind, given, match, case.get("sessionIssuer"))
    return None


def of_arn(kind, given, match, issuer):
    caller = Caller("role" if kind == "session" else kind, given, match["partition"], match["account"])
    if kind in ("session", "role", "federated-user"):
        caller.issuer = issuer or (given if kind == "role" else "")
        caller.issuer_name = match["name"]
    return caller


# Coverage


def entries(principal):
    """The (key, value) pairs of a principal element."""
    if principal == "*":
        return [("AWS", "*")]
    if not isinstance(principal, dict):
        return []
    return [(key, value) for key, values in principal.items() for value in texts(values)]


def kinds(principal, caller):
    """The set of kinds by which the element covers the caller: direct, role, issuer, account."""
    return {kind for key, value in entries(principal) if (kind := covers(key, value, caller))}


def covers(key, value, caller):
    if key == "AWS" and value == "*":
        return "direct"
    if key == "Service":
        return "direct" if caller.kind == "service" and value == caller.arn else None
    if key == "Federated":
        return "direct" if caller.kind == "provider" and value == caller.arn else None
    if key not in ("AWS", "CanonicalUser") or not caller.account:
        return None
    if value in (caller.account, f"arn:{caller.partition}:iam::{caller.account}:root"):
        return "direct" if caller.kind == "root" else "account"
    if key == "CanonicalUser":
        return None
    return covers_by_arn(value, caller)


def covers_by_arn(value, caller):
    if caller.kind in IAM and value == caller.arn and ":role/" not in value:
        return "direct"
    if caller.kind == "role" and issued_by("role", value, caller):
        return "role"
    if caller.kind == "federated-user" and issued_by("user", value, caller):
        return "issuer"
    return None


def issued_by(kind, value, caller):
    """Whether the ARN is that of the role or user behind the session: exactly, or by name where no more is known."""
    if caller.issuer:
        return value == caller.issuer
    start = f"arn:{caller.partition}:iam::{caller.account}:{kind}/"
    return value.startswith(start) and value.rsplit("/", 1)[-1] == caller.issuer_name


def matched(statement, caller, bounded):
    """The kinds by which a statement of a resource policy covers the caller; empty where it does not."""
    if "NotPrincipal" not in statement:
        return kinds(statement["Principal"], caller) if "Principal" in statement else set()
    if "Principal" in statement:
        excepted = {element: part for element, part in statement.items() if element != "Principal"}
        return kinds(statement["Principal"], caller) if matched(excepted, caller, bounded) else set()
    listed = kinds(statement["NotPrincipal"], caller)
    if statement.get("Effect") == "Deny":
        exempt = bool(listed & {"direct", "role", "issuer"}) and not bounded
        return set() if exempt else {"direct"}
    return set() if listed else {"direct"}
