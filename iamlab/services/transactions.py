"""Short write transactions, one writer at a time on SQLite."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from iamlab.services import statements

LOOKS, PAUSE = 250, 20e-6  # how often, and after how many seconds, another process's turn is looked at again


class Turn:
    """The turn to write, among a process's threads and among the processes that share a database file.

    SQLite has one write lock, and who waits for it sleeps for a millisecond, then two, then five; most writes take a
    tenth of one. A turn is a courtesy: who takes none, as commands and Django itself, or has waited too long, waits in
    SQLite.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.deep = 0
        self.folder, self.process, self.held = -1, 0, False

    def __enter__(self) -> None:
        self.lock.acquire()
        self.deep += 1
        if self.deep == 1:
            self.held = self._taken()

    def __exit__(self, *_: object) -> None:
        self.deep -= 1
        if self.held and not self.deep:
            fcntl.flock(self.folder, fcntl.LOCK_UN)
        self.lock.release()

    def _taken(self) -> bool:
        """Whether the turn among processes came. It is a lock on the database's folder, which needs no file more."""
        try:
            if self.process != os.getpid():  # what was opened before a fork would be one turn for both
                self.folder = os.open(Path(connection.settings_dict["NAME"]).resolve().parent, os.O_RDONLY)
                self.process = os.getpid()
            for _ in range(LOOKS):
                try:
                    fcntl.flock(self.folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return True
                except BlockingIOError:
                    time.sleep(PAUSE)
        except OSError:
            pass  # a file system that has no such locks
        return False


_turn = Turn()


def one_writer() -> AbstractContextManager[Any]:
    """The turn to write. Within a transaction it has come: who waited here then, with SQLite's lock in hand, would wait
    for one who waits for that.
    """
    return nullcontext() if not statements.on_sqlite() or connection.in_atomic_block else _turn


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
