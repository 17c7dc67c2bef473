"""Deleting roles: what goes with each, the typed confirmation, the calls in the order that the API wants."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, panels
from iamlab.console.changes import Change
from iamlab.console.panels import Panel
from iamlab.console.questions import question
from iamlab.console.roles import trust
from iamlab.console.roles.views import activity
from iamlab.console.session import Session, console_page


def belongings(session: Session, names: list[str], details: list[Panel]) -> tuple[list[list[Change]], list[Panel]]:
    """The calls that delete each role, last its own, and the lists that were refused. One call a part."""
    who = [{"RoleName": name} for name in names]
    attached = panels.cells(session, "iam:ListAttachedRolePolicies", who)
    inline = panels.cells(session, "iam:ListRolePolicies", who)
    profiles = panels.cells(session, "iam:ListInstanceProfilesForRole", who)
    parts = zip(names, details, attached, inline, profiles, strict=True)
    found = [linked(name) if is_linked(role) else own(name, *lists) for name, role, *lists in parts]
    return found, [one for one in (*attached, *inline, *profiles) if not one.stands]


def is_linked(role: Panel) -> bool:
    return role.stands and role["Role"]["Path"].startswith(trust.SERVICE_LINKED)


def linked(name: str) -> list[Change]:
    """A service-linked role goes as its service decides, policies and all."""
    return [Change("iam:DeleteServiceLinkedRole", {"RoleName": name}, f"Delete service-linked role {name}")]


def own(name: str, attached: Panel, inline: Panel, profiles: Panel) -> list[Change]:
    who = {"RoleName": name}
    going = []
    for one in profiles.get("InstanceProfiles", []):
        profile = {"InstanceProfileName": one["InstanceProfileName"]}
        label = f"Instance profile {one['InstanceProfileName']}"
        going.append(Change("iam:RemoveRoleFromInstanceProfile", {**profile, **who}, f"Take the role out of {label}"))
        if one["InstanceProfileName"] == name:  # the one that the console made with the role
            going.append(Change("iam:DeleteInstanceProfile", profile, label))
    for one in attached.get("AttachedPolicies", []):
        params = {**who, "PolicyArn": one["PolicyArn"]}
        going.append(Change("iam:DetachRolePolicy", params, f"Attached policy {one['PolicyName']}"))
    for policy in inline.get("PolicyNames", []):
        going.append(Change("iam:DeleteRolePolicy", {**who, "PolicyName": policy}, f"Inline policy {policy}"))
    return [*going, Change("iam:DeleteRole", who, f"Delete role {name}")]


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    names = changes.ticked(request)
    back = session.url("roles")
    if not names:
        return redirect(back)
    phrase = names[0] if len(names) == 1 else f"{len(names)} roles"
    error = changes.confirmed(request, phrase) if request.method == "POST" else ""
    details = panels.cells(session, "iam:GetRole", [{"RoleName": name} for name in names])
    found, refused = belongings(session, names, details)
    if request.method == "POST" and not error:
        outcomes = [outcome for going in found for outcome in changes.make(session, going, stop=True)]
        text = f"Role {names[0]} deleted." if len(names) == 1 else f"{len(names)} roles deleted."
        return changes.answer(request, session, outcomes, back, text, "Delete roles")
    many = len(names) > 1
    confirm: dict[str, Any] = {
        "title": f"Delete {phrase}?",
        "cancel_url": back,
        "submit": "Delete",
        "danger": "This action cannot be undone. Whoever acts with the role is refused at once.",
        "consequences": [
            f"{name}: {change.label}" if many else change.label
            for name, going in zip(names, found, strict=True)
            for change in going[:-1]
        ],
        "typed": phrase,
        "error": error,
        "hidden": [("selected", name) for name in names],
    }
    used = [f"{name}: last activity {told(session, one)}." for name, one in zip(names, details, strict=True)]
    sentences = [f"Permanently delete {', '.join(names)}?", *used]
    denials = [one.denial for one in (*details, *refused) if one.denial]
    return question(request, session, confirm, sentences, 422 if error else 200, denials=denials[:1])


def told(session: Session, detail: Panel) -> str:
    last = activity(session, detail) if detail.stands else "unknown"
    return "never" if last == "-" else last
