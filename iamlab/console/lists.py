"""Lists: what the address asks of one, put to its list operation, and the answer as a table."""

from typing import Any

from django.http import HttpRequest

from iamlab.components import tables
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session
from iamlab.services.operations import View


def listed(
    session: Session,
    request: HttpRequest,
    operation: str,
    columns: list[dict[str, Any]],
    params: dict[str, Any] | None = None,
    size: int = 50,
    only: str = "",
    exact: str = "",
) -> tuple[Panel, dict[str, Any]]:
    """The page of a list that the address asks for, and what it asks: {q, sort, descending, page, size}. `exact` is the
    name of what it asks for in other words."""
    ask = tables.asked(request, columns, size)
    view = View(
        find=exact or ask["q"],
        exact=bool(exact),
        sort=ask["sort"] or "name",
        descending=ask["descending"],
        start=(ask["page"] - 1) * ask["size"],
        size=ask["size"],
        only=only,
        at=ask["at"],
    )
    return panel(session, operation, params, view=view), ask


def shown(
    request: HttpRequest, found: Panel, ask: dict[str, Any], columns: list[dict[str, Any]], rows: list[Any], **more: Any
) -> dict[str, Any]:
    """The table of such a page. A failure of the list's call stands in its place."""
    return tables.table(
        request,
        columns=columns,
        rows=rows,
        total=found.get("Total", 0),
        found=found.get("Found", 0),
        uncounted=found.get("More", False),
        beyond=(found.get("Previous", ""), found.get("Next", "")),
        ask=ask,
        denial=found.denial,
        failure=found.failure,
        **more,
    )


def whole(
    request: HttpRequest, columns: list[dict[str, Any]], rows: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """The table of a short list that one call gave whole: filtered by the rows' labels, cut into pages here."""
    ask = tables.asked(request, columns)
    cut = tables.arrange(rows, ask, lambda row: row["label"], {})
    return tables.table(
        request, columns=columns, rows=cut["items"], total=cut["total"], found=cut["found"], ask=ask, **more
    )
