"""Short write transactions, one writer at a time in a process on SQLite."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import connection, transaction

# SQLite has one write lock: queueing for it here keeps the tail short; waiting inside SQLite backs off in steps.
_lock = threading.RLock()


@contextmanager
def writing() -> Iterator[None]:
    with _lock if connection.vendor == "sqlite" else nullcontext(), transaction.atomic():
        yield
