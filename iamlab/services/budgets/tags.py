"""Tags of budgets. Budgets API Reference: "TagResource", "UntagResource", "ListTagsForResource"."""

from typing import Any

from iamlab.services.budgets.targets import by_arn, existing, invalid
from iamlab.services.operations import AwsError, Call, operation

MOST = 50


def of_request(
    call: Call, ResourceTags: list[dict[str, str]] | None = None, ResourceTagKeys: list[str] | None = None, **_: Any
) -> dict[str, Any]:
    """The condition keys of the tags in a request."""
    if ResourceTagKeys:
        return {"aws:TagKeys": list(ResourceTagKeys)}
    if not ResourceTags:
        return {}
    values = {f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in ResourceTags}
    return {"aws:TagKeys": [tag["Key"] for tag in ResourceTags], **values}


def added(given: list[dict[str, str]], held: dict[str, str]) -> dict[str, str]:
    """The tags after adding. Raises InvalidParameterException, ServiceQuotaExceededException."""
    keys = [tag["Key"] for tag in given]
    if len(set(keys)) != len(keys):
        raise invalid("Tag keys must be unique.")
    if any(key.lower().startswith("aws:") for key in keys):
        raise invalid("Tag keys that begin with aws: are reserved.")
    found = {**held, **{tag["Key"]: tag["Value"] for tag in given}}
    if len(found) > MOST:
        raise AwsError("ServiceQuotaExceededException", f"A budget has at most {MOST} tags.")
    return found


@operation("budgets:TagResource", target=by_arn, context=of_request)
def tag_resource(call: Call, ResourceARN: str, ResourceTags: list[dict[str, str]]) -> dict[str, Any]:
    row = existing(call)
    row.tags = added(ResourceTags, row.tags)
    row.save(update_fields=["tags"])
    return {}


@operation("budgets:UntagResource", target=by_arn, context=of_request)
def untag_resource(call: Call, ResourceARN: str, ResourceTagKeys: list[str]) -> dict[str, Any]:
    row = existing(call)
    row.tags = {key: value for key, value in row.tags.items() if key not in ResourceTagKeys}
    row.save(update_fields=["tags"])
    return {}


@operation("budgets:ListTagsForResource", target=by_arn)
def list_tags_for_resource(call: Call, ResourceARN: str) -> dict[str, Any]:
    tags = existing(call).tags
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]}
