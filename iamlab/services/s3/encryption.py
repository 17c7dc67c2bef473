"""Encryption as buckets are set and as answers tell it; bodies are kept as they are. S3 User Guide: "Protecting data
with encryption"."""

import uuid
from typing import Any

from iamlab.services.operations import Call, operation
from iamlab.services.s3 import errors, targets
from iamlab.services.s3.models import Bucket

DEFAULT: dict[str, Any] = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
}
KMS = ("aws:kms", "aws:kms:dsse")
MEMBERS = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")
NOT_KMS = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
KEY_WITHOUT = (
    "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms or "
    "aws:kms:dsse"
)


def of_write(row: Bucket, parameters: dict[str, Any]) -> dict[str, Any]:
    """What an object keeps of its encryption: as asked for, else as its bucket is set. Raises InvalidArgument."""
    asked = parameters.get("ServerSideEncryption")
    rule = (row.encryption or DEFAULT)["Rules"][0]
    usual = rule.get("ApplyServerSideEncryptionByDefault", {})
    algorithm = asked or usual.get("SSEAlgorithm", "AES256")
    key = parameters.get("SSEKMSKeyId")
    if key and asked not in KMS:
        raise errors.invalid("x-amz-server-side-encryption", KEY_WITHOUT)
    found = {"ServerSideEncryption": algorithm}
    if algorithm not in KMS:
        return found
    key = key or (usual.get("KMSMasterKeyID") if asked in (None, usual.get("SSEAlgorithm")) else None)
    found["SSEKMSKeyId"] = _arn(row, key)
    own = parameters.get("BucketKeyEnabled")
    if rule.get("BucketKeyEnabled") if own is None else own:
        found["BucketKeyEnabled"] = True
    return found


def _arn(row: Bucket, key: str | None) -> str:
    """A key by its ARN, as answers name it; without one AWS's own for S3, which every account has in each Region."""
    if key and key.startswith("arn:"):
        return key
    start = f"arn:aws:kms:{row.region}:{row.account_id}:"
    if key and key.startswith("alias/"):
        return start + key
    return f"{start}key/{key or uuid.uuid5(uuid.NAMESPACE_URL, start + 'alias/aws/s3')}"


@operation("s3:GetBucketEncryption", action="s3:GetEncryptionConfiguration", target=targets.bucket)
def get_bucket_encryption(call: Call, Bucket: str) -> dict[str, Any]:
    return {"ServerSideEncryptionConfiguration": call.target.row.encryption or DEFAULT}


@operation("s3:PutBucketEncryption", action="s3:PutEncryptionConfiguration", target=targets.bucket)
def put_bucket_encryption(call: Call, Bucket: str, ServerSideEncryptionConfiguration: dict[str, Any]) -> dict[str, Any]:
    rules = ServerSideEncryptionConfiguration["Rules"]
    if len(rules) != 1:
        raise errors.malformed_xml()
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {})
    if default.get("KMSMasterKeyID") and default["SSEAlgorithm"] not in KMS:
        raise errors.invalid("ApplyServerSideEncryptionByDefault", NOT_KMS)
    _keep(call.target.row, {"Rules": [{"BucketKeyEnabled": False, **rules[0]}]})
    return {}


@operation("s3:DeleteBucketEncryption", action="s3:PutEncryptionConfiguration", target=targets.bucket)
def delete_bucket_encryption(call: Call, Bucket: str) -> dict[str, Any]:
    _keep(call.target.row, {})
    return {}


def _keep(row: Bucket, encryption: dict[str, Any]) -> None:
    row.encryption = encryption
    row.save(update_fields=["encryption"])
