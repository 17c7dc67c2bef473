"""What makes a bucket policy public (AWS: "Blocking public access to your Amazon S3 storage")."""

import ipaddress
import re

from tests.policy.reference.matching import as_list

FIXED = {
    "aws:principalorgid", "aws:principalaccount", "aws:principalorgpaths", "aws:sourcearn", "aws:sourcevpc",
    "aws:sourcevpce", "aws:sourceaccount", "aws:sourceowner", "aws:userid", "aws:vpceaccount", "aws:vpceorgid",
    "s3:dataaccesspointaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id",
}  # fmt: skip
FIXED_ACCOUNT = {"aws:principalarn", "s3:dataaccesspointarn"}
TYING = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}


def is_public(policy):
    return any(
        statement.get("Effect") == "Allow" and open_to_all(statement) and not tied(statement.get("Condition"))
        for statement in as_list(policy["Statement"])
    )


def open_to_all(statement):
    if "NotPrincipal" in statement:
        return True
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        return "Federated" in principal or "*" in as_list(principal.get("AWS"))
    return principal == "*"


def tied(block):
    """Whether some positive condition holds every caller to fixed values of one of the keys."""
    if not isinstance(block, dict):
        return False
    return any(
        operator.lower().removeprefix("foranyvalue:") in TYING
        and all(isinstance(value, str) and fixed(key.lower(), value) for value in as_list(values))
        for operator, body in block.items()
        if isinstance(body, dict)
        for key, values in body.items()
    )


def fixed(key, value):
    if key == "aws:sourceip":
        return narrow(value)
    if key in FIXED_ACCOUNT:
        parts = value.split(":", 5)
        return len(parts) == 6 and parts[4].isdigit()
    if key == "aws:userid" and re.match("AROA[^:]*:", value):
        return False
    return key in FIXED and not re.search(r"[*?]|\$\{", value)


def narrow(value):
    if not re.fullmatch(r"[^%/]*(/[0-9]+)?", value):
        return False
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= (8 if network.version == 4 else 32)
