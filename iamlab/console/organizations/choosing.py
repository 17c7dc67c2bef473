"""Choosing places in the organization's tree."""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse

from iamlab.console import pages
from iamlab.console.organizations import hierarchy
from iamlab.console.organizations.views import shown
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
    if request.method == "POST" and sent:
        return sent[:1] if units_only else sent
    roots = panel(session, "organizations:ListRoots")
    found = hierarchy.places(session, roots["Roots"][0], lambda unit: True) if roots.stands else []
    context: dict[str, Any] = {
        "heading": title,
        "submit": submit,
        "back": back,
        "many": not units_only,
        "problem": next((one for one in [roots, *(place.problem for place in found)] if not one.stands), None),
        "places": [one for one in found if one.kind and not (units_only and one.kind == hierarchy.ACCOUNT)],
        "taken": taken,
        "error": "Choose a place first." if request.method == "POST" else "",
    }
    template = "console/organizations/choosing.html"
    response = shown(request, session, template, context, title, [*crumbs, (title, None)])
    response.status_code = 422 if context["error"] else 200
    return response
