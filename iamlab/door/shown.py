"""What an event shows of parameters and answers. CloudTrail User Guide: "CloudTrail record contents"."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from botocore.model import ListShape, MapShape, Shape, StructureShape

from iamlab.door.parameters import lower_camel
from iamlab.services.operations import Operation

# Events of S3 that bear another name than their operation. S3 User Guide: "Amazon S3 CloudTrail events".
S3_NAMES = {
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "ListObjectsV2": "ListObjects",
}
S3_OWN = {"Bucket": "bucketName", "Key": "key"}


def visible(value: Any, shape: Shape | None) -> Any:
    """Parameters or an answer as the event shows them: lower camel case, secrets and bodies left out."""
    if shape is None:
        return None
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        found = {
            lower_camel(name): visible(item, shape.members[name])
            for name, item in value.items()
            if item is not None and name in shape.members and not hidden(shape.members[name])
        }
        return found
    if isinstance(shape, ListShape) and isinstance(value, list | tuple):
        return [visible(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: visible(item, shape.value) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.strftime("%b %-d, %Y %-I:%M:%S %p")
    return value


def hidden(shape: Shape) -> bool:
    return bool(shape.metadata.get("sensitive")) or shape.type_name == "blob"


def answered(operation: Operation, result: dict[str, Any] | None, shape: Shape | None) -> dict[str, Any] | None:
    """A write's answer: S3 tells of its own headers alone, IAM encodes the trust policies of roles."""
    if operation.service == "s3":
        return s3_answer(result or {}, shape) or None
    found: dict[str, Any] = visible(result, shape) or {}
    role = found.get("role") if operation.service == "iam" else None
    if role and "assumeRolePolicyDocument" in role:
        role["assumeRolePolicyDocument"] = quote(role["assumeRolePolicyDocument"], safe="")
    return found or None


def s3_answer(result: dict[str, Any], shape: StructureShape) -> dict[str, Any]:
    members = shape.members if shape is not None else {}
    told = {members[name].serialization.get("name", name): result[name] for name in result if name in members}
    return {name: value for name, value in told.items() if name.startswith("x-amz-") and value is not None}


def resources(operation: Operation, params: dict[str, Any], owner: str) -> list[dict[str, str]]:
    """The element `resources`, which S3's data events and the takings of roles have."""
    if operation.service == "sts" and "RoleArn" in params:
        arn = params["RoleArn"]
        return [{"accountId": arn.split(":")[4], "type": "AWS::IAM::Role", "ARN": arn}] if arn.count(":") > 4 else []
    if not operation.data_event or "Bucket" not in params:
        return []
    bucket = f"arn:aws:s3:::{params['Bucket']}"
    whose = {"accountId": owner} if owner else {}
    objects = [{"type": "AWS::S3::Object", "ARN": f"{bucket}/{params['Key']}"}] if params.get("Key") else []
    return [*objects, {**whose, "type": "AWS::S3::Bucket", "ARN": bucket}]


def s3_parameters(params: dict[str, Any], shape: StructureShape, host: str) -> dict[str, Any]:
    """S3's requests as its events show them: headers and query by their own names, documents as they are."""
    found: dict[str, Any] = {}
    for name, value in params.items():
        member = shape.members.get(name)
        if member is None or value is None or hidden(member):
            continue
        place = member.serialization
        if name in S3_OWN:
            found[S3_OWN[name]] = value
        elif place.get("location") in ("header", "querystring"):
            found[place["name"]] = value
        elif name == "Policy":
            found["bucketPolicy"] = value
        elif place.get("location") != "headers":
            found[name] = value
    return found | ({"Host": host} if host else {})
