"""What nothing names any more: rows of snapshots and bodies of objects are kept by their content, for whoever has the
same, and outlive the worlds that they came from."""

from collections.abc import Iterator

from django.db import connection

from iamlab.sandbox.models import Chunk, Snapshot
from iamlab.sandbox.snapshots import unpacked
from iamlab.services.s3.models import Body, Object, Part
from iamlab.services.transactions import writing

HOLDERS = (Object, Part)


def sweep() -> tuple[int, int]:
    """Delete chunks that no snapshot names, then bodies that no object or part has, now or in a snapshot. Returns how
    many of each.
    """
    with writing():
        if connection.vendor == "postgresql":  # nobody names a body anew while they are counted
            with connection.cursor() as cursor:
                tables = ", ".join(model._meta.db_table for model in (Body, Chunk, Snapshot, *HOLDERS))
                cursor.execute(f"lock table {tables} in share row exclusive mode")
        named = list(Snapshot.objects.values_list("tables", flat=True))
        chunks, _ = Chunk.objects.exclude(digest__in={digest for one in named for digest in one.values()}).delete()
        alive = set(_bodies_now()) | set(_bodies_then(named))
        gone = [digest for digest in Body.objects.values_list("digest", flat=True) if digest not in alive]
        for start in range(0, len(gone), 500):
            Body.objects.filter(digest__in=gone[start : start + 500]).delete()
    return chunks, len(gone)


def _bodies_now() -> Iterator[str]:
    for model in HOLDERS:
        yield from model.objects.values_list("body", flat=True).distinct()


def _bodies_then(named: list[dict[str, str]]) -> Iterator[str]:
    for model in HOLDERS:
        digests = {one[model._meta.label] for one in named if model._meta.label in one}
        for digest in digests:
            for row in unpacked(model, Chunk.objects.values_list("data", flat=True).get(pk=digest)):
                yield row.body
