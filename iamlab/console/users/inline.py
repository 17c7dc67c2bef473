"""Inline policies of a user."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import inline
from iamlab.console.session import Session, console_page


@require_http_methods(["GET", "POST"])
@console_page
def policy(request: HttpRequest, session: Session, name: str, policy: str = "") -> HttpResponse:
    back = session.url("user", name, "permissions")
    return inline.edit(request, session, "User", name, back, ("Users", session.url("users")), policy)
