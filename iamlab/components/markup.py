"""The smallest components, made in Python because a list repeats them in every row. Each returns escaped HTML.

Templates reach them as tags of the same name ({% load components %}); a view uses them for the cells of a table.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # what turns round, or isolates, the text that follows
STATUSES = ("success", "error", "warning", "info", "stopped", "pending", "in-progress")
NOTHING = "-"  # what AWS's console prints in an empty cell


@lru_cache(maxsize=256)
def icon(name: str, css: str = "") -> SafeString:
    """A symbol of static/icons.svg, decoration only: the text or aria-label beside it carries the meaning."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>', css, static("icons.svg"), name
    )


def status(kind: str, text: str) -> SafeString:
    """A status indicator: icon, colour and words. `kind` is one of STATUSES."""
    return format_html('<span class="status status-{}">{}<span>{}</span></span>', kind, icon(kind), text)


def badge(text: str, colour: str = "grey") -> SafeString:
    """A small label; `colour` is grey, blue, green or red."""
    return format_html('<span class="badge badge-{}">{}</span>', colour, text)


def link(url: str, text: str, external: bool = False) -> SafeString:
    """A link; an external one opens a new tab and says so."""
    if not external:
        return format_html('<a href="{}">{}</a>', url, text)
    return format_html(
        '<a href="{}" target="_blank" rel="noopener">{} {}<span class="visually-hidden">(opens a new tab)</span></a>',
        url,
        text,
        icon("external"),
    )


def download(url: str, text: str, css: str = "btn") -> SafeString:
    """A link to a file; not boosted, because htmx would put the file into the page."""
    return format_html('<a class="{}" href="{}" download hx-boost="false">{}{}</a>', css, url, icon("download"), text)


def copy(text: str, label: str = "text", shown: str | None = None) -> SafeString:
    """`text` (or `shown` in its place) with a button that copies it and announces that it did."""
    return format_html(
        '<span class="copy"><button type="button" class="btn btn-icon js-only" data-copy="{}" aria-label="Copy {}">'
        "{}</button><span>{}</span></span>",
        text,
        label,
        icon("copy"),
        text if shown is None else shown,
    )


def denied_cell(why_url: str = "") -> SafeString:
    """What a cell shows when its own call was refused, while the rest of the row stands."""
    text = status("error", "Access denied")
    return format_html('<span>{} <a href="{}">Why?</a></span>', text, why_url) if why_url else text


class Tile(str):
    """The label of a choice shown as a tile, with its description."""

    description: str


def tile(label: str, description: str) -> Tile:
    """For the choices of a field shown with Field(name, template="cloudscape/tiles.html")."""
    made = Tile(label)
    made.description = description
    return made


def branch(
    content: str, depth: int = 0, *, label: str = "", above: str = "", turn: dict[str, Any] | None = None
) -> SafeString:
    """What stands at one place of a tree that a column of a table is. `label` is its name, `above` that of what it is
    in. `turn` opens or closes it: {id, url, open, target (the table's id)}.
    """
    steps = format_html_join("", "{}", ((SafeString("<i></i>"),) for _ in range(depth)))
    inside = format_html('<span class="visually-hidden">in {}</span>', above) if above else ""
    if turn is None:
        return format_html('<span class="branch">{}<i></i><span>{} {}</span></span>', steps, content, inside)
    toggle = format_html(
        '<a class="branch-turn" id="{0}" href="{1}" aria-expanded="{2}" aria-label="{3}" hx-target="#{4}" '
        'hx-select="#{4}" hx-swap="outerHTML">{5}</a>',
        turn["id"],
        turn["url"],
        "true" if turn["open"] else "false",
        f"What is in {label}",
        turn["target"],
        icon("right"),
    )
    return format_html('<span class="branch">{}{}<span>{} {}</span></span>', steps, toggle, content, inside)


def lines(values: Sequence[str], whole: bool = False) -> SafeString:
    """Several values in one cell, one under the other; `whole` ones do not break."""
    return format_html_join(
        "", '<div class="whole">{}</div>' if whole else "<div>{}</div>", ((value,) for value in values)
    )


def unturned(text: str) -> str:
    """What somebody else wrote, its signs of direction as codes: nothing that stands behind it is turned round."""
    return TURNS.sub(lambda sign: f"<U+{ord(sign[0]):04X}>", text)
