"""Forgot password?: the root user asks for a link and sets a new password. The mail is shown on the page."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from iamlab.console.forms import OperationForm
from iamlab.console.sign_in.views import shown
from iamlab.console.sign_up.forms import SignUpForm
from iamlab.door import calls, sessions
from iamlab.door.middleware import source_of
from iamlab.people.models import Person
from iamlab.services.operations import AwsError


class AskForm(OperationForm):
    operation = "signin:PasswordRecoveryRequested"

    Email = forms.CharField(label="Root user email address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))


class ResetForm(OperationForm):
    operation = "signin:PasswordRecoveryCompleted"
    fields_of_codes = {"WeakPassword": "NewPassword"}

    Ticket = forms.CharField(widget=forms.HiddenInput)
    NewPassword = forms.CharField(
        label="New password",
        help_text=SignUpForm.base_fields["Password"].help_text,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Confirm new password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("again") is not None and data.get("NewPassword") != data["again"]:
            self.add_error("again", "The two passwords differ.")
        return data


@login_required
@require_http_methods(["GET", "POST"])
def forgot(request: HttpRequest, public_id: str) -> HttpResponse:
    assert isinstance(request.user, Person)
    _, nobody = sessions.front_door(request.user, public_id)
    form = AskForm(request.POST or None, initial={"Email": request.GET.get("email", "")})
    link = ""
    if request.method == "POST" and form.is_valid():
        try:
            ticket = calls.call(nobody, form.operation, form.params(), source_of(request))["Ticket"]
        except AwsError:
            ticket = signing.dumps("")  # looks like one and opens nothing: which addresses are known is not told
        link = f"{reverse('root-reset', args=[public_id])}?{urlencode({'ticket': ticket})}"
    return shown(request, "forgot", public_id, form, link=link)


@login_required
@require_http_methods(["GET", "POST"])
def reset(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where the mailed link leads."""
    assert isinstance(request.user, Person)
    _, nobody = sessions.front_door(request.user, public_id)
    form = ResetForm(request.POST or None, initial={"Ticket": request.GET.get("ticket", "")})
    if request.method == "POST" and form.is_valid():
        try:
            calls.call(nobody, form.operation, form.params(), source_of(request))
        except AwsError as error:
            form.refuse(error)
        else:
            messages.success(request, "Your password is reset. Sign in with the new one.")
            return redirect("root-sign-in", public_id=public_id)
    return shown(request, "reset", public_id, form)
