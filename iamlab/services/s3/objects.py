"""Objects: put, get, head, copy, delete. S3 API Reference: "PutObject" and its kin."""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from django.conf import settings
from django.db.models import Sum

from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.s3 import acl, conditional, targets
from iamlab.services.s3.models import Bucket, Object, Part, body_of, keep_body

# What is stored with an object and told again, by API name.
KEPT = (
    "ContentType", "ContentEncoding", "ContentLanguage", "ContentDisposition", "CacheControl", "Expires",
    "WebsiteRedirectLocation", "StorageClass", "Metadata",
)  # fmt: skip
CHECKSUMS = ("ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumSHA1", "ChecksumSHA256")
MOST_TAGS = 10


def put_context(call: Call, Tagging: str | None = None, ACL: str | None = None, **more: Any) -> dict[str, Any]:
    """S3's own condition keys of a write. Service Authorization Reference: "Amazon S3"."""
    context: dict[str, Any] = {}
    if ACL:
        context["s3:x-amz-acl"] = ACL
    if more.get("StorageClass"):
        context["s3:x-amz-storage-class"] = more["StorageClass"]
    if more.get("ServerSideEncryption"):
        context["s3:x-amz-server-side-encryption"] = more["ServerSideEncryption"]
    if Tagging:
        given = dict(parse_qsl(Tagging, keep_blank_values=True))
        context |= {f"s3:RequestObjectTag/{key}": value for key, value in given.items()}
        context["s3:RequestObjectTagKeys"] = list(given)
    return context


def version_context(call: Call, VersionId: str | None = None, **_: Any) -> dict[str, Any]:
    return {"s3:VersionId": VersionId} if VersionId is not None else {}


def tags_of(Tagging: str | None) -> dict[str, str]:
    """The x-amz-tagging header as tags. Raises InvalidTag, BadRequest."""
    pairs = parse_qsl(Tagging or "", keep_blank_values=True)
    if len(pairs) > MOST_TAGS:
        raise AwsError("BadRequest", "Object tags cannot be greater than 10", 400)
    if len(dict(pairs)) != len(pairs):
        raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key", 400)
    return dict(pairs)


def write(call: Call, bucket: Bucket, key: str, data: bytes, etag: str = "", **kept: Any) -> Object:
    """A new latest version with these bytes. Raises EntityTooLarge, QuotaExceeded as EntityTooLarge."""
    check_room(bucket, len(data))
    rows = Object.objects.filter(bucket=bucket, key=key)
    rows.filter(latest=True).update(latest=False)
    number = secrets.token_hex(16) if bucket.versioning == "Enabled" else "null"
    if number == "null":
        rows.filter(version="null").delete()
    return Object.objects.create(
        account_id=bucket.account_id,
        bucket=bucket,
        key=key,
        version=number,
        body=keep_body(data),
        size=len(data),
        etag=etag or hashlib.md5(data, usedforsecurity=False).hexdigest(),
        modified=call.now,
        owner_id=call.account_id if call.account_id.isdigit() else bucket.account_id,
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


def kept_headers(parameters: dict[str, Any]) -> dict[str, Any]:
    found = {name: parameters[name] for name in (*KEPT, *CHECKSUMS) if parameters.get(name) is not None}
    if isinstance(found.get("Expires"), datetime):
        found["Expires"] = found["Expires"].isoformat()
    return found


def stored_as(found: Object) -> dict[str, Any]:
    """What the answers to writing an object have in common."""
    answer: dict[str, Any] = {"ETag": f'"{found.etag}"', "ServerSideEncryption": "AES256"}
    answer |= {name: found.headers[name] for name in CHECKSUMS if name in found.headers}
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
    ContentMD5: str | None = None,
    Tagging: str | None = None,
    IfNoneMatch: str | None = None,
    IfMatch: str | None = None,
    ServerSideEncryption: str | None = None,
    ContentType: str = "binary/octet-stream",
    ContentEncoding: str | None = None,
    ContentLanguage: str | None = None,
    ContentDisposition: str | None = None,
    CacheControl: str | None = None,
    Expires: datetime | None = None,
    WebsiteRedirectLocation: str | None = None,
    StorageClass: str | None = None,
    Metadata: dict[str, str] | None = None,
    ChecksumCRC32: str | None = None,
    ChecksumCRC32C: str | None = None,
    ChecksumCRC64NVME: str | None = None,
    ChecksumSHA1: str | None = None,
    ChecksumSHA256: str | None = None,
) -> dict[str, Any]:
    bucket = call.target.loaded
    data = Body.encode() if isinstance(Body, str) else bytes(Body)
    if (
        ContentMD5 is not None
        and ContentMD5 != base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    ):
        raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400)
    conditional.check_write(call.target.row, IfMatch, IfNoneMatch)
    headers = kept_headers({"ContentType": ContentType, **call.params})
    grants = acl.given(bucket, ACL) if ACL else []
    return stored_as(write(call, bucket, Key, data, headers=headers, tags=tags_of(Tagging), acl=grants))


