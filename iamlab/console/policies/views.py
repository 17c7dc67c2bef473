"""The policies list and one policy's page."""

import difflib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, documents, last_accessed, lists, pages
from iamlab.console.panels import panel
from iamlab.console.pickers import TYPES, asked_types, descriptions, policy_type, used_as
from iamlab.console.session import Session, console_page
from iamlab.policy.summary import summarise

COLUMNS = [
    tables.column("name", "Policy name"),
    tables.column("type", "Type"),
    tables.column("used", "Used as"),
    tables.column("description", "Description"),
]
TABS = {
    "permissions": "Permissions",
    "entities": "Entities attached",
    "tags": "Tags",
    "versions": "Policy versions",
    "access_advisor": "Last Accessed",
}
KINDS = (
    ("Users", "UserName", "User", "user"),
    ("Groups", "GroupName", "Group", "group"),
    ("Roles", "RoleName", "Role", "role"),
)

KINDS_OF_CHANGE = {"-": "del", "+": "add"}


@require_safe
@console_page
def policies(request: HttpRequest, session: Session) -> HttpResponse:
    scope = request.GET.get("type", "All")
    scope = scope if scope in dict(TYPES) else "All"
    params, only = asked_types(scope)
    found, ask = lists.listed(session, request, "iam:ListPolicies", COLUMNS, params, size=20, only=only)
    table = lists.shown(
        request,
        found,
        ask,
        COLUMNS,
        rows(session, found.get("Policies", [])),
        id="policies",
        title="Policies",
        heading="h1",
        info=True,
        description="A policy is an object in AWS that defines permissions.",
        filter_label="Search",
        filters=[{"name": "type", "label": "Filter by type", "choices": TYPES, "value": scope}],
        select="one",
        preferences=[],
    )
    context = {"table": table}
    return pages.render(
        request, session, "console/policies/list.html", context, title="Policies", crumbs=[("Policies", None)]
    )


