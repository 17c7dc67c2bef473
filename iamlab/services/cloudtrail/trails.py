"""Trails: made, changed, listed, deleted. CloudTrail API Reference: "CreateTrail", "UpdateTrail", "DescribeTrails"."""

from typing import Any

from iamlab.services import log_files, resources
from iamlab.services.cloudtrail import selectors, trail_tags
from iamlab.services.cloudtrail.models import Trail
from iamlab.services.cloudtrail.trail_names import arn_of, at_home, check, existing, here, named
from iamlab.services.operations import AwsError, Call, Target, operation

MOST = 5  # in a Region
FLAGS = {
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": False,
    "EnableLogFileValidation": False,
    "RecursiveLogging": True,  # of what the delivery of log files causes; here it causes no events
}


def new(call: Call, Name: str, **_: Any) -> Target:
    check(Name)
    return Target(arn=arn_of(call, Name))


def settled(given: dict[str, Any]) -> dict[str, Any]:
    """What is kept of the parameters. Raises InvalidParameterCombination and errors for what is not simulated."""
    if given.get("IsMultiRegionTrail") and given.get("IncludeGlobalServiceEvents") is False:
        message = "Multi-Region trail must include global service events."
        raise AwsError("InvalidParameterCombinationException", message)
    if given.get("KmsKeyId"):
        raise AwsError("KmsKeyNotFoundException", "AWS KMS is not simulated by iamlab: there is no such key.")
    if given.get("CloudWatchLogsLogGroupArn") or given.get("CloudWatchLogsRoleArn"):
        message = "Amazon CloudWatch Logs is not simulated by iamlab."
        raise AwsError("CloudWatchLogsDeliveryUnavailableException", message)
    if given.get("IsOrganizationTrail"):
        raise AwsError("UnsupportedOperationException", "Organization trails are not simulated by iamlab.")
    return {key: value for key, value in given.items() if value is not None}


def check_name(call: Call, name: str, *, everywhere: bool, but: int = 0) -> None:
    """A name stands for one trail in each Region; one of all Regions has it in each. Raises TrailAlreadyExists."""
    others = Trail.objects.filter(account_id=call.account_id, name=name).exclude(pk=but)
    if any(everywhere or here(call, row) for row in others):
        raise AwsError("TrailAlreadyExistsException", f"Trail {name} already exists for customer: {call.account_id}")


def check_topic(name: str | None) -> None:
    """Raises InsufficientSnsTopicPolicyException: there are no topics here."""
    if name:
        message = "SNS Topic does not exist or the topic policy is incorrect!"
        raise AwsError("InsufficientSnsTopicPolicyException", message)


def check_bucket(call: Call, row: Trail) -> None:
    """Whether logs can go there. A bucket without any policy is let pass (fidelity page), one whose policy keeps
    CloudTrail out is not. Raises S3BucketDoesNotExistException, InsufficientS3BucketPolicyException.
    """
    found = resources.target_of(call.caller.world, f"arn:aws:s3:::{row.bucket}", "s3:GetBucketAcl")
    if found.row is None:
        raise AwsError("S3BucketDoesNotExistException", f"S3 bucket {row.bucket} does not exist!")
    if found.policy and log_files.delivery_error(call, row):
        message = f"Incorrect S3 bucket policy is detected for bucket: {row.bucket}"
        raise AwsError("InsufficientS3BucketPolicyException", message)


