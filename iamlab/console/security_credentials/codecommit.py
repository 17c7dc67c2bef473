"""One's own credentials for AWS CodeCommit: the second tab of a user's security credentials. Root has none."""

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


def own(session: Session) -> Holder:
    """Raises Http404: only a user has them."""
    if session.caller.kind != USER:
        raise Http404
    back = session.url("own-codecommit")
    crumbs = [(CRUMB, session.url("security-credentials")), (TITLE, back)]
    return Holder(session.caller.name, back, crumbs, pages="own")


@require_safe
@console_page
def credentials(request: HttpRequest, session: Session) -> HttpResponse:
    if session.caller.kind != USER:
        return redirect(session.url("security-credentials"))
    lists = service_credentials.sections(request, session, own(session), (SERVICE,))
    context = {"tabs": tabs(session, "own-codecommit"), **lists}
    trail = [(CRUMB, session.url("security-credentials")), (TITLE, None)]
    template = "console/security_credentials/codecommit.html"
    return pages.render(request, session, template, context, title=TITLE, crumbs=trail)


@require_http_methods(["GET", "POST"])
@console_page
def upload(request: HttpRequest, session: Session, kind: str) -> HttpResponse:
    if kind != "ssh":
        raise Http404
    return service_credentials.uploading(request, session, own(session), kind)


@require_http_methods(["GET", "POST"])
@console_page
def generate(request: HttpRequest, session: Session, service: str) -> HttpResponse:
    if service != SERVICE:
        raise Http404
    return service_credentials.generating(request, session, own(session), service)


@require_http_methods(["GET", "POST"])
@console_page
def change(request: HttpRequest, session: Session, kind: str, act: str) -> HttpResponse:
    return service_credentials.changing(request, session, own(session), kind, act)
