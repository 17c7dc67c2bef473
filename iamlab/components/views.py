"""The page that shows every component, the theme switch, and the pages that say what went wrong."""

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseLocation

from iamlab.components import examples
from iamlab.components.context import THEMES


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    return render(request, "components/index.html", examples.page(request))


@require_safe
def console(request: HttpRequest, step: int = 2) -> HttpResponse:
    """The console's frame around a wizard; `?era=2021` shows the older steps."""
    return render(request, "components/wizard_example.html", examples.wizard(request, step))


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The pattern of every question: 422 shows it again, success leads on from dialog and page alike."""
    context = examples.confirm(request)
    if request.method == "POST":
        if request.POST.get("typed") == context["confirm"]["typed"]:
            messages.success(request, 'User "mario" deleted (not really).')
            at = reverse("components")
            in_dialog = request.htmx.target == "modal"  # type: ignore[attr-defined]
            return HttpResponseLocation(at, target="body") if in_dialog else redirect(at)
        context["confirm"]["error"] = "The name does not match."
    status = 422 if request.method == "POST" else 200
    return render(request, "components/confirm_example.html", context, status=status)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remembers light, dark or system for a year; iamlab.js does the same without a page load."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target)  # redirect() would take a word for the name of a page
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=31536000, samesite="Lax")
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 where the body was too big (Django 5.2 answers both with 400)."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)
