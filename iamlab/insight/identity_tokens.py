"""The sign-in page of the sandbox's test identity provider: a token for AssumeRoleWithWebIdentity."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import pages
from iamlab.console.session import Session, console_page
from iamlab.door.calls import call, call_many
from iamlab.door.judging import examiner_for
from iamlab.insight.forms import TokenForm
from iamlab.services.sts import identity_provider

SECONDS = 3600


@console_page
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, session: Session) -> HttpResponse:
    """Whoever has a console session in the account may be anybody at the provider: it stands outside of AWS."""
    asker = examiner_for(session.caller)
    listed = call(asker, "iam:ListOpenIDConnectProviders")["OpenIDConnectProviderList"]
    asked = [{"OpenIDConnectProviderArn": one["Arn"]} for one in listed]
    found = [one for one in call_many(asker, "iam:GetOpenIDConnectProvider", asked) if isinstance(one, dict)]
    clients = {provider["Url"]: provider["ClientIDList"] for provider in found}
    audiences = list(dict.fromkeys(client for names in clients.values() for client in names))
    form = TokenForm(request.POST or None, [(url, url) for url in clients], audiences)
    context: dict[str, Any] = {"form": form, "providers": clients}
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        now = int(session.now.timestamp())
        claims = {"iss": f"https://{data['provider']}", "sub": data["subject"], "aud": data["audience"]}
        times = {"iat": now, "exp": now + SECONDS}
        context["token"] = identity_provider.issue(session.caller.account_id, data["provider"], {**claims, **times})
    status = 422 if form.is_bound and not form.is_valid() else 200
    return pages.render(
        request,
        session,
        "insight/identity_token.html",
        context,
        title="Test identity provider",
        crumbs=[("Test identity provider", None)],
        status=status,
    )
