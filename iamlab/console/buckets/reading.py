"""A bucket's settings, read for pages."""

from typing import Any

from iamlab.console.panels import Panel, of_error
from iamlab.console.session import Session
from iamlab.services.operations import AwsError

# Settings that a bucket need not have: that they are not there is a state, no failure.
UNSET = (
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "OwnershipControlsNotFoundError",
    "NoSuchCORSConfiguration",
    "NoSuchLifecycleConfiguration",
    "NoSuchWebsiteConfiguration",
    "ObjectLockConfigurationNotFoundError",
)


def kept(session: Session, operation: str, bucket: str) -> dict[str, Any]:
    """The answer of a Get...; {} where the bucket has no such setting. Raises AwsError."""
    try:
        return session.call(operation, {"Bucket": bucket})
    except AwsError as error:
        if error.code in UNSET:
            return {}
        raise


def setting(session: Session, operation: str, bucket: str) -> Panel:
    """The same for a panel; `missing` where the bucket has no such setting."""
    try:
        return Panel(session.call(operation, {"Bucket": bucket}))
    except AwsError as error:
        return Panel(missing=True) if error.code in UNSET else of_error(session, error)


def region_of(location: Panel) -> str:
    """Of GetBucketLocation's answer, which has nothing for the first Region and an old name for another."""
    told = location.get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if told == "EU" else str(told)


def enforced(ownership: Panel) -> bool:
    """Whether ACLs grant nothing: the bucket's owner owns all objects."""
    rules = ownership.get("OwnershipControls", {}).get("Rules", [])
    return any(rule["ObjectOwnership"] == "BucketOwnerEnforced" for rule in rules)
