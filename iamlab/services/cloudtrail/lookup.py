"""Event history. CloudTrail API Reference: "LookupEvents"."""

import base64
import binascii
import hashlib
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from iamlab.services import throttle
from iamlab.services.cloudtrail.models import Event
from iamlab.services.operations import AwsError, Call, operation

DAYS = 90
DEFAULT = 50
A_SECOND = 2  # calls of an account in a Region


@operation("cloudtrail:LookupEvents")
def lookup_events(
    call: Call,
    LookupAttributes: list[dict[str, str]] | None = None,
    StartTime: datetime | None = None,
    EndTime: datetime | None = None,
    EventCategory: str | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> dict[str, Any]:
    """The Region's, newest first, 90 days. S3's data events are listed too, on purpose: see the fidelity page."""
    if call.source.entrance == "wire" and throttle.on(call.caller.world):
        throttle.take(("LookupEvents", call.account_id, call.source.region), A_SECOND, "ThrottlingException")
    if StartTime and EndTime and StartTime > EndTime:
        raise AwsError("InvalidTimeRangeException", "The start time must be earlier than the end time.")
    if len(LookupAttributes or ()) > 1:
        raise AwsError("InvalidLookupAttributesException", "You can only look up events by one attribute.")
    if EventCategory == "insight":
        return {"Events": []}  # Insights are not simulated: nothing unusual is ever found
    since = call.now - timedelta(days=DAYS)
    rows = Event.objects.filter(account_id=call.account_id, region=call.source.region, time__gte=since)
    for attribute in LookupAttributes or ():
        rows = matching(rows, attribute["AttributeKey"], attribute["AttributeValue"])
    if StartTime:
        rows = rows.filter(time__gte=StartTime)
    if EndTime:
        rows = rows.filter(time__lte=EndTime)
    if NextToken:
        rows = rows.filter(id__lt=before(NextToken, LookupAttributes))
    size = MaxResults or DEFAULT
    found = list(rows.order_by("-id")[: size + 1])
    answer: dict[str, Any] = {"Events": [describe(row) for row in found[:size]]}
    if len(found) > size:
        answer["NextToken"] = token(found[size - 1].id, LookupAttributes)
    return answer


def matching(rows: QuerySet[Event], key: str, value: str) -> QuerySet[Event]:
    if key == "EventId":
        try:
            uuid.UUID(value)
        except ValueError as error:
            raise AwsError("InvalidLookupAttributesException", "EventId must be a valid UUID.") from error
        return rows.filter(event_id=value)
    if key == "ReadOnly":
        return rows.filter(read_only=value.lower() == "true")
    if key in ("ResourceName", "ResourceType"):
        # Lines of "type name". SQLite's LIKE, which is quick, ignores case and where a line begins and a name ends.
        line = f"{re.escape(value)} " if key == "ResourceType" else f"[^ \n]+ {re.escape(value)}(\n|$)"
        return rows.filter(resources__contains=value).filter(resources__regex=f"(^|\n){line}")
    column = {"EventName": "name", "Username": "username", "EventSource": "source", "AccessKeyId": "access_key_id"}[key]
    return rows.filter(**{column: value})


def _asked(LookupAttributes: list[dict[str, str]] | None) -> str:
    return hashlib.sha256(repr([sorted(one.items()) for one in LookupAttributes or ()]).encode()).hexdigest()[:12]


def token(last: int, LookupAttributes: list[dict[str, str]] | None) -> str:
    """Where the next page begins, for the same attributes only."""
    return base64.urlsafe_b64encode(f"{last}.{_asked(LookupAttributes)}".encode()).decode()


def before(NextToken: str, LookupAttributes: list[dict[str, str]] | None) -> int:
    """The event that a token continues behind. Raises InvalidNextTokenException."""
    try:
        last, _, asked = base64.b64decode(NextToken.encode(), altchars=b"-_", validate=True).decode().partition(".")
        if asked == _asked(LookupAttributes) and len(last) < 19:
            return int(last)
    except (ValueError, binascii.Error) as error:
        raise AwsError("InvalidNextTokenException", "The token is not valid.") from error
    raise AwsError("InvalidNextTokenException", "The token is of another request.")


def describe(row: Event) -> dict[str, Any]:
    event: dict[str, Any] = {
        "EventId": row.event_id,
        "EventName": row.name,
        "ReadOnly": "true" if row.read_only else "false",
        "EventTime": row.time,
        "EventSource": row.source,
        "Resources": [
            {"ResourceType": line.partition(" ")[0], "ResourceName": line.partition(" ")[2]}
            for line in row.resources.split("\n")
            if line
        ],
        "CloudTrailEvent": row.record,
    }
    if row.username:
        event["Username"] = row.username
    if row.access_key_id:
        event["AccessKeyId"] = row.access_key_id
    return event
