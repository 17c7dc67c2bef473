"""The organization's tree, root, units and accounts in the order in which one reads them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from iamlab.components import markup, tables
from iamlab.console import panels
from iamlab.console.organizations.views import CHILDREN, account_cells, place_link
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session

ROOT, UNIT, ACCOUNT = "Root", "Organizational unit", "Account"
UNDER = ("organizations:ListOrganizationalUnitsForParent", "organizations:ListAccountsForParent")
Below = dict[str, tuple[Panel, Panel]]


@dataclass(frozen=True)
class Place:
    """`answer` describes a root, unit or account as AWS does. What cannot be listed under one is a place of no kind."""

    kind: str
    answer: dict[str, Any]
    depth: int = 0
    above: str = ""  # the name of what it is in
    open: bool = False
    problem: Panel = field(default_factory=Panel)


def places(session: Session, root: dict[str, Any], opens: Callable[[str], bool]) -> list[Place]:
    """The root and all that is under it, down to what is under the units that `opens` names."""
    under = below(session, root["Id"], opens)
    return [Place(ROOT, root, open=True), *inside(under, root, 1)]


def below(session: Session, root_id: str, opens: Callable[[str], bool]) -> Below:
    """What is under the root and under each open unit: two calls for a level of the tree, whatever stands there."""
    found: Below = {}
    asked = [root_id]
    while asked:
        units, accounts = (each(session, operation, "ParentId", asked) for operation in UNDER)
        found |= dict(zip(asked, zip(units, accounts, strict=True), strict=True))
        asked = [one["Id"] for unit in units for one in unit.get("OrganizationalUnits", []) if opens(one["Id"])]
    return found


def each(session: Session, operation: str, name: str, ids: Sequence[str], **same: str) -> list[Panel]:
    """A call for each of some places, `name` being the parameter that tells which; of one alone a call as any other."""
    many = [{name: one, **same} for one in ids]
    return [panel(session, operation, many[0])] if len(many) == 1 else panels.cells(session, operation, many)


def inside(under: Below, place: dict[str, Any], depth: int) -> Iterator[Place]:
    units, accounts = under[place["Id"]]
    for one in units.get("OrganizationalUnits", []):
        is_open = one["Id"] in under
        yield Place(UNIT, one, depth, place["Name"], is_open)
        if is_open:
            yield from inside(under, one, depth + 1)
    for one in accounts.get("Accounts", []):
        yield Place(ACCOUNT, one, depth, place["Name"])
    for problem in (units, accounts):
        if not problem.stands:
            yield Place("", {}, depth, place["Name"], problem=problem)


def table(request: HttpRequest, session: Session, root: dict[str, Any]) -> dict[str, Any]:
    """The tree as a table. The address says whether all units are open or none, and which are turned from that."""
    everything, turned = request.GET.get("expand") == "all", request.GET.getlist("turned")
    found = places(session, root, lambda unit: everything != (unit in turned))
    nothing_known = all(not one.kind for one in found[1:]) and found[-1].problem
    return tables.table(
        request,
        id="children",
        title="Organizational units and accounts",
        columns=CHILDREN,
        rows=[row(request, session, one) for one in found],
        denial=nothing_known.denial if nothing_known else None,
        failure=nothing_known.failure if nothing_known else "",
        tools=False,
    )


def row(request: HttpRequest, session: Session, place: Place) -> dict[str, Any]:
    if not place.kind:
        told = markup.branch(panels.refused_cell(place.problem), place.depth)
        return tables.row(f"under {place.above}", [told, markup.NOTHING, markup.NOTHING, markup.NOTHING])
    one, turn = place.answer, None
    if place.kind == UNIT:
        turn = {"id": f"turn-{one['Id']}", "url": turned(request, one["Id"]), "open": place.open, "target": "children"}
    cells = account_cells(session, one) if place.kind == ACCOUNT else [place_link(session, one), one["Id"]]
    name = markup.branch(cells[0], place.depth, label=one["Name"], above=place.above, turn=turn)
    return tables.row(one["Id"], [name, *cells[1:], *[markup.NOTHING] * (len(CHILDREN) - len(cells))])


def turned(request: HttpRequest, unit: str) -> str:
    """This page with one unit opened or closed."""
    now = request.GET.getlist("turned")
    after = [one for one in now if one != unit] if unit in now else [*now, unit]
    return tables.address(request, turned=after or None)
