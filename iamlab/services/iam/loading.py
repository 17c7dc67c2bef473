"""Targets of many calls at once, with what performing them needs, so that a list's cells cost no query each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from iamlab.services.operations import Call, Target

Bulk = Callable[[list[dict[str, Any]], str], list[Target]]
# Finds what belongs to some rows: primary key of the row -> what was found.
Load = Callable[[Sequence[Any]], Mapping[Any, Any]]


def with_loaded(bulk_targets: Bulk, load: Load) -> Bulk:
    """Targets by `bulk_targets`, each with what `load` finds for its row."""

    def bulk(many: list[dict[str, Any]], account_id: str) -> list[Target]:
        targets = bulk_targets(many, account_id)
        found = load([target.row for target in targets if target.row is not None])
        for target in targets:
            if target.row is not None:
                target.loaded = found.get(target.row.pk, ())
        return targets

    return bulk


def loaded(call: Call, load: Load) -> Any:
    """What was loaded with the call's target, or is loaded now."""
    if call.target.loaded is None:
        row = call.target.row
        call.target.loaded = load([row]).get(row.pk, ())
    return call.target.loaded


def grouped(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
