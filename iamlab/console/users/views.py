"""The users list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, lists, pages, panels
from iamlab.console import keys as keys_of
from iamlab.console.panels import Panel, refused_cell
from iamlab.console.session import Session, console_page

COLUMNS = [
    tables.column("name", "User name", sortable=True),
    tables.column("path", "Path"),
    tables.column("groups", "Group(s)"),
    tables.column("activity", "Last activity"),
    tables.column("mfa", "MFA"),
    tables.column("password", "Password age"),
    tables.column("sign_in", "Console last sign-in"),
    tables.column("key", "Access key ID"),
    tables.column("key_age", "Active key age"),
    tables.column("key_used", "Access key last used"),
    tables.column("arn", "ARN"),
    tables.column("created", "Creation time", sortable=True),
    tables.column("console", "Console access"),
    tables.column("certificates", "Signing certs"),
]
USUAL = [column["key"] for column in COLUMNS if column["key"] not in ("arn", "created", "console", "certificates")]


@require_safe
@console_page
def users(request: HttpRequest, session: Session) -> HttpResponse:
    wanted = [key for key in request.GET.getlist("columns") if key != "name"] or USUAL
    columns = [column for column in COLUMNS if column["key"] == "name" or column["key"] in wanted]
    owner = keys_of.owner(session, request.GET.get("q", "").strip())
    found, ask = lists.listed(session, request, "iam:ListUsers", columns, exact=owner)
    table = lists.shown(
        request,
        found,
        ask,
        columns,
        rows(session, found.get("Users", []), [column["key"] for column in columns]),
        id="users",
        title="Users",
        heading="h1",
        info=True,
        description="An IAM user is an identity with long-term credentials to interact with AWS in an account.",
        filter_label="Search",
        select="many",
        empty_text="You have no IAM users yet.",
        preferences=[(c["key"], c["label"], c in columns) for c in COLUMNS if c["key"] != "name"],
    )
    context = {"table": table}
    return pages.render(request, session, "console/users/list.html", context, title="Users", crumbs=[("Users", None)])


def rows(session: Session, users: list[dict[str, Any]], wanted: list[str]) -> list[dict[str, Any]]:
    """The rows of some users; each column's cells are one call for all, and each cell may be refused alone."""
    who = [{"UserName": user["UserName"]} for user in users]
    nothing = [Panel() for _ in users]

    def asked(operation: str, *columns: str, **more: Any) -> list[Panel]:
        return panels.cells(session, operation, who, **more) if set(columns) & set(wanted) else nothing

    groups = asked("iam:ListGroupsForUser", "groups")
    devices = asked("iam:ListMFADevices", "mfa", "console")
    profiles = asked("iam:GetLoginProfile", "password", "console", may_be_missing=True)
    certificates = asked("iam:ListSigningCertificates", "certificates")
    keys = asked("iam:ListAccessKeys", "key", "key_age", "key_used", "activity")
    used = keys_of.last_uses(session, keys) if {"key_used", "activity"} & set(wanted) else {}
    url, now = session.url("user", "NAME", "permissions"), session.now
    made = []
    for at, user in enumerate(users):
        told = {
            "name": markup.link(url.replace("/NAME/", f"/{user['UserName']}/"), user["UserName"]),
            "path": user["Path"],
            "groups": cells.names(groups[at], "Groups", "GroupName") if "groups" in wanted else "",
            "mfa": mfa(devices[at]) if "mfa" in wanted else "",
            "password": password_age(profiles[at], now) if "password" in wanted else "",
            "sign_in": cells.ago(user.get("PasswordLastUsed"), now),
            "arn": user["Arn"],
            "console": console_access(profiles[at], devices[at]) if "console" in wanted else "",
            "certificates": cells.count(certificates[at], "Certificates") if "certificates" in wanted else "",
            "created": cells.moment(user["CreateDate"]) if "created" in wanted else "",
            **key_cells(keys[at], used, user, now),
        }
        made.append(tables.row(user["UserName"], [told[key] for key in wanted]))
    return made


def mfa(cell: Panel) -> Any:
    if not cell.stands:
        return refused_cell(cell)
    return "Virtual" if cell["MFADevices"] else markup.NOTHING


def console_access(profile: Panel, devices: Panel) -> Any:
    if profile.missing:
        return "Disabled"
    if not profile.stands:
        return refused_cell(profile)
    if devices.get("MFADevices"):
        return markup.status("success", "Enabled with MFA")
    return markup.status("warning", "Enabled without MFA")


def password_age(cell: Panel, now: Any) -> Any:
    if cell.missing:
        return markup.NOTHING
    return cells.age(cell["LoginProfile"]["CreateDate"], now) if cell.stands else refused_cell(cell)


def key_cells(cell: Panel, used: dict[str, Panel], user: dict[str, Any], now: Any) -> dict[str, Any]:
    """The four cells that come from a user's access keys."""
    if not cell.stands:
        refused = refused_cell(cell)
        return {"key": refused, "key_age": refused, "key_used": refused, "activity": refused}
    keys = cell.get("AccessKeyMetadata", [])
    active = [key["CreateDate"] for key in keys if key["Status"] == "Active"]
    words = [f"{key['AccessKeyId']} ({key['Status']})" for key in keys]
    uses = [used[key["AccessKeyId"]] for key in keys if key["AccessKeyId"] in used]
    refusal = next((one for one in uses if not one.stands), None)
    times = [one["AccessKeyLastUsed"].get("LastUsedDate") for one in uses if one.stands]
    last = max((time for time in times if time), default=None)
    activity = max((time for time in (last, user.get("PasswordLastUsed")) if time), default=None)
    return {
        "key": markup.lines(words, whole=True) if keys else markup.NOTHING,
        "key_age": cells.age(min(active, default=None), now),
        "key_used": refused_cell(refusal) if refusal else cells.ago(last, now),
        "activity": cells.ago(activity, now),
    }
