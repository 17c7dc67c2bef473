"""Deleting users: what goes with each, the typed confirmation, the calls in the order that the API wants."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.console import cells, changes, pages
from iamlab.console.changes import Change
from iamlab.console.panels import Panel, panel
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page

# List call, its member, the name of each, then the call that takes it away with what else it needs, and the words.
PARTS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("ListAccessKeys", "AccessKeyMetadata", "AccessKeyId", "DeleteAccessKey", "AccessKeyId", "Access key"),
    ("ListMFADevices", "MFADevices", "SerialNumber", "DeactivateMFADevice", "SerialNumber", "MFA device"),
    ("ListUserPolicies", "PolicyNames", "", "DeleteUserPolicy", "PolicyName", "Inline policy"),
    ("ListAttachedUserPolicies", "AttachedPolicies", "PolicyArn", "DetachUserPolicy", "PolicyArn", "Attached policy"),
    ("ListGroupsForUser", "Groups", "GroupName", "RemoveUserFromGroup", "GroupName", "Member of group"),
)


def belongings(session: Session, name: str) -> tuple[list[Change], list[Panel]]:
    """What has to go before a user does, and the lists that were refused."""
    who = {"UserName": name}
    found, refused = [], []
    profile = panel(session, "iam:GetLoginProfile", who, may_be_missing=True)
    if profile.stands:
        found.append(Change("iam:DeleteLoginProfile", who, "Console password"))
    elif not profile.missing:
        refused.append(profile)
    for listing, member, key, operation, parameter, words in PARTS:
        answer = panel(session, f"iam:{listing}", who)
        if not answer.stands:
            refused.append(answer)
        for one in answer.get(member, []):
            value = one[key] if key else one
            found.append(Change(f"iam:{operation}", {**who, parameter: value}, f"{words} {value}"))
    return found, refused


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    names = list(dict.fromkeys((request.GET if request.method == "GET" else request.POST).getlist("selected")))
    back = session.url("users")
    if not names:
        return redirect(back)
    phrase = names[0] if len(names) == 1 else f"{len(names)} users"
    error = ""
    if request.method == "POST":
        error = changes.confirmed(request, phrase)
        if not error:
            return gone(request, session, names, back)
    return ask(request, session, names, phrase, back, error)


def ask(request: HttpRequest, session: Session, names: list[str], phrase: str, back: str, error: str) -> HttpResponse:
    goes, denials = [], []
    for name in names[:10]:
        found, refused = belongings(session, name)
        goes += [f"{name}: {change.label}" if len(names) > 1 else change.label for change in found]
        denials += [one.denial for one in refused if one.denial]
    confirm: dict[str, Any] = {
        "title": f"Delete {phrase}?",
        "cancel_url": back,
        "submit": "Delete",
        "danger": "This action cannot be undone. All that belongs to a user goes with it.",
        "consequences": goes,
        "typed": phrase,
        "error": error,
        "hidden": [("selected", name) for name in names],
    }
    sentences = [f"Permanently delete {', '.join(names)}?"]
    if len(names) == 1:
        user = panel(session, "iam:GetUser", {"UserName": names[0]}).get("User", {})
        sentences.append(f"Last console sign-in: {cells.ago(user.get('PasswordLastUsed'), session.now)}.")
    return question(request, session, confirm, sentences, 422 if error else 200, denials=denials[:1])


def gone(request: HttpRequest, session: Session, names: list[str], back: str) -> HttpResponse:
    """Each user by itself: one that is refused leaves the others to go."""
    outcomes = []
    for name in names:
        found, _ = belongings(session, name)
        last = Change("iam:DeleteUser", {"UserName": name}, f"Delete user {name}")
        outcomes += changes.make(session, [*found, last], stop=True)
    if not any(outcome.refusal for outcome in outcomes):
        text = f'User "{names[0]}" deleted.' if len(names) == 1 else f"{len(names)} users deleted."
        return pages.done(request, back, text)
    return changes.answer(request, session, outcomes, back, "", "Delete users")
