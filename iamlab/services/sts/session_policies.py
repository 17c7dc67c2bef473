"""Session policies: kept by digest, at most 2,048 characters and ten managed ones. User Guide: "Session policies"."""

from typing import Any

from iamlab.policy.document import MalformedPolicy, parse
from iamlab.services.accounts.models import keep_document
from iamlab.services.iam import policies
from iamlab.services.operations import AwsError

MOST = 2048
MANAGED_MOST = 10


def kept(account_id: str, Policy: str | None, PolicyArns: list[dict[str, str]] | None) -> dict[str, list[str]]:
    """Session policies as claims of a token. Raises MalformedPolicyDocument, PackedPolicyTooLarge, ValidationError."""
    arns = [entry["arn"] for entry in PolicyArns or ()]
    if len(arns) > MANAGED_MOST:
        raise AwsError("ValidationError", f"A session has at most {MANAGED_MOST} managed session policies.")
    for arn in arns:
        _check_exists(account_id, arn)
    if Policy is None:
        return {"policies": [], "policy_arns": arns}
    if len(Policy) > MOST:
        raise AwsError("PackedPolicyTooLarge", "Serialized token too large for session")
    try:
        parse(Policy, "session")
    except MalformedPolicy as error:
        raise AwsError("MalformedPolicyDocument", error.message) from error
    return {"policies": [keep_document(Policy)], "policy_arns": arns}


def _check_exists(account_id: str, arn: str) -> None:
    """A managed session policy is AWS's or one of the session's account. Raises ValidationError."""
    try:
        found = policies.find(account_id, arn)
    except AwsError as error:
        raise AwsError("ValidationError", error.message) from error
    if found is None:
        raise AwsError("ValidationError", f"Policy {arn} does not exist or is not attachable.")


def packed_size(claims: dict[str, Any]) -> int:
    """Per cent of the room for session policies that is used: a plain estimate, AWS does not say how it packs."""
    parts = len(claims.get("policies") or ()) * 10 + len(claims.get("policy_arns") or ()) * 5
    return min(100, parts)
