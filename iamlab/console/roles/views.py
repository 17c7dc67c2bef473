"""The roles list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, lists, pages, panels
from iamlab.console.panels import Panel, refused_cell
from iamlab.console.roles import trust
from iamlab.console.session import Session, console_page

COLUMNS = [
    tables.column("name", "Role name", sortable=True),
    tables.column("trusted", "Trusted entities"),
    tables.column("activity", "Last activity"),
]


@require_safe
@console_page
def roles(request: HttpRequest, session: Session) -> HttpResponse:
    found, ask = lists.listed(session, request, "iam:ListRoles", COLUMNS)
    table = lists.shown(
        request,
        found,
        ask,
        COLUMNS,
        rows(session, found.get("Roles", [])),
        id="roles",
        title="Roles",
        heading="h1",
        info=True,
        description="An IAM role is an identity you can create that has specific permissions with credentials that "
        "are valid for short durations. Roles can be assumed by entities that you trust.",
        filter_label="Search",
        select="many",
        empty_text="You have no IAM roles yet.",
        preferences=[],
    )
    context = {"table": table}
    return pages.render(request, session, "console/roles/list.html", context, title="Roles", crumbs=[("Roles", None)])


def rows(session: Session, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Trusted entities come with the list; the last activity is one call a row, and may be refused alone."""
    details = panels.cells(session, "iam:GetRole", [{"RoleName": role["RoleName"]} for role in listed])
    url = session.url("role", "NAME", "permissions")
    made = []
    for role, detail in zip(listed, details, strict=True):
        name = role["RoleName"]
        link = markup.link(url.replace("/NAME/", f"/{name}/"), name)
        trusted = ", ".join(trust.trusted(role["AssumeRolePolicyDocument"], role["Path"])) or markup.NOTHING
        made.append(tables.row(name, [link, trusted, activity(session, detail)]))
    return made


def activity(session: Session, detail: Panel) -> Any:
    if not detail.stands:
        return refused_cell(detail)
    return cells.ago(detail["Role"]["RoleLastUsed"].get("LastUsedDate"), session.now)
