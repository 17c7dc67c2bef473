"""What the JSON editor asks the server for while somebody types."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from iamlab.console.session import Session, console_page
from iamlab.policy.complete import offers
from iamlab.policy.document import KINDS

DAY = 24 * 3600
LONGEST = 500


@require_safe
@console_page
def completions(request: HttpRequest, session: Session) -> HttpResponse:
    """`path` (names of properties with slashes), `typed`, `kind` of policy and `service`s of the statement."""
    ask = {name: request.GET.get(name, "")[:LONGEST] for name in ("path", "typed", "kind")}
    kind = ask["kind"] if ask["kind"] in KINDS else "identity"
    services = request.GET.getlist("service")
    found = offers(ask["path"].split("/"), ask["typed"], kind, services, account=session.account.pk)
    response = JsonResponse({"offers": found.texts, "prefix": found.prefix})
    response.headers["Cache-Control"] = f"private, max-age={DAY}"
    return response
