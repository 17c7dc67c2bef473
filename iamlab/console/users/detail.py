"""One user's page: the summary and its tabs."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, holders, keys, last_accessed, lists, mfa, pages, panels, passwords
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.session import Session, console_page
from iamlab.console.users import access_keys, service_credentials
from iamlab.console.users.create import sign_in_url
from iamlab.console.users.views import console_access

TABS = {
    "permissions": "Permissions",
    "groups": "Groups",
    "tags": "Tags",
    "security_credentials": "Security credentials",
    "access_advisor": "Last Accessed",
}


@dataclass
class Held:
    """What several tabs show of a user: the user as GetUser tells it, and the panels of what belongs to them."""

    user: dict[str, Any]
    profile: Panel
    groups: Panel
    keys: Panel
    devices: Panel
    uses: dict[str, Panel]


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
    held = holding(session, data, tab)
    context = {
        "user": data,
        "name": data["UserName"],
        "tab": tab,
        "tabs": [
            {"label": label, "url": session.url("user", name, key), "current": key == tab, "count": count}
            for (key, label), count in zip(TABS.items(), counts(got, held), strict=True)
        ],
        "got": got,
        "summary": summary(session, held) if got.stands else [],
        "keys": held.keys,
        "devices": held.devices,
        "profile": held.profile,
        **SHOWN[tab](request, session, held),
    }
    crumbs = [("Users", session.url("users")), (name, None)]
    return pages.render(request, session, f"console/users/{tab}.html", context, title=name, crumbs=crumbs)


def holding(session: Session, data: dict[str, Any], tab: str) -> Held:
    """Two tabs make many calls of their own: what their part of the page can do without is left to the others."""
    who = {"UserName": data["UserName"]}
    profile = panel(session, "iam:GetLoginProfile", who, may_be_missing=True)
    groups = found = devices = Panel()
    if tab not in ("access_advisor", "security_credentials"):
        groups = panel(session, "iam:ListGroupsForUser", who)
    if tab != "access_advisor":
        found = panel(session, "iam:ListAccessKeys", who)
        devices = panel(session, "iam:ListMFADevices", who)
    return Held(data, profile, groups, found, devices, keys.last_uses(session, [found]))


def counts(got: Panel, held: Held) -> list[int | None]:
    """What stands behind the tabs' labels; nothing where the call that would tell was refused or not made."""
    groups = len(held.groups["Groups"]) if "Groups" in held.groups.answer else None
    tags = len(held.user.get("Tags", [])) if got.stands else None
    return [{"groups": groups, "tags": tags}.get(key) for key in TABS]


def missing(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    context = {
        "heading": "User not found",
        "text": f"There is no user {name} in this account. It may have been deleted.",
    }
    crumbs = [("Users", session.url("users")), (name, None)]
    return pages.render(
        request, session, "console/missing.html", context, title="User not found", crumbs=crumbs, status=404
    )


def summary(session: Session, held: Held) -> list[tuple[str, Any]]:
    """In three columns, read across: what the user is, how they sign in, their keys."""
    user = held.user
    arn, created = ("ARN", markup.copy(user["Arn"], "ARN")), ("Created", cells.moment(user["CreateDate"]))
    last = ("Last console sign-in", passwords.last_sign_in(session, user))
    if "AccessKeyMetadata" not in held.keys.answer and held.keys.stands:
        return [arn, created, last]
    access = ("Console access", console_access(held.profile, held.devices))
    first, second = ((f"Access key {at + 1}", key_line(session, held, at)) for at in (0, 1))
    return [arn, access, first, created, last, second]


def key_line(session: Session, held: Held, at: int) -> Any:
    if not held.keys.stands:
        return refused_cell(held.keys)
    if at >= len(held.keys["AccessKeyMetadata"]):
        return markup.link(session.url("access-key-start", held.user["UserName"]), "Create access key")
    key = held.keys["AccessKeyMetadata"][at]
    use = held.uses.get(key["AccessKeyId"], Panel())
    last = use.get("AccessKeyLastUsed", {}).get("LastUsedDate")
    used = f"Used {cells.ago(last, session.now).lower()}." if last else "Never used."
    return format_html(
        "{} - {}<br><span class='secondary'>{} Created {}.</span>",
        key["AccessKeyId"],
        key["Status"],
        used,
        cells.ago(key["CreateDate"], session.now).lower(),
    )


def permissions(request: HttpRequest, session: Session, held: Held) -> dict[str, Any]:
    """Policies attached, inline and by group, and the boundary."""
    found, rows = holders.policy_rows(session, "User", held.user["UserName"])
    if held.groups.stands:
        rows += holders.rows_by_group(session, [group["GroupName"] for group in held.groups["Groups"]])
    boundary = held.user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "")
    return {
        "table": holders.policy_table(request, rows, found, "User"),
        "refused": [one for one in (*found, held.groups) if one.denial],
        "boundary": boundary,
        "boundary_url": session.url("policy", boundary, "permissions") if boundary else "",
    }


COLUMNS = [tables.column("name", "Group name"), tables.column("policies", "Attached policies")]


def groups(request: HttpRequest, session: Session, held: Held) -> dict[str, Any]:
    found = held.groups
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


def tags(request: HttpRequest, session: Session, held: Held) -> dict[str, Any]:
    return {"tags": panel(session, "iam:ListUserTags", {"UserName": held.user["UserName"]})}


def security_credentials(request: HttpRequest, session: Session, held: Held) -> dict[str, Any]:
    holder = access_keys.holder(session, held.user["UserName"])
    listed = keys.blocks(session, holder, held.keys, held.uses, held.user.get("Tags", []))
    return {
        **service_credentials.sections(request, session, service_credentials.of_user(session, held.user["UserName"])),
        "key_blocks": listed,
        "may_add": len(listed) < keys.MOST,
        "device_table": mfa.table(request, session, held.devices),
        "sign_in": passwords.facts(session, sign_in_url(request, session), held.profile, held.user),
    }


def access_advisor(request: HttpRequest, session: Session, held: Held) -> dict[str, Any]:
    arn = held.user.get("Arn") or f"arn:aws:iam::{session.account.pk}:user/{held.user['UserName']}"
    return {"table": last_accessed.table(request, session, arn)}


SHOWN = {
    "permissions": permissions,
    "groups": groups,
    "tags": tags,
    "security_credentials": security_credentials,
    "access_advisor": access_advisor,
}
