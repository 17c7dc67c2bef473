"""When a password, key or role was last used: derived from the events, never stored."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Max, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from iamlab.services.cloudtrail.models import Event

# Literal, so that the partial index over sign-ins is used; the queryset's table must be iam_user.
LAST_SIGN_IN = RawSQL(
    "(select max(e.time) from cloudtrail_event e"
    " where e.principal = iam_user.unique_id and e.name = 'ConsoleLogin' and e.error = '')",
    [],
    output_field=DateTimeField(),
)


@dataclass(frozen=True, slots=True)
class Use:
    time: datetime
    service: str
    region: str


def last_sign_in(unique_id: str) -> datetime | None:
    """The last time that an identity (the root user by its account's id) signed in to the console."""
    rows = Event.objects.filter(principal=unique_id, name="ConsoleLogin", error="")
    return rows.order_by("-time").values_list("time", flat=True).first()


def newest(column: str, reference: str) -> Subquery:
    """The id of the newest event whose `column` equals the outer row's `reference`."""
    return Subquery(Event.objects.filter(**{column: OuterRef(reference)}).order_by("-id").values("id")[:1])


def newest_use(column: str, reference: str) -> dict[str, Subquery]:
    """Annotations with what `used` tells of the newest event whose `column` equals the outer row's `reference`."""
    events = Event.objects.filter(**{column: OuterRef(reference)}).order_by("-id")
    return {f"used_{name}": Subquery(events.values(name)[:1]) for name in ("time", "source", "record")}


def used(row: Any) -> Use | None:
    """The use of a row that `newest_use` annotated."""
    return _use(row.used_time, row.used_source, row.used_record) if row.used_record else None


def _use(time: datetime, source: str, record: str) -> Use:
    return Use(time, source.partition(".")[0], json.loads(record)["awsRegion"])


def uses(event_ids: Iterable[int | None]) -> dict[int, Use]:
    """Time, service and Region of events, in one query."""
    wanted = [event_id for event_id in event_ids if event_id is not None]
    if not wanted:
        return {}
    rows = Event.objects.filter(id__in=wanted).values_list("id", "time", "source", "record")
    return {event_id: _use(time, source, record) for event_id, time, source, record in rows}


def last_uses(events: QuerySet[Event], *columns: str) -> dict[tuple[str, ...], Use]:
    """The newest of some events by what their `columns` hold, in one query."""
    newest = events.values(*columns).annotate(newest=Max("id")).values("newest")
    rows = Event.objects.filter(id__in=newest).values_list("time", "source", "record", *columns)
    return {tuple(key): _use(time, source, record) for time, source, record, *key in rows}
