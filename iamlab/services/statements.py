"""Statements written by hand, on the paths that every call takes.

SQLite is asked past Django's cursor, whose wrapping costs several times what a short statement does. Where somebody
listens (tests that count, debug cursors), and on any other database, Django's cursor is taken.
"""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a query whose values are marked by %s; no other % may stand in it."""
    database = connections[DEFAULT_DB_ALIAS]
    raw = _sqlite(database)
    if raw is None:
        with database.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()
    with database.wrap_database_errors:
        return raw.execute(_with_question_marks(statement), values).fetchall()


def marks(values: Collection[Any]) -> str:
    """What stands for some values behind `in`; there must be one at least."""
    return f"({', '.join(['%s'] * len(values))})"


def run(statement: str, values: Sequence[Any]) -> None:
    """Carry out a statement that has no rows."""
    database = connections[DEFAULT_DB_ALIAS]
    raw = _sqlite(database)
    if raw is None:
        with database.cursor() as cursor:
            cursor.execute(statement, values)
        return
    with database.wrap_database_errors:
        raw.execute(_with_question_marks(statement), values)


def time(when: datetime) -> Any:
    """A time in UTC as a statement takes it: SQLite keeps text, as Django writes it there."""
    return str(when.replace(tzinfo=None)) if on_sqlite() else when


@cache
def on_sqlite() -> bool:
    """Asked several times a call, and a connection takes its time to say."""
    return connections[DEFAULT_DB_ALIAS].vendor == "sqlite"


def moment(value: Any) -> Any:
    """A time that a row of these has, None where it has none: SQLite gives text, or a datetime that lacks its UTC.

    A statement that casts it to text spares SQLite's own reading.
    """
    if isinstance(value, str):
        return _read(value)
    return value if value is None or value.tzinfo is not None else value.replace(tzinfo=UTC)


def document(value: Any) -> Any:
    """A JSON value of a row, an empty object where it has none: SQLite gives text."""
    if value == "{}":
        return {}  # most have no tags
    return json.loads(value) if isinstance(value, str) else (value or {})


@lru_cache(maxsize=4096)
def _read(text: str) -> datetime:
    """Many rows were made in the same second."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _sqlite(database: Any) -> Any:
    """The open connection of Python's own sqlite3, None where Django's cursor must be taken."""
    if not on_sqlite() or database.connection is None or database.execute_wrappers:
        return None
    if database.queries_logged or database.needs_rollback:
        return None
    return database.connection


@lru_cache(maxsize=256)
def _with_question_marks(statement: str) -> str:
    return statement.replace("%s", "?")
