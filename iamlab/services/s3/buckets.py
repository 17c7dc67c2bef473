"""Buckets: make, list, find, delete. S3 API Reference: "CreateBucket" and its kin."""

from typing import Any

from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.s3 import models, owners, targets
from iamlab.services.s3.acl import canned

QUOTA = 100
BLOCKED = dict.fromkeys(targets.SETTINGS, True)  # what every new bucket has, since April 2023
# Names that "somebody else in the world" has.
TAKEN = ("test", "test-bucket", "my-bucket", "mybucket", "bucket", "data", "backup", "logs", "images", "example")


def new_bucket(call: Call, Bucket: str, **_: Any) -> Target:
    return Target(arn=f"arn:aws:s3:::{Bucket}")


def create_context(call: Call, ACL: str | None = None, **_: Any) -> dict[str, Any]:
    return {"s3:x-amz-acl": ACL} if ACL else {}


@operation("s3:CreateBucket", target=new_bucket, context=create_context)
def create_bucket(
    call: Call,
    Bucket: str,
    ACL: str | None = None,
    CreateBucketConfiguration: dict[str, Any] | None = None,
    ObjectOwnership: str = "BucketOwnerEnforced",
) -> dict[str, Any]:
    if not targets.valid_name(Bucket):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, BucketName=Bucket)
    configuration = CreateBucketConfiguration or {}
    region = configuration.get("LocationConstraint") or "us-east-1"
    sandbox_id = call.caller.world.sandbox_id
    same = models.Bucket.objects.filter(sandbox_id=sandbox_id, name=Bucket).first()
    if Bucket in TAKEN or (same is not None and same.account_id != call.account_id):
        message = (
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
            "Please select a different name and try again."
        )
        raise AwsError("BucketAlreadyExists", message, 409, BucketName=Bucket)
    if same is not None:
        if region == same.region == "us-east-1":
            return {"Location": f"/{Bucket}"}  # making one's own bucket again there succeeds, as it always did
        message = "Your previous request to create the named bucket succeeded and you already own it."
        raise AwsError("BucketAlreadyOwnedByYou", message, 409, BucketName=Bucket)
    if models.Bucket.objects.filter(account_id=call.account_id).count() >= QUOTA:
        raise AwsError("TooManyBuckets", "You have attempted to create more buckets than allowed", 400)
    models.Bucket.objects.create(
        account_id=call.account_id,
        sandbox_id=sandbox_id,
        name=Bucket,
        region=region,
        created=call.now,
        ownership=ObjectOwnership,
        block_public=BLOCKED,
        acl=canned(ACL, ObjectOwnership),
        tags={tag["Key"]: tag["Value"] for tag in configuration.get("Tags", ())},
    )
    return {"Location": f"/{Bucket}"}


@operation("s3:ListBuckets", action="s3:ListAllMyBuckets")
def list_buckets(
    call: Call,
    MaxBuckets: int | None = None,
    ContinuationToken: str | None = None,
    Prefix: str | None = None,
    BucketRegion: str | None = None,
) -> dict[str, Any]:
    rows = models.Bucket.objects.filter(account_id=call.account_id).order_by("name")
    if Prefix:
        rows = rows.filter(name__gte=Prefix, name__lt=Prefix + chr(0x10FFFF))
    if BucketRegion:
        rows = rows.filter(region=BucketRegion)
    if ContinuationToken:
        rows = rows.filter(name__gt=ContinuationToken)
    found = list(rows[: MaxBuckets + 1] if MaxBuckets else rows)
    shown = found[:MaxBuckets] if MaxBuckets else found
    answer: dict[str, Any] = {
        "Buckets": [{"Name": row.name, "CreationDate": row.created} for row in shown],
        "Owner": owners.owner(call.account_id),
    }
    if len(found) > len(shown):
        answer["ContinuationToken"] = shown[-1].name
    if Prefix:
        answer["Prefix"] = Prefix
    return answer


@operation("s3:HeadBucket", action="s3:ListBucket", target=targets.bucket)
def head_bucket(call: Call, Bucket: str) -> dict[str, Any]:
    return {"BucketRegion": call.target.row.region, "AccessPointAlias": False}


@operation("s3:GetBucketLocation", target=targets.bucket)
def get_bucket_location(call: Call, Bucket: str) -> dict[str, Any]:
    region = call.target.row.region
    return {"LocationConstraint": None if region == "us-east-1" else region}


@operation("s3:DeleteBucket", target=targets.bucket)
def delete_bucket(call: Call, Bucket: str) -> dict[str, Any]:
    row = call.target.row
    if models.Object.objects.filter(bucket=row).exists():
        message = "The bucket you tried to delete is not empty"
        if row.versioning:
            message += ". You must delete all versions in the bucket."
        raise AwsError("BucketNotEmpty", message, 409, BucketName=Bucket)
    models.Upload.objects.filter(bucket=row).delete()
    row.delete()
    return {}
