"""What AWS refuses when a policy is saved: its answers in their order of precedence, each with the place it speaks of.

The first, of its syntax, is in `grammar.py`.
"""

import re
from collections.abc import Callable, Iterator

from . import positions
from .globs import glob
from .grammar import ORGANIZATIONS, PRINCIPALS, Problem, members, statements, syntax, texts
from .operators import moment
from .positions import Node

IAM_KINDS = ("identity", "session", "trust")
IAM_PATHS = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)
TRUST_ACTIONS = (
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
)
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
# What of S3 lives in a Region and an account (AWS: "Actions, resources, and condition keys for Amazon S3").
S3_REGIONAL = ("accesspoint", "access-grants/", "async-request/", "job/", "storage-lens/", "storage-lens-group/")

# 2. to 4. Version, legacy parsing, Sids ----------------------------------------------------------

LATEST = 2**63 - 1  # a date in seconds or years that AWS keeps
# Looser than what an evaluation reads: AWS saves "01T" and a zone of hours alone.
_DATE = re.compile(
    r"[+-]?[0-9]+|(?:[0-9]{2}|[0-9]{4})(?:-[0-9]{2}(?:-[0-9]{2})?)?"
    r"(?:[Tt](?:[0-9]{1,2}(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?)?(?:[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


def _version(root: Node, kind: str) -> Iterator[Problem]:
    version = root.get("Version")
    if kind in ("identity", "trust") and (version is None or version.value != "2012-10-17"):
        yield "Policy document must be version 2012-10-17 or greater.", version or root


def _legacy(root: Node, kind: str) -> Iterator[Problem]:
    for statement in statements(root):
        effect = statement.get("Effect")
        if effect is not None and effect.value not in ("Allow", "Deny"):
            yield "The policy failed legacy parsing", effect
        condition = statement.get("Condition")
        for operator in condition.value if condition else []:
            if "Date" not in operator.name:
                continue
            for value in (leaf for key in operator.node.value for leaf in members(key.node)):
                if not _is_date(str(value.value)):
                    yield "The policy failed legacy parsing", value
        for resource in texts(statement, "Resource", "NotResource"):
            parts = resource.value.split(":")
            cut_short = len(parts) < 6 and "::" in resource.value
            if kind in IAM_KINDS and len(parts) > 2 and parts[1] in PARTITIONS and (cut_short or not parts[2]):
                yield "The policy failed legacy parsing", resource


def _is_date(text: str) -> bool:
    if moment(text) is None and not _DATE.fullmatch(text):
        return False
    return not text.lstrip("+-").isdecimal() or abs(int(text)) <= LATEST


def _sids(root: Node, kind: str) -> Iterator[Problem]:
    seen = set()
    for statement in statements(root):
        sid = statement.get("Sid")
        if kind == "bucket" or sid is None or not sid.value:
            continue
        if not re.fullmatch(r"[0-9A-Za-z]*", sid.value):
            wanted = "Check that your input satisfies the regular expression [0-9A-Za-z]*"
            yield f"Statement IDs (SID) must be alpha-numeric. {wanted}", sid
        if sid.value in seen:
            yield "Statement IDs (SID) in a single policy must be unique.", sid
        seen.add(sid.value)


# 5. to 8. Elements of the kind, ARNs, vendors ----------------------------------------------------


def _principals(root: Node, kind: str) -> Iterator[Problem]:
    for statement in statements(root):
        named = statement.get("Principal") or statement.get("NotPrincipal")
        if kind in ("identity", "session", "scp") and named:
            yield "Policy document should not specify a principal.", named
        elif kind in ("trust", "bucket", "rcp") and not named:
            yield "Missing required field Principal", statement


def _actions(root: Node, kind: str) -> Iterator[Problem]:
    for statement in statements(root):
        if not any(True for _ in texts(statement, "Action", "NotAction")):
            yield "Policy statement must contain actions.", statement


def _arns(root: Node, kind: str) -> Iterator[Problem]:
    for statement in statements(root) if kind in IAM_KINDS else []:
        for node in texts(statement, "Resource", "NotResource"):
            message = _arn_message(node.value)
            if message:
                yield message, node


def _arn_message(text: str) -> str:
    """What is wrong with a pattern of `Resource`; empty when nothing."""
    if text == "*":
        return ""
    if ":" not in text:
        return f'Resource {text} must be in ARN format or "*".'
    parts = text.split(":", 5)
    if not any(map(glob(parts[1]), PARTITIONS)):
        filled = ":".join([*(parts[2:] + ["*"] * 4)[:4]])
        return f'Partition "{parts[1]}" is not valid for resource "arn:{parts[1]}:{filled}".'
    if len(parts) < 3 or "*" in parts[2] or "?" in parts[2]:
        return "Resource vendor must be fully qualified and cannot contain regexes."
    service, region = parts[2], parts[3] if len(parts) > 3 else ""
    if service == "iam" and region:
        return f"IAM resource {text} cannot contain region information."
    if service == "s3" and region and len(parts) > 4 and not "".join(parts[5:]).startswith(S3_REGIONAL):
        return f"Resource {text} can not contain region information."
    path = parts[5] if len(parts) > 5 else "*"
    if service == "iam" and path != "*" and path != "root" and not path.startswith((*IAM_PATHS, "role-template/")):
        return f'IAM resource path must either be "*", root, or start with {", ".join(IAM_PATHS)}.'
    return ""


def _vendors(root: Node, kind: str) -> Iterator[Problem]:
    for statement in statements(root):
        for node in texts(statement, "Action", "NotAction"):
            vendor, colon, name = node.value.partition(":")
            if node.value == "*":
                continue
            if not colon:
                yield "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.", node
            elif ":" in name:
                yield "Actions/Condition can contain only one colon.", node
            elif vendor != "*" and not re.fullmatch(r"[A-Za-z0-9.-]+", vendor):
                yield f"Vendor {vendor} is not valid", node


def _resources(root: Node, kind: str) -> Iterator[Problem]:
    for statement in statements(root):
        if kind != "trust" and not any(True for _ in texts(statement, "Resource", "NotResource")):
            yield "Policy statement must contain resources.", statement


# 9. What one kind forbids ------------------------------------------------------------------------


def _trust(root: Node, kind: str) -> Iterator[Problem]:
    for statement in statements(root) if kind == "trust" else []:
        effect, excepted = statement.get("Effect"), statement.get("NotPrincipal")
        if excepted and effect is not None and effect.value == "Allow":
            yield "Allow with NotPrincipal is not allowed.", excepted
    for statement in statements(root) if kind == "trust" else []:
        for node in texts(statement, "Action"):
            if not _assumes(node.value.lower()):
                yield "AssumeRole policy may only specify STS AssumeRole actions.", node
        for element in ("Resource", "NotResource"):
            if prohibited := statement.get(element):
                yield "Has prohibited field Resource", prohibited
        if excepted := statement.get("NotPrincipal"):
            yield "AssumeRole policy must not contain NotPrincipal field.", excepted
        for element in PRINCIPALS:
            yield from _named_principals(statement.get(element))


def _assumes(action: str) -> bool:
    """Whether an action of a trust policy is one, or a pattern, of those that give or shape a role's session."""
    return action in TRUST_ACTIONS or (action.startswith("sts:") and ("*" in action or "?" in action))


def _bucket(root: Node, kind: str) -> Iterator[Problem]:
    for statement in statements(root) if kind == "bucket" else []:
        for element in PRINCIPALS:
            yield from _named_principals(statement.get(element))
        for node in texts(statement, "Action", "NotAction"):
            if node.value != "*" and not node.value.lower().startswith("s3:"):
                yield "Policy has invalid action", node


def _named_principals(node: Node | None) -> Iterator[Problem]:
    """Groups and ARNs with wildcards cannot be principals, nor can any other text than `*` stand alone."""
    if node is None:
        return
    if node.kind == "string":
        if node.value != "*":
            yield "Invalid principal in policy", node
        return
    for member in node.value:
        for value in members(member.node):
            text = value.value
            arn = text.startswith("arn:") and member.name == "AWS"
            if member.name not in ("AWS", "Service", "Federated", "CanonicalUser"):
                yield "Invalid principal in policy", value
            elif arn and ("*" in text or "?" in text or ":group/" in text):
                yield f'Invalid principal in policy: "AWS":"{text}"', value


def _rcp(root: Node, kind: str) -> Iterator[Problem]:
    for statement in statements(root) if kind == "rcp" else []:
        principal, everyone = statement.get("Principal"), ("*", ["*"])
        aws = principal.get("AWS") if principal and principal.kind == "object" else principal
        effect = statement.get("Effect")
        if aws is None or positions.plain(aws) not in everyone or effect is None or effect.value != "Deny":
            yield ORGANIZATIONS, statement
        if statement.get("NotAction") or any(
            node.value == "*" or node.value.startswith("*:") for node in texts(statement, "Action")
        ):
            yield ORGANIZATIONS, statement


CHECKS: tuple[Callable[[Node, str], Iterator[Problem]], ...] = (
    syntax,
    _version,
    _legacy,
    _sids,
    _principals,
    _actions,
    _arns,
    _resources,
    _vendors,
    _trust,
    _bucket,
    _rcp,
)
