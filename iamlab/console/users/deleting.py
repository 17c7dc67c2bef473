"""Deleting users: what goes with each, the typed confirmation, the calls in the order that the API wants."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.console import cells, changes, keys, pages, panels
from iamlab.console.changes import Change
from iamlab.console.panels import Panel
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page

# List call, its member, the name of each, then the call that takes it away with what else it needs, and the words.
PARTS: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("ListAccessKeys", "AccessKeyMetadata", "AccessKeyId", "DeleteAccessKey", "AccessKeyId", "Access key"),
    ("ListMFADevices", "MFADevices", "SerialNumber", "DeactivateMFADevice", "SerialNumber", "MFA device"),
    ("ListSSHPublicKeys", "SSHPublicKeys", "SSHPublicKeyId", "DeleteSSHPublicKey", "SSHPublicKeyId", "SSH public key"),
    ("ListSigningCertificates", "Certificates", "CertificateId", "DeleteSigningCertificate", "CertificateId", "X.509"),
    (
        "ListServiceSpecificCredentials",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
        "DeleteServiceSpecificCredential",
        "ServiceSpecificCredentialId",
        "Service-specific credential",
    ),
    ("ListUserPolicies", "PolicyNames", "", "DeleteUserPolicy", "PolicyName", "Inline policy"),
    ("ListAttachedUserPolicies", "AttachedPolicies", "PolicyArn", "DetachUserPolicy", "PolicyArn", "Attached policy"),
    ("ListGroupsForUser", "Groups", "GroupName", "RemoveUserFromGroup", "GroupName", "Member of group"),
)


def belongings(session: Session, names: list[str]) -> tuple[list[list[Change]], list[Panel]]:
    """What has to go before each user does, and the lists that were refused. One call a part, whatever the number."""
    who = [{"UserName": name} for name in names]
    found: list[list[Change]] = [[] for _ in names]
    profiles = panels.cells(session, "iam:GetLoginProfile", who, may_be_missing=True)
    refused = [one for one in profiles if not one.stands and not one.missing]
    for at, profile in enumerate(profiles):
        if profile.stands:
            found[at].append(Change("iam:DeleteLoginProfile", who[at], "Console password"))
    for listing, member, key, operation, parameter, words in PARTS:
        answers = panels.cells(session, f"iam:{listing}", who)
        refused += [one for one in answers if not one.stands]
        for at, answer in enumerate(answers):
            for one in answer.get(member, []):
                value = one[key] if key else one
                found[at].append(Change(f"iam:{operation}", {**who[at], parameter: value}, f"{words} {value}"))
    return found, refused


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    names = changes.ticked(request)
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
        "danger": "This action cannot be undone. All that belongs to a user goes with it.",
        "consequences": goes,
        "typed": phrase,
        "error": error,
        "hidden": [("selected", name) for name in names],
    }
    sentences = [f"Permanently delete {', '.join(names)}?", *last_activities(session, names)]
    return question(request, session, confirm, sentences, 422 if error else 200, denials=denials[:1])


def last_activities(session: Session, names: list[str]) -> list[str]:
    """When each last signed in or used a key: who worked yesterday may be missed tomorrow."""
    who = [{"UserName": name} for name in names]
    users = panels.cells(session, "iam:GetUser", who)
    held = panels.cells(session, "iam:ListAccessKeys", who)
    used = keys.last_uses(session, held)
    told = []
    for name, user, own in zip(names, users, held, strict=True):
        ids = [key["AccessKeyId"] for key in own.get("AccessKeyMetadata", [])]
        times = [used[key_id].get("AccessKeyLastUsed", {}).get("LastUsedDate") for key_id in ids]
        times.append(user.get("User", {}).get("PasswordLastUsed"))
        last = max((time for time in times if time), default=None)
        told.append(f"Last activity of {name}: {cells.ago(last, session.now).lower() if last else 'never'}.")
    return told


def gone(request: HttpRequest, session: Session, names: list[str], back: str) -> HttpResponse:
    """Each user by itself: one that is refused leaves the others to go."""
    outcomes = []
    found, _ = belongings(session, names)
    for name, going in zip(names, found, strict=True):
        last = Change("iam:DeleteUser", {"UserName": name}, f"Delete user {name}")
        outcomes += changes.make(session, [*going, last], stop=True)
    if not any(outcome.refusal for outcome in outcomes):
        text = f'User "{names[0]}" deleted.' if len(names) == 1 else f"{len(names)} users deleted."
        return pages.done(request, back, text)
    return changes.answer(request, session, outcomes, back, "", "Delete users")
