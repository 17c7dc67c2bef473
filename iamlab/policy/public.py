"""What makes a bucket policy public (AWS: "Blocking public access to your Amazon S3 storage")."""

from typing import Any

from .arns import is_account, split_arn
from .compile import Document, compile_document
from .conditions import text_of
from .operators import network, read_operator
from .statement import as_list

FIXED_KEYS = frozenset(
    key.lower()
    for key in (
        "aws:PrincipalOrgID",
        "aws:PrincipalAccount",
        "aws:PrincipalOrgPaths",
        "aws:SourceArn",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:SourceAccount",
        "aws:SourceOwner",
        "aws:userid",
        "aws:VpceAccount",
        "aws:VpceOrgID",
        "s3:DataAccessPointAccount",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    )
)
FIXED_ACCOUNT_KEYS = frozenset(("aws:principalarn", "s3:dataaccesspointarn"))
FIXING_OPERATORS = frozenset(("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"))


def is_public(policy: str | Document) -> bool:
    """Whether a bucket policy (text or compiled) is public: some Allow is open to everyone and not tied to fixed
    values. Raises MalformedPolicy.
    """
    document = compile_document(policy) if isinstance(policy, str) else policy
    return any(
        raw.get("Effect") == "Allow" and _open_to_all(raw) and not _tied(raw.get("Condition"))
        for raw in document.raw_statements
    )


def _open_to_all(raw: dict[str, Any]) -> bool:
    principal = raw.get("Principal")
    if "NotPrincipal" in raw or principal == "*":
        return True
    return isinstance(principal, dict) and ("Federated" in principal or "*" in as_list(principal.get("AWS")))


def _tied(block: object) -> bool:
    if not isinstance(block, dict):
        return False
    return any(
        _fixes(name, key.lower(), values)
        for name, keys in block.items()
        if isinstance(keys, dict)
        for key, values in keys.items()
    )


def _fixes(operator: str, key: str, values: object) -> bool:
    """Whether a condition ties its statement to fixed values; not so where a missing key would satisfy it."""
    name = read_operator(operator)
    if name.if_exists or name.quantifier == "ForAllValues" or not name.known:
        return False
    texts = [text_of(value) or "" for value in as_list(values)]
    if key == "aws:sourceip":
        return name.base == "ipaddress" and all(map(_narrow, texts))
    if name.base not in FIXING_OPERATORS:
        return False
    if key in FIXED_ACCOUNT_KEYS:
        return all(map(_fixed_account, texts))
    if key == "aws:userid" and any(map(_of_role, texts)):
        return False
    return key in FIXED_KEYS and not any(map(_open_value, texts))


def _open_value(text: str) -> bool:
    return "*" in text or "?" in text or "${" in text


def _of_role(text: str) -> bool:
    """A role's session: AWS counts only what is outside the pattern `AROLEID:*`."""
    return text.startswith("AROA") and ":" in text


def _fixed_account(text: str) -> bool:
    arn = split_arn(text)
    return arn is not None and is_account(arn.account)


def _narrow(text: str) -> bool:
    """A range no broader than /8, for IPv6 /32."""
    found = network(text)
    return found is not None and found[1] <= (24 if found[0] == 4 else 96)
