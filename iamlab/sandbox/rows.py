"""All rows that a world's state is made of, read in one statement, as JSON that the database itself writes."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection, models

from iamlab.sandbox import history
from iamlab.sandbox.models import Snapshot
from iamlab.services import statements
from iamlab.services.accounts.models import Account, Sandbox

# Events are history, not state; console sessions go on, since a restored world keeps its people signed in.
NOT_STATE = {"cloudtrail.Event", "signin.ConsoleSession"}
LAST, OFFSET, LIKE = "last", "offset", "like"  # no table's labels


@cache
def tables() -> tuple[type[models.Model], ...]:
    """The models whose rows are a world's state, parents before children."""
    found = [
        model
        for model in apps.get_models()
        if model.__module__.startswith("iamlab.services.")
        and model._meta.label not in NOT_STATE
        and (model is Account or any(field.name == "account" for field in model._meta.fields))
    ]
    return tuple(_sorted(found))


def _sorted(found: list[type[models.Model]]) -> Iterator[type[models.Model]]:
    done: set[type[models.Model]] = set()
    while len(done) < len(found):
        for model in found:
            parents = {f.related_model for f in model._meta.fields if f.is_relation} & set(found) - {model}
            if model not in done and parents <= done:
                done.add(model)
                yield model


def fields(model: type[models.Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


def columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in fields(model)]


class World(NamedTuple):
    """The rows of each table that has any, by its label; the last event's number; the clock's offset; and the tables of
    an earlier snapshot.

    A row is a JSON array of its `columns`; those of a table are in the order of their keys, as texts.
    """

    tables: dict[str, list[str]]
    last: int
    offset: int
    like: dict[str, str]


def of(sandbox: Sandbox, like: int = 0) -> World:
    """A world as it is now, beside the snapshot of that key, if it is one of this world's."""
    found: dict[str, list[tuple[str, str]]] = {}
    statement = _statement(connection.vendor)
    values = [like, *[sandbox.pk] * (statement.count("%s") - 1)]
    for label, key, text in statements.rows(statement, values):
        found.setdefault(label, []).append((key, text))
    last, offset = found.pop(LAST)[0][1], found.pop(OFFSET)[0][1]
    before = found.pop(LIKE, [("", "{}")])[0][1]
    tables = {label: [text for _, text in sorted(rows)] for label, rows in found.items()}
    return World(tables, int(last), int(offset), json.loads(before))


@cache
def _statement(vendor: str) -> str:
    array = "json_array" if vendor == "sqlite" else "json_build_array"
    parts = [
        f"select '{LIKE}', '', cast(tables as text) from {Snapshot._meta.db_table} where id = %s and sandbox_id = %s",
        f"select '{OFFSET}', '', cast(clock_offset as text) from {Sandbox._meta.db_table} where id = %s",
        f"select '{LAST}', '', cast({history.LAST} as text)",
    ]
    for model in tables():
        values = ", ".join(_value(vendor, field) for field in fields(model))
        key, kept = f't."{model._meta.pk.column}"', f"cast({array}({values}) as text)"
        # Each row is looked up from its account: a list of accounts would be made anew for each table.
        accounts = f"{Account._meta.db_table} {'t' if model is Account else 'a'}"
        source = f"{accounts} where t.sandbox_id = %s"
        if model is not Account:
            source = f'{accounts} cross join "{model._meta.db_table}" t where a.sandbox_id = %s and t.account_id = a.id'
        parts.append(f"select '{model._meta.label}', cast({key} as text), {kept} from {source}")
    return " union all ".join(parts)


def _value(vendor: str, field: Any) -> str:
    """A column as JSON has it; bytes as PostgreSQL writes them there."""
    column = f't."{field.column}"'
    if vendor == "sqlite" and isinstance(field, models.JSONField):
        return f"json({column})"
    if vendor == "sqlite" and isinstance(field, models.BinaryField):
        return f"'\\x' || hex({column})"
    return column


def packed(model: type[models.Model], found: list[str]) -> bytes:
    """Rows of one table as they are kept, with the names of their columns."""
    return f'{{"columns":{json.dumps(columns(model))},"rows":[{",".join(found)}]}}'.encode()


def unpacked(model: type[models.Model], text: bytes) -> list[Any]:
    """The rows that were packed. A column that was added since has its default, one that was taken away is left out."""
    kept = json.loads(text)
    if isinstance(kept, list):  # as chunks were kept at first: without names, in the order of the columns then
        kept = {"columns": columns(model), "rows": kept}
    known = {field.attname: field for field in fields(model)}
    at = [(place, name, known[name]) for place, name in enumerate(kept["columns"]) if name in known]
    return [
        model(**{name: _decode(field, row[place]) for place, name, field in at if place < len(row)})
        for row in kept["rows"]
    ]


def _decode(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        when = datetime.fromisoformat(value)
        return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(value[2:]) if value.startswith("\\x") else base64.b64decode(value)  # as they once were
    return bool(value) if isinstance(field, models.BooleanField) else value
