"""Permissions boundaries. IAM User Guide: "Permissions boundaries for IAM entities"."""

from collections.abc import Callable
from typing import Any

from iamlab.policy.catalog import managed_policy
from iamlab.services.iam.models import Policy, Role, User
from iamlab.services.operations import AwsError, Call, Target


def context(call: Call, PermissionsBoundary: str = "", **_: Any) -> dict[str, str | list[str]]:
    """The boundary of the request as a condition key, where one is given."""
    return {"iam:PermissionsBoundary": PermissionsBoundary} if PermissionsBoundary else {}


def replacing(find: Callable[..., Target]) -> Callable[..., Target]:
    """A target whose boundary key is the request's, not the one that it has so far."""

    def target(call: Call, PermissionsBoundary: str, **others: Any) -> Target:
        found = find(call, **others)
        found.context = {**found.context, "iam:PermissionsBoundary": PermissionsBoundary}
        return found

    return target


def describe(policy_arn: str) -> dict[str, str]:
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy_arn}


def check(call: Call, policy_arn: str) -> None:
    """A boundary must be a managed policy that exists. Raises InvalidInput, NoSuchEntity."""
    if not policy_arn.startswith("arn:aws:iam::") or ":policy/" not in policy_arn:
        raise AwsError("InvalidInput", f"ARN {policy_arn} is not valid.")
    own = Policy.objects.filter(account_id=call.account_id, arn=policy_arn)
    if managed_policy(policy_arn) is None and not own.exists():
        raise AwsError("NoSuchEntity", f"Scope ARN: {policy_arn} does not exist or is not attachable.")


def put(call: Call, row: User | Role, policy_arn: str) -> None:
    check(call, policy_arn)
    row.boundary = policy_arn
    row.save(update_fields=["boundary"])


def remove(row: User | Role, missing: str) -> None:
    """Raises NoSuchEntity, in the words of `missing`, where there is none."""
    if not row.boundary:
        raise AwsError("NoSuchEntity", missing)
    row.boundary = ""
    row.save(update_fields=["boundary"])
