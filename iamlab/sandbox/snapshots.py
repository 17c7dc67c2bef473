"""Undo, checkpoint, jump, reset, branch, "as it was at": one mechanism. A snapshot is all rows but events."""

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from iamlab.sandbox import rows
from iamlab.sandbox.models import Chunk, Snapshot
from iamlab.services import prepared, statements
from iamlab.services.accounts.models import Account, Sandbox, new_revision
from iamlab.services.transactions import one_writer, writing

KEEP_CHUNK = f"insert into {Chunk._meta.db_table} (digest, data) values (%s, %s) on conflict do nothing"


def account_ids(sandbox: Sandbox) -> list[str]:
    return list(Account.objects.filter(sandbox=sandbox).order_by("pk").values_list("pk", flat=True))


def take(sandbox: Sandbox, *, kind: str = "history", name: str = "", like: Mapping[str, str] | None = None) -> Snapshot:
    """Remember the world as it is now. What is as in `like`, an earlier snapshot's tables, is not packed again."""
    packed, last, offset = _packed(sandbox)
    if like is None:
        like = sandbox.snapshots.order_by("-pk").values_list("tables", flat=True).first()
    before = set((like or {}).values())
    snapshot = Snapshot(
        sandbox=sandbox,
        tables={label: digest for label, (digest, _) in packed.items()},
        clock_offset=offset,
        event=last,
        kind=kind,
        name=name,
        taken=timezone.now(),
    )
    with one_writer(), transaction.atomic(savepoint=False):
        for digest, text in packed.values():
            if digest not in before:
                statements.run(KEEP_CHUNK, [digest, zlib.compress(text, 1)])
        prepared.insert(snapshot, keyed=True)
    return snapshot


def _packed(sandbox: Sandbox) -> tuple[dict[str, tuple[str, bytes]], int, int]:
    """Digest and packed rows of each table that has any; the last event's number; the clock's offset."""
    found, last, offset = rows.of(sandbox)
    texts = {m._meta.label: rows.packed(m, found[m._meta.label]) for m in rows.tables() if m._meta.label in found}
    return {label: (hashlib.sha256(text).hexdigest(), text) for label, text in texts.items()}, last, offset


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
    packed, _, offset = _packed(snapshot.sandbox)
    now = {label: digest for label, (digest, _) in packed.items()}
    return now == snapshot.tables and offset == snapshot.clock_offset


def restore(snapshot: Snapshot) -> None:
    """Make the world what it was; tables that are so already stay. Events stay; caches are told by a new revision."""
    sandbox = snapshot.sandbox
    with writing():
        now = {label: digest for label, (digest, _) in _packed(sandbox)[0].items()}
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
