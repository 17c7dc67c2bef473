"""Conditional requests and ranges. S3 User Guide: "Conditional requests"; RFC 9110, sections 13 and 14."""

import re
from datetime import datetime

from iamlab.services.operations import AwsError
from iamlab.services.s3.models import Object

READ = ("IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince")
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
FAILED = "At least one of the pre-conditions you specified did not hold"


def _is(etag: str, given: str) -> bool:
    return given == "*" or etag in {part.strip().strip('"') for part in given.split(",")}


def check_read(
    found: Object,
    IfMatch: str | None,
    IfNoneMatch: str | None,
    IfModifiedSince: datetime | None,
    IfUnmodifiedSince: datetime | None,
) -> None:
    """Raises PreconditionFailed (412) or NotModified (304)."""
    if IfMatch is not None and not _is(found.etag, IfMatch):
        raise AwsError("PreconditionFailed", FAILED, 412, Condition="If-Match")
    if IfMatch is None and IfUnmodifiedSince is not None and found.modified > IfUnmodifiedSince:
        raise AwsError("PreconditionFailed", FAILED, 412, Condition="If-Unmodified-Since")
    if IfNoneMatch is not None:
        if _is(found.etag, IfNoneMatch):
            raise AwsError("NotModified", "Not Modified", 304)
    elif IfModifiedSince is not None and found.modified <= IfModifiedSince:
        raise AwsError("NotModified", "Not Modified", 304)


def check_write(found: Object | None, IfMatch: str | None, IfNoneMatch: str | None) -> None:
    """Raises PreconditionFailed, or NoSuchKey for If-Match on nothing."""
    there = found is not None and not found.marker
    if IfNoneMatch is not None and there:
        raise AwsError("PreconditionFailed", FAILED, 412, Condition="If-None-Match")
    if IfMatch is not None:
        if not there or found is None:
            raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
        if not _is(found.etag, IfMatch):
            raise AwsError("PreconditionFailed", FAILED, 412, Condition="If-Match")


def span(given: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a Range header; None when it is to be ignored. Raises InvalidRange (416)."""
    match = RANGE.fullmatch(given.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = size - int(last) if first == "" else int(first)
    end = size - 1 if first == "" or last == "" else min(int(last), size - 1)
    if first and last and int(first) > int(last):
        return None
    if start >= size or (first == "" and int(last) == 0):
        raise AwsError(
            "InvalidRange",
            "The requested range is not satisfiable",
            416,
            RangeRequested=given,
            ActualObjectSize=str(size),
        )
    return max(start, 0), end
