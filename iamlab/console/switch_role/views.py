"""Switching to a role and back. IAM User Guide: "Switch from a user to an IAM role (console)"."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.console import menus, pages
from iamlab.console.session import Session, console_page
from iamlab.console.switch_role import history
from iamlab.console.switch_role.forms import SwitchRoleForm
from iamlab.door import authenticate, calls, sessions
from iamlab.people.models import Person
from iamlab.services.callers import ROLE, ROOT
from iamlab.services.operations import AwsError

# The same for a role that is not there, does not trust the user, or wants an external id or a second factor.
INVALID = "Invalid information in one or more fields. Check your information or contact your administrator."


@require_http_methods(["GET", "POST"])
@console_page
def switch(request: HttpRequest, session: Session) -> HttpResponse:
    """The form, filled in from the address of a switch link; an entry of the history sends the address alone."""
    asked = {name: request.GET[name] for name in SwitchRoleForm.base_fields if name in request.GET}
    form = SwitchRoleForm(initial={"color": "green", **asked})
    if session.caller.kind != ROOT and request.method == "POST":
        form = SwitchRoleForm(request.POST if "account" in request.POST else asked)
        opened = take(session, form.cleaned_data) if form.is_valid() else None
        if opened is not None:
            history.note(request, session, form.cleaned_data)
            place = request.GET.get("next", "").lstrip("/")
            return redirect(reverse("console", args=[opened.pk]) + place)
        if form.is_valid():
            form.add_error(None, INVALID)
    return pages.render(
        request,
        session,
        "console/switch_role/form.html",
        {
            "form": form,
            "root": session.caller.kind == ROOT,
            "first": not history.recent(request, session),
            "ended": "ended" in request.GET and not form.is_bound,
        },
        title="Switch role",
        crumbs=[("Switch role", None)],
        status=422 if form.is_bound else 200,
    )


def take(session: Session, wanted: dict[str, Any]) -> Any:
    """AssumeRole, then a console session of the role's; None when AWS refuses.

    It is always the signed-in user who takes the role, from within another role too: permissions do not add up.
    """
    account_id = sessions.account_id_of(session.account.sandbox_id, wanted["account"])
    if account_id is None:
        return None
    from_id, taker = session.id, session.caller
    if session.caller.kind == ROLE:
        from_id = sessions.switched_from(session.person, session.id) or session.id
        taker = authenticate.console_session(sessions.session_of(session.person, from_id))
    name = wanted["roleName"].strip("/")
    params = {"RoleArn": f"arn:aws:iam::{account_id}:role/{name}", "RoleSessionName": taker.name}
    try:
        answer = calls.call(taker, "sts:AssumeRole", params, session.source)
    except AwsError:
        return None
    label = wanted["displayName"] or f"{name.rpartition('/')[2]}/{taker.name}"
    opened, caller = sessions.open_role(session.person, from_id, answer, label, wanted["color"])
    calls.call(caller, "signin:SwitchRole", {"SwitchFrom": taker.arn}, session.source)
    if from_id != session.id:
        sessions.end_session(sessions.session_of(session.person, session.id), session.now)
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


@login_required
@require_safe
def link(request: HttpRequest, public_id: str) -> HttpResponse:
    """A switch link names no session, so that it can be given to others: to the form of whoever is signed in here."""
    assert isinstance(request.user, Person)
    sandbox, _ = sessions.front_door(request.user, public_id)
    asked = urlencode({name: request.GET[name] for name in SwitchRoleForm.base_fields if name in request.GET})
    signed_in = sessions.users_in(request.user, sandbox)
    choices = [(menus.name_of(row), f"{reverse('switch-role', args=[row.pk])}?{asked}") for row in signed_in]
    if len(choices) == 1:
        return redirect(choices[0][1])
    sign_in = reverse("sign-in-user", args=[public_id])
    other = f"{sign_in}?{urlencode({'next': f'switch-role/?{asked}'})}"
    if not choices:
        return redirect(other)
    return render(request, "console/switch_role/choose.html", {"choices": choices, "other": other})
