"""Reading objects: GET, HEAD, attributes. S3 API Reference: "GetObject", "HeadObject", "GetObjectAttributes"."""

from datetime import datetime
from typing import Any

from iamlab.services import callers
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.s3 import checksums, conditional, locks, restoring, targets
from iamlab.services.s3.errors import invalid, no_attributes
from iamlab.services.s3.models import Object, body_of
from iamlab.services.s3.writing import KEPT, encrypted_as

# Headers of the answer that a request may replace.
REPLACED = ("ContentType", "ContentLanguage", "ContentDisposition", "ContentEncoding", "CacheControl", "Expires")
MOST_PARTS = 1000


def version_context(call: Call, VersionId: str | None = None, **_: Any) -> dict[str, Any]:
    return {"s3:VersionId": VersionId} if VersionId is not None else {}


def head(call: Call, found: Object) -> dict[str, Any]:
    """An object's headers, as HEAD and GET tell them."""
    answer = {
        "AcceptRanges": "bytes",
        "LastModified": found.modified,
        "ContentLength": found.size,
        "ETag": f'"{found.etag}"',
        "Metadata": {},
        **encrypted_as(found.headers),
        **{name: found.headers[name] for name in KEPT if name in found.headers},
        **locks.shown(call, found),
        **restoring.shown(found, call.now),
    }
    if answer.get("StorageClass") == "STANDARD":
        del answer["StorageClass"]
    if call.target.loaded.versioning:
        answer["VersionId"] = found.version
    if found.tags and locks.may(call, found, targets.TAGS_OF[call.target.action]):
        answer["TagCount"] = len(found.tags)
    return answer


def span_of(call: Call, found: Object) -> tuple[int, int] | None:
    """First and last byte of the range or the part asked for; None for the whole. Raises InvalidRange and others."""
    asked, number = call.params.get("Range"), call.params.get("PartNumber")
    if number is None:
        return conditional.span(asked, found.size) if asked is not None else None
    if asked is not None:
        raise AwsError("InvalidRequest", "Cannot specify both Range header and partNumber query parameter", 400)
    sizes = [part["Size"] for part in found.parts] or [found.size]
    if not 1 <= number <= 10_000:
        message = "Part number must be an integer between 1 and 10000, inclusive"
        raise invalid("partNumber", message, str(number))
    if number > len(sizes):
        raise AwsError(
            "InvalidPartNumber", "The requested partnumber is not satisfiable", 416,
            PartNumberRequested=str(number), ActualPartCount=str(len(sizes)),
        )  # fmt: skip
    start = sum(sizes[: number - 1])
    return start, start + sizes[number - 1] - 1


def read(call: Call, Key: str, **conditions: Any) -> tuple[Object, dict[str, Any], tuple[int, int] | None]:
    replaced = [name for name in REPLACED if conditions.get(f"Response{name}") is not None]
    if replaced and call.caller.kind == callers.ANONYMOUS:
        message = "Request specific response headers cannot be used for anonymous GET requests."
        raise AwsError("InvalidRequest", message, 400)
    found = targets.existing(call, Key)
    conditional.check_read(found, call.now, **{name: conditions.get(name) for name in conditional.READ})
    answer, span = head(call, found), span_of(call, found)
    whole = span is None or span == (0, found.size - 1)
    if conditions.get("ChecksumMode") == "ENABLED" and whole:
        answer |= checksums.shown(found.headers)
    if span is not None and found.size:
        first, last = span
        answer |= {"ContentRange": f"bytes {first}-{last}/{found.size}", "ContentLength": last - first + 1}
    if conditions.get("PartNumber") is not None and found.parts:
        answer["PartsCount"] = len(found.parts)
    return found, answer | {name: conditions[f"Response{name}"] for name in replaced}, span


@operation("s3:GetObject", target=targets.object_, context=version_context, data_event=True)
def get_object(
    call: Call,
    Bucket: str,
    Key: str,
    VersionId: str | None = None,
    Range: str | None = None,
    PartNumber: int | None = None,
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
    ResponseExpires: datetime | None = None,
) -> dict[str, Any]:
    found, answer, span = read(call, **call.params)
    if restoring.away(found, call.now):
        message = "The operation is not valid for the object's storage class"
        raise AwsError("InvalidObjectState", message, 403, StorageClass=found.headers["StorageClass"])
    data = body_of(found.body)
    return {**answer, "Body": data if span is None else data[span[0] : span[1] + 1]}


@operation("s3:HeadObject", action="s3:GetObject", target=targets.object_, context=version_context, data_event=True)
def head_object(
    call: Call,
    Bucket: str,
    Key: str,
    VersionId: str | None = None,
    Range: str | None = None,
    PartNumber: int | None = None,
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
    ResponseExpires: datetime | None = None,
) -> dict[str, Any]:
    return read(call, **call.params)[1]


def attribute_targets(call: Call, Bucket: str, Key: str, VersionId: str | None = None, **_: Any) -> list[Target]:
    """Both permissions are needed: to read the object and to read its attributes."""
    target = targets.object_(call, Bucket, Key, VersionId)
    reading = "s3:GetObject" if VersionId is None else "s3:GetObjectVersion"
    return [target, targets.of_object(target.loaded, Key, target.row, reading)]


@operation("s3:GetObjectAttributes", target=attribute_targets, context=version_context, data_event=True)
def get_object_attributes(
    call: Call,
    Bucket: str,
    Key: str,
    ObjectAttributes: list[str],
    VersionId: str | None = None,
    MaxParts: int = MOST_PARTS,
    PartNumberMarker: int = 0,
) -> dict[str, Any]:
    if not ObjectAttributes:
        raise no_attributes()
    found = targets.existing(call, Key, "GET")
    known: dict[str, Any] = {
        "ETag": found.etag,
        "Checksum": {name: value.partition("-")[0] for name, value in checksums.shown(found.headers).items()} or None,
        "ObjectParts": _parts(found, MaxParts, PartNumberMarker) if found.parts else None,
        "StorageClass": found.headers.get("StorageClass", "STANDARD"),
        "ObjectSize": found.size,
    }
    answer = {"LastModified": found.modified, **{name: known[name] for name in ObjectAttributes}}
    return answer | ({"VersionId": found.version} if call.target.loaded.versioning else {})


def _parts(found: Object, most: int, marker: int) -> dict[str, Any]:
    """The parts of an upload; one by one only where each has a checksum that counts in the object's."""
    answer: dict[str, Any] = {"TotalPartsCount": len(found.parts)}
    if found.headers.get("ChecksumType") != checksums.COMPOSITE:
        return answer
    behind = [part for part in found.parts if part["PartNumber"] > marker]
    shown = behind[: min(most, MOST_PARTS)]
    return {
        **answer,
        "PartNumberMarker": marker,
        "NextPartNumberMarker": shown[-1]["PartNumber"] if shown else 0,
        "MaxParts": most,
        "IsTruncated": len(behind) > len(shown),
        "Parts": shown,
    }
