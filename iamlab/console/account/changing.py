"""Changing the account's name, root's email address and who is responsible for the account."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import pages
from iamlab.console.account.forms import AccountNameForm, EmailForm, PrimaryContactForm
from iamlab.console.forms import OperationForm
from iamlab.console.panels import panel
from iamlab.console.questions import asking, made
from iamlab.console.session import Session, console_page


def changed(
    request: HttpRequest, session: Session, form: OperationForm, title: str, done: str, text: str = ""
) -> HttpResponse:
    """A form of the account's page: shown, or sent and made."""
    back = session.url("account")
    if form.is_bound and form.is_valid() and made(session, form, form.params()) is not None:
        return pages.done(request, back, done)
    confirm = {"title": title, "submit": "Update", "cancel_url": back}
    return asking(request, session, form, confirm, [("Account", back)], text)


def sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "POST"])
@console_page
def name(request: HttpRequest, session: Session) -> HttpResponse:
    form = AccountNameForm(sent(request), initial={"AccountName": session.account.name})
    return changed(request, session, form, "Edit account name", "Account name updated.")


@require_http_methods(["GET", "POST"])
@console_page
def email(request: HttpRequest, session: Session) -> HttpResponse:
    """Root's alone, as the operation says."""
    text = "The root user signs in by this address. It takes the password, so that a page left open gives nothing away."
    return changed(request, session, EmailForm(sent(request)), "Edit email address", "Email address updated.", text)


@require_http_methods(["GET", "POST"])
@console_page
def contact(request: HttpRequest, session: Session) -> HttpResponse:
    now = panel(session, "account:GetContactInformation").get("ContactInformation", {"CountryCode": "US"})
    form = PrimaryContactForm(sent(request), initial=now)
    return changed(request, session, form, "Edit contact information", "Contact information updated.")
