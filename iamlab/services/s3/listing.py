"""Listing objects: prefixes, delimiters, pages, versions. S3 API Reference: "ListObjectsV2"."""

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import owners, targets
from iamlab.services.s3.models import Object

LAST = chr(0x10FFFF)
MOST = 1000
BATCH = 1001


def list_context(
    call: Call, Prefix: str | None = None, Delimiter: str | None = None, MaxKeys: int | None = None, **_: Any
) -> dict[str, Any]:
    """Condition keys that only list actions have."""
    context: dict[str, Any] = {}
    if Prefix is not None:
        context["s3:prefix"] = Prefix
    if Delimiter is not None:
        context["s3:delimiter"] = Delimiter
    if MaxKeys is not None:
        context["s3:max-keys"] = str(MaxKeys)
    return context


def with_prefix(rows: QuerySet[Object], prefix: str) -> QuerySet[Object]:
    return rows.filter(key__gte=prefix, key__lt=prefix + LAST) if prefix else rows


def walk(rows: QuerySet[Object], prefix: str, delimiter: str, start: str) -> Iterator[tuple[str, Object | None]]:
    """Keys and common prefixes behind `start`, in byte order; a common prefix has no row, and is skipped whole."""
    rows = with_prefix(rows, prefix).order_by("key")
    while True:
        batch = list(rows.filter(key__gt=start)[:BATCH] if start else rows[:BATCH])
        jumped = False
        for row in batch:
            rest = row.key[len(prefix) :]
            if delimiter and delimiter in rest:
                common = prefix + rest.partition(delimiter)[0] + delimiter
                yield common, None
                start, jumped = common + LAST, True
                break
            yield row.key, row
            start = row.key
        if not jumped and len(batch) < BATCH:
            return


def collect(
    rows: QuerySet[Object],
    prefix: str,
    delimiter: str,
    start: str,
    most: int,
    describe: Callable[[Object], dict[str, Any]],
) -> tuple[list[dict[str, Any]], list[dict[str, str]], str, bool]:
    """Contents, common prefixes, the last name given, and whether there is more."""
    contents: list[dict[str, Any]] = []
    prefixes: list[dict[str, str]] = []
    last = ""
    if start and delimiter and start.endswith(delimiter) and delimiter in start[len(prefix) :]:
        start += LAST  # behind everything under a common prefix
    if most == 0:
        return contents, prefixes, last, False
    for name, row in walk(rows, prefix, delimiter, start):
        if len(contents) + len(prefixes) == most:
            return contents, prefixes, last, True
        if row is None:
            prefixes.append({"Prefix": name})
        else:
            contents.append(describe(row))
        last = name
    return contents, prefixes, last, False


def describe(row: Object) -> dict[str, Any]:
    entry = {
        "Key": row.key,
        "LastModified": row.modified,
        "ETag": f'"{row.etag}"',
        "Size": row.size,
        "StorageClass": row.headers.get("StorageClass", "STANDARD"),
    }
    algorithms = [name.removeprefix("Checksum") for name in row.headers if name.startswith("Checksum")]
    return {**entry, "ChecksumAlgorithm": algorithms} if algorithms else entry


def current(call: Call) -> QuerySet[Object]:
    return Object.objects.filter(bucket=call.target.row, latest=True, marker=False)


