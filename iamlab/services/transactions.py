"""Short write transactions, one writer at a time in a process on SQLite."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.db import connection, transaction

from iamlab.services import statements

# SQLite has one write lock: queueing for it here keeps the tail short; waiting inside SQLite backs off in steps.
_lock = threading.RLock()


def one_writer() -> AbstractContextManager[Any]:
    """This process's turn to write. Within a transaction it has come: who waited here then, with SQLite's lock in hand,
    would wait for one who waits for that.
    """
    return nullcontext() if not statements.on_sqlite() or connection.in_atomic_block else _lock


@contextmanager
def writing(sandbox_id: int | None = None) -> Iterator[None]:
    """A write transaction. Of those of one sandbox only one runs at a time, so that what a change counts (a quota, a
    size) is still so when it is written: on SQLite they all wait for each other, elsewhere for the sandbox's row.
    """
    with one_writer(), transaction.atomic():
        if sandbox_id is not None and not statements.on_sqlite():
            with connection.cursor() as cursor:
                cursor.execute("select 1 from accounts_sandbox where id = %s for no key update", [sandbox_id])
        yield
