"""IAM's pages: Marker, MaxItems, IsTruncated. IAM API Reference: "ListUsers"."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from iamlab.services import marks
from iamlab.services.operations import AwsError, View
from iamlab.services.prepared import Prepared

DEFAULT = 100
# How far a list is counted and its pages numbered on the console: as many as AWS lets an account have users. What lies
# beyond (of buckets alone there may be more) is leafed through from row to row, so that a page costs the same however
# many there are.
COUNTED = 5_000


def after(marker: str | None) -> str:
    """The sort key that a marker continues behind, "" from the start. Raises ValidationError."""
    if not marker:
        return ""
    try:
        return base64.b64decode(marker.encode(), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error) as error:
        raise AwsError("ValidationError", "Invalid Marker.") from error


def under_path(rows: Any, prefix: str) -> Any:
    """The rows whose path begins so. Not `startswith`, which ignores case on SQLite."""
    return rows if prefix == "/" else rows.filter(path__gte=prefix, path__lt=prefix + chr(0x10FFFF))


def page(
    name: str,
    rows: Any,
    describe: Callable[[Any], Any],
    key: str,
    Marker: str | None,
    MaxItems: int | None,
    view: View | None = None,
) -> dict[str, Any]:
    """One page of a queryset in the order of `key`, each row described, in the shape that IAM's lists have."""
    if view is not None:
        return seen(name, rows, describe, view)
    size = MaxItems or DEFAULT
    start = after(Marker)
    if start:
        rows = rows.filter(**{f"{key}__gt": start})
    return first_of(name, list(rows.order_by(key)[: size + 1]), describe, key, size)


def first_of(name: str, found: Sequence[Any], describe: Callable[[Any], Any], key: str, size: int) -> dict[str, Any]:
    """The first `size` of what was found in the order of `key`; one more says that there are more."""
    answer: dict[str, Any] = {name: [describe(row) for row in found[:size]], "IsTruncated": len(found) > size}
    if len(found) > size:
        last = found[size - 1]
        answer["Marker"] = base64.urlsafe_b64encode(str(_value(last, key)).encode()).decode()
    return answer


def seen(
    name: str,
    rows: Any,
    describe: Callable[[Any], Any],
    view: View,
    *,
    by: str = "name_lower",
    first: Callable[[], list[Any]] | None = None,
) -> dict[str, Any]:
    """The part of some rows that a console page shows, by name in the order without case that people expect.

    `first` finds the first page of all rows, and one row more, in a quicker way.
    """
    matches = Q(name__icontains=view.find) if view.find else Q()
    if view.exact:
        matches = Q(**{by: view.find.lower()})
    order, start = _order(view, by), min(view.start, max(0, COUNTED - view.size))
    mark = marks.read(view.at, rows.model, order[0]) if view.at else None
    cut, ways = marks.beyond(rows.filter(matches), order, mark, view.size) if mark else ([], {})
    at = bool(cut)
    if not at:
        if first is not None and not view.find and not start:
            cut = first()
        else:
            cut = _cut(rows.filter(matches).order_by(*order), start, view.size + 1)
        ways = marks.ways(cut, order, view.size, forth=start + view.size >= COUNTED)
    if not at and not (view.find and view.total) and not start and len(cut) <= view.size:
        total = found = len(cut)  # all that there are, or all that match: nothing has to be counted
    elif not view.find:
        total = found = rows.order_by().values("pk")[: COUNTED + 1].count()
    else:
        counts = rows.order_by().aggregate(total=Count("pk"), found=Count("pk", filter=matches))
        total, found = counts["total"], counts["found"]
    counted = {"Total": min(total, COUNTED), "Found": min(found, COUNTED), "More": total > COUNTED}
    return {name: [describe(row) for row in cut[: view.size]], **counted, **ways}


def _cut(rows: QuerySet[Any], start: int, size: int) -> list[Any]:
    """Some rows in their order. Those before them are passed over in the order's index, and not read."""
    if not start:
        return list(rows[:size])
    keys = list(rows.values_list("pk", flat=True)[start : start + size])
    found = rows.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _order(view: View, by: str = "name_lower") -> list[str]:
    sign, order = "-" if view.descending else "", "created" if view.sort == "created" else by
    return [f"{sign}{order}", f"{sign}pk"]


class OfAccount:
    """An account's identities of a kind: the statement of a first page is kept by order and size."""

    def __init__(self, rows: Callable[[str], Any]) -> None:
        self.rows = rows
        self.kept: dict[tuple[tuple[str, ...], int], Prepared] = {}

    def page(self, name: str, account_id: str, describe: Callable[[Any], Any], view: View) -> dict[str, Any]:
        return seen(name, self.rows(account_id), describe, view, first=lambda: self.first(account_id, view))

    def listed(
        self, name: str, account_id: str, describe: Callable[[Any], Any], Marker: str | None, MaxItems: int | None
    ) -> dict[str, Any]:
        """One page as `page` above makes them, of all rows by name."""
        if Marker:
            return page(name, self.rows(account_id), describe, "name", Marker, MaxItems)
        size = MaxItems or DEFAULT
        return first_of(name, self._first(account_id, ("name",), size), describe, "name", size)

    def first(self, account_id: str, view: View) -> list[Any]:
        return self._first(account_id, tuple(_order(view)), view.size)

    def _first(self, account_id: str, order: tuple[str, ...], size: int) -> list[Any]:
        key = (order, size)
        if key not in self.kept:
            self.kept[key] = Prepared(lambda account: self.rows(account).order_by(*order)[: size + 1], str)
        return self.kept[key].all(account_id)


def seen_of_list(name: str, items: Sequence[Any], text: Callable[[Any], str], view: View) -> dict[str, Any]:
    """The same for a list already in memory and in order."""
    needle = view.find.casefold()
    found = [item for item in items if needle in text(item).casefold()] if needle else list(items)
    if view.descending:
        found.reverse()
    cut = found[view.start : view.start + view.size]
    return {name: cut, "Total": len(items), "Found": len(found), "More": False}


def _value(row: Any, key: str) -> Any:
    for part in key.split("__"):
        row = getattr(row, part)
    return row


def page_of_list(
    name: str, items: Sequence[Any], key: Callable[[Any], str], Marker: str | None, MaxItems: int | None
) -> dict[str, Any]:
    """The same for a list already in memory, sorted by `key`."""
    size = MaxItems or DEFAULT
    start = after(Marker)
    rest = [item for item in items if key(item) > start] if start else list(items)
    answer: dict[str, Any] = {name: rest[:size], "IsTruncated": len(rest) > size}
    if len(rest) > size:
        answer["Marker"] = base64.urlsafe_b64encode(key(rest[size - 1]).encode()).decode()
    return answer
