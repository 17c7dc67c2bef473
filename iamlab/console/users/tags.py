"""Managing a user's tags."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import tagging
from iamlab.console.session import Session, console_page
from iamlab.console.tagging import Bearer


@require_http_methods(["GET", "POST"])
@console_page
def manage(request: HttpRequest, session: Session, name: str) -> HttpResponse:
    back = session.url("user", name, "tags")
    bearer = Bearer("User", {"UserName": name}, fold=True)
    return tagging.manage(request, session, bearer, name, back, ("Users", session.url("users")))
