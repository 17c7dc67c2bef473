"""The groups list, one group's page, and creating a group."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, changes, holders, last_accessed, lists, pages, panels, refusals
from iamlab.console.changes import Change
from iamlab.console.groups.forms import CreateGroupForm, CreateGroupPageForm
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError

COLUMNS = [
    tables.column("name", "Group name", sortable=True),
    tables.column("users", "Users"),
    tables.column("permissions", "Permissions"),
    tables.column("created", "Creation time", sortable=True),
]
TABS = {"users": "Users", "permissions": "Permissions", "access_advisor": "Last Accessed"}


@require_safe
@console_page
def groups(request: HttpRequest, session: Session) -> HttpResponse:
    found, ask = lists.listed(session, request, "iam:ListGroups", COLUMNS)
    table = lists.shown(
        request,
        found,
        ask,
        COLUMNS,
        rows(session, found.get("Groups", [])),
        id="groups",
        title="User groups",
        heading="h1",
        info=True,
        description="A user group is a collection of IAM users that gets its permissions as one.",
        filter_label="Search",
        select="many",
        empty_text="You have no user groups yet.",
        preferences=[],
    )
    crumbs = [("User groups", None)]
    return pages.render(
        request, session, "console/groups/list.html", {"table": table}, title="User groups", crumbs=crumbs
    )


def rows(session: Session, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    named = [{"GroupName": group["GroupName"]} for group in groups]
    members = panels.cells(session, "iam:GetGroup", named)
    attached = panels.cells(session, "iam:ListAttachedGroupPolicies", named)
    inline = panels.cells(session, "iam:ListGroupPolicies", named)
    url = session.url("group", "NAME", "users")
    found = []
    for at, group in enumerate(groups):
        name = group["GroupName"]
        told = [
            markup.link(url.replace("/NAME/", f"/{name}/"), name),
            cells.count(members[at], "Users"),
            defined(attached[at], inline[at]),
            cells.ago(group["CreateDate"], session.now),
        ]
        found.append(tables.row(name, told))
    return found


def defined(attached: Panel, inline: Panel) -> Any:
    if attached.get("AttachedPolicies") or inline.get("PolicyNames"):
        return markup.status("success", "Defined")
    refused = next((one for one in (attached, inline) if not one.stands), None)
    return refused_cell(refused) if refused else markup.status("warning", "Not defined")


@require_safe
@console_page
def group(request: HttpRequest, session: Session, name: str, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise Http404
    columns = [
        tables.column("name", "User name", sortable=True),
        tables.column("groups", "Groups"),
        tables.column("sign_in", "Last activity"),
        tables.column("created", "Creation time", sortable=True),
    ]
    if tab == "users":
        got, ask = lists.listed(session, request, "iam:GetGroup", columns, {"GroupName": name})
    else:
        got, ask = panel(session, "iam:GetGroup", {"GroupName": name, "MaxItems": 1}), {}
    if got.failure and "cannot be found" in got.failure:
        return missing(request, session, name)
    data = got.get("Group", {"GroupName": name})
    context = {
        "name": data["GroupName"],
        "got": got,
        "summary": summary(data) if got.stands else [],
        "tabs": [
            {"label": label, "url": session.url("group", name, key), "current": key == tab, "count": None}
            for key, label in TABS.items()
        ],
    }
    if tab == "users":
        context["table"] = lists.shown(
            request, got, ask, columns, member_rows(session, got.get("Users", [])),
            id="users", title="Users in this group", select="many", filter_label="Search",
            empty_title="No users", empty_text="This group has no users.",
        )  # fmt: skip
    elif tab == "access_advisor":
        arn = data.get("Arn") or f"arn:aws:iam::{session.account.pk}:group/{name}"
        context["table"] = last_accessed.table(request, session, arn)
    else:
        found, listed = holders.policy_rows(session, "Group", name)
        context["table"] = holders.policy_table(request, listed, found, "Group")
        context["refused"] = [one for one in found if one.denial]
    crumbs = [("User groups", session.url("groups")), (name, None)]
    return pages.render(request, session, f"console/groups/{tab}.html", context, title=name, crumbs=crumbs)


def missing(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    heading = "User group not found"
    context = {"heading": heading, "text": f"There is no user group {name} in this account. It may have been deleted."}
    crumbs = [("User groups", session.url("groups")), (name, None)]
    return pages.render(request, session, "console/missing.html", context, title=heading, crumbs=crumbs, status=404)


def summary(data: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("User group name", data["GroupName"]),
        ("Creation time", cells.moment(data["CreateDate"])),
        ("ARN", markup.copy(data["Arn"], "ARN")),
    ]


def member_rows(session: Session, users: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups_of = panels.cells(session, "iam:ListGroupsForUser", [{"UserName": user["UserName"]} for user in users])
    url = session.url("user", "NAME", "permissions")
    return [
        tables.row(
            user["UserName"],
            [
                markup.link(url.replace("/NAME/", f"/{user['UserName']}/"), user["UserName"]),
                cells.count(cell, "Groups"),
                cells.ago(user.get("PasswordLastUsed"), session.now),
                cells.ago(user["CreateDate"], session.now),
            ],
        )
        for user, cell in zip(users, groups_of, strict=True)
    ]


@require_http_methods(["GET", "POST"])
@console_page
def create(request: HttpRequest, session: Session) -> HttpResponse:
    """One page: the name, who is in it, what they may do."""
    known: dict[str, Any] = {"session": session, "action": request.path}
    if request.method != "POST" or "look" in request.POST:
        look = request.POST if request.method == "POST" else None
        return show(request, session, CreateGroupPageForm(look=look, **known))
    form = CreateGroupPageForm(request.POST, **known)
    if not form.is_valid():
        return show(request, session, form, 422)
    name = form.cleaned_data["GroupName"]
    try:
        session.call("iam:CreateGroup", {"GroupName": name})
    except AwsError as error:
        if refusals.is_refusal(error):
            return show(request, session, form, 422, refusals.denial(session, error))
        form.refuse(error)
        return show(request, session, form, 422)
    outcomes = changes.make(session, wanted(name, form.cleaned_data))
    return changes.answer(
        request, session, outcomes, session.url("groups"), f"{name} user group created.", "Create group"
    )


def wanted(name: str, data: dict[str, Any]) -> list[Change]:
    group = {"GroupName": name}
    users = [
        Change("iam:AddUserToGroup", {**group, "UserName": user}, f"Add {user} to {name}") for user in data["users"]
    ]
    policies = [
        Change("iam:AttachGroupPolicy", {**group, "PolicyArn": arn}, f"Attach {arn.rpartition('/')[2]}")
        for arn in data["policies"]
    ]
    return users + policies


def show(
    request: HttpRequest,
    session: Session,
    form: CreateGroupForm,
    status: int = 200,
    denial: dict[str, Any] | None = None,
) -> HttpResponse:
    context = {"form": form, "denial": denial, "back": session.url("groups")}
    crumbs = [("User groups", session.url("groups")), ("Create user group", None)]
    return pages.render(
        request,
        session,
        "console/groups/create.html",
        context,
        title="Create user group",
        crumbs=crumbs,
        status=status,
    )
