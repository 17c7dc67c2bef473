"""Search (Alt+S): services and their pages, and what the account has by name."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.components import markup, tables
from iamlab.console import keys, menus, pages
from iamlab.console.panels import panel
from iamlab.console.session import Session, console_page
from iamlab.services.operations import View

MOST = 10
# Title, list call with its parameters, its member, and which page a name or ARN opens on which tab.
RESOURCES: tuple[tuple[str, str, dict[str, str], str, str, str, str], ...] = (
    ("Users", "iam:ListUsers", {}, "Users", "UserName", "user", "permissions"),
    ("User groups", "iam:ListGroups", {}, "Groups", "GroupName", "group", "users"),
    ("Roles", "iam:ListRoles", {}, "Roles", "RoleName", "role", "permissions"),
    ("Policies", "iam:ListPolicies", {"Scope": "All"}, "Policies", "PolicyName", "policy", "permissions"),
)
COLUMNS = [tables.column("name", "Name")]


@require_safe
@console_page
def search(request: HttpRequest, session: Session) -> HttpResponse:
    """One call a kind of resource, each of which may be refused alone; no query asks for nothing."""
    query = request.GET.get("q", "").strip()[:128]
    found = resources(request, session, query) if query else []
    context = {
        "query": query,
        "search": {"url": request.path, "query": query},
        "places": places(session, query) if query else [],
        "tables": found,
        "nothing": bool(query) and not any(table["rows"] or table.get("denial") for table in found),
    }
    title, template = "Search", "console/search/results.html"
    return pages.render(request, session, template, context, title=title, crumbs=[(title, None)])


def places(session: Session, query: str) -> list[dict[str, str]]:
    """Services and features whose name has the words, features with their service."""
    words = [stem(word) for word in query.casefold().split()]
    found = []
    for service in menus.SERVICES.values():
        service_text = f"{service.title} {service.side_title} {service.description}"
        named = [(service.title, service.home, service.description, service_text)]
        for _, items in service.side:
            named += [(label, name, f"{service.title} feature", f"{label} {service.title}") for label, name in items]
        for label, name, description, text in named:
            if all(word in text.casefold() for word in words):
                found.append({"label": label, "url": session.url(name), "description": description})
    return found


def stem(word: str) -> str:
    """A word without its ending: who writes policy finds Policies, who writes users finds User groups."""
    ending = next((one for one in ("ies", "y", "s") if word.endswith(one) and len(word) > len(one) + 2), "")
    return word.removesuffix(ending)


def resources(request: HttpRequest, session: Session, query: str) -> list[dict[str, Any]]:
    """A user is found by the id of an access key too."""
    owner = keys.owner(session, query)
    return [table_of(request, session, query, owner if kind[0] == "Users" else "", *kind) for kind in RESOURCES]


def table_of(
    request: HttpRequest,
    session: Session,
    query: str,
    exact: str,
    title: str,
    operation: str,
    params: dict[str, str],
    member: str,
    name: str,
    page: str,
    tab: str,
) -> dict[str, Any]:
    found = panel(session, operation, params, view=View(find=exact or query, exact=bool(exact), size=MOST, total=False))
    rows = []
    for one in found.get(member, []):
        key = one["Arn"] if page == "policy" else one[name]
        rows.append(tables.row(key, [markup.link(session.url(page, key, tab), one[name])]))
    number = found.get("Found", 0)
    return tables.table(
        request,
        id=member.lower(),
        title=title,
        columns=COLUMNS,
        rows=rows,
        total=number,
        denial=found.denial,
        failure=found.failure,
        tools=False,
        description=f"The first {MOST} of them." if number > MOST else "",
    )
