"""One's own credentials for AWS CodeCommit: the second tab of a user's security credentials. Root has none."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.console import pages
from iamlab.console.security_credentials.views import CRUMB, tabs
from iamlab.console.session import Session, console_page
from iamlab.console.users import service_credentials
from iamlab.console.users.service_credentials import Holder
from iamlab.services.callers import USER

TITLE = "AWS CodeCommit credentials"
SERVICE = "git"


def of_user(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hands a view whose credentials these are; whoever is no user has none, and is led to what they have."""

    @console_page
    @wraps(view)
    def page(request: HttpRequest, session: Session, **kwargs: Any) -> HttpResponse:
        if session.caller.kind != USER:
            return redirect(session.url("security-credentials"))
        back = session.url("own-codecommit")
        crumbs = [(CRUMB, session.url("security-credentials")), (TITLE, back)]
        return view(request, session, Holder(session.caller.name, back, crumbs, pages="own"), **kwargs)

    return page


@require_safe
@of_user
def credentials(request: HttpRequest, session: Session, own: Holder) -> HttpResponse:
    lists = service_credentials.sections(request, session, own, (SERVICE,))
    context = {"tabs": tabs(session, "own-codecommit"), **lists}
    trail = [(CRUMB, session.url("security-credentials")), (TITLE, None)]
    template = "console/security_credentials/codecommit.html"
    return pages.render(request, session, template, context, title=TITLE, crumbs=trail)


@require_http_methods(["GET", "POST"])
@of_user
def upload(request: HttpRequest, session: Session, own: Holder, kind: str) -> HttpResponse:
    if kind != "ssh":
        raise Http404
    return service_credentials.uploading(request, session, own, kind)


@require_http_methods(["GET", "POST"])
@of_user
def generate(request: HttpRequest, session: Session, own: Holder, service: str) -> HttpResponse:
    if service != SERVICE:
        raise Http404
    return service_credentials.generating(request, session, own, service)


@require_http_methods(["GET", "POST"])
@of_user
def change(request: HttpRequest, session: Session, own: Holder, kind: str, act: str) -> HttpResponse:
    return service_credentials.changing(request, session, own, kind, act)
