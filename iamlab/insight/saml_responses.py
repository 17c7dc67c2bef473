"""The sign-in page of the sandbox's test SAML identity provider: its metadata, and responses for AssumeRoleWithSAML."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import pages
from iamlab.console.session import Session, console_page
from iamlab.door.calls import call
from iamlab.door.judging import examiner_for
from iamlab.insight.forms import SamlForm
from iamlab.services.sts import saml_identity_provider
from iamlab.services.sts.saml_assertions import entity_id

ENTITY = "https://idp.iamlab.example/saml"
FOREIGN = "This provider was not made with the metadata on this page: only its own identity provider can sign for it."


@console_page
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, session: Session) -> HttpResponse:
    """Whoever has a console session in the account may be anybody at the provider: it stands outside of AWS."""
    listed = call(examiner_for(session.caller), "iam:ListSAMLProviders")["SAMLProviderList"]
    names = [one["Arn"].rpartition("/")[2] for one in listed]
    form = SamlForm(request.POST or None, names)
    account_id = session.caller.account_id
    context: dict[str, Any] = {
        "form": form,
        "providers": names,
        "metadata": saml_identity_provider.metadata(account_id, ENTITY),
    }
    if form.is_bound and form.is_valid():
        context |= _answer(session, form)
    status = 422 if form.is_bound and not form.is_valid() else 200
    crumbs = [("Test identity provider", session.url("identity-token")), ("SAML", None)]
    title = "Test SAML identity provider"
    return pages.render(
        request, session, "insight/saml_response.html", context, title=title, crumbs=crumbs, status=status
    )


def _answer(session: Session, form: SamlForm) -> dict[str, Any]:
    """The response that the provider posts, and the command that takes the role with it."""
    data, account_id = form.cleaned_data, session.caller.account_id
    arn = f"arn:aws:iam::{account_id}:saml-provider/{data['provider']}"
    document = call(examiner_for(session.caller), "iam:GetSAMLProvider", {"SAMLProviderArn": arn})[
        "SAMLMetadataDocument"
    ]
    if not saml_identity_provider.is_ours(account_id, document):
        form.add_error("provider", FOREIGN)
        return {}
    attributes = {"Role": [f"{data['role']},{arn}"], "RoleSessionName": [data["subject"]]}
    response = saml_identity_provider.response(
        account_id, entity_id(document), data["subject"], attributes, session.now
    )
    command = f"aws sts assume-role-with-saml --role-arn {data['role']} --principal-arn {arn} --saml-assertion RESPONSE"
    return {"response": response, "command": command}
