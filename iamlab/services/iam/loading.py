"""Targets of many calls at once, with what performing them needs, so that a list's cells cost no query each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from iamlab.services.operations import Call, Target

Bulk = Callable[[list[dict[str, Any]], Call], list[Target]]
# Finds what belongs to some rows: primary key of the row -> what was found.
Load = Callable[[Sequence[Any]], Mapping[Any, Any]]


def with_loaded(bulk_targets: Bulk, load: Load) -> Bulk:
    """Targets by `bulk_targets`, each with what `load` finds for its row."""

    def bulk(many: list[dict[str, Any]], call: Call) -> list[Target]:
        targets = bulk_targets(many, call)
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


def named(call: Call, rows: Any, names: Iterable[str]) -> dict[str, Any]:
    """The account's identities of some names, by the name in lower case; those that do not exist are left out.

    Reads of one console page load each identity once (see World.kept); a change always loads anew.
    """
    wanted = {name.lower() for name in names}
    kept = call.kept_rows(rows.model)
    missing = wanted - kept.keys()
    if missing:
        found = rows.filter(account_id=call.account_id, name_lower__in=missing)
        kept |= dict.fromkeys(missing) | {row.name_lower: row for row in found}
    return {name: kept[name] for name in wanted if kept[name] is not None}


def keeping(call: Call, describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`describe`, keeping each row for the page's other reads."""

    def described(row: Any) -> Any:
        call.kept_rows(type(row))[row.name_lower] = row
        return describe(row)

    return described


def delete(call: Call, existing: Callable[[Call], Any]) -> None:
    """Delete the row that `existing` tells of the call's target. Where a call at the same time was first, nothing is
    left of it, and `existing` raises what it raises then.
    """
    gone, _ = existing(call).delete()
    if not gone:
        call.target.row, call.target.loaded = None, ()
        existing(call)
