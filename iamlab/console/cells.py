"""What the cells of lists say: ages, counts, names; a refused call's cell says that it was refused."""

from datetime import datetime
from typing import Any

from iamlab.components import markup
from iamlab.console.panels import Panel, refused_cell

UNITS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600), ("minute", 60))


def ago(when: datetime | None, now: datetime) -> str:
    """As the console writes times: "5 hours ago", "-" for none."""
    if when is None:
        return markup.NOTHING
    seconds = max(0, int((now - when).total_seconds()))
    for unit, length in UNITS:
        if seconds >= length:
            number = seconds // length
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "Now"


def age(when: datetime | None, now: datetime) -> str:
    """Whole days: "3 days"."""
    if when is None:
        return markup.NOTHING
    days = max(0, (now - when).days)
    return f"{days} day{'' if days == 1 else 's'}"


def moment(when: datetime | None) -> str:
    """A date with time, UTC."""
    return when.strftime("%B %d, %Y, %H:%M (UTC)") if when else markup.NOTHING


def count(cell: Panel, member: str) -> Any:
    if not cell.stands:
        return refused_cell(cell)
    return f"{len(cell[member])}{'+' if cell.get('IsTruncated') else ''}"


def names(cell: Panel, member: str, name: str, most: int = 2) -> Any:
    """Some names and how many more."""
    if not cell.stands:
        return refused_cell(cell)
    found = [one[name] for one in cell[member]]
    if not found:
        return markup.NOTHING
    more = len(found) - most
    return ", ".join(found[:most]) + (f" and {more} more" if more > 0 else "")
