"""A list as plain data for {% table %}, and what its address asks for: filter, order and page."""

import html
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.encoding import escape_uri_path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from iamlab.components.markup import icon

SIZES = (10, 20, 50, 100)


def column(key: str, label: str, *, sortable: bool = False) -> dict:
    return {"key": key, "label": label, "sortable": sortable}


def row(
    key: str,
    cells: list,
    *,
    label: str = "",
    detail: str = "",
    detail_label: str = "Show the JSON",
    disabled: bool = False,
    name: str = "",
) -> dict:
    """`cells`: one a column, text or HTML of iamlab.components.markup. `detail`: HTML under the row, e.g. a policy.
    `name`: of its input, where it is another than its table's."""
    return {
        "key": key,
        "name": name,
        "cells": cells,
        "label": label or key,
        "detail": detail,
        "detail_label": detail_label,
        "disabled": disabled,
    }


def asked(request: HttpRequest, columns: list[dict], size: int = 50) -> dict:
    """What the address asks of a list: {q, sort, descending, page, size, at}; nonsense falls back to the first page.

    `at` is a mark of the list's own, for pages that have no number.
    """
    query = request.GET
    sort = query.get("sort", "")
    descending, key = sort.startswith("-"), sort.removeprefix("-")
    sortable = {column["key"] for column in columns if column["sortable"]}
    chosen = whole(query, "size", size)
    return {
        "q": query.get("q", "").strip(),
        "sort": key if key in sortable else "",
        "descending": descending,
        "page": max(1, whole(query, "page", 1)),
        "at": query.get("at", ""),
        "size": chosen if chosen in SIZES else size,
    }


def whole(query: QueryDict, name: str, default: int) -> int:
    value = query.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else default


def arrange(items: Iterable[Any], ask: dict, text: Callable[[Any], str], order: dict[str, Callable]) -> dict:
    """Filters, sorts and cuts `items` in memory: {items, found, total}. `order` maps a column's key to a sort key."""
    everything = list(items)
    needle = ask["q"].casefold()
    found = [item for item in everything if needle in text(item).casefold()] if needle else everything
    if ask["sort"] in order:
        found = sorted(found, key=order[ask["sort"]], reverse=ask["descending"])
    start = (ask["page"] - 1) * ask["size"]
    return {"items": found[start : start + ask["size"]], "found": len(found), "total": len(everything)}


def table(
    request: HttpRequest,
    *,
    id: str,
    title: str,
    columns: list[dict],
    rows: list[dict],
    total: int | None = None,
    found: int | None = None,
    ask: dict | None = None,
    **more: Any,
) -> dict:
    """Everything that {% table %} shows.

    `total` counts all, `found` those that match the filter (None: all are in `rows`, no pager).
    `more`: description, info (an Info link to the help panel), select ("many", "one" or ""), name (of the selection's
    input, default "selected"), chosen (keys ticked), filter_label, filters (list of {name, label, choices:[(value,
    label)], value}), denial (see {% denied %}) or failure (text) in the list's place, empty_title, empty_text,
    empty_actions (HTML), heading ("h2"), tools (False: its service cuts the list, no filter and pager),
    counted (whether the heading has the number; as tools), preferences (columns of the gear: [(key, label, shown)],
    none for page sizes alone),
    uncounted (there are more than `total`), beyond (the marks that lead back and forth where pages have no number).
    """
    ask = ask or asked(request, columns)
    total = len(rows) if total is None else total
    found = total if found is None else found
    chosen = {str(key) for key in more.get("chosen", ())}
    return {
        "name": "selected",
        "heading": "h2",
        "filter_label": f"Find {title.lower()}",
        "empty_title": f"No {title.lower()}",
        **more,
        "id": id,
        "title": title,
        "columns": [{**column, **sorting(request, id, column, ask)} for column in columns],
        "rows": rows,
        "body": body(rows, more.get("select", ""), more.get("name", "selected"), chosen),
        "width": len(columns) + bool(more.get("select")),
        "total": total,
        "counted": not (more.get("denial") or more.get("failure")) and more.get("counted", more.get("tools", True)),
        "all": f"{total:,}+" if more.get("uncounted") else str(total),
        "found": found,
        "ask": ask,
        "kept": kept(
            request,
            {"q", "page", "at", more.get("name", "selected"), *(each["name"] for each in more.get("filters", ()))},
        ),
        "pages": pages(request, id, ask, found, *more.get("beyond", ("", ""))),
        "clear_url": address(request, q=None, page=None, at=None),
        "sizes": SIZES,
    }


