"""Tags of buckets and objects. S3 User Guide: "Categorizing your objects using tags"."""

import re
from typing import Any
from urllib.parse import parse_qsl

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import abac, errors, targets

MOST, MOST_OF_BUCKET = 10, 50
ALLOWED = re.compile(r"[\w\s+\-=.:/@]*")
HEADER = (
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name "
    "duplicates."
)


def _invalid(message: str, key: str, **more: str) -> AwsError:
    return AwsError("InvalidTag", message, 400, TagKey=key, **more)


def _check(key: str, value: str) -> None:
    if not key or len(key) > 128 or not ALLOWED.fullmatch(key):
        raise _invalid("The TagKey you have provided is invalid", key)
    if len(value) > 256 or not ALLOWED.fullmatch(value):
        raise _invalid("The TagValue you have provided is invalid", key, TagValue=value)


def tag_set(TagSet: list[dict[str, str]], *, bucket: bool = False) -> dict[str, str]:
    """A document's tags. Raises InvalidTag, BadRequest."""
    tags: dict[str, str] = {}
    for tag in TagSet:
        key, value = tag["Key"], tag["Value"]
        if key in tags:
            raise _invalid("Cannot provide multiple Tags with the same key", key)
        if key.lower().startswith("aws:"):
            mine = "System tags cannot be added/updated by requester" if bucket else ""
            raise _invalid(mine or "Your TagKey cannot be prefixed with aws:", key)
        _check(key, value)
        tags[key] = value
    most = MOST_OF_BUCKET if bucket else MOST
    if len(tags) > most:
        raise AwsError("BadRequest", f"{'Bucket tag count' if bucket else 'Object tags'} cannot be greater than {most}")
    return tags


def of_header(Tagging: str | None) -> dict[str, str]:
    """The x-amz-tagging header as tags. Raises InvalidArgument, InvalidTag, BadRequest."""
    pairs = parse_qsl(Tagging or "", keep_blank_values=True)
    tags = dict(pairs)
    strange = any("," in key or "," in value for key, value in pairs)
    if Tagging is not None and (len(tags) != len(pairs) or strange):
        raise errors.invalid("x-amz-tagging", HEADER, Tagging)
    return tag_set([{"Key": key, "Value": value} for key, value in tags.items()])


def shown(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@operation("s3:GetBucketTagging", target=targets.bucket)
def get_bucket_tagging(call: Call, Bucket: str) -> dict[str, Any]:
    if not call.target.row.tags:
        raise AwsError("NoSuchTagSet", "The TagSet does not exist", 404, BucketName=Bucket)
    return {"TagSet": shown(call.target.row.tags)}


@operation("s3:PutBucketTagging", target=targets.bucket)
def put_bucket_tagging(call: Call, Bucket: str, Tagging: dict[str, Any]) -> dict[str, Any]:
    abac.check_off(call.target.row)
    _keep(call.target.row, tag_set(Tagging["TagSet"], bucket=True))
    return {}


@operation("s3:DeleteBucketTagging", action="s3:PutBucketTagging", target=targets.bucket)
def delete_bucket_tagging(call: Call, Bucket: str) -> dict[str, Any]:
    abac.check_off(call.target.row)
    _keep(call.target.row, {})
    return {}


def _keep(row: Any, tags: dict[str, str]) -> None:
    row.tags = tags
    row.save(update_fields=["tags"])


def _version(call: Call, row: Any) -> dict[str, Any]:
    return {"VersionId": row.version} if call.target.loaded.versioning else {}


@operation("s3:GetObjectTagging", target=targets.object_, data_event=True)
def get_object_tagging(call: Call, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    found = targets.existing(call, Key, "GET")
    return {"TagSet": shown(found.tags), **_version(call, found)}


@operation("s3:PutObjectTagging", target=targets.object_, data_event=True)
def put_object_tagging(
    call: Call, Bucket: str, Key: str, Tagging: dict[str, Any], VersionId: str | None = None
) -> dict[str, Any]:
    found = targets.existing(call, Key, "PUT")
    _keep(found, tag_set(Tagging["TagSet"]))
    return _version(call, found)


@operation("s3:DeleteObjectTagging", target=targets.object_, data_event=True)
def delete_object_tagging(call: Call, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    found = targets.existing(call, Key, "DELETE")
    _keep(found, {})
    return _version(call, found)
