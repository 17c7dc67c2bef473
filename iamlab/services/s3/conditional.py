"""Conditional requests and ranges. S3 User Guide: "Conditional requests"; RFC 9110, sections 13 and 14."""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from iamlab.services.operations import AwsError
from iamlab.services.s3.errors import no_such_key, not_implemented
from iamlab.services.s3.models import Object

READ = ("IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince")
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
FAILED = "At least one of the pre-conditions you specified did not hold"


def _is(etag: str, given: str) -> bool:
    return given == "*" or etag in {part.strip().strip('"') for part in given.split(",")}


def check_read(
    found: Object,
    now: datetime,
    IfMatch: str | None,
    IfNoneMatch: str | None,
    IfModifiedSince: datetime | None,
    IfUnmodifiedSince: datetime | None,
) -> None:
    """Raises PreconditionFailed (412) or NotModified (304). RFC 9110: If-Modified-Since is never in the future."""
    if IfMatch is not None and not _is(found.etag, IfMatch):
        raise AwsError("PreconditionFailed", FAILED, 412, Condition="If-Match")
    if IfMatch is None and IfUnmodifiedSince is not None and found.modified > IfUnmodifiedSince:
        raise AwsError("PreconditionFailed", FAILED, 412, Condition="If-Unmodified-Since")
    if IfNoneMatch is not None:
        if _is(found.etag, IfNoneMatch):
            raise _not_modified(found)
    elif IfModifiedSince is not None and found.modified <= IfModifiedSince <= now:
        raise _not_modified(found)


def _not_modified(found: Object) -> AwsError:
    error = AwsError("NotModified", "Not Modified", 304)
    error.headers = {"ETag": f'"{found.etag}"', "Last-Modified": format_datetime(found.modified, usegmt=True)}
    return error


SOURCE = (
    ("CopySourceIfMatch", "x-amz-copy-source-If-Match"),
    ("CopySourceIfUnmodifiedSince", "x-amz-copy-source-If-Unmodified-Since"),
    ("CopySourceIfNoneMatch", "x-amz-copy-source-If-None-Match"),
    ("CopySourceIfModifiedSince", "x-amz-copy-source-If-Modified-Since"),
)


def check_source(found: Object, now: datetime, parameters: Mapping[str, Any]) -> None:
    """The conditions of a copy on its source. Raises PreconditionFailed, which here is never NotModified."""
    match, unmodified, none_match, modified = (parameters.get(name) for name, _ in SOURCE)
    failed = (
        match is not None and not _is(found.etag, match),
        match is None and unmodified is not None and found.modified > unmodified,
        none_match is not None and _is(found.etag, none_match),
        none_match is None and modified is not None and found.modified <= modified <= now,
    )
    for holds_not, (_, header) in zip(failed, SOURCE, strict=True):
        if holds_not:
            raise AwsError("PreconditionFailed", FAILED, 412, Condition=header)


def check_write(key: str, found: Object | None, IfMatch: str | None, IfNoneMatch: str | None) -> None:
    """Raises PreconditionFailed, NoSuchKey for If-Match on nothing, NotImplemented for what writes do not take."""
    if IfMatch is not None and IfNoneMatch is not None:
        raise not_implemented("If-Match,If-None-Match", "Multiple conditional request headers present in the request")
    refused = "If-Match" if IfMatch == "*" else "If-None-Match" if IfNoneMatch not in (None, "*") else ""
    if refused:
        raise not_implemented(refused, f"We don't accept the provided value of {refused} header for this API")
    there = found is not None and not found.marker
    if IfNoneMatch is not None and there:
        raise AwsError("PreconditionFailed", FAILED, 412, Condition="If-None-Match")
    if IfMatch is not None:
        if not there or found is None:
            raise no_such_key(key)
        if not _is(found.etag, IfMatch):
            raise AwsError("PreconditionFailed", FAILED, 412, Condition="If-Match")


def check_conflict(key: str, IfMatch: str | None, IfNoneMatch: str | None) -> None:
    """No condition survives a change of the object while its parts came. Raises ConditionalRequestConflict."""
    for header, value in (("If-Match", IfMatch), ("If-None-Match", IfNoneMatch)):
        if value is not None:
            message = "The conditional request cannot succeed due to a conflicting operation against this resource."
            raise AwsError("ConditionalRequestConflict", message, 409, Condition=header, Key=key)


def check_delete(key: str, found: Object | None, IfMatch: str | None) -> None:
    """Raises NoSuchKey, PreconditionFailed."""
    if IfMatch is None:
        return
    if found is None or found.marker:
        raise no_such_key(key)
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
