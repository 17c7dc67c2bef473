"""Coming in: the landing page, a guest by one click, and home: my accounts, and where I was."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from iamlab.people.models import Person, create_guest
from iamlab.people.views import BACKEND
from iamlab.sandbox import controls


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "landing.html", {"demo": settings.DEMO})


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """One click: a guest, at home. Who is signed in already stays who they are."""
    if not isinstance(request.user, Person):
        guest, key = create_guest()
        login(request, guest, BACKEND)
        link = request.build_absolute_uri(reverse("come-back", args=[key]))
        messages.info(
            request, f"You are a guest. Keep this link: it brings you back if this browser forgets you. {link}"
        )
    return redirect("home")


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Person)
    return render(request, "labs/home.html", {"worlds": controls.of_person(request.user)})


@login_required
@require_POST
def free_play(request: HttpRequest) -> HttpResponse:
    """A world without a lab: it begins at sign-up."""
    assert isinstance(request.user, Person)
    sandbox = controls.create(request.user, "Free play")
    return redirect("sign-up", public_id=sandbox.public_id)