def answer_of(call: Call, Bucket: str, Prefix: str, Delimiter: str | None, most: int, more: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {"IsTruncated": more, "Name": Bucket, "Prefix": Prefix, "MaxKeys": most}
    if Delimiter:
        answer["Delimiter"] = Delimiter
    if call.params.get("EncodingType"):
        answer["EncodingType"] = call.params["EncodingType"]
    return answer


@operation("s3:ListObjectsV2", action="s3:ListBucket", target=targets.bucket, context=list_context)
def list_objects_v2(
    call: Call,
    Bucket: str,
    Prefix: str = "",
    Delimiter: str | None = None,
    MaxKeys: int = MOST,
    ContinuationToken: str | None = None,
    StartAfter: str | None = None,
    FetchOwner: bool = False,
    EncodingType: str | None = None,
) -> dict[str, Any]:
    most = size_of(MaxKeys)
    start = decode(ContinuationToken) if ContinuationToken is not None else StartAfter or ""
    owner = {"Owner": owners.owner(call.target.account_id)} if FetchOwner else {}
    contents, prefixes, last, more = collect(
        current(call), Prefix, Delimiter or "", start, most, lambda row: {**describe(row), **owner}
    )
    answer = answer_of(call, Bucket, Prefix, Delimiter, most, more)
    answer |= {"Contents": contents, "CommonPrefixes": prefixes, "KeyCount": len(contents) + len(prefixes)}
    if ContinuationToken is not None:
        answer["ContinuationToken"] = ContinuationToken
    if StartAfter is not None:
        answer["StartAfter"] = StartAfter
    if more:
        answer["NextContinuationToken"] = base64.urlsafe_b64encode(last.encode()).decode()
    return answer


def size_of(MaxKeys: int) -> int:
    if MaxKeys < 0:
        raise AwsError(
            "InvalidArgument",
            "Argument maxKeys must be an integer between 0 and 2147483647",
            400,
            ArgumentName="maxKeys",
        )
    return min(MaxKeys, MOST)


def decode(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (ValueError, binascii.Error) as error:
        raise AwsError(
            "InvalidArgument", "The continuation token provided is incorrect", 400, ArgumentName="continuation-token"
        ) from error


@operation("s3:ListObjects", action="s3:ListBucket", target=targets.bucket, context=list_context)
def list_objects(
    call: Call,
    Bucket: str,
    Prefix: str = "",
    Delimiter: str | None = None,
    MaxKeys: int = MOST,
    Marker: str = "",
    EncodingType: str | None = None,
) -> dict[str, Any]:
    most = size_of(MaxKeys)
    owner = owners.owner(call.target.account_id)
    contents, prefixes, last, more = collect(
        current(call), Prefix, Delimiter or "", Marker, most, lambda row: {**describe(row), "Owner": owner}
    )
    answer = answer_of(call, Bucket, Prefix, Delimiter, most, more)
    answer |= {"Marker": Marker, "Contents": contents, "CommonPrefixes": prefixes}
    if more and Delimiter:
        answer["NextMarker"] = last
    return answer


@operation("s3:ListObjectVersions", action="s3:ListBucketVersions", target=targets.bucket, context=list_context)
def list_object_versions(
    call: Call,
    Bucket: str,
    Prefix: str = "",
    Delimiter: str | None = None,
    MaxKeys: int = MOST,
    KeyMarker: str = "",
    VersionIdMarker: str = "",
    EncodingType: str | None = None,
) -> dict[str, Any]:
    """Every version and delete marker, newest first for each key."""
    most = size_of(MaxKeys)
    owner = owners.owner(call.target.account_id)
    rows = with_prefix(Object.objects.filter(bucket=call.target.row), Prefix)
    found = [row for row in rows.order_by("key", "-modified", "-pk") if row.key >= KeyMarker]
    found = behind(found, KeyMarker, VersionIdMarker)
    versions: list[dict[str, Any]] = []
    markers: list[dict[str, Any]] = []
    prefixes: list[str] = []
    answer = answer_of(call, Bucket, Prefix, Delimiter, most, False)
    for row in found:
        common = common_prefix(row.key, Prefix, Delimiter)
        if common in prefixes:
            continue
        if len(versions) + len(markers) + len(prefixes) == most:
            answer["IsTruncated"] = True
            break
        if common is not None:
            prefixes.append(common)
        else:
            (markers if row.marker else versions).append(describe_version(row, owner))
        answer["NextKeyMarker"], answer["NextVersionIdMarker"] = row.key, row.version
    if not answer["IsTruncated"]:
        answer.pop("NextKeyMarker", None)
        answer.pop("NextVersionIdMarker", None)
    answer |= {"KeyMarker": KeyMarker, "VersionIdMarker": VersionIdMarker}
    return {
        **answer,
        "Versions": versions,
        "DeleteMarkers": markers,
        "CommonPrefixes": [{"Prefix": p} for p in prefixes],
    }


def behind(rows: list[Object], key: str, version: str) -> list[Object]:
    if not key:
        return rows
    if not version:
        return [row for row in rows if row.key > key]
    seen = next((i for i, row in enumerate(rows) if (row.key, row.version) == (key, version)), None)
    return rows[seen + 1 :] if seen is not None else [row for row in rows if row.key > key]


def common_prefix(key: str, prefix: str, delimiter: str | None) -> str | None:
    rest = key[len(prefix) :]
    if not delimiter or delimiter not in rest:
        return None
    return prefix + rest.partition(delimiter)[0] + delimiter


def describe_version(row: Object, owner: dict[str, str]) -> dict[str, Any]:
    entry = {
        "Key": row.key,
        "VersionId": row.version,
        "IsLatest": row.latest,
        "LastModified": row.modified,
        "Owner": owner,
    }
    return entry if row.marker else {**describe(row), **entry}
