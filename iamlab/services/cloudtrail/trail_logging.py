"""What a trail logs and whether it does. CloudTrail API Reference: "StartLogging", "GetTrailStatus",
"PutEventSelectors"."""

from typing import Any

from iamlab.services import callers, clock, resources
from iamlab.services.callers import Caller
from iamlab.services.cloudtrail.models import Trail
from iamlab.services.cloudtrail.trail_names import at_home, existing, named, of_selectors
from iamlab.services.operations import AwsError, Call, operation

SELECTORS_MOST = 5
RESOURCES_MOST = 250
DATA_TYPES = ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")
USUAL = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}


@operation("cloudtrail:StartLogging", target=named)
def start_logging(call: Call, Name: str) -> dict[str, Any]:
    row = at_home(call, Name)
    row.logging, row.started = True, call.now
    row.save(update_fields=["logging", "started"])
    return {}


@operation("cloudtrail:StopLogging", target=named)
def stop_logging(call: Call, Name: str) -> dict[str, Any]:
    row = at_home(call, Name)
    row.logging, row.stopped = False, call.now
    row.save(update_fields=["logging", "stopped"])
    return {}


@operation("cloudtrail:GetTrailStatus", target=named)
def get_trail_status(call: Call, Name: str) -> dict[str, Any]:
    """No log file is ever written, so no delivery has a time; whether one would be refused is judged as at AWS."""
    row = existing(call, Name)
    answer: dict[str, Any] = {
        "IsLogging": row.logging,
        "LatestDeliveryAttemptTime": "",
        "LatestNotificationAttemptTime": "",
        "LatestNotificationAttemptSucceeded": "",
        "LatestDeliveryAttemptSucceeded": "",
        "TimeLoggingStarted": clock.iso(row.started) if row.started else "",
        "TimeLoggingStopped": clock.iso(row.stopped) if row.stopped else "",
    }
    if row.started:
        answer["StartLoggingTime"] = row.started
    if row.stopped:
        answer["StopLoggingTime"] = row.stopped
    if row.logging and (error := delivery_error(call, row)):
        answer["LatestDeliveryError"] = error
    return answer


def delivery_error(call: Call, row: Trail) -> str:
    """Why CloudTrail could not write to the trail's bucket; "" where its policy lets it."""
    prefix = row.settings.get("S3KeyPrefix", "")
    key = f"{prefix}/" if prefix else ""
    arn = f"arn:aws:s3:::{row.bucket}/{key}AWSLogs/{row.account_id}/CloudTrail/{row.region}/log.json.gz"
    target = resources.target_of(call.caller.world, arn, "s3:PutObject")
    if not target.account_id:
        return "NoSuchBucket"
    name = "cloudtrail.amazonaws.com"
    service = Caller(callers.SERVICE, row.account_id, call.caller.world, name=name, unique_id=name)
    context = {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": name,
        "aws:SourceArn": row.arn,
        "aws:SourceAccount": row.account_id,
        "aws:SecureTransport": "true",
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    return "" if call.judge(service, "s3:PutObject", target, context).allowed else "AccessDenied"


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


def invalid(message: str) -> AwsError:
    return AwsError("InvalidEventSelectorsException", message)


@operation("cloudtrail:PutEventSelectors", target=of_selectors)
def put_event_selectors(
    call: Call,
    TrailName: str,
    EventSelectors: list[dict[str, Any]] | None = None,
    AdvancedEventSelectors: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Basic or advanced ones, never both; the new ones take the place of the old."""
    row = at_home(call, TrailName)
    if bool(EventSelectors) == bool(AdvancedEventSelectors):
        raise invalid("Either EventSelectors or AdvancedEventSelectors are given.")
    if AdvancedEventSelectors:
        for one in AdvancedEventSelectors:
            if not any(field["Field"] == "eventCategory" for field in one["FieldSelectors"]):
                raise invalid("An advanced event selector selects by eventCategory.")
        row.selectors = {"AdvancedEventSelectors": AdvancedEventSelectors}
    else:
        row.selectors = {"EventSelectors": basic(EventSelectors or [])}
    row.save(update_fields=["selectors"])
    return {"TrailARN": row.arn, **row.selectors}


@operation("cloudtrail:GetEventSelectors", target=of_selectors)
def get_event_selectors(call: Call, TrailName: str) -> dict[str, Any]:
    """A new trail logs management events and no data."""
    row = existing(call, TrailName)
    return {"TrailARN": row.arn, **(row.selectors or {"EventSelectors": [USUAL]})}
