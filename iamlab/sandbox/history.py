"""The events of a world, read for checks, timelines and undo; nothing here writes."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, Max, QuerySet

from iamlab.services import statements
from iamlab.services.accounts.models import Sandbox
from iamlab.services.cloudtrail.models import Event

Touch = tuple[int, str, bool, datetime]  # seq, name, changed something, when in truth


def events(sandbox: Sandbox, after: int = 0) -> QuerySet[Event]:
    """Every event of the sandbox's accounts behind a sequence number, oldest first."""
    return Event.objects.filter(account__sandbox=sandbox, id__gt=after).order_by("id")


def last(sandbox: Sandbox) -> int:
    """The sequence number of the newest event, 0 without any."""
    return events(sandbox).aggregate(last=Max("id"))["last"] or 0


def exist_behind(sandbox: Any, after: Any) -> Exists:
    """An expression: whether there are events behind a sequence number; both may be columns of an outer query."""
    return Exists(Event.objects.filter(account__sandbox=sandbox, id__gt=after))


# The columns of `touched`, and where they are read, for who asks in a statement of their own: sandbox, sequence number.
TOUCHED = (
    "e.id e.name e.read_only e.error e.real_time",
    "cloudtrail_event e join accounts_account a on a.id = e.account_id where a.sandbox_id = %s and e.id > %s",
)


# What the sign-in service records of people who come and go: the world stays as it is.
COMING_AND_GOING = ("ConsoleLogin", "CheckMfa", "SwitchRole", "ExitRole")


def touch(seq: int, name: str, read_only: bool, error: str, real_time: Any) -> Touch:
    """A row of these columns as checks hang on it."""
    return seq, name, not read_only and not error and name not in COMING_AND_GOING, statements.moment(real_time)


def records(sandbox: Sandbox, after: int, names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """CloudTrail records of the events of some names, each with `seq` and the `error` code."""
    for seq, error, text in events(sandbox, after).filter(name__in=names).values_list("id", "error", "record"):
        yield {**json.loads(text), "seq": seq, "error": error}


def touched(sandbox: Sandbox, after: int) -> list[Touch]:
    """The events behind a sequence number, as far as checks hang on them."""
    rows = events(sandbox, after).values_list("id", "name", "read_only", "error", "real_time")
    return [touch(*row) for row in rows]


def last_change(sandbox: Sandbox, after: int) -> dict[str, Any]:
    """What changed the world last: event name, identity, time and object; {} without a change."""
    row = events(sandbox, after).filter(read_only=False, error="").exclude(name__in=COMING_AND_GOING).last()
    if row is None:
        return {}
    names = [line.partition(" ")[2] for line in row.resources.splitlines()]
    return {
        "event": row.name,
        "by": row.username,
        "time": row.time.isoformat(),
        "object": ", ".join(names),
        "event_id": row.event_id,
    }
