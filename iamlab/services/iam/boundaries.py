"""Permissions boundaries. IAM User Guide: "Permissions boundaries for IAM entities"."""

from typing import Any

from iamlab.policy.catalog import managed_policy
from iamlab.services.iam.models import Policy
from iamlab.services.operations import AwsError, Call


def context(call: Call, PermissionsBoundary: str = "", **_: Any) -> dict[str, str | list[str]]:
    """The boundary of the request as a condition key, where one is given."""
    return {"iam:PermissionsBoundary": PermissionsBoundary} if PermissionsBoundary else {}


def describe(policy_arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy_arn}


def check(call: Call, policy_arn: str) -> None:
    """A boundary must be a managed policy that exists. Raises NoSuchEntity."""
    if (
        managed_policy(policy_arn) is None
        and not Policy.objects.filter(account_id=call.account_id, arn=policy_arn).exists()
    ):
        raise AwsError("NoSuchEntity", f"Scope ARN: {policy_arn} does not exist or is not attachable.")