def head(found: Object) -> dict[str, Any]:
    """An object's headers, as HEAD and GET tell them."""
    answer = {
        "AcceptRanges": "bytes",
        "LastModified": found.modified,
        "ContentLength": found.size,
        "ServerSideEncryption": "AES256",
        "ETag": f'"{found.etag}"',
        "Metadata": {},
        **{name: value for name, value in found.headers.items() if name not in CHECKSUMS and name != "Expires"},
    }
    if answer.get("StorageClass") == "STANDARD":
        del answer["StorageClass"]
    if "Expires" in found.headers:
        answer["Expires"] = found.headers["Expires"]
    if found.version != "null":
        answer["VersionId"] = found.version
    if found.tags:
        answer["TagCount"] = len(found.tags)
    return answer


def read(call: Call, Key: str, **conditions: Any) -> tuple[Object, dict[str, Any]]:
    found = targets.existing(call, Key)
    conditional.check_read(found, **{name: conditions.get(name) for name in conditional.READ})
    answer = head(found)
    if conditions.get("ChecksumMode") == "ENABLED" and conditions.get("Range") is None:
        answer |= {name: found.headers[name] for name in CHECKSUMS if name in found.headers}
    for name in ("ContentType", "ContentLanguage", "ContentDisposition", "ContentEncoding", "CacheControl"):
        if conditions.get(f"Response{name}") is not None:
            answer[name] = conditions[f"Response{name}"]
    return found, answer


@operation("s3:GetObject", target=targets.object_, context=version_context, data_event=True)
def get_object(
    call: Call,
    Bucket: str,
    Key: str,
    VersionId: str | None = None,
    Range: str | None = None,
    IfMatch: str | None = None,
    IfNoneMatch: str | None = None,
    IfModifiedSince: datetime | None = None,
    IfUnmodifiedSince: datetime | None = None,
    ChecksumMode: str | None = None,
    ResponseContentType: str | None = None,
    ResponseContentLanguage: str | None = None,
    ResponseContentDisposition: str | None = None,
    ResponseContentEncoding: str | None = None,
    ResponseCacheControl: str | None = None,
) -> dict[str, Any]:
    found, answer = read(call, **call.params)
    data = body_of(found.body)
    if Range is not None and (span := conditional.span(Range, found.size)) is not None:
        first, last = span
        data = data[first : last + 1]
        answer |= {"ContentRange": f"bytes {first}-{last}/{found.size}", "ContentLength": len(data)}
    return {**answer, "Body": data}


@operation("s3:HeadObject", action="s3:GetObject", target=targets.object_, context=version_context, data_event=True)
def head_object(
    call: Call,
    Bucket: str,
    Key: str,
    VersionId: str | None = None,
    Range: str | None = None,
    IfMatch: str | None = None,
    IfNoneMatch: str | None = None,
    IfModifiedSince: datetime | None = None,
    IfUnmodifiedSince: datetime | None = None,
    ChecksumMode: str | None = None,
) -> dict[str, Any]:
    return read(call, **call.params)[1]


def remove(call: Call, bucket: Bucket, key: str, version_id: str | None) -> dict[str, Any]:
    """Delete an object, a version, or lay a delete marker over it; deleting what is not there succeeds."""
    rows = Object.objects.filter(bucket=bucket, key=key)
    if version_id is not None:
        return _remove_version(rows, version_id)
    if not bucket.versioning:
        rows.delete()
        return {}
    rows.filter(latest=True).update(latest=False)
    number = secrets.token_hex(16) if bucket.versioning == "Enabled" else "null"
    if number == "null":
        rows.filter(version="null").delete()
    Object.objects.create(
        account_id=bucket.account_id, bucket=bucket, key=key, version=number, marker=True, modified=call.now
    )
    return {"DeleteMarker": True, "VersionId": number}


def _remove_version(rows: Any, version_id: str) -> dict[str, Any]:
    found = rows.filter(version=version_id).first()
    answer: dict[str, Any] = {"VersionId": version_id}
    if found is None:
        return answer
    if found.marker:
        answer["DeleteMarker"] = True
    found.delete()
    if found.latest and (before := rows.order_by("-modified", "-pk").first()) is not None:
        before.latest = True
        before.save(update_fields=["latest"])
    return answer


