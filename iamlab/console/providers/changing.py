"""Changing an identity provider that exists: its audiences, its thumbprints, its metadata."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, pages
from iamlab.console.changes import Change
from iamlab.console.providers.forms import AudienceForm, MetadataForm, ThumbprintsForm
from iamlab.console.providers.views import name_of
from iamlab.console.questions import asking, made, ticked_off
from iamlab.console.session import Session, console_page


def crumbs(session: Session, arn: str) -> pages.Crumbs:
    return [("Identity providers", session.url("providers")), (name_of(arn), session.url("provider", arn))]


@require_http_methods(["GET", "POST"])
@console_page
def add_audience(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    back = session.url("provider", arn)
    form = AudienceForm(request.POST if request.method == "POST" else None)
    valid = form.is_bound and form.is_valid()
    if valid and made(session, form, {**form.params(), "OpenIDConnectProviderArn": arn}) is not None:
        return pages.done(request, back, f"Audience {form.cleaned_data['ClientID']} added.")
    confirm = {"title": "Add an audience", "submit": "Add audience", "cancel_url": back}
    return asking(request, session, form, confirm, crumbs(session, arn))


@require_http_methods(["GET", "POST"])
@console_page
def remove_audiences(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    back = session.url("provider", arn)
    operation, who = "iam:RemoveClientIDFromOpenIDConnectProvider", {"OpenIDConnectProviderArn": arn}
    wanted = [Change(operation, {**who, "ClientID": one}, f"Remove {one}") for one in changes.ticked(request)]
    confirm = {"title": "Remove audiences?", "cancel_url": back, "submit": "Remove"}
    sentence = "Tokens that are made for them open no role any more."
    return ticked_off(request, session, wanted, confirm, sentence, "Audiences removed.")


@require_http_methods(["GET", "POST"])
@console_page
def thumbprints(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    back, who = session.url("provider", arn), {"OpenIDConnectProviderArn": arn}
    now = session.call("iam:GetOpenIDConnectProvider", who)["ThumbprintList"]
    initial = {"ThumbprintList": "\n".join(now)}
    form = ThumbprintsForm(request.POST if request.method == "POST" else None, initial=initial)
    valid = form.is_bound and form.is_valid()
    if valid and made(session, form, {**who, "ThumbprintList": form.cleaned_data["ThumbprintList"]}) is not None:
        return pages.done(request, back, "Thumbprints saved.")
    confirm = {"title": "Manage thumbprints", "submit": "Save changes", "cancel_url": back}
    text = "The certificate authority that signed the provider's certificate, by which AWS knows the provider."
    return asking(request, session, form, confirm, crumbs(session, arn), text)


@require_http_methods(["GET", "POST"])
@console_page
def metadata(request: HttpRequest, session: Session, arn: str) -> HttpResponse:
    back = session.url("provider", arn)
    form = MetadataForm(request.POST, request.FILES) if request.method == "POST" else MetadataForm()
    if form.is_bound and form.is_valid():
        params = {"SAMLProviderArn": arn, "SAMLMetadataDocument": form.cleaned_data["metadata"]}
        if made(session, form, params) is not None:
            return pages.done(request, back, f"The metadata of {name_of(arn)} is replaced.")
    confirm = {"title": "Replace metadata", "submit": "Replace metadata", "cancel_url": back, "upload": True}
    text = (
        "Roles that trust the provider stay; assertions are checked with the certificate of the new document at once."
    )
    return asking(request, session, form, confirm, crumbs(session, arn), text)
