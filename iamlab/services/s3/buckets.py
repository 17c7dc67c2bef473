"""Buckets: make, list, find, delete. S3 API Reference: "CreateBucket" and its kin."""

import base64
from typing import Any

from iamlab.policy.catalog.regions import REGIONS
from iamlab.services import paging
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.s3 import acl, errors, models, owners, tagging, targets
from iamlab.services.s3.listing import decode
from iamlab.services.s3.writing import CONTEXT

QUOTA = 10_000  # since November 2024
MOST = 10_000  # buckets in one answer
USUAL = "us-east-1"
OLD_NAME = "EU"  # of eu-west-1, which S3 still takes and tells back
BLOCKED = dict.fromkeys(targets.SETTINGS, True)  # what every new bucket has, since April 2023
# Names that "somebody else in the world" has.
TAKEN = ("test", "test-bucket", "my-bucket", "mybucket", "bucket", "data", "backup", "logs", "images", "example")


def new_bucket(call: Call, Bucket: str, **more: Any) -> list[Target]:
    """Making a bucket with an ACL, another ownership, Object Lock or tags needs more. API Reference: "CreateBucket"."""
    actions = ["s3:CreateBucket"]
    if more.get("ACL") not in (None, "private") or any(more.get(name) for name in targets.GRANTS):
        actions.append("s3:PutBucketAcl")
    if more.get("ObjectOwnership"):
        actions.append("s3:PutBucketOwnershipControls")
    if more.get("ObjectLockEnabledForBucket"):
        actions += ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]
    if tags_of(more):
        actions.append("s3:TagResource")
    return [Target(arn=f"arn:aws:s3:::{Bucket}", action=action) for action in actions]


def tags_of(parameters: dict[str, Any]) -> list[dict[str, str]]:
    return (parameters.get("CreateBucketConfiguration") or {}).get("Tags") or []


def create_context(call: Call, CreateBucketConfiguration: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    context = {key: more[name] for name, key in CONTEXT.items() if more.get(name)}
    if more.get("ObjectOwnership"):
        context["s3:x-amz-object-ownership"] = more["ObjectOwnership"]
    tags = (CreateBucketConfiguration or {}).get("Tags") or []
    if tags:
        context["aws:TagKeys"] = [tag["Key"] for tag in tags]
        context |= {f"aws:RequestTag/{tag['Key']}": tag["Value"] for tag in tags}
    constraint = (CreateBucketConfiguration or {}).get("LocationConstraint")
    return context | ({"s3:locationconstraint": constraint} if constraint else {})


@operation("s3:CreateBucket", target=new_bucket, context=create_context)
def create_bucket(
    call: Call,
    Bucket: str,
    ACL: str | None = None,
    GrantFullControl: str | None = None,
    GrantRead: str | None = None,
    GrantReadACP: str | None = None,
    GrantWrite: str | None = None,
    GrantWriteACP: str | None = None,
    CreateBucketConfiguration: dict[str, Any] | None = None,
    ObjectOwnership: str = "BucketOwnerEnforced",
    ObjectLockEnabledForBucket: bool = False,
) -> dict[str, Any]:
    configuration = CreateBucketConfiguration or {}
    refuse_special(call, configuration)
    if not targets.valid_name(Bucket):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, BucketName=Bucket)
    region = region_of(call, configuration)
    location = {"Location": f"/{Bucket}" if region == USUAL else f"http://{Bucket}.s3.amazonaws.com/"}
    if taken(call, Bucket, region):
        return location  # making one's own bucket again there succeeds, as it always did
    if models.Bucket.objects.filter(account_id=call.account_id).count() >= QUOTA:
        raise AwsError("TooManyBuckets", "You have attempted to create more buckets than allowed", 400)
    made = models.Bucket(
        account_id=call.account_id,
        sandbox_id=call.caller.world.sandbox_id,
        name=Bucket,
        region=region,
        created=call.now,
        ownership=ObjectOwnership,
        block_public=BLOCKED,
        tags=tagging.tag_set(configuration.get("Tags") or [], bucket=True),
    )
    if ObjectLockEnabledForBucket:
        made.versioning, made.settings = "Enabled", {"lock": {"ObjectLockEnabled": "Enabled"}}
    if configuration.get("LocationConstraint") == OLD_NAME:
        made.settings["location"] = OLD_NAME
    made.acl = acl.of_new_bucket(made, call.params)
    made.save(force_insert=True)
    return location