@operation("s3:DeleteObject", target=targets.object_, context=version_context, data_event=True)
def delete_object(call: Call, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    return remove(call, call.target.loaded, Key, VersionId)


@operation("s3:DeleteObjects", unauthorised=True, target=targets.bucket, data_event=True)
def delete_objects(call: Call, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:
    """Each key is authorised by itself; one that is refused does not stop the others."""
    bucket, quiet = call.target.row, Delete.get("Quiet", False)
    deleted: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    if len(Delete["Objects"]) > 1000:
        raise AwsError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
            400,
        )
    for item in Delete["Objects"]:
        key, number = item["Key"], item.get("VersionId")
        action = "s3:DeleteObject" if number is None else "s3:DeleteObjectVersion"
        try:
            call.require(action, targets.of_object(bucket, key, targets.version(bucket, key, number), action))
        except AwsError as error:
            errors.append({"Key": key, "Code": error.code, "Message": error.message})
            continue
        answer = remove(call, bucket, key, number)
        entry: dict[str, Any] = {"Key": key}
        if number is not None:
            entry["VersionId"] = number
        if answer.get("DeleteMarker"):
            entry |= {"DeleteMarker": True, "DeleteMarkerVersionId": answer["VersionId"]}
        deleted.append(entry)
    return {"Deleted": [] if quiet else deleted, "Errors": errors}


def source_of(call: Call, CopySource: Any) -> tuple[Bucket, str, str | None]:
    """CopySource ("bucket/key?versionId=...") as bucket row, key and version. Raises InvalidArgument, NoSuchBucket."""
    if isinstance(CopySource, dict):
        return targets.find(call, CopySource["Bucket"]), CopySource["Key"], CopySource.get("VersionId")
    path, _, number = CopySource.partition("?versionId=")
    name, _, key = unquote(path).lstrip("/").partition("/")
    if not name or not key:
        message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
        raise AwsError("InvalidArgument", message, 400, ArgumentName="x-amz-copy-source")
    return targets.find(call, name), key, number or None


def copy_targets(call: Call, Bucket: str, Key: str, CopySource: Any, **more: Any) -> list[Target]:
    """Copying reads the source and writes the target, tags too."""
    bucket, key, number = source_of(call, CopySource)
    found = targets.version(bucket, key, number)
    reading = "s3:GetObject" if number is None else "s3:GetObjectVersion"
    writing = targets.new_object(call, Bucket=Bucket, Key=Key, ACL=more.get("ACL"), Tagging=more.get("Tagging"))
    copied = []
    if found is not None and found.tags and more.get("TaggingDirective") != "REPLACE":
        copied = [
            targets.of_object(bucket, key, found, "s3:GetObjectTagging"),
            targets.of_object(writing[0].loaded, Key, None, "s3:PutObjectTagging"),
        ]
    return [targets.of_object(bucket, key, found, reading), *writing, *copied]


@operation("s3:CopyObject", action="s3:PutObject", target=copy_targets, context=put_context, data_event=True)
def copy_object(
    call: Call,
    Bucket: str,
    Key: str,
    CopySource: Any,
    ACL: str | None = None,
    MetadataDirective: str = "COPY",
    TaggingDirective: str = "COPY",
    Tagging: str | None = None,
    ServerSideEncryption: str | None = None,
    ContentType: str | None = None,
    StorageClass: str | None = None,
    Metadata: dict[str, str] | None = None,
) -> dict[str, Any]:
    found = targets.existing(call, call.target.arn.partition("/")[2])
    bucket = call.targets[1].loaded
    if bucket.pk == found.bucket_id and Key == found.key and MetadataDirective == "COPY" and StorageClass is None:
        message = (
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."
        )
        raise AwsError("InvalidRequest", message, 400)
    headers = (
        found.headers
        if MetadataDirective == "COPY"
        else kept_headers({"ContentType": "binary/octet-stream", **call.params})
    )
    tags = found.tags if TaggingDirective == "COPY" else tags_of(Tagging)
    grants = acl.given(bucket, ACL) if ACL else []
    copied = write(call, bucket, Key, body_of(found.body), headers=headers, tags=tags, acl=grants)
    answer = {name: value for name, value in stored_as(copied).items() if name != "ETag"}
    return {**answer, "CopyObjectResult": {"ETag": f'"{copied.etag}"', "LastModified": copied.modified}}
