"""Undo, checkpoint, jump, reset, branch, "as it was at": one mechanism. A snapshot is all rows but events."""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from iamlab.sandbox import rows
from iamlab.sandbox.models import Chunk, Snapshot
from iamlab.services import prepared, statements
from iamlab.services.accounts.models import Account, Sandbox, new_revision
from iamlab.services.transactions import one_writer, writing

KEEP_CHUNKS = f"insert into {Chunk._meta.db_table} (digest, data) values {{}} on conflict do nothing"


def account_ids(sandbox: Sandbox) -> list[str]:
    return list(Account.objects.filter(sandbox=sandbox).order_by("pk").values_list("pk", flat=True))


@dataclass(slots=True)
class World:
    """A world at one moment, not stored: digest and packed rows of each table that has any, the last event's number,
    the clock's offset; and the tables of an earlier snapshot, of which those that are the same are not stored again.
    """

    packed: dict[str, tuple[str, bytes]]
    last: int
    offset: int
    like: Mapping[str, str]

    @property
    def tables(self) -> dict[str, str]:
        return {label: digest for label, (digest, _) in self.packed.items()}

    @property
    def changed(self) -> set[str]:
        """The tables that are others than in the earlier snapshot."""
        now = self.tables
        return {label for label in self.like.keys() | now.keys() if self.like.get(label) != now.get(label)}


def look(sandbox: Sandbox, like: int = 0) -> World:
    """The world as it is now, beside the earlier snapshot of that key. One statement."""
    found = rows.of(sandbox, like)
    there = (model for model in rows.tables() if model._meta.label in found.tables)
    texts = {model._meta.label: rows.packed(model, found.tables[model._meta.label]) for model in there}
    packed = {label: (hashlib.sha256(text).hexdigest(), text) for label, text in texts.items()}
    return World(packed, found.last, found.offset, found.like)


def take(sandbox: Sandbox, *, kind: str = "history", name: str = "") -> Snapshot:
    """Remember the world as it is now."""
    newest = sandbox.snapshots.order_by("-pk").values_list("pk", flat=True).first()
    return keep(sandbox, look(sandbox, newest or 0), kind=kind, name=name)


def keep(sandbox: Sandbox, world: World, *, kind: str = "history", name: str = "") -> Snapshot:
    """Remember a world that was looked at just now."""
    snapshot = Snapshot(
        sandbox=sandbox,
        tables=world.tables,
        clock_offset=world.offset,
        event=world.last,
        kind=kind,
        name=name,
        taken=timezone.now(),
    )
    before = set(world.like.values())
    new = [value for digest, text in world.packed.values() if digest not in before for value in (digest, pack(text))]
    with one_writer(), transaction.atomic(savepoint=False):
        if new:
            statements.run(KEEP_CHUNKS.format(", ".join(["(%s, %s)"] * (len(new) // 2))), new)
        prepared.insert(snapshot, keyed=True)
    return snapshot


def pack(text: bytes) -> bytes:
    return zlib.compress(text, 1)


def again(snapshot: Snapshot, *, kind: str, name: str) -> Snapshot:
    """A snapshot that was taken just now, under another name."""
    return Snapshot.objects.create(
        sandbox_id=snapshot.sandbox_id,
        tables=snapshot.tables,
        clock_offset=snapshot.clock_offset,
        event=snapshot.event,
        kind=kind,
        name=name,
    )


def stands(snapshot: Snapshot) -> bool:
    """Whether the world is as it was then."""
    now = look(snapshot.sandbox)
    return now.tables == snapshot.tables and now.offset == snapshot.clock_offset


def restore(snapshot: Snapshot) -> None:
    """Make the world what it was; tables that are so already stay. Events stay; caches are told by a new revision."""
    sandbox = snapshot.sandbox
    with writing():
        now = look(sandbox).tables
        other = [
            model for model in rows.tables() if now.get(model._meta.label) != snapshot.tables.get(model._meta.label)
        ]
        digests = {model: snapshot.tables.get(model._meta.label) for model in other}
        chunks = dict(Chunk.objects.filter(digest__in=filter(None, digests.values())).values_list("digest", "data"))
        ids = account_ids(sandbox)
        for model in reversed(other):
            if model is not Account and model._meta.label in now:
                model._base_manager.filter(account_id__in=ids)._raw_delete(using="default")
        for model, digest in digests.items():
            if digest or model is Account:
                _put(model, unpacked(model, chunks[digest]) if digest else [], ids)
        Sandbox.objects.filter(pk=sandbox.pk).update(revision=new_revision(), clock_offset=snapshot.clock_offset)


def unpacked(model: type[models.Model], packed: Any) -> list[Any]:
    """The rows of a chunk."""
    return rows.unpacked(model, zlib.decompress(bytes(packed)))


def _put(model: type[models.Model], found: list[Any], ids: list[str]) -> None:
    if model is not Account:
        model._base_manager.bulk_create(found, batch_size=500)
        return
    # An account's events hang on its row: it is changed in place, or closed, never deleted.
    changed = [field.attname for field in rows.fields(model) if not field.primary_key]
    for closing in Account.objects.filter(pk__in=set(ids) - {row.pk for row in found}, closed=None):
        closing.closed, closing.alias, closing.email_lower = timezone.now(), "", f"closed {closing.pk}"
        closing.save(update_fields=["closed", "alias", "email_lower"])
    model._base_manager.bulk_update([row for row in found if row.pk in ids], changed)


def as_it_was(sandbox: Sandbox, event: int) -> Snapshot | None:
    """The last snapshot of the world taken at or before an event."""
    return sandbox.snapshots.filter(event__lte=event).order_by("-event", "-pk").first()
