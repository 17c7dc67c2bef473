"""Replication rules of a bucket: checked, kept, shown; nothing is copied. S3 API Reference: "PutBucketReplication"."""

import uuid
from typing import Any

from iamlab.services.iam import roles
from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import errors, targets
from iamlab.services.s3.models import Bucket
from iamlab.services.s3.stored import put

SERVICE = "s3.amazonaws.com"
MOST = 1000
Document = dict[str, Any]


@operation("s3:GetBucketReplication", action="s3:GetReplicationConfiguration", target=targets.bucket)
def get_bucket_replication(call: Call, Bucket: str) -> Document:
    kept = call.target.row.settings.get("replication")
    if kept is None:
        message = "The replication configuration was not found"
        raise AwsError("ReplicationConfigurationNotFoundError", message, 404, BucketName=Bucket)
    return {"ReplicationConfiguration": kept}


@operation("s3:PutBucketReplication", action="s3:PutReplicationConfiguration", target=targets.bucket)
def put_bucket_replication(call: Call, Bucket: str, ReplicationConfiguration: Document) -> Document:
    """S3 copies with the role that is given, so that giving it needs iam:PassRole."""
    row, rules = call.target.row, ReplicationConfiguration["Rules"]
    name = ReplicationConfiguration["Role"].rpartition("/")[2]
    roles.require_pass(call, name, roles.find(call.account_id, name), SERVICE)
    if row.versioning != "Enabled":
        message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        raise AwsError("InvalidRequest", message, 400, BucketName=Bucket)
    if not 1 <= len(rules) <= MOST:
        raise errors.malformed_xml()
    for rule in rules:
        _check_destination(call, rule["Destination"]["Bucket"])
    return put(call, "replication", {**ReplicationConfiguration, "Rules": [_rule(rule) for rule in rules]})


@operation("s3:DeleteBucketReplication", action="s3:PutReplicationConfiguration", target=targets.bucket)
def delete_bucket_replication(call: Call, Bucket: str) -> Document:
    return put(call, "replication", {})


def _check_destination(call: Call, arn: str) -> None:
    """Raises InvalidRequest."""
    name = arn.removeprefix("arn:aws:s3:::")
    found = Bucket.objects.filter(sandbox_id=call.caller.world.sandbox_id, name=name).first()
    if found is None:
        raise AwsError("InvalidRequest", "Destination bucket must exist.", 400)
    if found.versioning != "Enabled":
        raise AwsError("InvalidRequest", "Destination bucket must have versioning enabled.", 400)


def _rule(rule: Document) -> Document:
    return {**rule, "ID": rule.get("ID") or str(uuid.uuid4())}
