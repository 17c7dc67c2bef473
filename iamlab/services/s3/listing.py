"""Listing objects: prefixes, delimiters, pages, versions. S3 API Reference: "ListObjectsV2"."""

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from iamlab.services.operations import Call, operation
from iamlab.services.s3 import checksums, errors, owners, targets
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
    return {**entry, **checksums.listed(row.headers)}


def current(call: Call) -> QuerySet[Object]:
    return Object.objects.filter(bucket=call.target.row, latest=True, marker=False)


def answer_of(call: Call, Bucket: str, Prefix: str, Delimiter: str | None, most: int, more: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {"IsTruncated": more, "Name": Bucket, "Prefix": Prefix, "MaxKeys": most}
    answer["ResponseMetadata"] = {"HTTPHeaders": {"x-amz-bucket-region": call.target.row.region}}
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
    elif StartAfter is not None:
        answer["StartAfter"] = StartAfter
    if more:
        answer["NextContinuationToken"] = base64.urlsafe_b64encode(last.encode()).decode()
    return answer


def size_of(asked: int, name: str = "max-keys") -> int:
    """How many a page may hold: a thousand, or what is asked for if that is less. Raises InvalidArgument."""
    return min(in_range(asked, name), MOST)


def in_range(asked: int, name: str) -> int:
    """Raises InvalidArgument for what is no number of 31 bits."""
    if asked >= 2**31:
        raise errors.invalid(name, f"Provided {name} not an integer or within integer range", str(asked))
    if asked < 0:
        shown = "maxKeys" if name == "max-keys" else name
        raise errors.invalid(shown, f"Argument {shown} must be an integer between 0 and 2147483647", str(asked))
    return asked


def decode(token: str) -> str:
    """Where a token continues. Raises InvalidArgument."""
    try:
        found = base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        found = ""
    if not found:
        raise errors.invalid("continuation-token", "The continuation token provided is incorrect")
    return found


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


def common_prefix(key: str, prefix: str, delimiter: str | None) -> str | None:
    rest = key[len(prefix) :]
    if not delimiter or delimiter not in rest:
        return None
    return prefix + rest.partition(delimiter)[0] + delimiter
