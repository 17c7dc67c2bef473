"""Undo, checkpoint, jump, reset, branch, "as it was at": one mechanism. A snapshot is all rows but events."""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from iamlab.sandbox.models import Chunk, Snapshot
from iamlab.services.accounts.models import Account, Sandbox, new_revision
from iamlab.services.cloudtrail.models import Event
from iamlab.services.transactions import writing

# Events are history, not state; console sessions go on, since a restored world keeps its people signed in.
NOT_STATE = {"cloudtrail.Event", "signin.ConsoleSession"}


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


def _fields(model: type[models.Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


def _columns(model: type[models.Model]) -> list[str]:
    return [field.attname for field in _fields(model)]


def _rows(model: type[models.Model], account_ids: list[str]) -> list[tuple[Any, ...]]:
    key = "pk__in" if model is Account else "account_id__in"
    return list(model._base_manager.filter(**{key: account_ids}).order_by("pk").values_list(*_columns(model)))


def _filled(account_ids: list[str]) -> list[type[models.Model]]:
    """The models of which a world has rows, in one statement: most are empty, and asking each costs like reading."""
    if not account_ids:
        return []
    marks = ", ".join(["%s"] * len(account_ids))
    parts, values = [], []
    for number, model in enumerate(tables()):
        key = "id" if model is Account else "account_id"
        parts.append(f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {model._meta.db_table} WHERE {key} IN ({marks}))")
        values += account_ids
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = {number for (number,) in cursor.fetchall()}
    return [model for number, model in enumerate(tables()) if number in found]


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    raise TypeError(type(value))


def _decode(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value)
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    return value


def account_ids(sandbox: Sandbox) -> list[str]:
    return list(Account.objects.filter(sandbox=sandbox).order_by("pk").values_list("pk", flat=True))


def take(sandbox: Sandbox, *, kind: str = "history", name: str = "") -> Snapshot:
    """Remember the world as it is now."""
    ids = account_ids(sandbox)
    chunks: dict[str, bytes] = {}
    places: dict[str, str] = {}
    for model in _filled(ids):
        kept_as = {"columns": _columns(model), "rows": _rows(model, ids)}
        packed = json.dumps(kept_as, default=_encode, separators=(",", ":")).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(packed).hexdigest()
        chunks[digest] = packed
        places[model._meta.label] = digest
    kept = set(Chunk.objects.filter(digest__in=chunks).values_list("digest", flat=True))
    new = [Chunk(digest=d, data=zlib.compress(packed, 1)) for d, packed in chunks.items() if d not in kept]
    last = Event.objects.filter(account_id__in=ids).aggregate(last=models.Max("id"))["last"] or 0
    with writing():
        Chunk.objects.bulk_create(new, ignore_conflicts=True)
        return Snapshot.objects.create(
            sandbox=sandbox,
            tables=places,
            clock_offset=Sandbox.objects.values_list("clock_offset", flat=True).get(pk=sandbox.pk),
            event=last,
            kind=kind,
            name=name,
        )


def restore(snapshot: Snapshot) -> None:
    """Make the world what it was. Events stay; caches are told by a new revision."""
    sandbox = snapshot.sandbox
    chunks = dict(Chunk.objects.filter(digest__in=snapshot.tables.values()).values_list("digest", "data"))
    with writing():
        ids = account_ids(sandbox)
        for model in reversed(_filled(ids)):
            if model is not Account:
                model._base_manager.filter(account_id__in=ids)._raw_delete(using="default")
        for model in tables():
            digest = snapshot.tables.get(model._meta.label)
            if digest or model is Account:
                _put(model, unpacked(model, chunks[digest]) if digest else [], ids)
        Sandbox.objects.filter(pk=sandbox.pk).update(revision=new_revision(), clock_offset=snapshot.clock_offset)


def unpacked(model: type[models.Model], packed: Any) -> list[Any]:
    """The rows of a chunk. A column that was added since has its default, one that was taken away is left out."""
    kept = json.loads(zlib.decompress(bytes(packed)))
    if isinstance(kept, list):  # as chunks were kept at first: without names, in the order of the columns then
        kept = {"columns": _columns(model), "rows": kept}
    fields = {field.attname: field for field in _fields(model)}
    known = [(at, name, fields[name]) for at, name in enumerate(kept["columns"]) if name in fields]
    return [
        model(**{name: _decode(field, row[at]) for at, name, field in known if at < len(row)}) for row in kept["rows"]
    ]


def _put(model: type[models.Model], found: list[Any], ids: list[str]) -> None:
    if model is not Account:
        model._base_manager.bulk_create(found, batch_size=500)
        return
    # An account's events hang on its row: it is changed in place, or closed, never deleted.
    changed = [field.attname for field in _fields(model) if not field.primary_key]
    for closing in Account.objects.filter(pk__in=set(ids) - {row.pk for row in found}, closed=None):
        closing.closed, closing.alias, closing.email_lower = timezone.now(), "", f"closed {closing.pk}"
        closing.save(update_fields=["closed", "alias", "email_lower"])
    model._base_manager.bulk_update([row for row in found if row.pk in ids], changed)


def as_it_was(sandbox: Sandbox, event: int) -> Snapshot | None:
    """The last snapshot of the world taken at or before an event."""
    return sandbox.snapshots.filter(event__lte=event).order_by("-event", "-pk").first()
