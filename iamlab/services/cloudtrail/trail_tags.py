"""Tags of trails. CloudTrail API Reference: "AddTags", "ListTags", "RemoveTags"."""

from typing import Any

from iamlab.services.cloudtrail.models import Trail
from iamlab.services.cloudtrail.trail_names import ARN, at_home, find
from iamlab.services.operations import AwsError, Call, Target, operation

MOST = 50


def read(given: list[dict[str, str]] | None, held: dict[str, str]) -> dict[str, str]:
    """The tags after adding. Raises InvalidTagParameterException, TagsLimitExceededException."""
    keys = [tag["Key"] for tag in given or ()]
    if len(set(keys)) != len(keys):
        raise AwsError("InvalidTagParameterException", "Tag keys must be unique.")
    if any(not 1 <= len(tag["Key"]) <= 128 or len(tag.get("Value") or "") > 256 for tag in given or ()):
        raise AwsError("InvalidTagParameterException", "A tag's key has 1 to 128 characters, its value at most 256.")
    if any(key.lower().startswith("aws:") for key in keys):
        raise AwsError("InvalidTagParameterException", "Tag keys that begin with aws: are reserved.")
    found = {**held, **{tag["Key"]: tag.get("Value") or "" for tag in given or ()}}
    if len(found) > MOST:
        raise AwsError("TagsLimitExceededException", f"A trail has at most {MOST} tags.")
    return found


def tagged(call: Call, ResourceId: str, TagsList: list[dict[str, str]] | None = None, **_: Any) -> Target:
    if not ARN.fullmatch(ResourceId):
        raise AwsError("CloudTrailARNInvalidException", f"The trail ARN {ResourceId} is not valid.")
    return find(call, ResourceId)


def known(call: Call, name: str) -> Trail:
    """The trail to change the tags of, as `at_home`. Raises ResourceNotFoundException where there is none."""
    if call.target.row is None:
        raise unknown(call, name)
    return at_home(call, name)


def unknown(call: Call, name: str) -> AwsError:
    return AwsError("ResourceNotFoundException", f"Unknown trail: {name} for the user: {call.account_id}")


def of_request(call: Call, TagsList: list[dict[str, str]] | None = None, **_: Any) -> dict[str, Any]:
    """The condition keys of the tags in a request."""
    if not TagsList:
        return {}
    return {
        "aws:TagKeys": [tag["Key"] for tag in TagsList],
        **{f"aws:RequestTag/{tag['Key']}": tag.get("Value") or "" for tag in TagsList},
    }


def listed(call: Call, ResourceIdList: list[str], **_: Any) -> list[Target]:
    return [tagged(call, name) for name in ResourceIdList]


@operation("cloudtrail:AddTags", target=tagged, context=of_request)
def add_tags(call: Call, ResourceId: str, TagsList: list[dict[str, str]]) -> dict[str, Any]:
    row = known(call, ResourceId)
    row.tags = read(TagsList, row.tags)
    row.save(update_fields=["tags"])
    return {}


@operation("cloudtrail:RemoveTags", target=tagged, context=of_request)
def remove_tags(call: Call, ResourceId: str, TagsList: list[dict[str, str]]) -> dict[str, Any]:
    """By key; a value that is given must fit."""
    row = known(call, ResourceId)
    gone = {tag["Key"] for tag in TagsList if tag.get("Value") in (None, "", row.tags.get(tag["Key"]))}
    row.tags = {key: value for key, value in row.tags.items() if key not in gone}
    row.save(update_fields=["tags"])
    return {}


@operation("cloudtrail:ListTags", target=listed)
def list_tags(call: Call, ResourceIdList: list[str], NextToken: str | None = None) -> dict[str, Any]:
    found = []
    for name, target in zip(ResourceIdList, call.targets, strict=True):
        if target.row is None:
            raise unknown(call, name)
        tags = [{"Key": key, "Value": value} for key, value in target.row.tags.items()]
        found.append({"ResourceId": name, "TagsList": tags})
    return {"ResourceTagList": found}
