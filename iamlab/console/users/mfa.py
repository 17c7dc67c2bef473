"""MFA devices of a user, assigned by whoever may manage them."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from iamlab.console import mfa
from iamlab.console.mfa import Owner
from iamlab.console.session import Session, console_page


def owner(session: Session, name: str) -> Owner:
    back = session.url("user", name, "security_credentials")
    crumbs = [("Users", session.url("users")), (name, back)]
    return Owner(name, name, back, session.url("user-mfa-enable", name), crumbs)


@require_http_methods(["GET", "POST"])
@console_page
def assign(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return mfa.assign(request, session, owner(session, name))


@require_POST
@console_page
def enable(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return mfa.enable(request, session, owner(session, name))


@require_http_methods(["GET", "POST"])
@console_page
def remove(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return mfa.remove(request, session, owner(session, name))


@require_http_methods(["GET", "POST"])
@console_page
def resync(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    return mfa.resync(request, session, owner(session, name))
