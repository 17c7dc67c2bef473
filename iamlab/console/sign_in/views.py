"""Signing in to the simulated console, as the root user or an IAM user, and out of it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from iamlab.console import refusals
from iamlab.console.forms import OperationForm
from iamlab.console.session import Session, console_page
from iamlab.console.sign_in.forms import (
    ForcedPasswordForm,
    MfaForm,
    RootEmailForm,
    RootPasswordForm,
    UserSignInForm,
)
from iamlab.door import calls, sessions
from iamlab.door.middleware import source_of
from iamlab.people.models import Person
from iamlab.services.operations import AwsError

YEAR = 365 * 24 * 3600


def shown(request: HttpRequest, template: str, public_id: str, form: OperationForm, **more: object) -> HttpResponse:
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "ended": "ended" in request.GET and not form.is_bound,
        "user_url": reverse("sign-in-user", args=[public_id]),
        "root_url": reverse("root-sign-in", args=[public_id]),
        "forgot_url": reverse("root-forgot", args=[public_id]),
        "sign_up_url": reverse("sign-up", args=[public_id]),
        **more,
    }
    status = 422 if (form.is_bound and form.errors) or more.get("failed") else 200
    return render(request, f"console/sign_in/{template}.html", context, status=status)


DAYS_WARNED = 15


def log_in(request: HttpRequest, public_id: str, form: OperationForm) -> HttpResponse | None:
    """A console session, and on to its home or back to where the last one ended. None when the sign-in failed."""
    assert isinstance(request.user, Person)
    _, nobody = sessions.front_door(request.user, public_id)
    try:
        answer = calls.call(nobody, "signin:ConsoleLogin", form.params(), source_of(request))
    except AwsError as error:
        if error.code != "FailedAuthentication":
            form.refuse(error)
        return None
    place = request.POST.get("next", "").lstrip("/")
    if answer.get("MfaRequired"):
        code = MfaForm(initial={"Ticket": answer["Ticket"]})
        address = reverse("sign-in-mfa", args=[public_id])
        return shown(request, "mfa", public_id, code, next=place, address=address)
    must_change = answer["PasswordChangeRequired"]
    session = sessions.open_session(request.user, answer, must_change=must_change)
    if must_change:
        address = reverse("new-password", args=[session.pk])
        return redirect(f"{address}?{urlencode({'next': place})}" if place else address)
    warn(request, session.pk, answer)
    return redirect(reverse("console", args=[session.pk]) + place)


def warn(request: HttpRequest, session_id: str, answer: dict[str, Any]) -> None:
    """IAM User Guide: from 15 days before a password expires, signing in says so."""
    left = (answer["PasswordExpires"] - answer["Issued"]).days if "PasswordExpires" in answer else DAYS_WARNED
    if left >= DAYS_WARNED:
        return
    when = f"in {left} day{'' if left == 1 else 's'}" if left else "within a day"
    text = 'Your password expires {}. <a class="btn" href="{}">Update password</a>'
    messages.warning(request, format_html(text, when, reverse("own-password", args=[session_id])))


@login_required
@require_POST
def mfa(request: HttpRequest, public_id: str) -> HttpResponse:
    """The second page for whoever has a device: the code, with the ticket that the password earned."""
    assert isinstance(request.user, Person)
    sessions.front_door(request.user, public_id)
    form = MfaForm(request.POST)
    response = log_in(request, public_id, form) if form.is_valid() else None
    return response or shown(request, "mfa", public_id, form, failed=form.is_valid())


@require_http_methods(["GET", "POST"])
@console_page
def new_password(request: HttpRequest, session: Session) -> HttpResponse:
    """A password that was reset or has expired is changed before anything else is done; then on to where one was."""
    form, denial = ForcedPasswordForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            session.call("iam:ChangePassword", form.params())
        except AwsError as error:
            denial = refusals.told(session, form, error)
        else:
            sessions.password_changed(session.person, session.id)
            messages.success(request, "Your password is changed.")
            return redirect(session.url("console") + request.GET.get("next", "").lstrip("/"))
    public_id = session.account.sandbox.public_id
    return shown(request, "new_password", public_id, form, session=session, denial=denial, failed=denial)


@login_required
@require_http_methods(["GET", "POST"])
def user(request: HttpRequest, public_id: str, account: str = "") -> HttpResponse:
    """The IAM user's page; `account` is what stands in the account's own sign-in URL: its id or alias."""
    assert isinstance(request.user, Person)
    sessions.front_door(request.user, public_id)
    cookie = f"account-{public_id}"
    remembered = request.COOKIES.get(cookie, "")
    initial = {"Account": account or remembered, "remember": bool(remembered)}
    form = UserSignInForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        response = log_in(request, public_id, form)
        if response is None:
            return shown(request, "user", public_id, form, failed=True)
        if form.cleaned_data["remember"]:
            response.set_cookie(
                cookie, form.cleaned_data["Account"], YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
            )
        elif remembered:
            response.delete_cookie(cookie)
        return response
    return shown(request, "user", public_id, form)


@login_required
@require_http_methods(["GET", "POST"])
def root(request: HttpRequest, public_id: str) -> HttpResponse:
    """The root user's two steps. The second comes whatever the address: it tells nobody which accounts exist."""
    assert isinstance(request.user, Person)
    sessions.front_door(request.user, public_id)
    if request.method == "POST" and "Password" in request.POST:
        form: OperationForm = RootPasswordForm(request.POST)
        response = log_in(request, public_id, form) if form.is_valid() else None
        return response or shown(request, "root_password", public_id, form, failed=form.is_valid())
    first = RootEmailForm(request.POST or None, initial={"Email": request.GET.get("email", "")})
    if request.method == "POST" and first.is_valid():
        form = RootPasswordForm(initial=first.cleaned_data)
        return shown(request, "root_password", public_id, form)
    return shown(request, "root_email", public_id, first)


@require_POST
@console_page
def sign_out(request: HttpRequest, session: Session) -> HttpResponse:
    assert isinstance(request.user, Person)
    sessions.end_session(sessions.session_of(request.user, session.id), session.now)
    messages.info(request, f"{session.label} is signed out of account {session.account_label}.")
    return redirect(reverse("sign-in-account", args=[session.account.sandbox.public_id, session.account.pk]))
