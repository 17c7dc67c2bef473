"""Writing objects. S3 API Reference: "PutObject"."""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db.models import Sum

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import acl, checksums, conditional, encryption, locks, tagging, targets
from iamlab.services.s3.grants import HEADERS
from iamlab.services.s3.models import Bucket, Object, Part, keep_body

# What is stored with an object and told again, by API name.
KEPT = (
    "ContentType", "ContentEncoding", "ContentLanguage", "ContentDisposition", "CacheControl", "Expires",
    "WebsiteRedirectLocation", "StorageClass", "Metadata",
)  # fmt: skip
MOST_METADATA = 2048  # bytes of names and values
# Condition keys of a write, by the parameter that they repeat. Service Authorization Reference: "Amazon S3".
CONTEXT = {
    "ACL": "s3:x-amz-acl",
    "StorageClass": "s3:x-amz-storage-class",
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "WebsiteRedirectLocation": "s3:x-amz-website-redirect-location",
    "MetadataDirective": "s3:x-amz-metadata-directive",
    **{name: f"s3:{header}" for name, (header, _) in HEADERS.items()},
}


def put_context(call: Call, Tagging: str | None = None, **more: Any) -> dict[str, Any]:
    """S3's own condition keys of a write."""
    context: dict[str, Any] = {key: more[name] for name, key in CONTEXT.items() if more.get(name)}
    if Tagging:
        given = dict(parse_qsl(Tagging, keep_blank_values=True))
        context |= {f"s3:RequestObjectTag/{key}": value for key, value in given.items()}
        context["s3:RequestObjectTagKeys"] = list(given)
    if more.get("IfNoneMatch") is not None:
        context["s3:if-none-match"] = more["IfNoneMatch"]
    if more.get("IfMatch") is not None:
        context["s3:if-match"] = more["IfMatch"]
    return context | locks.context(call.now, *(more.get(name) for name in locks.MEMBERS))


def write(
    call: Call, bucket: Bucket, key: str, data: bytes, etag: str = "", *, headers: dict[str, Any], **kept: Any
) -> Object:
    """A new latest version with these bytes, locked as its headers or else its bucket says. Raises EntityTooLarge."""
    check_room(bucket, len(data))
    rows = Object.objects.filter(bucket=bucket, key=key)
    rows.filter(latest=True).update(latest=False)
    number = targets.new_version(key) if bucket.versioning == "Enabled" else "null"
    if number == "null":
        rows.filter(version="null").delete()
    locked = {} if locks.MODE in headers else locks.by_default(bucket, call.now)
    return Object.objects.create(
        account_id=bucket.account_id,
        bucket=bucket,
        key=key,
        version=number,
        headers={**headers, **locked},
        body=keep_body(data),
        size=len(data),
        etag=etag or hashlib.md5(data, usedforsecurity=False).hexdigest(),
        modified=call.now,
        **kept,
    )


def check_room(bucket: Bucket, size: int) -> None:
    if size > settings.OBJECT_BYTES:
        raise AwsError(
            "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400,
            ProposedSize=str(size), MaxSizeAllowed=str(settings.OBJECT_BYTES),
        )  # fmt: skip
    used = Object.objects.filter(bucket__sandbox_id=bucket.sandbox_id).aggregate(bytes=Sum("size"))["bytes"] or 0
    used += Part.objects.filter(upload__bucket__sandbox_id=bucket.sandbox_id).aggregate(bytes=Sum("size"))["bytes"] or 0
    if used + size > settings.SANDBOX_BYTES:
        message = (
            f"iamlab keeps at most {settings.SANDBOX_BYTES >> 20} MiB for each learner. Delete some objects first."
        )
        raise AwsError("EntityTooLarge", message, 400)


def kept_headers(call: Call, bucket: Bucket, parameters: dict[str, Any]) -> dict[str, Any]:
    """What an object keeps of the headers it came with, encryption and lock too. Raises MetadataTooLarge and others."""
    found = {name: parameters[name] for name in KEPT if parameters.get(name) is not None}
    found.setdefault("ContentType", "binary/octet-stream")
    if isinstance(found.get("Expires"), datetime):
        found["Expires"] = found["Expires"].isoformat()
    size = sum(len(name.encode()) + len(value.encode()) for name, value in found.get("Metadata", {}).items())
    if size > MOST_METADATA:
        message = "Your metadata headers exceed the maximum allowed metadata size"
        raise AwsError("MetadataTooLarge", message, 400, Size=str(size), MaxSizeAllowed=str(MOST_METADATA))
    if found.get("Metadata"):
        found["Metadata"] = {name.lower(): value for name, value in found["Metadata"].items()}
    redirect = found.get("WebsiteRedirectLocation")
    if redirect is not None and not redirect.startswith(("/", "http://", "https://")):
        message = "The website redirect location must have a prefix of 'http://' or 'https://' or '/'."
        raise AwsError("InvalidRedirectLocation", message, 400)
    return found | encryption.of_write(bucket, parameters) | locks.asked(call, parameters)


def encrypted_as(headers: dict[str, Any]) -> dict[str, Any]:
    """What answers tell of encryption."""
    return {"ServerSideEncryption": "AES256"} | {
        name: headers[name] for name in encryption.MEMBERS if headers.get(name) is not None
    }


def stored_as(found: Object) -> dict[str, Any]:
    """What the answers to writing an object have in common."""
    answer = {"ETag": f'"{found.etag}"', **encrypted_as(found.headers), **checksums.shown(found.headers)}
    if found.version != "null":
        answer["VersionId"] = found.version
    return answer


@operation("s3:PutObject", target=targets.new_object, context=put_context, data_event=True)
def put_object(
    call: Call,
    Bucket: str,
    Key: str,
    Body: bytes = b"",
    ACL: str | None = None,
    GrantFullControl: str | None = None,
    GrantRead: str | None = None,
    GrantReadACP: str | None = None,
    GrantWriteACP: str | None = None,
    ContentMD5: str | None = None,
    Tagging: str | None = None,
    IfNoneMatch: str | None = None,
    IfMatch: str | None = None,
    ServerSideEncryption: str | None = None,
    SSEKMSKeyId: str | None = None,
    BucketKeyEnabled: bool | None = None,
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
    ChecksumAlgorithm: str | None = None,
    ChecksumCRC32: str | None = None,
    ChecksumCRC32C: str | None = None,
    ChecksumCRC64NVME: str | None = None,
    ChecksumSHA1: str | None = None,
    ChecksumSHA256: str | None = None,
    ChecksumSHA512: str | None = None,
    ChecksumMD5: str | None = None,
) -> dict[str, Any]:
    bucket = call.target.loaded
    data = Body.encode() if isinstance(Body, str) else bytes(Body)
    if ContentMD5 is not None and ContentMD5 != checksums.of("MD5", data)["ChecksumMD5"]:
        raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400)
    conditional.check_write(Key, call.target.row, IfMatch, IfNoneMatch)
    locks.require_sum(call, bucket)
    owner_id = acl.owner_of_new(bucket, call.account_id, call.params)
    written = write(
        call,
        bucket,
        Key,
        data,
        headers=kept_headers(call, bucket, call.params) | checksums.kept(call.params, data, ChecksumAlgorithm),
        tags=tagging.of_header(Tagging),
        acl=acl.given(bucket, call.params, owner_id),
        owner_id=owner_id,
    )
    return stored_as(written)
