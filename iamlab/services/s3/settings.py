"""A bucket's settings: versioning, ownership, encryption, tags, and what is never configured here."""

from collections.abc import Callable
from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import targets

DEFAULT_ENCRYPTION = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
}


@operation("s3:GetBucketVersioning", target=targets.bucket)
def get_bucket_versioning(call: Call, Bucket: str) -> dict[str, Any]:
    return {"Status": call.target.row.versioning} if call.target.row.versioning else {}


@operation("s3:PutBucketVersioning", target=targets.bucket)
def put_bucket_versioning(call: Call, Bucket: str, VersioningConfiguration: dict[str, Any]) -> dict[str, Any]:
    status = VersioningConfiguration.get("Status")
    if status not in ("Enabled", "Suspended"):
        raise AwsError("IllegalVersioningConfigurationException", "The Versioning element must be specified", 400)
    call.target.row.versioning = status
    call.target.row.save(update_fields=["versioning"])
    return {}


@operation("s3:GetBucketOwnershipControls", target=targets.bucket)
def get_bucket_ownership_controls(call: Call, Bucket: str) -> dict[str, Any]:
    if not call.target.row.ownership:
        raise AwsError(
            "OwnershipControlsNotFoundError", "The bucket ownership controls were not found", 404, BucketName=Bucket
        )
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": call.target.row.ownership}]}}


@operation("s3:PutBucketOwnershipControls", target=targets.bucket)
def put_bucket_ownership_controls(call: Call, Bucket: str, OwnershipControls: dict[str, Any]) -> dict[str, Any]:
    row = call.target.row
    rules = OwnershipControls["Rules"]
    if len(rules) != 1:
        message = "The XML you provided was not well-formed or did not validate against our published schema"
        raise AwsError("MalformedXML", message, 400)
    if rules[0]["ObjectOwnership"] == "BucketOwnerEnforced" and row.acl:
        message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        raise AwsError("InvalidBucketAclWithObjectOwnership", message, 400)
    row.ownership = rules[0]["ObjectOwnership"]
    row.save(update_fields=["ownership"])
    return {}


@operation("s3:DeleteBucketOwnershipControls", action="s3:PutBucketOwnershipControls", target=targets.bucket)
def delete_bucket_ownership_controls(call: Call, Bucket: str) -> dict[str, Any]:
    call.target.row.ownership = ""
    call.target.row.save(update_fields=["ownership"])
    return {}


@operation("s3:GetBucketEncryption", action="s3:GetEncryptionConfiguration", target=targets.bucket)
def get_bucket_encryption(call: Call, Bucket: str) -> dict[str, Any]:
    return {"ServerSideEncryptionConfiguration": call.target.row.encryption or DEFAULT_ENCRYPTION}


@operation("s3:PutBucketEncryption", action="s3:PutEncryptionConfiguration", target=targets.bucket)
def put_bucket_encryption(call: Call, Bucket: str, ServerSideEncryptionConfiguration: dict[str, Any]) -> dict[str, Any]:
    call.target.row.encryption = ServerSideEncryptionConfiguration
    call.target.row.save(update_fields=["encryption"])
    return {}


@operation("s3:DeleteBucketEncryption", action="s3:PutEncryptionConfiguration", target=targets.bucket)
def delete_bucket_encryption(call: Call, Bucket: str) -> dict[str, Any]:
    call.target.row.encryption = {}
    call.target.row.save(update_fields=["encryption"])
    return {}


def tag_set(TagSet: list[dict[str, str]], most: int) -> dict[str, str]:
    tags = {tag["Key"]: tag["Value"] for tag in TagSet}
    if len(tags) != len(TagSet):
        raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key", 400)
    if len(tags) > most:
        raise AwsError("BadRequest", f"Object tags cannot be greater than {most}", 400)
    return tags


def shown(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@operation("s3:GetBucketTagging", target=targets.bucket)
def get_bucket_tagging(call: Call, Bucket: str) -> dict[str, Any]:
    if not call.target.row.tags:
        raise AwsError("NoSuchTagSet", "The TagSet does not exist", 404, BucketName=Bucket)
    return {"TagSet": shown(call.target.row.tags)}


@operation("s3:PutBucketTagging", target=targets.bucket)
def put_bucket_tagging(call: Call, Bucket: str, Tagging: dict[str, Any]) -> dict[str, Any]:
    call.target.row.tags = tag_set(Tagging["TagSet"], 50)
    call.target.row.save(update_fields=["tags"])
    return {}


@operation("s3:DeleteBucketTagging", action="s3:PutBucketTagging", target=targets.bucket)
def delete_bucket_tagging(call: Call, Bucket: str) -> dict[str, Any]:
    call.target.row.tags = {}
    call.target.row.save(update_fields=["tags"])
    return {}


@operation("s3:GetObjectTagging", target=targets.object_)
def get_object_tagging(call: Call, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    return {"TagSet": shown(targets.existing(call, Key).tags)}


@operation("s3:PutObjectTagging", target=targets.object_)
def put_object_tagging(
    call: Call, Bucket: str, Key: str, Tagging: dict[str, Any], VersionId: str | None = None
) -> dict[str, Any]:
    found = targets.existing(call, Key)
    found.tags = tag_set(Tagging["TagSet"], 10)
    found.save(update_fields=["tags"])
    return {}


@operation("s3:DeleteObjectTagging", target=targets.object_)
def delete_object_tagging(call: Call, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    found = targets.existing(call, Key)
    found.tags = {}
    found.save(update_fields=["tags"])
    return {}


# The console asks for these on every bucket; nothing here can set them, so that the honest answer is: not configured.
ABSENT = (
    ("GetBucketCors", "s3:GetBucketCORS", "NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    ("GetBucketWebsite", "", "NoSuchWebsiteConfiguration", 
     "The specified bucket does not have a website configuration"),
    ("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", "NoSuchLifecycleConfiguration",
     "The lifecycle configuration does not exist"),
    ("GetBucketReplication", "s3:GetReplicationConfiguration", "ReplicationConfigurationNotFoundError",
     "The replication configuration was not found"),
    ("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", "ObjectLockConfigurationNotFoundError",
     "Object Lock configuration does not exist for this bucket"),
)  # fmt: skip


def _absent(code: str, message: str) -> Callable[..., dict[str, Any]]:
    def get_nothing(call: Call, Bucket: str) -> dict[str, Any]:
        raise AwsError(code, message, 404, BucketName=Bucket)

    return get_nothing


for _name, _action, _code, _message in ABSENT:
    operation(f"s3:{_name}", action=_action, target=targets.bucket)(_absent(_code, _message))


@operation("s3:GetBucketLogging", target=targets.bucket)
def get_bucket_logging(call: Call, Bucket: str) -> dict[str, Any]:
    return {}


@operation("s3:GetBucketRequestPayment", target=targets.bucket)
def get_bucket_request_payment(call: Call, Bucket: str) -> dict[str, Any]:
    return {"Payer": "BucketOwner"}
