"""Events into their table, in as few writes as the database allows."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, connection

from iamlab.services import statements
from iamlab.services.transactions import one_writer

Row = tuple[Any, ...]  # an event on its way to the table: the values of COLUMNS
COLUMNS = (
    "account_id, event_id, time, real_time, source, name, username, access_key_id, principal, read_only, data, "
    "error, resources, record, context, policies, region"
)


@dataclass(slots=True)
class Brought:
    """Events that a thread brought, and what came of them."""

    events: Sequence[Row]
    settled: bool = False
    error: DatabaseError | None = None


_queue: list[Brought] = []
_queueing = threading.Lock()


def store(events: Sequence[Row]) -> None:
    """Store events now: where a transaction is open, in it."""
    statements.run(_insert(len(events)), [value for event in events for value in event])


@lru_cache(maxsize=64)
def _insert(count: int) -> str:
    one = "(" + ", ".join(["%s"] * 17) + ")"
    return f"insert into cloudtrail_event ({COLUMNS}) values {', '.join([one] * count)}"


def store_together(events: Sequence[Row]) -> None:
    """Store events that no transaction waits for; on disk when this returns.

    SQLite has one writer at a time, and a write costs much the same for one event or for four: whoever's turn it is
    stores what the process's other threads have brought by then.
    """
    if not statements.on_sqlite() or connection.in_atomic_block:
        store(events)
        return
    mine = Brought(events)
    with _queueing:
        _queue.append(mine)
    with one_writer():
        if not mine.settled:
            with _queueing:
                others = [one for one in _queue if one is not mine]
                _queue.clear()
            _store_all([mine, *others])
    if mine.error is not None:
        raise mine.error


def _store_all(brought: list[Brought]) -> None:
    """All at once; one by one where that fails, so that each fails for itself alone."""
    try:
        store([event for one in brought for event in one.events])
    except DatabaseError as error:
        if len(brought) > 1:
            for one in brought:
                _store_all([one])
            return
        brought[0].error = error
    for one in brought:
        one.settled = True
