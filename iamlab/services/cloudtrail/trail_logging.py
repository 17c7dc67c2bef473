"""Whether a trail logs, and what. CloudTrail API Reference: "StartLogging", "GetTrailStatus", "PutEventSelectors"."""

from typing import Any

from iamlab.services import clock, log_files
from iamlab.services.cloudtrail import selectors
from iamlab.services.cloudtrail.trail_names import at_home, existing, listed, named, of_selectors
from iamlab.services.operations import Call, operation


@operation("cloudtrail:StartLogging", target=named)
def start_logging(call: Call, Name: str) -> dict[str, Any]:
    row = at_home(call, Name)
    if not row.logging:
        log_files.begin(call, row)
    log_files.mark(row)
    return {}


@operation("cloudtrail:StopLogging", target=named)
def stop_logging(call: Call, Name: str) -> dict[str, Any]:
    row = at_home(call, Name)
    if row.logging:
        row.logging, row.stopped = False, call.now
        row.save(update_fields=["logging", "stopped"])
    return {}


@operation("cloudtrail:GetTrailStatus", target=named, bulk=listed)
def get_trail_status(call: Call, Name: str) -> dict[str, Any]:
    """Whether a delivery would be refused is judged by the bucket's policy now; in a list it is as last tried."""
    row = existing(call, call.target.arn)
    alone = not call.target.loaded
    if alone:
        log_files.deliver(call, row)
    tried = clock.iso(row.attempted) if row.attempted else ""
    answer: dict[str, Any] = {
        "IsLogging": row.logging,
        "LatestDeliveryAttemptTime": tried,
        "LatestNotificationAttemptTime": "",
        "LatestNotificationAttemptSucceeded": "",
        "LatestDeliveryAttemptSucceeded": clock.iso(row.delivered_at) if row.delivered_at else "",
        "TimeLoggingStarted": clock.iso(row.started) if row.started else "",
        "TimeLoggingStopped": clock.iso(row.stopped) if row.stopped else "",
    }
    times = {
        "LatestDeliveryTime": row.delivered_at,
        "StartLoggingTime": row.started,
        "StopLoggingTime": row.stopped,
    }
    answer |= {name: value for name, value in times.items() if value}
    error = (alone and log_files.delivery_error(call, row)) or row.failure
    if row.logging and error:
        answer["LatestDeliveryError"] = error
    return answer


@operation("cloudtrail:PutEventSelectors", target=of_selectors)
def put_event_selectors(
    call: Call,
    TrailName: str,
    EventSelectors: list[dict[str, Any]] | None = None,
    AdvancedEventSelectors: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Basic or advanced ones, never both; the new ones take the place of the old."""
    row = at_home(call, TrailName)
    if bool(EventSelectors) == bool(AdvancedEventSelectors):
        raise selectors.invalid("Either EventSelectors or AdvancedEventSelectors are given.")
    if AdvancedEventSelectors:
        row.selectors = {"AdvancedEventSelectors": selectors.advanced(AdvancedEventSelectors)}
    else:
        row.selectors = {"EventSelectors": selectors.basic(EventSelectors or [])}
    row.save(update_fields=["selectors"])
    return {"TrailARN": row.arn, **row.selectors}


@operation("cloudtrail:GetEventSelectors", target=of_selectors)
def get_event_selectors(call: Call, TrailName: str) -> dict[str, Any]:
    """A new trail logs management events and no data."""
    row = existing(call, TrailName)
    return {"TrailARN": row.arn, **(row.selectors or {"EventSelectors": [selectors.USUAL]})}
