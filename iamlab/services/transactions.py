"""Short write transactions, one writer at a time in a process on SQLite."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.db import transaction

from iamlab.services import statements

# SQLite has one write lock: queueing for it here keeps the tail short; waiting inside SQLite backs off in steps.
_lock = threading.RLock()


def one_writer() -> AbstractContextManager[Any]:
    """This process's turn to write."""
    return _lock if statements.on_sqlite() else nullcontext()


@contextmanager
def writing() -> Iterator[None]:
    with one_writer(), transaction.atomic():
        yield
