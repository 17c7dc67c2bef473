"""Choosing places in the organization's tree, one level at a time; what was chosen stays while one looks round."""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse

from iamlab.console import pages
from iamlab.console.organizations.views import described, shown
from iamlab.console.panels import panel
from iamlab.console.session import Session


def chosen(
    request: HttpRequest,
    session: Session,
    title: str,
    back: str,
    crumbs: pages.Crumbs,
    *,
    submit: str,
    units_only: bool,
    taken: Collection[str] = (),
) -> list[str] | HttpResponse:
    """The ids that were sent, or the page to choose them on. `units_only`: one root or unit. `taken` are shown, but
    cannot be chosen: it stands there already."""
    sent = request.POST.getlist("selected")
    looking = request.POST.get("look", "")
    if request.method == "POST" and not looking and sent:
        return sent[:1] if units_only else sent
    here = level(session, looking)
    ids = [row["id"] for row in here["rows"]]
    context = {
        **here,
        "heading": title,
        "submit": submit,
        "back": back,
        "many": not units_only,
        "rows": [row for row in here["rows"] if not (units_only and row["id"].isdigit())],
        "taken": taken,
        "sent": sent,
        "elsewhere": [one for one in sent if one not in ids],
        "error": "Choose a place first." if request.method == "POST" and not looking else "",
    }
    template = "console/organizations/choosing.html"
    response = shown(request, session, template, context, title, [*crumbs, (title, None)])
    response.status_code = 422 if context["error"] else 200
    return response


def level(session: Session, at: str) -> dict[str, Any]:
    """A root or unit with what is right under it: {at, up, problem (panel) or None, rows [{id, name, kind, open}]}."""
    roots = panel(session, "organizations:ListRoots")
    if not roots.stands:
        return {"at": "", "up": "", "problem": roots, "rows": []}
    root = roots["Roots"][0]
    at = at or root["Id"]
    units = panel(session, "organizations:ListOrganizationalUnitsForParent", {"ParentId": at})
    accounts = panel(session, "organizations:ListAccountsForParent", {"ParentId": at})
    problem = next((one for one in (units, accounts) if not one.stands), None)
    up, rows = "", [{"id": root["Id"], "name": root["Name"], "kind": "Root", "open": False}]
    if at != root["Id"]:
        parents = panel(session, "organizations:ListParents", {"ChildId": at})
        up = parents["Parents"][0]["Id"] if parents.stands else root["Id"]
        rows = [row("Organizational unit", described(session, at) or {}, at)]
    rows += [row("Organizational unit", one, one["Id"], open=True) for one in units.get("OrganizationalUnits", [])]
    rows += [row("Account", one, one["Id"]) for one in accounts.get("Accounts", [])]
    return {"at": at, "up": up, "problem": problem, "rows": rows}


def row(kind: str, one: Any, key: str, *, open: bool = False) -> dict[str, Any]:
    return {"id": key, "name": one.get("Name", key), "kind": kind, "open": open}
