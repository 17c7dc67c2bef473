"""Principals: who is named, and in what form."""

import re
from collections.abc import Iterator

from ..arns import is_account, split_arn
from ..catalog.regions import PARTITIONS
from .model import IDENTITY_TYPES, Found, Leaf, Policy, Statement, place_of, shown

KEYS = ("AWS", "Service", "Federated", "CanonicalUser")
SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)")
ROLE_ID, USER_ID = re.compile(r"AROA[A-Z0-9]{12,}"), re.compile(r"AIDA[A-Z0-9]{12,}")
CANONICAL_USER = re.compile(r"[0-9a-f]{64}")
IAM_KINDS, STS_KINDS = ("user/", "role/"), ("assumed-role/", "federated-user/")


def check(policy: Policy) -> Iterator[Found]:
    for statement in policy.statements:
        if policy.type in IDENTITY_TYPES or policy.type in ("scp", "rcp"):
            continue  # grammar.py and organizations.py speak of these
        for name in ("Principal", "NotPrincipal"):
            yield from _keys(statement, name)
        for key, leaf in (*statement.principals, *statement.not_principals):
            yield from _principal(policy, statement, key, leaf)
        if statement.allows and statement.has("NotPrincipal") and policy.type != "trust":
            message = (
                "An Allow with `NotPrincipal` lets in everybody in the world who is not listed, anonymous callers too."
            )
            mend = "Name those who may, with `Principal`; or turn the statement into a Deny."
            yield Found("ALLOW_WITH_NOT_PRINCIPAL", statement.element("NotPrincipal"), message, mend)


def _keys(statement: Statement, name: str) -> Iterator[Found]:
    member = statement.elements.get(name)
    for entry in member.node.value if member is not None and member.node.kind == "object" else ():
        if entry.name not in KEYS:
            near = [key for key in KEYS if key.lower() == entry.name.lower()]
            mend = f"Write `{near[0]}`." if near else "Use `AWS`, `Service`, `Federated` or `CanonicalUser`."
            message = f"{shown(entry.name)} is no kind of principal."
            yield Found("INVALID_PRINCIPAL_KEY", place_of((*statement.paths[name], entry.name), entry), message, mend)


def _principal(policy: Policy, statement: Statement, key: str, leaf: Leaf) -> Iterator[Found]:
    text = leaf.text
    if key == "*" and text == "*" and policy.type == "trust":
        message = "A role's trust policy does not take the bare `*` as its principal."
        mend = 'Name who may assume the role; whoever means everybody writes {"AWS": "*"} and a condition.'
        yield Found("ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", leaf.place, message, mend)
    elif key == "*" and text != "*":
        message = f"{shown(text)} stands alone as the principal; only `*` may."
        mend = f'Say what kind it is: {{"AWS": "{text[:100]}"}}.' if text.isprintable() else 'Write {"AWS": "..."}.'
        yield Found("INVALID_PRINCIPAL_FORMAT", leaf.place, message, mend)
    elif key == "AWS" and text != "*":
        yield from _aws(policy, leaf)
    elif key == "Service" and not SERVICE.fullmatch(text):
        message = f"{shown(text)} is no service principal."
        mend = 'Write the service\'s name in full, such as "ec2.amazonaws.com"; a `*` names no service.'
        yield Found("INVALID_SERVICE_PRINCIPAL_FORMAT", leaf.place, message, mend)
    elif key == "Federated" and policy.type == "resource":
        message = "Only a role's trust policy takes federated principals."
        mend = "Name the role that the federated users assume."
        yield Found("FEDERATED_PRINCIPAL_NOT_SUPPORTED", leaf.place, message, mend)
    elif key == "CanonicalUser" and not CANONICAL_USER.fullmatch(text):
        message = f"{shown(text)} is no canonical user ID."
        mend = "A canonical user ID has 64 of the digits 0 to 9 and a to f; an account ID does as well, under `AWS`."
        yield Found("INVALID_PRINCIPAL_FORMAT", leaf.place, message, mend)


def _aws(policy: Policy, leaf: Leaf) -> Iterator[Found]:
    text = leaf.text
    if is_account(text):
        return
    for form, code, what in ((ROLE_ID, "INVALID_ROLE_REFERENCE", "role"), (USER_ID, "INVALID_USER_REFERENCE", "user")):
        if form.fullmatch(text):
            message = f"{shown(text)} is the ID of a {what} that was deleted; it matches nobody any more."
            yield Found(code, leaf.place, message, f"Write the ARN of the {what} that you mean, or delete the entry.")
            return
    if "*" in text or "?" in text:
        prefix = "ROLE_TRUST_POLICY_" if policy.type == "trust" else ""
        message = f"{shown(text)} holds a wildcard; a principal is named in full or it is `*`."
        mend = 'Name each principal, or write "*" and narrow it by a condition on `aws:PrincipalArn`.'
        yield Found(f"{prefix}UNSUPPORTED_WILDCARD_IN_PRINCIPAL", leaf.place, message, mend)
        return
    why = _why_no_principal(text)
    if why:
        mend = "Write an account ID, or the ARN of a user or role: arn:aws:iam::111122223333:user/Mario."
        yield Found("INVALID_PRINCIPAL_FORMAT", leaf.place, f"{shown(text)} is no principal: {why}.", mend)


def _why_no_principal(text: str) -> str | None:
    arn = split_arn(text)
    if arn is None or arn.prefix != "arn" or arn.partition not in PARTITIONS:
        return "it is neither an account ID nor an ARN"
    if arn.service not in ("iam", "sts"):
        return f"ARNs of {shown(arn.service)} name resources, not callers"
    if arn.region:
        return "its ARN has no Region"
    if not is_account(arn.account):
        # The identity that CloudFront uses has the word "cloudfront" in the account's place.
        if arn.account == "cloudfront" and arn.resource.startswith("user/"):
            return None
        return "its ARN needs a twelve-digit account ID"
    if arn.resource.startswith("group/"):
        return "a group is never a principal; name its users"
    kinds = (*IAM_KINDS, "root") if arn.service == "iam" else STS_KINDS
    if not arn.resource.startswith(kinds) or (arn.resource.startswith("root") and arn.resource != "root"):
        return f"{shown(arn.resource)} is no user, role or session"
    return None
