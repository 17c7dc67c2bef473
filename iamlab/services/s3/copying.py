"""Copying objects. S3 API Reference: "CopyObject"."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.s3 import acl, checksums, conditional, errors, tagging, targets
from iamlab.services.s3.models import Bucket, Object, body_of
from iamlab.services.s3.restoring import away
from iamlab.services.s3.writing import KEPT, kept_headers, put_context, stored_as, write

SOURCE_OWNER = "ExpectedSourceBucketOwner"
# What a copy does not take over from its source.
NOT_COPIED = ("StorageClass", "WebsiteRedirectLocation")
# What makes a copy of an object onto itself a change.
CHANGES = ("StorageClass", "WebsiteRedirectLocation", "ServerSideEncryption", "SSEKMSKeyId", "ChecksumAlgorithm")


def source_of(call: Call, CopySource: Any) -> tuple[Bucket, str, str | None]:
    """CopySource ("bucket/key?versionId=...") as bucket row, key and version. Raises InvalidArgument, NoSuchBucket."""
    if isinstance(CopySource, dict):
        name, key, number = CopySource["Bucket"], CopySource["Key"], CopySource.get("VersionId")
    else:
        path, _, number = CopySource.partition("?versionId=")
        name, _, key = unquote_plus(path).lstrip("/").partition("/")
    if not name or not key:
        message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
        raise errors.invalid("x-amz-copy-source", message, str(CopySource))
    row = targets.find(call, name, SOURCE_OWNER)
    targets.check_version(row, number or None)
    return row, key, number or None


def source_target(call: Call, CopySource: Any) -> Target:
    bucket, key, number = source_of(call, CopySource)
    reading = "s3:GetObject" if number is None else "s3:GetObjectVersion"
    return targets.of_object(bucket, key, targets.version(bucket, key, number), reading)


def readable(call: Call, source: Target, key: str, number: str | None) -> Object:
    """The source's row. Raises NoSuchKey, NoSuchVersion, InvalidRequest for a marker, InvalidObjectState."""
    found = source.row
    if found is None or (found.marker and number is None):
        call.require("s3:ListBucket", targets.of_bucket(source.loaded))
        raise errors.no_such_key(key) if number is None else errors.no_such_version(key, number)
    if found.marker:
        message = "The source of a copy request may not specifically refer to a delete marker by version id."
        raise AwsError("InvalidRequest", message, 400)
    if away(found, call.now):
        message = "Operation is not valid for the source object's storage class"
        raise AwsError("InvalidObjectState", message, 403, StorageClass=found.headers["StorageClass"])
    conditional.check_source(found, call.now, call.params)
    return found


def copy_targets(call: Call, Bucket: str, Key: str, CopySource: Any, **more: Any) -> list[Target]:
    """Copying reads the source and writes the target, tags too."""
    source = source_target(call, CopySource)
    writing = targets.new_object(call, Bucket=Bucket, Key=Key, ACL=more.get("ACL"), Tagging=more.get("Tagging"))
    copied = []
    if source.row is not None and source.row.tags and more.get("TaggingDirective") != "REPLACE":
        copied = [
            targets.of_object(source.loaded, source.row.key, source.row, targets.TAGS_OF[source.action]),
            targets.of_object(writing[0].loaded, Key, None, "s3:PutObjectTagging"),
        ]
    return [source, *writing, *copied]


def copy_context(call: Call, CopySource: Any, **more: Any) -> dict[str, Any]:
    bucket, key, _ = source_of(call, CopySource)
    return {"s3:x-amz-copy-source": f"{bucket.name}/{key}", **put_context(call, **more)}


@operation("s3:CopyObject", action="s3:PutObject", target=copy_targets, context=copy_context, data_event=True)
def copy_object(
    call: Call,
    Bucket: str,
    Key: str,
    CopySource: Any,
    ACL: str | None = None,
    GrantFullControl: str | None = None,
    GrantRead: str | None = None,
    GrantReadACP: str | None = None,
    GrantWriteACP: str | None = None,
    CopySourceIfMatch: str | None = None,
    CopySourceIfNoneMatch: str | None = None,
    CopySourceIfModifiedSince: datetime | None = None,
    CopySourceIfUnmodifiedSince: datetime | None = None,
    IfMatch: str | None = None,
    IfNoneMatch: str | None = None,
    MetadataDirective: str = "COPY",
    TaggingDirective: str = "COPY",
    Tagging: str | None = None,
    ServerSideEncryption: str | None = None,
    SSEKMSKeyId: str | None = None,
    BucketKeyEnabled: bool | None = None,
    ChecksumAlgorithm: str | None = None,
    ContentType: str | None = None,
    ContentEncoding: str | None = None,
    ContentLanguage: str | None = None,
    ContentDisposition: str | None = None,
    CacheControl: str | None = None,
    Expires: datetime | None = None,
    WebsiteRedirectLocation: str | None = None,
    StorageClass: str | None = None,
    Metadata: dict[str, str] | None = None,
    ObjectLockMode: str | None = None,
    ObjectLockRetainUntilDate: datetime | None = None,
    ObjectLockLegalHoldStatus: str | None = None,
) -> dict[str, Any]:
    source_bucket, source_key, number = source_of(call, CopySource)
    found = readable(call, call.target, source_key, number)
    target = call.targets[1]
    bucket = target.loaded
    conditional.check_write(Key, target.row, IfMatch, IfNoneMatch)
    itself = source_bucket.pk == bucket.pk and source_key == Key and number is None
    changed = bucket.encryption or any(call.params.get(name) for name in CHANGES)
    if itself and MetadataDirective == "COPY" and not changed:
        message = (
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."
        )
        raise AwsError("InvalidRequest", message, 400)
    data = body_of(found.body)
    owner_id = acl.owner_of_new(bucket, call.account_id, call.params)
    written = write(
        call,
        bucket,
        Key,
        data,
        headers=kept_headers(call, bucket, _described(call, found)) | _checksum(found, data, ChecksumAlgorithm),
        tags=found.tags if TaggingDirective == "COPY" else tagging.of_header(Tagging),
        acl=acl.given(bucket, call.params, owner_id),
        owner_id=owner_id,
    )
    answer = stored_as(written)
    result = {"ETag": answer.pop("ETag"), "LastModified": written.modified}
    sums = {name: answer.pop(name) for name in checksums.shown(answer)}
    result |= {name: value for name, value in sums.items() if name != "ChecksumType"}  # which S3 tells of other writes
    if source_bucket.versioning:
        answer["CopySourceVersionId"] = found.version
    return {**answer, "CopyObjectResult": result}


def _described(call: Call, found: Object) -> dict[str, Any]:
    """The copy's description: the source's or the request's; what is never copied is the request's always."""
    if call.params.get("MetadataDirective", "COPY") == "REPLACE":
        return call.params
    own = {name: call.params[name] for name in call.params if name in NOT_COPIED or name not in KEPT}
    return own | {name: found.headers[name] for name in KEPT if name in found.headers and name not in NOT_COPIED}


def _checksum(found: Object, data: bytes, algorithm: str | None) -> dict[str, str]:
    """The source's kind of checksum over the whole, unless another is asked for."""
    same = next((name for key, name in checksums.MEMBERS.items() if key in found.headers), None)
    return checksums.kept({}, data, algorithm or same)
