"""Uploads in parts. S3 User Guide: "Uploading and copying objects using multipart upload"."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.s3 import acl, checksums, conditional, copying, errors, tagging, targets, writing
from iamlab.services.s3.models import Part, Upload, body_of, keep_body

RANGE = (
    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based "
    "offsets of the first and last bytes to copy"
)


def upload(call: Call, Bucket: str, Key: str, UploadId: str, **_: Any) -> Target:
    """The object being uploaded to; the upload is the target's row."""
    bucket = targets.find(call, Bucket)
    target = targets.of_object(bucket, Key, None, call.operation.action)
    target.row = Upload.objects.filter(bucket=bucket, key=Key, upload_id=UploadId).first()
    return target


def existing(call: Call) -> Upload:
    if call.target.row is None:
        message = (
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
            "completed."
        )
        raise AwsError("NoSuchUpload", message, 404, UploadId=call.params["UploadId"])
    return call.target.row


@operation(
    "s3:CreateMultipartUpload",
    action="s3:PutObject",
    target=targets.new_object,
    context=writing.put_context,
    data_event=True,
)
def create_multipart_upload(
    call: Call,
    Bucket: str,
    Key: str,
    ACL: str | None = None,
    GrantFullControl: str | None = None,
    GrantRead: str | None = None,
    GrantReadACP: str | None = None,
    GrantWriteACP: str | None = None,
    Tagging: str | None = None,
    ServerSideEncryption: str | None = None,
    SSEKMSKeyId: str | None = None,
    BucketKeyEnabled: bool | None = None,
    ChecksumAlgorithm: str | None = None,
    ChecksumType: str | None = None,
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
    bucket = call.target.loaded
    kind = checksums.type_of(ChecksumAlgorithm, ChecksumType)
    row = Upload.objects.create(
        account_id=call.target.account_id,
        bucket=bucket,
        key=Key,
        upload_id=secrets.token_urlsafe(32),
        started=call.now,
        headers=writing.kept_headers(call, bucket, call.params),
        tags=tagging.of_header(Tagging),
        acl=acl.given(bucket, call.params, acl.owner_of_new(bucket, call.account_id, call.params)),
        algorithm=ChecksumAlgorithm or "",
        checksum_type=kind if ChecksumAlgorithm else "",
        owner_id=acl.owner_of_new(bucket, call.account_id, call.params),
        over=targets.current(call.target.row),
    )
    answer = {"Bucket": Bucket, "Key": Key, "UploadId": row.upload_id, **writing.encrypted_as(row.headers)}
    return answer | ({"ChecksumAlgorithm": ChecksumAlgorithm, "ChecksumType": kind} if ChecksumAlgorithm else {})


def keep_part(call: Call, row: Upload, number: int, data: bytes, checksum: dict[str, str]) -> str:
    if not 1 <= number <= 10_000:
        message = "Part number must be an integer between 1 and 10000, inclusive"
        raise errors.invalid("partNumber", message, str(number))
    writing.check_room(call.target.loaded, len(data))
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
            "checksum": checksum,
        },
    )
    return etag


def part_checksum(row: Upload, data: bytes, parameters: dict[str, Any]) -> dict[str, str]:
    """The checksum that a part keeps. Raises InvalidRequest where it is not of the upload's kind."""
    given = checksums.given(parameters)
    kind = next((checksums.MEMBERS[name] for name in given), None)
    if row.algorithm and kind != row.algorithm and (kind or row.checksum_type == checksums.COMPOSITE):
        actual = kind.lower() if kind else "null"
        message = (
            f"Checksum Type mismatch occurred, expected checksum Type: {row.algorithm.lower()}, actual checksum Type: "
            f"{actual}"
        )
        raise AwsError("InvalidRequest", message, 400)
    return given or (checksums.of(row.algorithm, data) if row.algorithm else {})


@operation("s3:UploadPart", action="s3:PutObject", target=upload, data_event=True)
def upload_part(
    call: Call,
    Bucket: str,
    Key: str,
    PartNumber: int,
    UploadId: str,
    Body: bytes = b"",
    ChecksumCRC32: str | None = None,
    ChecksumCRC32C: str | None = None,
    ChecksumCRC64NVME: str | None = None,
    ChecksumSHA1: str | None = None,
    ChecksumSHA256: str | None = None,
    ChecksumSHA512: str | None = None,
    ChecksumMD5: str | None = None,
) -> dict[str, Any]:
    row, data = existing(call), bytes(Body)
    checksum = part_checksum(row, data, call.params)
    etag = keep_part(call, row, PartNumber, data, checksum)
    return {"ETag": f'"{etag}"', **writing.encrypted_as(row.headers), **checksum}


def part_targets(call: Call, Bucket: str, Key: str, UploadId: str, CopySource: Any, **_: Any) -> list[Target]:
    """The upload, and the object that the part is read from."""
    return [upload(call, Bucket, Key, UploadId), copying.source_target(call, CopySource)]


@operation("s3:UploadPartCopy", action="s3:PutObject", target=part_targets, data_event=True)
def upload_part_copy(
    call: Call,
    Bucket: str,
    Key: str,
    PartNumber: int,
    UploadId: str,
    CopySource: Any,
    CopySourceRange: str | None = None,
    CopySourceIfMatch: str | None = None,
    CopySourceIfNoneMatch: str | None = None,
    CopySourceIfModifiedSince: datetime | None = None,
    CopySourceIfUnmodifiedSince: datetime | None = None,
) -> dict[str, Any]:
    row = existing(call)
    source_bucket, key, number = copying.source_of(call, CopySource)
    source = copying.readable(call, call.targets[1], key, number)
    data = body_of(source.body)
    if CopySourceRange is not None:
        first, last = _copied(CopySourceRange, source.size)
        data = data[first : last + 1]
    checksum = checksums.of(row.algorithm, data) if row.algorithm else {}
    etag = keep_part(call, row, PartNumber, data, checksum)
    answer = writing.encrypted_as(row.headers)
    if source_bucket.versioning:
        answer["CopySourceVersionId"] = source.version
    return {"CopyPartResult": {"ETag": f'"{etag}"', "LastModified": call.now, **checksum}, **answer}


def _copied(given: str, size: int) -> tuple[int, int]:
    """First and last byte of a part's source. Raises InvalidArgument, InvalidRequest."""
    match = conditional.RANGE.fullmatch(given)
    first, last = match.groups() if match else ("", "")
    if not first or not last or int(first) > int(last):
        raise errors.invalid("x-amz-copy-source-range", RANGE, given)
    if int(first) >= size:
        message = "The specified copy range is invalid for the source object size"
        raise AwsError("InvalidRequest", message, 400)
    if int(last) >= size:
        message = f"Range specified is not valid for source object of size: {size}"
        raise errors.invalid("x-amz-copy-source-range", message, given)
    return int(first), int(last)


@operation("s3:AbortMultipartUpload", target=upload, data_event=True)
def abort_multipart_upload(call: Call, Bucket: str, Key: str, UploadId: str) -> dict[str, Any]:
    existing(call).delete()
    return {}