def rows(session: Session, policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    url = session.url("policy", "ARN", "permissions")
    found = []
    for policy, described in zip(policies, descriptions(session, policies), strict=True):
        arn = policy["Arn"]
        told = [
            markup.link(url.replace("/ARN/", f"/{arn}/"), policy["PolicyName"]),
            policy_type(arn),
            used_as(policy),
            described,
        ]
        found.append(tables.row(arn, told, label=policy["PolicyName"]))
    return found


@require_safe
@console_page
def policy(request: HttpRequest, session: Session, arn: str, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise Http404
    got = panel(session, "iam:GetPolicy", {"PolicyArn": arn}, may_be_missing=True)
    if got.missing or not arn.startswith("arn:"):
        return missing(request, session, arn)
    data = got.get("Policy", {"Arn": arn, "PolicyName": arn.rpartition("/")[2]})
    own = policy_type(arn) == "Customer managed"
    number = {"tags": len(data.get("Tags", []))} if got.stands else {}
    context = {
        "arn": arn,
        "name": data["PolicyName"],
        "own": own,
        "got": got,
        "summary": summary(data) if got.stands else [],
        "who_can": session.url("who-can", action="iam:CreatePolicyVersion", resource=arn) if own else "",
        "who_has": session.url("who-has", policy=arn),
        "description": data.get("Description", ""),
        "tabs": [
            {"label": label, "url": session.url("policy", arn, key), "current": key == tab, "count": number.get(key)}
            for key, label in TABS.items()
            if own or key != "tags"
        ],
        **SHOWN[tab](request, session, arn, data),
    }
    crumbs = [("Policies", session.url("policies")), (data["PolicyName"], None)]
    template = f"console/policies/{tab}.html"
    return pages.render(request, session, template, context, title=data["PolicyName"], crumbs=crumbs)


def missing(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    context = {
        "heading": "Policy not found",
        "text": f"There is no policy {arn} in this account. It may have been deleted.",
    }
    crumbs = [("Policies", session.url("policies")), (arn.rpartition("/")[2], None)]
    return pages.render(
        request, session, "console/missing.html", context, title="Policy not found", crumbs=crumbs, status=404
    )


def summary(data: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("Type", policy_type(data["Arn"])),
        ("Creation time", cells.moment(data["CreateDate"])),
        ("Edited time", cells.moment(data["UpdateDate"])),
        ("ARN", markup.copy(data["Arn"], "ARN")),
    ]


def permissions(request: HttpRequest, session: Session, arn: str, data: dict[str, Any]) -> dict[str, Any]:
    """The document of one version: the default, or that which the address names."""
    version = request.GET.get("version") or data.get("DefaultVersionId", "v1")
    found = panel(session, "iam:GetPolicyVersion", {"PolicyArn": arn, "VersionId": version})
    text = documents.pretty(found["PolicyVersion"]["Document"]) if found.stands else ""
    views = [("summary", "Summary"), ("json", "JSON")]
    view = request.GET.get("view") if request.GET.get("view") in dict(views) else "summary"
    address = tables.address
    return {
        "document": found,
        "text": text,
        "view": view,
        "views": [{"label": label, "url": address(request, view=key), "current": key == view} for key, label in views],
        "version": version,
        "policy_summary": summarise(text) if text and view == "summary" else None,
    }


def entities(request: HttpRequest, session: Session, arn: str, data: dict[str, Any]) -> dict[str, Any]:
    """Who has the policy, and whose boundary it is: the second list only where the policy says that there is one."""
    held = holders_of(request, session, arn, "PermissionsPolicy")
    if not data.get("PermissionsBoundaryUsageCount"):
        return {"table": held}
    return {"table": held, "boundary_table": holders_of(request, session, arn, "PermissionsBoundary")}


def holders_of(request: HttpRequest, session: Session, arn: str, usage: str) -> dict[str, Any]:
    found = panel(session, "iam:ListEntitiesForPolicy", {"PolicyArn": arn, "PolicyUsageFilter": usage})
    columns = [tables.column("name", "Entity name"), tables.column("type", "Entity type")]
    listed = []
    for member, key, word, page in KINDS:
        for one in found.get(f"Policy{member}", []):
            name = one[key]
            cell = markup.link(session.url(page, name, "permissions"), name)
            listed.append(tables.row(f"{word}:{name}", [cell, word], label=name))
    boundary = usage == "PermissionsBoundary"
    return lists.whole(
        request,
        columns,
        listed,
        id="bounded" if boundary else "entities",
        title="Attached as a permissions boundary" if boundary else "Attached as a permissions policy",
        filter_label="Find entities",
        select="many" if listed and not boundary else "",
        denial=found.denial,
        failure=found.failure,
        empty_title="No entities",
        empty_text="This policy is not attached to any user, group or role.",
    )


def tags(request: HttpRequest, session: Session, arn: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"tags": panel(session, "iam:ListPolicyTags", {"PolicyArn": arn})}


def versions(request: HttpRequest, session: Session, arn: str, data: dict[str, Any]) -> dict[str, Any]:
    found = panel(session, "iam:ListPolicyVersions", {"PolicyArn": arn})
    columns = [
        tables.column("version", "Version"),
        tables.column("default", "Type"),
        tables.column("created", "Creation time"),
    ]
    listed = [version_row(session, arn, one) for one in found.get("Versions", [])]
    table = lists.whole(
        request,
        columns,
        listed,
        id="versions",
        title="Policy versions",
        select="one",
        denial=found.denial,
        failure=found.failure,
        description="A managed policy can have up to five versions.",
    )
    return {
        "table": table,
        "versions": [one["VersionId"] for one in found.get("Versions", [])],
        **compared(request, session, arn),
    }


def compared(request: HttpRequest, session: Session, arn: str) -> dict[str, Any]:
    """Two versions line by line, where the address names two: what went is marked as gone, what came as new."""
    names = [request.GET.get("from", ""), request.GET.get("to", "")]
    if not all(names):
        return {}
    found = [panel(session, "iam:GetPolicyVersion", {"PolicyArn": arn, "VersionId": name}) for name in names]
    refused = next((one for one in found if not one.stands), None)
    if refused is not None:
        return {"compare": {"names": names, "refused": refused}}
    before, after = (documents.pretty(one["PolicyVersion"]["Document"]).split("\n") for one in found)
    lines, marks = [], []
    for line in difflib.ndiff(before, after):
        if line.startswith("?"):
            continue
        lines.append(line[2:])
        if line[0] in KINDS_OF_CHANGE:
            marks.append({"first": len(lines), "kind": KINDS_OF_CHANGE[line[0]]})
    return {"compare": {"names": names, "text": "\n".join(lines), "marks": marks, "same": not marks}}


def access_advisor(request: HttpRequest, session: Session, arn: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"table": last_accessed.table(request, session, arn)}


def version_row(session: Session, arn: str, version: dict[str, Any]) -> dict[str, Any]:
    url = session.url("policy", arn, "permissions", version=version["VersionId"])
    default = markup.badge("Default", "blue") if version["IsDefaultVersion"] else markup.NOTHING
    told = [markup.link(url, version["VersionId"]), default, cells.moment(version["CreateDate"])]
    return tables.row(version["VersionId"], told, disabled=version["IsDefaultVersion"])


SHOWN = {
    "permissions": permissions,
    "entities": entities,
    "tags": tags,
    "versions": versions,
    "access_advisor": access_advisor,
}
