"""Sizes: whether AWS would store the document ("IAM and AWS STS quotas", IAM User Guide)."""

import re
from collections.abc import Iterator

from .model import Found, Policy, place_of

# AWS says it of an identity policy that no identity could hold: a role's inline policies may have so many characters.
IDENTITY, TRUST, SESSION, CONTROL = 10_240, 2_048, 2_048, 5_120
# Bytes, of the resource types whose services state a limit.
RESOURCE_POLICIES = {"AWS::S3::Bucket": 20_480, "AWS::KMS::Key": 32_768, "AWS::S3::AccessPoint": 20_480}


def check(policy: Policy) -> Iterator[Found]:
    bare = len(re.sub(r"\s", "", policy.text))
    if policy.type == "identity":
        yield from _over(policy, bare, IDENTITY, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", "characters")
    elif policy.type == "session":
        yield from _over(policy, bare, SESSION, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", "characters")
    elif policy.type == "trust":
        yield from _over(policy, bare, TRUST, "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", "characters")
    elif policy.type in ("scp", "rcp"):
        code = f"POLICY_SIZE_EXCEEDS_{policy.type.upper()}_QUOTA"
        yield from _over(policy, len(policy.text), CONTROL, code, "characters, white space included")
    elif policy.resource_type in RESOURCE_POLICIES:
        size = len(policy.text.encode("utf-8", "surrogatepass"))
        limit = RESOURCE_POLICIES[policy.resource_type]
        yield from _over(policy, size, limit, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", "bytes")


def _over(policy: Policy, size: int, limit: int, code: str, unit: str) -> Iterator[Found]:
    if size > limit:
        message = f"The document has {size:,} {unit}; AWS takes {limit:,}."
        yield Found(code, place_of((), policy.root), message, "Use wildcards, or split the policy.")
