"""One user's page: the summary and its tabs."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, holders, last_accessed, lists, pages, panels
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.session import Session, console_page
from iamlab.console.users import service_credentials
from iamlab.console.users.create import sign_in_url
from iamlab.console.users.views import console_access, last_uses

TABS = {
    "permissions": "Permissions",
    "groups": "Groups",
    "tags": "Tags",
    "security_credentials": "Security credentials",
    "access_advisor": "Last Accessed",
}


@require_safe
@console_page
def user(request: HttpRequest, session: Session, name: str, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise Http404
    who = {"UserName": name}
    got = panel(session, "iam:GetUser", who, may_be_missing=True)
    if got.missing:
        return missing(request, session, name)
    data = got.get("User", who)
    profile = panel(session, "iam:GetLoginProfile", who, may_be_missing=True)
    keys = devices = Panel()
    if tab != "access_advisor":  # its own calls are many: keys and devices are left to the other tabs
        keys = panel(session, "iam:ListAccessKeys", who)
        devices = panel(session, "iam:ListMFADevices", who)
    uses = last_uses(session, [keys])
    context = {
        "user": data,
        "name": data["UserName"],
        "tab": tab,
        "tabs": [
            {"label": label, "url": session.url("user", name, key), "current": key == tab, "count": None}
            for key, label in TABS.items()
        ],
        "got": got,
        "summary": summary(session, data, keys, devices, profile, uses) if got.stands else [],
        "keys": keys,
        "devices": devices,
        "profile": profile,
        **SHOWN[tab](request, session, data, keys, uses),
    }
    crumbs = [("Users", session.url("users")), (name, None)]
    return pages.render(request, session, f"console/users/{tab}.html", context, title=name, crumbs=crumbs)


def missing(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    context = {
        "heading": "User not found",
        "text": f"There is no user {name} in this account. It may have been deleted.",
    }
    crumbs = [("Users", session.url("users")), (name, None)]
    return pages.render(
        request, session, "console/missing.html", context, title="User not found", crumbs=crumbs, status=404
    )


def summary(
    session: Session, user: dict[str, Any], keys: Panel, devices: Panel, profile: Panel, uses: dict[str, Panel]
) -> list[tuple[str, Any]]:
    last = cells.ago(user["PasswordLastUsed"], session.now) if "PasswordLastUsed" in user else "Never"
    facts = [
        ("ARN", markup.copy(user["Arn"], "ARN")),
        ("Created", cells.moment(user["CreateDate"])),
        ("Last console sign-in", last),
    ]
    if "AccessKeyMetadata" not in keys.answer and keys.stands:
        return facts
    return [
        *facts,
        ("Console access", console_access(profile, devices)),
        ("Access key 1", key_line(session, user, keys, 0, uses)),
        ("Access key 2", key_line(session, user, keys, 1, uses)),
    ]


def key_line(session: Session, user: dict[str, Any], keys: Panel, at: int, uses: dict[str, Panel]) -> Any:
    if not keys.stands:
        return refused_cell(keys)
    if at >= len(keys["AccessKeyMetadata"]):
        return markup.link(session.url("access-key-start", user["UserName"]), "Create access key")
    key = keys["AccessKeyMetadata"][at]
    use = uses.get(key["AccessKeyId"], Panel())
    last = use.get("AccessKeyLastUsed", {}).get("LastUsedDate")
    used = f"Used {cells.ago(last, session.now).lower()}." if last else "Never used."
    return format_html(
        "{} - {}<br><span class='secondary'>{} Created {}.</span>",
        key["AccessKeyId"],
        key["Status"],
        used,
        cells.ago(key["CreateDate"], session.now).lower(),
    )


def permissions(
    request: HttpRequest, session: Session, user: dict[str, Any], keys: Panel, uses: dict[str, Panel]
) -> dict[str, Any]:
    """Policies attached, inline and by group, and the boundary."""
    name = user["UserName"]
    found, rows = holders.policy_rows(session, "User", name)
    groups = panel(session, "iam:ListGroupsForUser", {"UserName": name})
    if groups.stands:
        rows += holders.rows_by_group(session, [group["GroupName"] for group in groups["Groups"]])
    table = holders.policy_table(request, rows, found)
    boundary = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")
    return {
        "table": table,
        "refused": [one for one in (*found, groups) if one.denial],
        "boundary": boundary,
        "boundary_url": session.url("policy", boundary, "permissions") if boundary else "",
    }


COLUMNS = [tables.column("name", "Group name"), tables.column("policies", "Attached policies")]


def groups(
    request: HttpRequest, session: Session, user: dict[str, Any], keys: Panel, uses: dict[str, Panel]
) -> dict[str, Any]:
    found = panel(session, "iam:ListGroupsForUser", {"UserName": user["UserName"]})
    names = [group["GroupName"] for group in found.get("Groups", [])]
    attached = panels.cells(session, "iam:ListAttachedGroupPolicies", [{"GroupName": name} for name in names])
    rows = [
        tables.row(name, [group_link(session, name), cells.names(cell, "AttachedPolicies", "PolicyName", 5)])
        for name, cell in zip(names, attached, strict=True)
    ]
    table = lists.whole(
        request,
        COLUMNS,
        rows,
        id="groups",
        title="User groups membership",
        select="many",
        denial=found.denial,
        failure=found.failure,
        empty_title="No groups",
        empty_text="This user does not belong to any user groups.",
        description="A user can belong to up to 10 groups at a time.",
    )
    return {"table": table}


def group_link(session: Session, name: str) -> SafeString:
    return markup.link(session.url("group", name, "users"), name)


def tags(
    request: HttpRequest, session: Session, user: dict[str, Any], keys: Panel, uses: dict[str, Panel]
) -> dict[str, Any]:
    return {"tags": panel(session, "iam:ListUserTags", {"UserName": user["UserName"]})}


def security_credentials(
    request: HttpRequest, session: Session, user: dict[str, Any], keys: Panel, uses: dict[str, Panel]
) -> dict[str, Any]:
    descriptions = {tag["Key"]: tag["Value"] for tag in user.get("Tags", [])}
    listed = [key_block(session, key, uses, descriptions) for key in keys.get("AccessKeyMetadata", [])]
    return {
        **service_credentials.sections(request, session, user["UserName"]),
        "key_blocks": listed,
        "may_add": len(listed) < 2,
        "sign_in_url": sign_in_url(request, session),
        "last_sign_in": cells.ago(user.get("PasswordLastUsed"), session.now) if "PasswordLastUsed" in user else "Never",
    }


def key_block(
    session: Session, key: dict[str, Any], uses: dict[str, Panel], descriptions: dict[str, str]
) -> dict[str, Any]:
    key_id = key["AccessKeyId"]
    use = uses.get(key_id, Panel())
    last = use.get("AccessKeyLastUsed", {})
    active = key["Status"] == "Active"
    facts = [
        ("Description", descriptions.get(key_id, markup.NOTHING)),
        ("Status", markup.status("success" if active else "stopped", key["Status"])),
        ("Last used", cells.ago(last.get("LastUsedDate"), session.now) if use.stands else refused_cell(use)),
        ("Created", cells.ago(key["CreateDate"], session.now)),
        ("Last used region", last.get("Region", markup.NOTHING)),
        ("Last used service", last.get("ServiceName", markup.NOTHING)),
    ]
    name = key["UserName"]
    return {
        "id": key_id,
        "active": active,
        "facts": facts,
        "status_url": session.url("access-key-status", name, key_id),
        "delete_url": session.url("access-key-delete", name, key_id),
    }


def access_advisor(
    request: HttpRequest, session: Session, user: dict[str, Any], keys: Panel, uses: dict[str, Panel]
) -> dict[str, Any]:
    arn = user.get("Arn") or f"arn:aws:iam::{session.account.pk}:user/{user['UserName']}"
    return {"table": last_accessed.table(request, session, arn)}


SHOWN = {
    "permissions": permissions,
    "groups": groups,
    "tags": tags,
    "security_credentials": security_credentials,
    "access_advisor": access_advisor,
}
