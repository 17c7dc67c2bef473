"""Uploads in parts. S3 User Guide: "Uploading and copying objects using multipart upload"."""

import hashlib
import secrets
from typing import Any

from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.s3 import conditional, objects, owners, targets
from iamlab.services.s3.models import Part, Upload, body_of, keep_body

LEAST = 5 * 2**20  # bytes of every part but the last


def upload(call: Call, Bucket: str, Key: str, UploadId: str, **_: Any) -> Target:
    """The object being uploaded to; the upload is the target's row."""
    bucket = targets.find(call, Bucket)
    target = targets.of_object(bucket, Key, None, call.operation.action)
    target.row = Upload.objects.filter(bucket=bucket, key=Key, upload_id=UploadId).first()
    return target


def existing(call: Call) -> Upload:
    if call.target.row is None:
        message = (
            "The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been "
            "aborted or completed."
        )
        raise AwsError("NoSuchUpload", message, 404, UploadId=call.params["UploadId"])
    return call.target.row


@operation(
    "s3:CreateMultipartUpload",
    action="s3:PutObject",
    target=targets.new_object,
    context=objects.put_context,
    data_event=True,
)
def create_multipart_upload(
    call: Call,
    Bucket: str,
    Key: str,
    ACL: str | None = None,
    Tagging: str | None = None,
    ServerSideEncryption: str | None = None,
    ContentType: str = "binary/octet-stream",
    ContentEncoding: str | None = None,
    ContentDisposition: str | None = None,
    CacheControl: str | None = None,
    StorageClass: str | None = None,
    Metadata: dict[str, str] | None = None,
) -> dict[str, Any]:
    row = Upload.objects.create(
        account_id=call.target.account_id,
        bucket=call.target.loaded,
        key=Key,
        upload_id=secrets.token_urlsafe(32),
        started=call.now,
        headers=objects.kept_headers({"ContentType": ContentType, **call.params}),
        tags=objects.tags_of(Tagging),
    )
    return {"Bucket": Bucket, "Key": Key, "UploadId": row.upload_id, "ServerSideEncryption": "AES256"}


def keep_part(call: Call, row: Upload, number: int, data: bytes) -> str:
    if not 1 <= number <= 10_000:
        message = "Part number must be an integer between 1 and 10000, inclusive"
        raise AwsError("InvalidArgument", message, 400, ArgumentName="partNumber", ArgumentValue=str(number))
    objects.check_room(call.target.loaded, len(data))
    etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
    Part.objects.update_or_create(
        upload=row,
        number=number,
        defaults={
            "account_id": row.account_id,
            "body": keep_body(data),
            "size": len(data),
            "etag": etag,
            "modified": call.now,
        },
    )
    return etag


@operation("s3:UploadPart", action="s3:PutObject", target=upload, data_event=True)
def upload_part(call: Call, Bucket: str, Key: str, PartNumber: int, UploadId: str, Body: bytes = b"") -> dict[str, Any]:
    etag = keep_part(call, existing(call), PartNumber, bytes(Body))
    return {"ETag": f'"{etag}"', "ServerSideEncryption": "AES256"}


def part_targets(call: Call, Bucket: str, Key: str, UploadId: str, CopySource: Any, **_: Any) -> list[Target]:
    """The upload, and the object that the part is read from."""
    bucket, key, number = objects.source_of(call, CopySource)
    reading = "s3:GetObject" if number is None else "s3:GetObjectVersion"
    source = targets.of_object(bucket, key, targets.version(bucket, key, number), reading)
    return [upload(call, Bucket, Key, UploadId), source]


@operation("s3:UploadPartCopy", action="s3:PutObject", target=part_targets, data_event=True)
def upload_part_copy(
    call: Call,
    Bucket: str,
    Key: str,
    PartNumber: int,
    UploadId: str,
    CopySource: Any,
    CopySourceRange: str | None = None,
) -> dict[str, Any]:
    row, source = existing(call), call.targets[1].row
    if source is None or source.marker:
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=Key)
    data = body_of(source.body)
    if CopySourceRange is not None:
        span = conditional.span(CopySourceRange, source.size)
        if span is None:
            message = "The x-amz-copy-source-range value must be of the form bytes=first-last"
            raise AwsError("InvalidArgument", message, 400, ArgumentName="x-amz-copy-source-range")
        data = data[span[0] : span[1] + 1]
    etag = keep_part(call, row, PartNumber, data)
    return {"CopyPartResult": {"ETag": f'"{etag}"', "LastModified": call.now}, "ServerSideEncryption": "AES256"}


