"""Putting an upload's parts together. S3 API Reference: "CompleteMultipartUpload"."""

import hashlib
from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import checksums, conditional, errors, targets, writing
from iamlab.services.s3.models import Bucket, Object, Part, Upload, body_of
from iamlab.services.s3.multipart import existing, upload

LEAST = 5 * 2**20  # bytes of every part but the last


@operation("s3:CompleteMultipartUpload", action="s3:PutObject", target=upload, data_event=True)
def complete_multipart_upload(
    call: Call,
    Bucket: str,
    Key: str,
    UploadId: str,
    MultipartUpload: dict[str, Any] | None = None,
    IfMatch: str | None = None,
    IfNoneMatch: str | None = None,
    MpuObjectSize: int | None = None,
    ChecksumType: str | None = None,
    ChecksumCRC32: str | None = None,
    ChecksumCRC32C: str | None = None,
    ChecksumCRC64NVME: str | None = None,
    ChecksumSHA1: str | None = None,
    ChecksumSHA256: str | None = None,
    ChecksumSHA512: str | None = None,
    ChecksumMD5: str | None = None,
) -> dict[str, Any]:
    bucket = call.target.loaded
    if (done := before(call, bucket, Key, UploadId)) is not None:
        return completed(bucket, done)
    row = existing(call)
    there = targets.version(bucket, Key)
    conditional.check_write(Key, there, IfMatch, IfNoneMatch)
    if targets.current(there) != row.over:
        conditional.check_conflict(Key, IfMatch, IfNoneMatch)
    parts = chosen(row, (MultipartUpload or {}).get("Parts") or [])
    data = b"".join(body_of(part.body) for part in parts)
    if MpuObjectSize is not None and MpuObjectSize != len(data):
        message = f"The provided 'x-amz-mp-object-size' header value {MpuObjectSize} does not match what was computed"
        raise AwsError("InvalidRequest", f"{message}: {len(data)}", 400)
    sums = whole(call, row, parts, data)
    digests = b"".join(bytes.fromhex(part.etag) for part in parts)
    etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
    kept = {
        "headers": {**row.headers, **sums, "UploadId": UploadId},
        "tags": row.tags,
        "acl": row.acl,
        "owner_id": row.owner_id,
    }
    described = [{"PartNumber": part.number, "Size": part.size, **part.checksum} for part in parts]
    row.delete()
    written = writing.write(call, bucket, Key, data, etag, parts=described, **kept)
    return completed(bucket, written)


def before(call: Call, bucket: Bucket, key: str, upload_id: str) -> Object | None:
    """The object that this upload became already: who completes it again is told so again."""
    found = targets.version(bucket, key) if call.target.row is None else None
    return found if found is not None and found.headers.get("UploadId") == upload_id else None


def completed(bucket: Bucket, written: Object) -> dict[str, Any]:
    location = f"https://{bucket.name}.s3.{bucket.region}.amazonaws.com/{written.key}"
    return {**writing.stored_as(written), "Location": location, "Bucket": bucket.name, "Key": written.key}


def whole(call: Call, row: Upload, parts: list[Part], data: bytes) -> dict[str, str]:
    """The object's checksum, held against the one that was sent. Raises BadDigest, InvalidRequest."""
    algorithm, kind = row.algorithm or checksums.DEFAULT, row.checksum_type or checksums.FULL
    wanted = call.params.get("ChecksumType")
    if wanted is not None and wanted != kind:
        message = (
            f"The upload was created using the {kind} checksum mode. The complete request must use the same checksum "
            "mode."
        )
        raise AwsError("InvalidRequest", message, 400)
    sums = checksums.together(algorithm, kind, [part.checksum.get(f"Checksum{algorithm}", "") for part in parts], data)
    for name, value in checksums.given(call.params).items():
        if name in sums and value.partition("-")[0] != sums[name].partition("-")[0]:
            message = f"The {algorithm.lower()} you specified did not match the calculated checksum."
            raise AwsError("BadDigest", message, 400)
    return sums


def chosen(row: Upload, wanted: list[dict[str, Any]]) -> list[Part]:
    """The parts named, checked. Raises MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall."""
    if not wanted:
        raise errors.malformed_xml()
    if any(part.get("PartNumber") is None for part in wanted):
        raise errors.malformed_xml()
    numbers: list[int] = [part["PartNumber"] for part in wanted]
    if numbers != sorted(set(numbers)):
        message = "The list of parts was not in ascending order. Parts must be ordered by part number."
        raise AwsError("InvalidPartOrder", message, 400, UploadId=row.upload_id)
    kept = {part.number: part for part in row.parts.filter(number__in=numbers)}
    for one in wanted:
        _check(row, one, kept.get(one["PartNumber"]))
    parts = [kept[number] for number in numbers]
    for part in parts[:-1]:
        if part.size < LEAST:
            raise AwsError(
                "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400,
                ETag=part.etag, MinSizeAllowed=str(LEAST), PartNumber=str(part.number), ProposedSize=str(part.size),
            )  # fmt: skip
    return parts


def _check(row: Upload, part: dict[str, Any], found: Part | None) -> None:
    """A part of the request against the one that was uploaded: its ETag, and its checksum where the upload has one."""
    etag, given = part.get("ETag", "").strip('"'), checksums.given(part)
    same = found is not None and found.etag == etag and all(found.checksum.get(k, v) == v for k, v in given.items())
    if not same:
        message = (
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the "
            "specified entity tag may not match the part's entity tag."
        )
        raise AwsError(
            "InvalidPart", message, 400, ETag=etag, PartNumber=str(part["PartNumber"]), UploadId=row.upload_id
        )
    if row.algorithm and row.checksum_type == checksums.COMPOSITE and not given:
        message = (
            f"The upload was created using a {row.algorithm.lower()} checksum. The complete request must include the "
            f"checksum for each part. It was missing for part {part['PartNumber']} in the request."
        )
        raise AwsError("InvalidRequest", message, 400)
