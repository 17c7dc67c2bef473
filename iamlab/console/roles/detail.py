"""One role's page: the summary and its tabs."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from iamlab.components import markup
from iamlab.console import cells, documents, holders, last_accessed, pages
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.roles import trust
from iamlab.console.roles.views import activity
from iamlab.console.session import Session, console_page

TABS = {
    "permissions": "Permissions",
    "trust_relationships": "Trust relationships",
    "tags": "Tags",
    "access_advisor": "Last Accessed",
    "revoke_sessions": "Revoke sessions",
}


@require_safe
@console_page
def role(request: HttpRequest, session: Session, name: str, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise Http404
    got = panel(session, "iam:GetRole", {"RoleName": name}, may_be_missing=True)
    if got.missing:
        return missing(request, session, name)
    data = got.get("Role", {"RoleName": name, "Arn": f"arn:aws:iam::{session.account.pk}:role/{name}", "Path": "/"})
    linked = data["Path"].startswith(trust.SERVICE_LINKED)
    number = {"tags": len(data.get("Tags", []))} if got.stands else {}
    tabs = [
        {"label": label, "url": session.url("role", name, key), "current": key == tab, "count": number.get(key)}
        for key, label in TABS.items()
        if not linked or key != "revoke_sessions"
    ]
    context = {
        "role": data,
        "name": data["RoleName"],
        "linked": linked,
        "got": got,
        "summary": summary(request, session, got, tab) if got.stands else [],
        "tabs": tabs,
        "who_can_url": session.url("who-can", action="sts:AssumeRole", resource=data["Arn"]),
        **SHOWN[tab](request, session, data),
    }
    crumbs = [("Roles", session.url("roles")), (data["RoleName"], None)]
    return pages.render(request, session, f"console/roles/{tab}.html", context, title=data["RoleName"], crumbs=crumbs)


def missing(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    heading = "Role not found"
    context = {"heading": heading, "text": f"There is no role {name} in this account. It may have been deleted."}
    crumbs = [("Roles", session.url("roles")), (name, None)]
    return pages.render(request, session, "console/missing.html", context, title=heading, crumbs=crumbs, status=404)


def summary(request: HttpRequest, session: Session, got: Panel, tab: str) -> list[tuple[str, Any]]:
    data = got["Role"]
    link = request.build_absolute_uri(switch_url(session, data))
    profiles = Panel()
    if tab != "access_advisor":  # its own calls are many: the profiles are left to the other tabs
        profiles = panel(session, "iam:ListInstanceProfilesForRole", {"RoleName": data["RoleName"]})
    rows = [
        ("Creation date", cells.moment(data["CreateDate"])),
        ("ARN", markup.copy(data["Arn"], "ARN")),
        ("Link to switch roles in console", markup.copy(link, "link", "Copy the link")),
        ("Last activity", activity(session, got)),
        ("Maximum session duration", duration(data["MaxSessionDuration"])),
    ]
    if not profiles.stands:
        rows.append(("Instance profile ARN", refused_cell(profiles)))
    for profile in profiles.get("InstanceProfiles", []):
        rows.append(("Instance profile ARN", markup.copy(profile["Arn"], "ARN")))
    return rows


def switch_url(session: Session, data: dict[str, Any]) -> str:
    role_name = data["Path"].removeprefix("/") + data["RoleName"]
    address = reverse("switch-role-link", args=[session.account.sandbox.public_id])
    return f"{address}?{urlencode({'account': session.account.alias or session.account.pk, 'roleName': role_name})}"


def duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours} hour{'' if hours == 1 else 's'}" + (f" {rest} seconds" if rest else "")


def permissions(request: HttpRequest, session: Session, data: dict[str, Any]) -> dict[str, Any]:
    found, rows = holders.policy_rows(session, "Role", data["RoleName"])
    boundary = data.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")
    return {
        "table": holders.policy_table(request, rows, found, "Role"),
        "refused": [one for one in found if one.denial],
        "boundary": boundary,
        "boundary_url": session.url("policy", boundary, "permissions") if boundary else "",
    }


def trust_relationships(request: HttpRequest, session: Session, data: dict[str, Any]) -> dict[str, Any]:
    text = data.get("AssumeRolePolicyDocument", "")
    return {
        "text": documents.pretty(text),
        "trusted": trust.trusted(text, data["Path"]) if text else [],
    }


def tags(request: HttpRequest, session: Session, data: dict[str, Any]) -> dict[str, Any]:
    return {"tags": panel(session, "iam:ListRoleTags", {"RoleName": data["RoleName"]})}


def access_advisor(request: HttpRequest, session: Session, data: dict[str, Any]) -> dict[str, Any]:
    return {"table": last_accessed.table(request, session, data["Arn"])}


def revoke_sessions(request: HttpRequest, session: Session, data: dict[str, Any]) -> dict[str, Any]:
    return {}


SHOWN = {
    "permissions": permissions,
    "trust_relationships": trust_relationships,
    "tags": tags,
    "access_advisor": access_advisor,
    "revoke_sessions": revoke_sessions,
}
