"""Tags of the root, units, accounts and policies. AWS Organizations API Reference: "TagResource"."""

from typing import Any

from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.organizations import tree
from iamlab.services.organizations.models import Organization
from iamlab.services.organizations.paging import page

MOST = 50


def read(given: list[dict[str, str]] | None, held: dict[str, str]) -> dict[str, str]:
    """The tags after adding. Raises InvalidInputException, ConstraintViolationException."""
    keys = [tag["Key"] for tag in given or ()]
    if len(set(keys)) != len(keys):
        message = "You have specified duplicate tag keys."
        raise AwsError("InvalidInputException", message, Reason="DUPLICATE_TAG_KEY")
    if any(key.lower().startswith("aws:") for key in keys):
        message = "You specified a tag key that is a system tag. You can't add, edit, or delete system tag keys."
        raise AwsError("InvalidInputException", message, Reason="INVALID_SYSTEM_TAGS_PARAMETER")
    found = {**held, **{tag["Key"]: tag["Value"] for tag in given or ()}}
    if len(found) > MOST:
        message = "You have exceeded the number of tags allowed on this resource."
        raise AwsError("ConstraintViolationException", message, Reason="MAX_TAG_LIMIT_EXCEEDED")
    return found


def keep(found: Organization, resource_id: str, tags: dict[str, str]) -> None:
    found.tags = {key: value for key, value in {**found.tags, resource_id: tags}.items() if value}
    found.save(update_fields=["tags"])


def keep_at_birth(call: Call, found: Organization, new: Target, Tags: list[dict[str, str]] | None) -> None:
    """The tags of what was made. Organizations User Guide, "Adding, updating, and removing tags": who adds them when
    something is made needs organizations:TagResource too.
    """
    if Tags:
        call.require("organizations:TagResource", new)
        keep(found, new.arn.rpartition("/")[2], read(Tags, {}))


def context(Tags: list[dict[str, str]] | None) -> dict[str, Any]:
    if not Tags:
        return {}
    return {
        "aws:TagKeys": [tag["Key"] for tag in Tags],
        **{f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in Tags},
    }


def tagged(call: Call, ResourceId: str, **_: Any) -> Target:
    found = tree.mine(call)
    if not ResourceId.startswith("p-"):
        return tree.place(found, ResourceId)
    row = tree.own_policy(found, ResourceId)
    arn = tree.policy_arn(found, ResourceId, row.kind if row else tree.SCP)
    return Target(arn=arn, row=row, tags=found.tags.get(ResourceId, {}))


def tag_context(call: Call, Tags: list[dict[str, str]] | None = None, TagKeys: Any = None, **_: Any) -> dict[str, Any]:
    return context(Tags) or ({"aws:TagKeys": list(TagKeys)} if TagKeys else {})


def existing(call: Call, resource_id: str) -> Organization:
    """Raises TargetNotFoundException."""
    found = tree.managed(call)
    known = resource_id.startswith("p-") and tree.own_policy(found, resource_id) is not None
    if not known:
        tree.target_of(found, resource_id)
    return found


@operation("organizations:TagResource", target=tagged, context=tag_context)
def tag_resource(call: Call, ResourceId: str, Tags: list[dict[str, str]]) -> dict[str, Any]:
    found = existing(call, ResourceId)
    keep(found, ResourceId, read(Tags, found.tags.get(ResourceId, {})))
    return {}


@operation("organizations:UntagResource", target=tagged, context=tag_context)
def untag_resource(call: Call, ResourceId: str, TagKeys: list[str]) -> dict[str, Any]:
    """A key that is not there is passed over."""
    found = existing(call, ResourceId)
    held = found.tags.get(ResourceId, {})
    keep(found, ResourceId, {key: value for key, value in held.items() if key not in TagKeys})
    return {}


@operation("organizations:ListTagsForResource", target=tagged)
def list_tags_for_resource(call: Call, ResourceId: str, NextToken: str | None = None) -> dict[str, Any]:
    tags = existing(call, ResourceId).tags.get(ResourceId, {})
    return page(call, "Tags", [{"Key": key, "Value": value} for key, value in tags.items()])
