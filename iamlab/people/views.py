"""Signing in to iamlab itself, and out of it; a guest who claims what they made; the way back after a lost cookie."""

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from iamlab.people import models
from iamlab.people.forms import ClaimForm, SignInForm

BACKEND = "django.contrib.auth.backends.ModelBackend"


def next_of(request: HttpRequest) -> str:
    """Where to go on, if the address is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if ours else "/home/"


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.person, BACKEND)
        return HttpResponseRedirect(next_of(request))
    status = 422 if form.is_bound else 200
    return render(request, "people/sign_in.html", {"form": form, "next": next_of(request)}, status=status)


@require_safe
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The way to `/admin/` is the same sign-in: Django's own page there lets passwords be guessed without a limit."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect("admin:index")


@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """A guest is asked first: without their link nothing leads back to what they made."""
    guest = isinstance(request.user, models.Person) and request.user.is_guest
    if guest and not (request.method == "POST" and "sure" in request.POST):
        return render(request, "people/leave.html")
    if request.method == "POST":
        logout(request)
    return redirect("landing")


def tell_link(request: HttpRequest, key: str) -> None:
    """Show a guest the link that brings them back: it is kept nowhere, so only now."""
    link = request.build_absolute_uri(reverse("come-back", args=[key]))
    said = 'You are a guest. Keep this link: it brings you back if this browser forgets you. <a href="{0}">{0}</a>'
    messages.info(request, format_html(said, link))


@login_required
@require_POST
def new_link(request: HttpRequest) -> HttpResponse:
    """Another link for a guest who has lost theirs."""
    if isinstance(request.user, models.Person) and request.user.is_guest:
        tell_link(request, models.renewed(request.user))
    return redirect("home")


@login_required
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """A guest becomes a person with a password; the row, and all that hangs on it, stays."""
    person = request.user
    if not isinstance(person, models.Person) or not person.is_guest:
        return redirect("home")
    initial = {"username": "", "display_name": ""}
    form = ClaimForm(request.POST or None, instance=models.Person.objects.get(pk=person.pk), initial=initial)
    if request.method == "POST" and form.is_valid():
        claimed = form.save()
        update_session_auth_hash(request, claimed)
        messages.success(request, "Your work is saved under your name now.")
        return redirect("home")
    return render(request, "people/claim.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def come_back(request: HttpRequest, key: str) -> HttpResponse:
    """A recovery link: it signs in by a POST, so that a link's preview signs nobody in."""
    person = models.recovered(key)
    if person is None:
        return render(request, "people/come_back.html", {"found": False}, status=404)
    if request.method == "POST":
        login(request, person, BACKEND)
        return redirect("home")
    left = request.user if request.user.is_authenticated and request.user.pk != person.pk else None
    return render(request, "people/come_back.html", {"found": True, "name": str(person), "left": left})
