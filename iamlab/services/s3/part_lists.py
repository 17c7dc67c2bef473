"""Lists of uploads in parts and of their parts. S3 API Reference: "ListMultipartUploads", "ListParts"."""

from typing import Any

from iamlab.services.operations import Call, operation
from iamlab.services.s3 import errors, owners, targets
from iamlab.services.s3.listing import LAST, common_prefix, in_range, size_of
from iamlab.services.s3.models import Upload
from iamlab.services.s3.multipart import existing, upload


@operation("s3:ListParts", action="s3:ListMultipartUploadParts", target=upload)
def list_parts(
    call: Call, Bucket: str, Key: str, UploadId: str, MaxParts: int = 1000, PartNumberMarker: int = 0
) -> dict[str, Any]:
    row, most = existing(call), size_of(MaxParts, "max-parts")
    in_range(PartNumberMarker, "part-number-marker")
    found = list(row.parts.filter(number__gt=PartNumberMarker).order_by("number")[: most + 1])
    shown = found[:most]
    answer: dict[str, Any] = {
        "Bucket": Bucket,
        "Key": Key,
        "UploadId": UploadId,
        "PartNumberMarker": PartNumberMarker,
        "NextPartNumberMarker": shown[-1].number if shown else 0,
        "MaxParts": most,
        "IsTruncated": len(found) > len(shown),
        "Parts": [
            {"PartNumber": p.number, "LastModified": p.modified, "ETag": f'"{p.etag}"', "Size": p.size, **p.checksum}
            for p in shown
        ],
        **people(row),
        "StorageClass": row.headers.get("StorageClass", "STANDARD"),
    }
    if row.algorithm:
        answer |= {"ChecksumAlgorithm": row.algorithm, "ChecksumType": row.checksum_type}
    return answer


def people(row: Upload) -> dict[str, Any]:
    """Who began an upload, and who will own the object."""
    owner = owners.owner(row.owner_id or row.account_id)
    return {"Initiator": owner, "Owner": owner}


@operation("s3:ListMultipartUploads", action="s3:ListBucketMultipartUploads", target=targets.bucket)
def list_multipart_uploads(
    call: Call,
    Bucket: str,
    Prefix: str = "",
    Delimiter: str = "",
    MaxUploads: int = 1000,
    KeyMarker: str = "",
    UploadIdMarker: str = "",
    EncodingType: str | None = None,
) -> dict[str, Any]:
    """By key, those of one key in the order in which they were begun."""
    most = size_of(MaxUploads, "max-uploads")
    rows = Upload.objects.filter(bucket=call.target.row).order_by("key", "started", "pk")
    if Prefix:
        rows = rows.filter(key__gte=Prefix, key__lt=Prefix + LAST)
    found = _behind(list(rows), KeyMarker, UploadIdMarker if KeyMarker else "")
    uploads: list[dict[str, Any]] = []
    prefixes: dict[str, None] = {}
    more, last = False, ("", "")
    for row in found:
        common = common_prefix(row.key, Prefix, Delimiter)
        if common is not None and (common in prefixes or common == KeyMarker):
            continue
        if len(uploads) + len(prefixes) >= most:
            more = True
            break
        if common is not None:
            prefixes[common] = None
            last = (common, "")
            continue
        uploads.append(_described(row))
        last = (row.key, row.upload_id)
    answer: dict[str, Any] = {
        "Bucket": Bucket,
        "KeyMarker": KeyMarker,
        "UploadIdMarker": UploadIdMarker if KeyMarker else "",
        "NextKeyMarker": last[0],
        "NextUploadIdMarker": last[1],
        "MaxUploads": most,
        "IsTruncated": more,
        "Uploads": uploads,
        "CommonPrefixes": [{"Prefix": prefix} for prefix in prefixes],
    }
    asked = {"Prefix": Prefix, "Delimiter": Delimiter, "EncodingType": EncodingType}
    return answer | {name: value for name, value in asked.items() if value}


def _described(row: Upload) -> dict[str, Any]:
    entry = {
        "UploadId": row.upload_id,
        "Key": row.key,
        "Initiated": row.started,
        "StorageClass": row.headers.get("StorageClass", "STANDARD"),
        **people(row),
    }
    return entry | ({"ChecksumAlgorithm": row.algorithm, "ChecksumType": row.checksum_type} if row.algorithm else {})


def _behind(rows: list[Upload], key: str, upload_id: str) -> list[Upload]:
    """What follows the markers. Raises InvalidArgument for an upload that is not of that key."""
    if not key:
        return rows
    if not upload_id:
        return [row for row in rows if row.key > key]
    seen = next((i for i, row in enumerate(rows) if (row.key, row.upload_id) == (key, upload_id)), None)
    if seen is None:
        raise errors.invalid("upload-id-marker", "Invalid uploadId marker", upload_id)
    return rows[seen + 1 :]
