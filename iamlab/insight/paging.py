"""A decision's statements for its page: of many some at a time, those first that decide or come nearest."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest

MOST = 30  # statements on one page


def paged(request: HttpRequest, decision: dict[str, Any]) -> dict[str, Any]:
    """The decision with `shown`, the policies and their statements that this page shows; where there are more `pages`,
    as (text, address, whether it is this one), and `json_address`, since the evidence is as long.
    """
    rows = [
        (layer, policy, row)
        for layer in decision["layers"]
        for policy in layer["policies"]
        for row in policy["statements"]
    ]
    if len(rows) <= MOST:
        return {**decision, "shown": _grouped(rows)}
    rows.sort(key=lambda one: (not one[2]["decides"], not one[2]["near"]))  # else as the layers have them
    last = (len(rows) - 1) // MOST + 1
    asked = request.GET.get("statements", "")
    here = min(int(asked), last) if asked.isascii() and asked.isdecimal() and len(asked) < 6 and int(asked) else 1
    pages = [
        (
            f"{(page - 1) * MOST + 1} to {min(page * MOST, len(rows))}",
            _address(request, statements=str(page)),
            page == here,
        )
        for page in range(1, last + 1)
    ]
    some = rows[(here - 1) * MOST : here * MOST]
    more = {"pages": pages, "of": len(rows), "json_address": _address(request, json="1")}
    return {**decision, "shown": _grouped(some), **more}


def _grouped(rows: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]) -> list[dict[str, Any]]:
    """Statements under the policy that they stand in."""
    found: list[dict[str, Any]] = []
    for _, same in groupby(rows, key=lambda one: id(one[1])):
        own = list(same)
        layer, policy, _ = own[0]
        told = {"policy": policy["policy"], "via": policy["via"], "title": layer["title"]}
        found.append({**told, "statements": [row for *_, row in own]})
    return found


def _address(request: HttpRequest, **more: str) -> str:
    asked = request.GET.copy()
    for name in ("statements", "json"):
        asked.pop(name, None)
    asked.update(more)
    return f"{request.path}?{asked.urlencode()}"
