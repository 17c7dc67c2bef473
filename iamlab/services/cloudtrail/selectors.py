"""Which events a trail logs. CloudTrail User Guide: "Logging management events", "Logging data events"."""

from collections.abc import Mapping
from typing import Any

from iamlab.services.operations import AwsError

SELECTORS_MOST = 5
RESOURCES_MOST = 250
VALUES_MOST = 500  # of all conditions of all advanced selectors
DATA_TYPES = ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")
USUAL: dict[str, Any] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
OBJECT = "AWS::S3::Object"
EVERY_BUCKET = ("arn:aws:s3", "arn:aws:s3:::")
# What an advanced selector may ask, and how.
FIELDS = (
    "readOnly", "eventSource", "eventName", "eventCategory", "resources.type", "resources.ARN", "eventType",
    "sessionCredentialFromConsole", "userIdentity.arn", "vpcEndpointId",
)  # fmt: skip
OPERATORS = {
    "Equals": lambda value, given: value in given,
    "StartsWith": lambda value, given: value.startswith(tuple(given)),
    "EndsWith": lambda value, given: value.endswith(tuple(given)),
    "NotEquals": lambda value, given: value not in given,
    "NotStartsWith": lambda value, given: not value.startswith(tuple(given)),
    "NotEndsWith": lambda value, given: not value.endswith(tuple(given)),
}
Record = Mapping[str, Any]


def invalid(message: str) -> AwsError:
    return AwsError("InvalidEventSelectorsException", message)


def basic(selectors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Basic selectors with what is usual filled in. Raises InvalidEventSelectorsException."""
    if len(selectors) > SELECTORS_MOST:
        raise invalid(f"A trail has at most {SELECTORS_MOST} event selectors.")
    found = [{**USUAL, **{key: value for key, value in one.items() if value is not None}} for one in selectors]
    data = [resource for one in found for resource in one["DataResources"]]
    if any(resource.get("Type") not in DATA_TYPES for resource in data):
        raise invalid(f"Data resources are of the types {', '.join(DATA_TYPES)}.")
    values = [value for resource in data for value in resource.get("Values") or ()]
    if len(values) > RESOURCES_MOST:
        raise invalid(f"A trail has at most {RESOURCES_MOST} data resources.")
    if any(not value.startswith("arn:") for value in values):
        raise invalid("The values of a data resource are ARNs.")
    return found


def advanced(selectors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Advanced selectors as they came. Raises InvalidEventSelectorsException."""
    conditions = [field.get(name) or [] for one in selectors for field in one["FieldSelectors"] for name in OPERATORS]
    if sum(map(len, conditions)) > VALUES_MOST:
        raise invalid(f"The advanced event selectors of a trail have at most {VALUES_MOST} values.")
    for one in selectors:
        fields = {field["Field"]: field for field in one["FieldSelectors"]}
        if any(name not in FIELDS for name in fields):
            raise invalid(f"The fields of an advanced event selector are {', '.join(FIELDS)}.")
        if len(fields) != len(one["FieldSelectors"]):
            raise invalid("An advanced event selector has each field once.")
        category = fields.get("eventCategory", {}).get("Equals") or []
        if len(category) != 1:
            raise invalid("An advanced event selector selects by eventCategory.")
        if category == ["Data"] and not fields.get("resources.type", {}).get("Equals"):
            raise invalid("An advanced event selector of data events selects by resources.type.")
        if any(not any(name in field for name in OPERATORS) for field in fields.values()):
            raise invalid(f"A field is compared by {', '.join(OPERATORS)}.")
    return selectors


def logged(kept: Mapping[str, Any] | None, record: Record) -> bool:
    """Whether a trail with these selectors logs an event. Without any it logs management events."""
    if kept is not None and "AdvancedEventSelectors" in kept:
        return any(_fits(one, record) for one in kept["AdvancedEventSelectors"])
    return any(_takes(one, record) for one in (kept or {}).get("EventSelectors", [USUAL]))


def _takes(selector: Mapping[str, Any], record: Record) -> bool:
    kind = selector["ReadWriteType"]
    if kind != "All" and (kind == "ReadOnly") != record["readOnly"]:
        return False
    if record["managementEvent"]:
        excluded = record["eventSource"] in selector["ExcludeManagementEventSources"]
        return selector["IncludeManagementEvents"] and not excluded
    arn = object_arn(record)
    values = [value for one in selector["DataResources"] if one["Type"] == OBJECT for value in one.get("Values") or ()]
    return any(value in EVERY_BUCKET or (arn and arn.startswith(value)) for value in values)


def object_arn(record: Record) -> str:
    """What an event of S3's data is about: an object, or all of a bucket's where it tells no key."""
    given = record.get("requestParameters") or {}
    bucket = given.get("bucketName", "")
    return f"arn:aws:s3:::{bucket}/{given.get('key', '')}" if bucket else ""


def _fits(selector: Mapping[str, Any], record: Record) -> bool:
    for field in selector["FieldSelectors"]:
        value = _value(field["Field"], record)
        if not all(test(value, field[name]) for name, test in OPERATORS.items() if field.get(name)):
            return False
    return True


def _value(field: str, record: Record) -> str:
    if field == "resources.type":
        return "" if record["managementEvent"] else OBJECT
    if field == "resources.ARN":
        return object_arn(record)
    if field == "userIdentity.arn":
        return str((record.get("userIdentity") or {}).get("arn", ""))
    if field == "readOnly":
        return "true" if record["readOnly"] else "false"
    return str(record.get(field, ""))
