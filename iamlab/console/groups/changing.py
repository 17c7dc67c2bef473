"""Changing a group: members, policies, name, and its end."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, inline, pages, panels, refusals
from iamlab.console.changes import Change
from iamlab.console.groups.forms import AddUsersForm, RenameForm
from iamlab.console.panels import Panel
from iamlab.console.questions import attached_policies, picked, question, removed_policies, ticked_off
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError


def listing(session: Session) -> tuple[str, str]:
    return "User groups", session.url("groups")


@require_http_methods(["GET", "POST"])
@console_page
def add_users(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("group", name, "users")
    form = picked(request, session, AddUsersForm, "Add users", back, [listing(session), (name, back)])
    if isinstance(form, HttpResponse):
        return form
    users = form.cleaned_data["users"]
    wanted = [
        Change("iam:AddUserToGroup", {"GroupName": name, "UserName": user}, f"Add {user} to {name}") for user in users
    ]
    text = f"{len(users)} user{'s' if len(users) > 1 else ''} added to {name}."
    return changes.answer(request, session, changes.make(session, wanted), back, text, "Add users")


@require_http_methods(["GET", "POST"])
@console_page
def remove_users(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("group", name, "users")
    users = changes.ticked(request)
    wanted = [
        Change("iam:RemoveUserFromGroup", {"GroupName": name, "UserName": user}, f"Remove {user} from {name}")
        for user in users
    ]
    confirm = {"title": f"Remove users from {name}?", "cancel_url": back, "submit": "Remove"}
    text = f"{len(users)} user{'s' if len(users) > 1 else ''} removed from {name}."
    return ticked_off(request, session, wanted, confirm, "They lose at once what only this group allows.", text)


@require_http_methods(["GET", "POST"])
@console_page
def attach(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return attached_policies(request, session, "Group", name, listing(session), "Attach policies")


@require_http_methods(["GET", "POST"])
@console_page
def remove_policies(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return removed_policies(request, session, "Group", name, session.url("group", name, "permissions"))


@require_http_methods(["GET", "POST"])
@console_page
def inline_policy(request: HttpRequest, session: Session, name: str, policy: str = "") -> HttpResponse:
    back = session.url("group", name, "permissions")
    return inline.edit(request, session, "Group", name, back, listing(session), policy)


@require_http_methods(["GET", "POST"])
@console_page
def rename(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("group", name, "users")
    form = RenameForm(request.POST or None, initial={"NewGroupName": name})
    denial = None
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["NewGroupName"]
        try:
            session.call("iam:UpdateGroup", {"GroupName": name, "NewGroupName": new})
        except AwsError as error:
            denial = refusals.told(session, form, error)
        else:
            return pages.done(request, session.url("group", new, "users"), f"The user group is called {new} now.")
    confirm = {"title": "Edit user group name", "cancel_url": back, "submit": "Save changes"}
    context = {"confirm": confirm, "form": form, "denial": denial}
    status = 422 if form.is_bound else 200
    crumbs = [listing(session), (name, back), ("Edit", None)]
    template = "console/groups/rename.html"
    return pages.render(request, session, template, context, title="Edit user group name", crumbs=crumbs, status=status)


def belongings(session: Session, names: list[str]) -> tuple[list[list[Change]], list[Panel]]:
    """What has to go before each group does, and the lists that were refused. One call a part, whatever the number."""
    groups = [{"GroupName": name} for name in names]
    members = panels.cells(session, "iam:GetGroup", [{**group, "MaxItems": 1000} for group in groups])
    attached = panels.cells(session, "iam:ListAttachedGroupPolicies", groups)
    inline_ = panels.cells(session, "iam:ListGroupPolicies", groups)
    found = []
    for group, users, managed, own in zip(groups, members, attached, inline_, strict=True):
        going = [
            Change("iam:RemoveUserFromGroup", {**group, "UserName": user["UserName"]}, f"Member {user['UserName']}")
            for user in users.get("Users", [])
        ]
        for one in managed.get("AttachedPolicies", []):
            params = {**group, "PolicyArn": one["PolicyArn"]}
            going.append(Change("iam:DetachGroupPolicy", params, f"Attached policy {one['PolicyName']}"))
        for policy in own.get("PolicyNames", []):
            going.append(Change("iam:DeleteGroupPolicy", {**group, "PolicyName": policy}, f"Inline policy {policy}"))
        found.append(going)
    return found, [one for one in (*members, *attached, *inline_) if not one.stands]


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    names = changes.ticked(request)
    back = session.url("groups")
    if not names:
        return redirect(back)
    phrase = names[0] if len(names) == 1 else f"{len(names)} user groups"
    error = changes.confirmed(request, phrase) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        return gone(request, session, names, back)
    found, refused = belongings(session, names)
    many = len(names) > 1
    goes = [
        f"{name}: {change.label}" if many else change.label
        for name, going in zip(names, found, strict=True)
        for change in going
    ]
    denials = [one.denial for one in refused if one.denial]
    confirm: dict[str, Any] = {
        "title": f"Delete {phrase}?",
        "cancel_url": back,
        "submit": "Delete",
        "danger": "Its members stay, without what only this group allowed." if len(names) == 1
        else "Their members stay, without what only these groups allowed.",
        "consequences": goes,
        "typed": phrase,
        "error": error,
        "hidden": [("selected", name) for name in names],
    }  # fmt: skip
    sentences = [f"Permanently delete {', '.join(names)}?"]
    return question(request, session, confirm, sentences, 422 if error else 200, denials=denials[:1])


def gone(request: HttpRequest, session: Session, names: list[str], back: str) -> HttpResponse:
    outcomes = []
    found, _ = belongings(session, names)
    for name, going in zip(names, found, strict=True):
        last = Change("iam:DeleteGroup", {"GroupName": name}, f"Delete user group {name}")
        outcomes += changes.make(session, [*going, last], stop=True)
    text = f"{names[0]} user group deleted." if len(names) == 1 else f"{len(names)} user groups deleted."
    return changes.answer(request, session, outcomes, back, text, "Delete user groups")
