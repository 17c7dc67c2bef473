"""Leafing through rows from one to the next, where they are too many to be numbered: a mark names the row that a page
begins behind, or ends before. It stands in addresses, so that anything may come back."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

LONGEST = 2_000


class Mark(NamedTuple):
    """A row by what its list is sorted by; `forth`: what comes behind it, else what comes before."""

    forth: bool
    value: Any
    pk: Any


def written(row: Model, order: Sequence[str], *, forth: bool) -> str:
    value = getattr(row, order[0].lstrip("-"))
    text = json.dumps([forth, value.isoformat() if isinstance(value, datetime) else value, row.pk])
    return urlsafe_b64encode(text.encode()).decode()


def read(text: str, model: type[Model], order: str) -> Mark | None:
    """None for what is no mark of this list."""
    try:
        forth, value, key = json.loads(urlsafe_b64decode(text[:LONGEST].encode()))
        if not isinstance(value, str) or "\0" in value:
            return None
        value.encode()
        field: Any = model._meta.get_field(order.lstrip("-"))
        pk, value = model._meta.pk.to_python(key), field.to_python(value)
    except (ValueError, TypeError, ValidationError, RecursionError):
        return None
    return Mark(bool(forth), value, pk) if isinstance(pk, int) and abs(pk) < 2**63 else None


def beyond(rows: QuerySet[Any], order: Sequence[str], mark: Mark, size: int) -> tuple[list[Any], dict[str, str]]:
    """The page at a mark, and the marks of the pages around it. Rows of one value go by their keys: those first, and
    then what comes behind the value, each from the order's index."""
    field, back = order[0].lstrip("-"), mark.forth == order[0].startswith("-")
    sign, behind = ("-", "lt") if back else ("", "gt")
    sorted_rows = rows.order_by(f"{sign}{field}", f"{sign}pk")
    found = list(sorted_rows.filter(**{field: mark.value, f"pk__{behind}": mark.pk})[: size + 1])
    if len(found) <= size:
        found += sorted_rows.filter(**{f"{field}__{behind}": mark.value})[: size + 1 - len(found)]
    page = found[:size] if mark.forth else found[:size][::-1]
    more = len(found) > size
    return page, around(page, order, forth=more or not mark.forth, back=more or mark.forth)


def ways(cut: Sequence[Any], order: Sequence[str], size: int, *, forth: bool) -> dict[str, str]:
    """The same for a page with a number, of which one row more was read than it shows."""
    return around(cut[:size], order, forth=forth and len(cut) > size, back=False)


def around(page: Sequence[Any], order: Sequence[str], *, forth: bool, back: bool) -> dict[str, str]:
    return {
        "Next": written(page[-1], order, forth=True) if page and forth else "",
        "Previous": written(page[0], order, forth=False) if page and back else "",
    }
