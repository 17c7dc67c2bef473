"""Whether a bucket's tags decide about access to it. S3 User Guide: "Enabling ABAC in general purpose buckets"."""

from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import errors, targets
from iamlab.services.s3.models import Bucket


def check_off(row: Bucket) -> None:
    """With ABAC tags belong to TagResource, which S3 Control has. Raises InvalidRequest."""
    if targets.by_tags(row):
        message = (
            "Attribute-based access control is enabled for this bucket. Use TagResource and UntagResource to tag it."
        )
        raise AwsError("InvalidRequest", message, 400)


@operation("s3:GetBucketAbac", target=targets.bucket)
def get_bucket_abac(call: Call, Bucket: str) -> dict[str, Any]:
    return {"AbacStatus": {"Status": call.target.row.settings.get("abac", "Disabled")}}


@operation("s3:PutBucketAbac", target=targets.bucket)
def put_bucket_abac(call: Call, Bucket: str, AbacStatus: dict[str, Any]) -> dict[str, Any]:
    if not AbacStatus.get("Status"):
        raise errors.malformed_xml()
    row = call.target.row
    row.settings = {**row.settings, "abac": AbacStatus["Status"]}
    row.save(update_fields=["settings"])
    return {}
