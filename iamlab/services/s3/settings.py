"""A bucket's settings that bear on its objects: versioning and ownership."""

from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import acl, errors, targets


@operation("s3:GetBucketVersioning", target=targets.bucket)
def get_bucket_versioning(call: Call, Bucket: str) -> dict[str, Any]:
    return {"Status": call.target.row.versioning} if call.target.row.versioning else {}


@operation("s3:PutBucketVersioning", target=targets.bucket)
def put_bucket_versioning(call: Call, Bucket: str, VersioningConfiguration: dict[str, Any]) -> dict[str, Any]:
    status = VersioningConfiguration.get("Status")
    if VersioningConfiguration.get("MFADelete") == "Enabled":
        raise errors.not_implemented("x-amz-mfa")
    if status is None:
        raise AwsError("IllegalVersioningConfigurationException", "The Versioning element must be specified", 400)
    if status != "Enabled" and "lock" in call.target.row.settings:
        message = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        raise AwsError("InvalidBucketState", message, 409)
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
        raise errors.malformed_xml()
    if rules[0]["ObjectOwnership"] == "BucketOwnerEnforced" and row.acl:
        raise AwsError("InvalidBucketAclWithObjectOwnership", acl.ENFORCED, 400)
    row.ownership = rules[0]["ObjectOwnership"]
    row.save(update_fields=["ownership"])
    return {}


@operation("s3:DeleteBucketOwnershipControls", action="s3:PutBucketOwnershipControls", target=targets.bucket)
def delete_bucket_ownership_controls(call: Call, Bucket: str) -> dict[str, Any]:
    call.target.row.ownership = ""
    call.target.row.save(update_fields=["ownership"])
    return {}