@operation("s3:CompleteMultipartUpload", action="s3:PutObject", target=upload, data_event=True)
def complete_multipart_upload(
    call: Call, Bucket: str, Key: str, UploadId: str, MultipartUpload: dict[str, Any] | None = None
) -> dict[str, Any]:
    row = existing(call)
    parts = chosen(row, (MultipartUpload or {}).get("Parts") or [])
    data = b"".join(body_of(part.body) for part in parts)
    digests = b"".join(bytes.fromhex(part.etag) for part in parts)
    etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
    bucket = call.target.loaded
    headers, tags = row.headers, row.tags
    row.delete()
    written = objects.write(call, bucket, Key, data, etag, headers=headers, tags=tags)
    answer = objects.stored_as(written)
    return {**answer, "Location": f"/{Bucket}/{Key}", "Bucket": Bucket, "Key": Key}


def chosen(row: Upload, wanted: list[dict[str, Any]]) -> list[Part]:
    """The parts named, checked. Raises MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall."""
    if not wanted:
        message = "The XML you provided was not well-formed or did not validate against our published schema"
        raise AwsError("MalformedXML", message, 400)
    numbers = [part["PartNumber"] for part in wanted]
    if numbers != sorted(set(numbers)):
        message = "The list of parts was not in ascending order. Parts must be ordered by part number."
        raise AwsError("InvalidPartOrder", message, 400)
    kept = {part.number: part for part in row.parts.all()}
    for part in wanted:
        found = kept.get(part["PartNumber"])
        if found is None or found.etag != part.get("ETag", "").strip('"'):
            message = (
                "One or more of the specified parts could not be found.  The part may not have been uploaded, or the "
                "specified entity tag may not match the part's entity tag."
            )
            raise AwsError("InvalidPart", message, 400, PartNumber=str(part["PartNumber"]))
    parts = [kept[number] for number in numbers]
    if any(part.size < LEAST for part in parts[:-1]):
        raise AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400)
    return parts


@operation("s3:AbortMultipartUpload", target=upload, data_event=True)
def abort_multipart_upload(call: Call, Bucket: str, Key: str, UploadId: str) -> dict[str, Any]:
    existing(call).delete()
    return {}


@operation("s3:ListParts", action="s3:ListMultipartUploadParts", target=upload)
def list_parts(
    call: Call, Bucket: str, Key: str, UploadId: str, MaxParts: int = 1000, PartNumberMarker: int = 0
) -> dict[str, Any]:
    row = existing(call)
    found = list(row.parts.filter(number__gt=PartNumberMarker).order_by("number")[: MaxParts + 1])
    shown = found[:MaxParts]
    return {
        "Bucket": Bucket,
        "Key": Key,
        "UploadId": UploadId,
        "PartNumberMarker": PartNumberMarker,
        "NextPartNumberMarker": shown[-1].number if shown else 0,
        "MaxParts": MaxParts,
        "IsTruncated": len(found) > len(shown),
        "Parts": [
            {"PartNumber": p.number, "LastModified": p.modified, "ETag": f'"{p.etag}"', "Size": p.size} for p in shown
        ],
        "Owner": owners.owner(row.account_id),
        "StorageClass": row.headers.get("StorageClass", "STANDARD"),
    }


@operation("s3:ListMultipartUploads", action="s3:ListBucketMultipartUploads", target=targets.bucket)
def list_multipart_uploads(call: Call, Bucket: str, Prefix: str = "", MaxUploads: int = 1000) -> dict[str, Any]:
    rows = Upload.objects.filter(bucket=call.target.row).order_by("key", "started", "pk")
    if Prefix:
        rows = rows.filter(key__gte=Prefix, key__lt=Prefix + chr(0x10FFFF))
    found = list(rows[: MaxUploads + 1])
    return {
        "Bucket": Bucket,
        "Prefix": Prefix,
        "MaxUploads": MaxUploads,
        "IsTruncated": len(found) > MaxUploads,
        "Uploads": [
            {"UploadId": row.upload_id, "Key": row.key, "Initiated": row.started, "StorageClass": "STANDARD"}
            for row in found[:MaxUploads]
        ],
    }
