"""Tags of instances. EC2 API Reference: "CreateTags", "DeleteTags", "DescribeTags"."""

from typing import Any

from iamlab.services.ec2 import filters, targets
from iamlab.services.operations import AwsError, Call, Target, operation

MOST = 50


def read(given: list[dict[str, str]], held: dict[str, str]) -> dict[str, str]:
    """The tags after adding. Raises InvalidParameterValue, TagLimitExceeded."""
    for tag in given:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        if key.lower().startswith("aws:"):
            message = "Tag keys starting with 'aws:' are reserved for internal use"
            raise AwsError("InvalidParameterValue", message)
        if not 1 <= len(key) <= 127 or len(value) > 255:
            raise AwsError("InvalidParameterValue", "A tag's key has 1 to 127 characters, its value at most 255.")
    found = {**held, **{tag["Key"]: tag.get("Value") or "" for tag in given}}
    if len(found) > MOST:
        raise AwsError("TagLimitExceeded", f"The maximum number of Tags for a resource has been reached. ({MOST})")
    return found


def keys_of(given: list[dict[str, str]] | None) -> dict[str, Any]:
    """The condition keys of the tags in a request."""
    named = [tag for tag in given or () if tag.get("Key")]
    values = {f"aws:RequestTag/{tag['Key']}": tag.get("Value") or "" for tag in named}
    return {"aws:TagKeys": [tag["Key"] for tag in named], **values} if named else {}


def shown(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def of_resources(call: Call, Resources: list[str], Tags: list[dict[str, str]] | None = None, **_: Any) -> list[Target]:
    """Only instances can be tagged here. Raises InvalidID."""
    for name in Resources:
        if not targets.ID.fullmatch(name):
            raise AwsError("InvalidID", f"The ID '{name[:100]}' is not valid")
    found = targets.many(call, Resources)
    for target in found:
        target.context = {**target.context, **keys_of(Tags)}
    return found


@operation("ec2:CreateTags", target=of_resources)
def create_tags(
    call: Call, Resources: list[str], Tags: list[dict[str, str]], DryRun: bool | None = None
) -> dict[str, Any]:
    rows = targets.existing(call)
    changed = [read(Tags, row.tags) for row in rows]
    targets.dry_run(DryRun)
    for row, tags in zip(rows, changed, strict=True):
        row.tags = tags
        row.save(update_fields=["tags"])
    return {}


@operation("ec2:DeleteTags", target=of_resources)
def delete_tags(
    call: Call, Resources: list[str], Tags: list[dict[str, str]] | None = None, DryRun: bool | None = None
) -> dict[str, Any]:
    """By key, and where a value is given by that too; all tags where none is named."""
    rows = targets.existing(call)
    targets.dry_run(DryRun)
    for row in rows:
        gone = {tag["Key"] for tag in Tags or () if tag.get("Value") in (None, row.tags.get(tag["Key"]))}
        row.tags = {key: value for key, value in row.tags.items() if Tags and key not in gone}
        row.save(update_fields=["tags"])
    return {}


READERS: dict[str, filters.Read] = {
    "key": lambda one: [one["Key"]],
    "value": lambda one: [one["Value"]],
    "resource-id": lambda one: [one["ResourceId"]],
    "resource-type": lambda one: [one["ResourceType"]],
}


@operation("ec2:DescribeTags", target=targets.listing)
def describe_tags(
    call: Call,
    Filters: list[dict[str, Any]] | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    DryRun: bool | None = None,
) -> dict[str, Any]:
    targets.dry_run(DryRun)
    every = [
        {"ResourceId": row.instance_id, "ResourceType": "instance", **tag}
        for row in targets.seen(call)
        for tag in shown(row.tags)
    ]
    return filters.page("Tags", filters.chosen(every, Filters, READERS), MaxResults, NextToken)
