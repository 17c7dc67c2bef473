"""Switching to a role and back. IAM User Guide: "Switch from a user to an IAM role (console)"."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from iamlab.console import pages
from iamlab.console.session import Session, console_page
from iamlab.console.switch_role.forms import SwitchRoleForm
from iamlab.door import calls, sessions
from iamlab.services.callers import ROOT
from iamlab.services.operations import AwsError

# The same for a role that is not there, does not trust the user, or wants an external id or a second factor.
INVALID = "Invalid information in one or more fields. Check your information or contact your administrator."


@require_http_methods(["GET", "POST"])
@console_page
def switch(request: HttpRequest, session: Session) -> HttpResponse:
    """The form, filled in from the address of a switch link."""
    initial = {name: request.GET[name] for name in SwitchRoleForm.base_fields if name in request.GET}
    form = SwitchRoleForm(request.POST or None, initial={"color": "green", **initial})
    if session.caller.kind == ROOT:
        form = SwitchRoleForm()
    elif request.method == "POST" and form.is_valid():
        opened = take(session, form.cleaned_data)
        if opened is not None:
            return redirect("console", session_id=opened.pk)
        form.add_error(None, INVALID)
    return pages.render(
        request,
        session,
        "console/switch_role/form.html",
        {"form": form, "root": session.caller.kind == ROOT},
        title="Switch role",
        crumbs=[("Switch role", None)],
        status=422 if form.is_bound else 200,
    )


def take(session: Session, wanted: dict[str, Any]) -> Any:
    """AssumeRole as the session's identity, then a console session of the role's; None when AWS refuses."""
    account_id = sessions.account_id_of(session.account.sandbox_id, wanted["account"])
    if account_id is None:
        return None
    name = wanted["roleName"].strip("/")
    params = {"RoleArn": f"arn:aws:iam::{account_id}:role/{name}", "RoleSessionName": session.caller.name}
    try:
        answer = session.call("sts:AssumeRole", params)
    except AwsError:
        return None
    label = wanted["displayName"] or f"{name.rpartition('/')[2]}/{session.caller.name}"
    opened, caller = sessions.open_role(session.person, session.id, answer, label, wanted["color"])
    calls.call(caller, "signin:SwitchRole", {"SwitchFrom": session.caller.arn}, session.source)
    return opened


@require_POST
@console_page
def back(request: HttpRequest, session: Session) -> HttpResponse:
    """Back to the identity that switched: the role's session ends."""
    before = sessions.switched_from(session.person, session.id)
    if before is None:
        return redirect(session.url("console"))
    session.call("signin:ExitRole", {"SwitchFrom": session.caller.arn})
    sessions.end_session(sessions.session_of(session.person, session.id), session.now)
    return redirect("console", session_id=before)
