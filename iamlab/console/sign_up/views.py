"""Signing up for a simulated AWS account."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from iamlab.console.menus import hyphenated
from iamlab.console.sign_up.forms import SignUpForm
from iamlab.door import calls, sessions
from iamlab.door.middleware import source_of
from iamlab.people.models import Person
from iamlab.services.operations import AwsError

FREELY = {"Plan": "free", "CardChecked": True}  # what the short way chooses for the learner, as its page says


@login_required
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest, public_id: str) -> HttpResponse:
    assert isinstance(request.user, Person)
    sandbox, nobody = sessions.front_door(request.user, public_id)
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer = calls.call(nobody, form.operation, {**form.params(), **FREELY}, source_of(request))
        except AwsError as error:
            form.refuse(error)
        else:
            messages.success(
                request, f"Account {hyphenated(answer['AccountId'])} is registered. Sign in as its root user."
            )
            address = reverse("root-sign-in", args=[public_id])
            return redirect(f"{address}?{urlencode({'email': form.cleaned_data['Email']})}")
    context = {"form": form, "sandbox": sandbox, "sign_in_url": reverse("sign-in-user", args=[public_id])}
    context["walk_url"] = reverse("sign-up-step", args=[public_id, "email"])
    return render(request, "console/sign_up/basic.html", context, status=422 if form.is_bound else 200)
