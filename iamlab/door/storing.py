"""Events into their table."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from iamlab.services import statements
from iamlab.services.transactions import one_writer

Row = tuple[Any, ...]  # an event on its way to the table: the values of COLUMNS
COLUMNS = (
    "account_id, event_id, time, real_time, source, name, username, access_key_id, principal, read_only, data, "
    "error, resources, record, context, policies, region"
)


def store(events: Sequence[Row]) -> None:
    """Store events in one statement: in the open transaction, else on disk when this returns."""
    with one_writer():
        statements.run(_insert(len(events)), [value for event in events for value in event])


@lru_cache(maxsize=64)
def _insert(count: int) -> str:
    one = "(" + ", ".join(["%s"] * 17) + ")"
    return f"insert into cloudtrail_event ({COLUMNS}) values {', '.join([one] * count)}"
