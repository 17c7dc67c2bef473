"""Console Home, where a session begins: the services one was at, IAM's security status, what the account costs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.console import menus, pages, visits
from iamlab.console.dashboard.views import of_root
from iamlab.console.panels import panel
from iamlab.console.session import Session, console_page

FIRST = ("iam", "s3", "cloudtrail", "billing")  # offered to who was nowhere yet


@require_safe
@console_page
def home(request: HttpRequest, session: Session) -> HttpResponse:
    """Each cell is fed by its own call and may be refused alone."""
    recent = visits.visited(request)
    summary = panel(session, "iam:GetAccountSummary")
    context: dict[str, Any] = {
        "recent": bool(recent),
        "places": [place(session, key) for key in recent or FIRST],
        "summary": summary,
        "recommendations": of_root(session, summary),
        "bill": panel(session, "accounts:GetBill"),
        # The page stands above the services: it has no side menu and no crumbs but its own.
        "page_title": "Console Home",
        "side_nav": [],
        "breadcrumbs": [("Console Home", None)],
    }
    return pages.render(request, session, "console/home/home.html", context)


def place(session: Session, key: str) -> dict[str, str]:
    service = menus.SERVICES[key]
    return {"label": service.title, "url": session.url(service.home), "description": service.description}
