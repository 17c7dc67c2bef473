"""The console's menus: services, each one's side navigation, and the account menu."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from iamlab.console.session import Session

Items = list[tuple[str, str]]  # label, name of the page's URL


@dataclass(frozen=True)
class Service:
    """One service of the console. `side` is its left menu: groups of (label, URL name), a group without title first."""

    title: str
    side_title: str
    home: str
    side: list[tuple[str, Items]]
    description: str
    group: str = "Security, Identity, & Compliance"
    region: str = "Global"


SERVICES = {
    "iam": Service(
        title="IAM",
        side_title="Identity and Access Management (IAM)",
        home="iam-home",
        description="Manage access to AWS resources",
        side=[
            ("", [("Dashboard", "iam-home")]),
            (
                "Access management",
                [("User groups", "groups"), ("Users", "users"), ("Policies", "policies")],
            ),
        ],
    ),
}


def services(session: "Session") -> dict[str, list[dict[str, str]]]:
    """The Services menu: its groups, each with links."""
    found: dict[str, list[dict[str, str]]] = {}
    for service in SERVICES.values():
        item = {"label": service.title, "url": session.url(service.home), "description": service.description}
        found.setdefault(service.group, []).append(item)
    return found


def home_url(session: "Session") -> str:
    return session.url("iam-home")


def side_nav(request: HttpRequest, session: "Session", service: str) -> list[dict[str, Any]]:
    """The left menu. An item is current on its page and on those under it."""
    groups = []
    home = session.url(SERVICES[service].home)
    for title, items in SERVICES[service].side:
        shown = []
        for label, name in items:
            url = session.url(name)
            current = request.path == url if url == home else request.path.startswith(url)
            shown.append({"label": label, "url": url, "current": current, "external": False})
        groups.append({"title": title, "items": shown})
    return groups


def identity(session: "Session") -> dict[str, Any]:
    """The chip in the top bar and the menu under it: the other identities in this browser, and the way out."""
    others = [
        {"label": f"{row.account.name if row.kind == 'root' else row.label} @ {row.account.alias or row.account_id}"
                  f"{' (root)' if row.kind == 'root' else ''}", "url": f"/console/{row.pk}/"}
        for row in session.others
    ]
    menu = [
        *others,
        {"label": "Sign in as another user", "url": session.url("another-session")},
        {"label": "Sign out", "url": session.url("sign-out-session"), "method": "post"},
    ]
    return {
        "kind": session.caller.kind,
        "label": session.label,
        "account_id": session.account.pk,
        "account_label": session.account_label,
        "session_id": session.id,
        "colour": session.colour,
        "menu": menu,
    }