def refuse_special(call: Call, configuration: dict[str, Any]) -> None:
    """Other kinds of buckets than those for general use. Raises NotImplemented."""
    if call.given.get("BucketNamespace") not in (None, "global"):
        raise errors.not_implemented("x-amz-bucket-namespace")
    if configuration.get("Location") or configuration.get("Bucket"):
        raise AwsError("NotImplemented", "Directory buckets are not simulated by iamlab.", 501)


def region_of(call: Call, configuration: dict[str, Any]) -> str:
    """Where the bucket is made. The Region's own endpoint, which is the one that was signed for, takes no other.

    Raises InvalidLocationConstraint, IllegalLocationConstraintException.
    """
    wanted, here = configuration.get("LocationConstraint"), call.source.region
    if wanted is None and here == USUAL:
        return USUAL
    if wanted == OLD_NAME:
        return "eu-west-1"
    if here not in (USUAL, wanted):
        raise errors.other_region(wanted)
    if wanted is not None and (wanted == USUAL or wanted not in REGIONS):
        message = "The specified location-constraint is not valid"
        raise AwsError("InvalidLocationConstraint", message, 400, LocationConstraint=wanted)
    return wanted or USUAL


def taken(call: Call, name: str, region: str) -> bool:
    """Whether the caller has that bucket already, which need be no error.

    Raises BucketAlreadyExists, BucketAlreadyOwnedByYou.
    """
    same = models.Bucket.objects.filter(sandbox_id=call.caller.world.sandbox_id, name=name).first()
    if name in TAKEN or (same is not None and same.account_id != call.account_id):
        message = (
            "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
            "Please select a different name and try again."
        )
        raise AwsError("BucketAlreadyExists", message, 409, BucketName=name)
    if same is not None and not region == same.region == USUAL:
        message = "Your previous request to create the named bucket succeeded and you already own it."
        raise AwsError("BucketAlreadyOwnedByYou", message, 409, BucketName=name)
    return same is not None


def _described(row: models.Bucket) -> dict[str, Any]:
    return {"Name": row.name, "CreationDate": row.created}


def _placed(row: models.Bucket) -> dict[str, Any]:
    return {**_described(row), "BucketRegion": row.region}


@operation("s3:ListBuckets", action="s3:ListAllMyBuckets")
def list_buckets(
    call: Call,
    MaxBuckets: int | None = None,
    ContinuationToken: str | None = None,
    Prefix: str | None = None,
    BucketRegion: str | None = None,
) -> dict[str, Any]:
    """By name. A request with any parameter is told the Region of each."""
    if BucketRegion is not None and BucketRegion != USUAL and BucketRegion not in REGIONS:
        raise errors.invalid("bucket-region", f"Argument value {BucketRegion} is not a valid AWS Region")
    if BucketRegion not in (None, call.source.region):
        message = "Requests with bucket-region specified must be made to the corresponding regional endpoint"
        raise errors.invalid("bucket-region", message)
    rows = models.Bucket.objects.filter(account_id=call.account_id).order_by("name")
    if call.view is not None:
        page = paging.seen("Buckets", rows, _placed, call.view, by="name")
        return {**page, "Owner": owners.owner(call.account_id)}
    if Prefix:
        rows = rows.filter(name__gte=Prefix, name__lt=Prefix + chr(0x10FFFF))
    if BucketRegion:
        rows = rows.filter(region=BucketRegion)
    if ContinuationToken:
        rows = rows.filter(name__gt=decode(ContinuationToken))
    most = MaxBuckets or MOST
    found = list(rows[: most + 1])
    answer: dict[str, Any] = {
        "Buckets": [_placed(row) if call.params else _described(row) for row in found[:most]],
        "Owner": owners.owner(call.account_id),
    }
    if len(found) > most:
        answer["ContinuationToken"] = base64.urlsafe_b64encode(found[most - 1].name.encode()).decode()
    if Prefix is not None:
        answer["Prefix"] = Prefix
    return answer


@operation("s3:HeadBucket", action="s3:ListBucket", target=targets.bucket)
def head_bucket(call: Call, Bucket: str) -> dict[str, Any]:
    return {"BucketRegion": call.target.row.region, "AccessPointAlias": False}


@operation("s3:GetBucketLocation", target=targets.bucket)
def get_bucket_location(call: Call, Bucket: str) -> dict[str, Any]:
    region = call.target.row.region
    return {"LocationConstraint": None if region == USUAL else call.target.row.settings.get("location", region)}


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