@operation("cloudtrail:CreateTrail", target=new, context=trail_tags.of_request)
def create_trail(
    call: Call,
    Name: str,
    S3BucketName: str,
    S3KeyPrefix: str | None = None,
    SnsTopicName: str | None = None,
    IncludeGlobalServiceEvents: bool | None = None,
    IsMultiRegionTrail: bool | None = None,
    EnableLogFileValidation: bool | None = None,
    CloudWatchLogsLogGroupArn: str | None = None,
    CloudWatchLogsRoleArn: str | None = None,
    KmsKeyId: str | None = None,
    IsOrganizationTrail: bool | None = None,
    RecursiveLogging: bool | None = None,
    TagsList: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """A trail made by the API does not log before StartLogging."""
    kept = settled({key: value for key, value in call.params.items() if key not in ("Name", "TagsList")})
    rows = Trail.objects.filter(account_id=call.account_id, region=call.source.region)
    check_name(call, Name, everywhere=bool(IsMultiRegionTrail))
    if rows.count() >= MOST:
        message = f"User: {call.account_id} already has {MOST} trails in {call.source.region}."
        raise AwsError("MaximumNumberOfTrailsExceededException", message)
    row = Trail(
        account_id=call.account_id,
        region=call.source.region,
        name=Name,
        bucket=S3BucketName,
        settings=kept,
        tags=trail_tags.read(TagsList, {}),
    )
    check_bucket(call, row)
    check_topic(SnsTopicName)
    row.save(force_insert=True)
    log_files.mark(row)
    return made(row)


@operation("cloudtrail:UpdateTrail", target=named)
def update_trail(
    call: Call,
    Name: str,
    S3BucketName: str | None = None,
    S3KeyPrefix: str | None = None,
    SnsTopicName: str | None = None,
    IncludeGlobalServiceEvents: bool | None = None,
    IsMultiRegionTrail: bool | None = None,
    EnableLogFileValidation: bool | None = None,
    CloudWatchLogsLogGroupArn: str | None = None,
    CloudWatchLogsRoleArn: str | None = None,
    KmsKeyId: str | None = None,
    IsOrganizationTrail: bool | None = None,
    RecursiveLogging: bool | None = None,
) -> dict[str, Any]:
    """What is not given stays as it is."""
    row = at_home(call, Name)
    if IsMultiRegionTrail:
        check_name(call, row.name, everywhere=True, but=row.pk)
    row.settings = settled({**row.settings, **{key: value for key, value in call.params.items() if key != "Name"}})
    row.bucket = S3BucketName or row.bucket
    check_topic(SnsTopicName)
    if S3BucketName or S3KeyPrefix:
        check_bucket(call, row)
    row.save(update_fields=["settings", "bucket"])
    log_files.mark(row)
    return made(row)


def made(row: Trail) -> dict[str, Any]:
    """The trail as the answers to CreateTrail and UpdateTrail show it."""
    flags = {name: bool(row.settings.get(name, usual)) for name, usual in FLAGS.items()}
    answer: dict[str, Any] = {
        "Name": row.name,
        "S3BucketName": row.bucket,
        "IncludeGlobalServiceEvents": flags["IncludeGlobalServiceEvents"],
        "IsMultiRegionTrail": flags["IsMultiRegionTrail"],
        "TrailARN": row.arn,
        "LogFileValidationEnabled": flags["EnableLogFileValidation"],
        "IsOrganizationTrail": False,
        "RecursiveLogging": flags["RecursiveLogging"],
    }
    if row.settings.get("S3KeyPrefix"):
        answer["S3KeyPrefix"] = row.settings["S3KeyPrefix"]
    topic = row.settings.get("SnsTopicName", "")
    if topic:
        full = topic if topic.startswith("arn:") else f"arn:aws:sns:{row.region}:{row.account_id}:{topic}"
        answer |= {"SnsTopicName": topic.rpartition(":")[2], "SnsTopicARN": full}
    return answer


def shown(row: Trail) -> dict[str, Any]:
    """The trail as GetTrail and DescribeTrails show it."""
    more = {
        "HomeRegion": row.region,
        "HasCustomEventSelectors": row.selectors not in (None, {"EventSelectors": [selectors.USUAL]}),
        "HasInsightSelectors": False,
    }
    return made(row) | more


@operation("cloudtrail:GetTrail", target=named)
def get_trail(call: Call, Name: str) -> dict[str, Any]:
    return {"Trail": shown(existing(call, Name))}


@operation("cloudtrail:DescribeTrails")
def describe_trails(
    call: Call, trailNameList: list[str] | None = None, includeShadowTrails: bool | None = None
) -> dict[str, Any]:
    """Those of this Region, and with shadows those of others that cover all; names of none are passed over."""
    rows = list(Trail.objects.filter(account_id=call.account_id).order_by("name", "region"))
    if trailNameList:
        found = [row for row in rows if row.arn in trailNameList or (row.name in trailNameList and here(call, row))]
    else:
        found = [row for row in rows if here(call, row)]
    if includeShadowTrails is False:
        found = [row for row in found if row.region == call.source.region]
    return {"trailList": [shown(row) for row in found]}


@operation("cloudtrail:ListTrails")
def list_trails(call: Call, NextToken: str | None = None) -> dict[str, Any]:
    """All Regions' trails; an account has fewer than a page."""
    rows = Trail.objects.filter(account_id=call.account_id).order_by("name", "region")
    return {"Trails": [{"TrailARN": row.arn, "Name": row.name, "HomeRegion": row.region} for row in rows]}


@operation("cloudtrail:DeleteTrail", target=named)
def delete_trail(call: Call, Name: str) -> dict[str, Any]:
    at_home(call, Name).delete()
    return {}
