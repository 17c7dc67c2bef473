"""The policies that a place of the organization inherits, and from where."""

from typing import Any

from django.http import HttpRequest

from iamlab.components import markup, tables
from iamlab.console import panels
from iamlab.console.organizations.hierarchy import each
from iamlab.console.organizations.views import SCOPES, policy_cells
from iamlab.console.panels import Panel
from iamlab.console.session import Session

COLUMNS = [tables.column("name", "Policy name"), tables.column("kind", "Type"), tables.column("from", "Inherited from")]


def table(request: HttpRequest, session: Session, here: Panel, scope: str) -> dict[str, Any] | None:
    """From the root down to what a unit or account is in. The root inherits nothing."""
    kind, title, _ = SCOPES[scope]
    ids = above(here)
    if not ids:
        return None
    names = ["Root", *(named(one, key) for one, key in zip(units(session, ids[1:]), ids[1:], strict=True))]
    found = each(session, "organizations:ListPoliciesForTarget", "TargetId", ids, Filter=kind)
    rows = []
    for key, name, policies in zip(ids, names, found, strict=True):
        link = markup.link(session.url("organization-place", key, kind=scope), name)
        cells = [policy_cells(session, one)[:2] for one in policies.get("Policies", [])]
        if not policies.stands:
            cells = [[panels.refused_cell(policies), markup.NOTHING]]
        rows += [tables.row(f"{key} {at}", [*two, link]) for at, two in enumerate(cells)]
    return tables.table(
        request,
        id="inherited",
        title=f"Inherited {title.lower()}",
        columns=COLUMNS,
        rows=rows,
        tools=False,
        empty_title="None",
        empty_text="No policy of this type is attached further up.",
    )


def above(here: Panel) -> list[str]:
    """The root and the units that a place is in, by its path: o-.../r-.../ou-.../ and itself."""
    path = here.get("Path") or here.get("Paths", [""])[0]
    return path.strip("/").split("/")[1:-1] if path else []


def units(session: Session, ids: list[str]) -> list[Panel]:
    return each(session, "organizations:DescribeOrganizationalUnit", "OrganizationalUnitId", ids) if ids else []


def named(found: Panel, key: str) -> str:
    """A unit's name; its id for who may not know it."""
    return str(found["OrganizationalUnit"]["Name"]) if found.stands else key
