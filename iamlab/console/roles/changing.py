"""Changing a role: its trust policy, its policies and boundary, its sessions."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import boundaries, documents, inline, pages, refusals, tagging
from iamlab.console.forms import typed
from iamlab.console.questions import attached_policies, removed_policies
from iamlab.console.roles.forms import AcknowledgeForm, EditForm, TrustForm
from iamlab.console.session import Session, console_page
from iamlab.console.tagging import Bearer
from iamlab.policy.document import TRUST_LIMIT
from iamlab.services.operations import AwsError

REVOKING = "AWSRevokeOlderSessions"


def listing(session: Session) -> tuple[str, str]:
    return ("Roles", session.url("roles"))


@require_http_methods(["GET", "POST"])
@console_page
def attach(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return attached_policies(request, session, "Role", name, listing(session), "Add permissions")


@require_http_methods(["GET", "POST"])
@console_page
def remove_policies(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return removed_policies(request, session, "Role", name, session.url("role", name, "permissions"))


@require_http_methods(["GET", "POST"])
@console_page
def inline_policy(request: HttpRequest, session: Session, name: str, policy: str = "") -> HttpResponse:
    back = session.url("role", name, "permissions")
    return inline.edit(request, session, "Role", name, back, listing(session), policy)


@require_http_methods(["GET", "POST"])
@console_page
def set_boundary(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("role", name, "permissions")
    return boundaries.put(request, session, "Role", name, back, [listing(session), (name, back)])


@require_http_methods(["GET", "POST"])
@console_page
def remove_boundary(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return boundaries.remove(request, session, "Role", name, session.url("role", name, "permissions"))


@require_http_methods(["GET", "POST"])
@console_page
def manage_tags(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    bearer = Bearer("Role", {"RoleName": name}, fold=True)
    return tagging.manage(request, session, bearer, name, session.url("role", name, "tags"), listing(session))


@require_http_methods(["GET", "POST"])
@console_page
def edit_trust(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """Who edits an older text than the present one is told, and keeps their own."""
    back = session.url("role", name, "trust_relationships")
    now = session.call("iam:GetRole", {"RoleName": name})["Role"]["AssumeRolePolicyDocument"]
    seen = documents.mark(now)
    look = request.method == "POST" and "look" in request.POST
    looked = typed(TrustForm, request.POST) if look else {}
    form = TrustForm(initial={"PolicyDocument": documents.pretty(now), "seen": seen, **looked})
    denial, overtaken, status = None, False, 200
    if request.method == "POST" and not look:
        sent, overtaken = documents.sent_upon(request, seen)
        form, status = TrustForm(sent), 422
        if form.is_valid() and not overtaken:
            try:
                params = {"RoleName": name, "PolicyDocument": form.cleaned_data["PolicyDocument"]}
                session.call("iam:UpdateAssumeRolePolicy", params)
            except AwsError as error:
                denial = refusals.told(session, form, error)
            else:
                return pages.done(request, back, "Trust policy updated.")
    context = {
        "form": form,
        "name": name,
        "denial": denial,
        "overtaken": overtaken,
        "now": documents.pretty(now),
        "limit": TRUST_LIMIT,
        "back": back,
    }
    return shown(request, session, "trust", context, "Edit trust policy", name, back, status)


def shown(
    request: HttpRequest,
    session: Session,
    template: str,
    context: dict[str, Any],
    title: str,
    name: str,
    back: str,
    status: int,
) -> HttpResponse:
    crumbs = [listing(session), (name, back), (title, None)]
    template = f"console/roles/{template}.html"
    return pages.render(request, session, template, context, title=title, crumbs=crumbs, status=status)


@require_http_methods(["GET", "POST"])
@console_page
def edit(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    """Description and maximum session duration."""
    back = session.url("role", name, "permissions")
    role = session.call("iam:GetRole", {"RoleName": name})["Role"]
    form = EditForm(request.POST if request.method == "POST" else None, initial={"Description": "", **role})
    denial = None
    if request.method == "POST" and form.is_valid():
        try:
            session.call("iam:UpdateRole", {"RoleName": name, **form.params()})
        except AwsError as error:
            denial = refusals.told(session, form, error)
        else:
            return pages.done(request, back, f"Role {name} updated.")
    context = {"form": form, "name": name, "denial": denial, "back": back}
    return shown(request, session, "edit", context, "Edit role", name, back, 422 if form.is_bound else 200)


def revoking(now: datetime) -> str:
    """The policy that ends the sessions begun before now. IAM User Guide: "Revoke IAM role temporary security
    credentials"."""
    before = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    statement = {
        "Effect": "Deny",
        "Action": ["*"],
        "Resource": ["*"],
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": before}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=4)


@require_http_methods(["GET", "POST"])
@console_page
def revoke(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("role", name, "revoke_sessions")
    form = AcknowledgeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        params = {"RoleName": name, "PolicyName": REVOKING, "PolicyDocument": revoking(session.now)}
        session.call("iam:PutRolePolicy", params)
        return pages.done(request, back, f"Active sessions of {name} revoked by the policy {REVOKING}.")
    title = "Revoke all active sessions?"
    confirm = {"title": title, "cancel_url": back, "submit": "Revoke active sessions"}
    context = {"confirm": confirm, "form": form, "name": name}
    return shown(request, session, "revoke", context, title, name, back, 422 if form.is_bound else 200)