def body(rows: list[dict], select: str, name: str, chosen: set[str]) -> SafeString:
    """The rows as HTML, made here because a template takes four times as long for the cells of fifty rows."""
    kind = "checkbox" if select == "many" else "radio"
    return format_html_join("", "{}", ((row_html(row, kind if select else "", name, chosen),) for row in rows))


def row_html(row: dict, kind: str, name: str, chosen: set[str]) -> SafeString:
    # Escaped cell by cell; format_html would take three times as long, 500 times a page.
    cells = SafeString("".join([f"<td>{escaped(cell)}</td>" for cell in row["cells"]]))
    pick: str | SafeString = ""
    if kind:
        checked = " checked" if str(row["key"]) in chosen else ""
        disabled = " disabled" if row["disabled"] else ""
        pick = SafeString(
            f'<td class="pick"><input type="{escaped(kind)}" name="{escaped(row["name"] or name)}"'
            f' value="{escaped(row["key"])}" aria-label="Select {escaped(row["label"])}"{checked}{disabled}></td>'
        )
    if not row["detail"]:
        return SafeString(f"<tr>{pick}{cells}</tr>")
    return format_html(
        '<tr class="has-detail">{}{}</tr><tr class="detail"><td colspan="{}"><details class="expand"><summary>{}'
        "<span>{}</span></summary><div>{}</div></details></td></tr>",
        pick,
        cells,
        len(row["cells"]) + bool(kind),
        icon("right"),
        row["detail_label"],
        row["detail"],
    )


def escaped(value: Any) -> str:
    """As format_html escapes what it is given, without asking each value whether it is to be translated later."""
    return value.__html__() if hasattr(value, "__html__") else html.escape(str(value))


def kept(request: HttpRequest, changed: set[str]) -> list[tuple[str, str]]:
    """The address's parameters that the filter's form hands on unchanged."""
    return [(key, value) for key, values in request.GET.lists() if key not in changed for value in values]


def sorting(request: HttpRequest, id: str, column: dict, ask: dict) -> dict:
    if not column["sortable"]:
        return {}
    mine = ask["sort"] == column["key"]
    turned = mine and not ask["descending"]
    return {
        "id": f"{id}-sort-{column['key']}",
        "url": address(request, sort=f"-{column['key']}" if turned else column["key"], page=None, at=None),
        "direction": ("descending" if ask["descending"] else "ascending") if mine else "none",
    }


def pages(request: HttpRequest, id: str, ask: dict, found: int, back: str = "", forth: str = "") -> list[dict]:
    """The pager's steps: previous, first, around the present one, last, next; `url` is "" where there is none.

    `back` and `forth` are the marks of pages without a number, behind the last that has one.
    """
    last = max(1, -(-found // ask["size"]))
    now = last + 1 if back else min(ask["page"], last)
    near = sorted({1, last, *(page for page in range(now - 2, now + 3) if 1 <= page <= last)})
    before: dict[str, Any] = {"page": None, "at": back} if back else {"page": now - 1, "at": None}
    behind: dict[str, Any] = {"page": now + 1, "at": None} if now < last else {"page": None, "at": forth}
    steps = [{"kind": "previous", "url": address(request, **before) if now > 1 else "", "id": f"{id}-previous"}]
    for previous, page in zip([0, *near], near, strict=False):
        if page - previous > 1:
            steps.append({"kind": "gap"})
        url = address(request, page=page, at=None) if page != now else ""
        steps.append({"kind": "page", "number": page, "url": url, "id": f"{id}-page-{page}"})
    if back:
        steps.append({"kind": "page", "number": f"{last}+", "url": "", "id": f"{id}-beyond"})
    steps.append({"kind": "next", "url": address(request, **behind) if now < last or forth else "", "id": f"{id}-next"})
    return steps


def address(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some parameters changed (None removes one, a list stands for several of a name).

    Whole, for htmx sends a bare query to the address bar, which has moved on already where somebody clicked twice.
    """
    pairs = [(key, value) for key, values in request.GET.lists() for value in values if key not in changes]
    pairs += [(key, value) for key, value in changes.items() if value is not None]
    return f"{escape_uri_path(request.path)}?{urlencode(pairs, doseq=True)}"
