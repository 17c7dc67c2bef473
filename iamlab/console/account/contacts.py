"""The account's alternate contacts: whom AWS writes to about billing, operations and security."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import pages, panels
from iamlab.console.account.forms import made_up
from iamlab.console.editing import EditingForm
from iamlab.console.forms import OperationForm
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.questions import asking, made, question
from iamlab.console.session import Session, console_page

# By what an address calls them: title, and what AWS writes about.
KINDS = {
    "billing": ("Billing contact", "Invoices and payments."),
    "operations": ("Operations contact", "What happens to the services that you use."),
    "security": ("Security contact", "Abuse and leaked keys: somebody should read this at any hour."),
}
NONE = "ResourceNotFoundException"


class ContactForm(EditingForm, OperationForm):
    operation = "account:PutAlternateContact"

    Name = forms.CharField(label="Full name")
    Title = forms.CharField(label="Title")
    EmailAddress = forms.CharField(label="Email address", validators=[made_up], widget=forms.EmailInput)
    PhoneNumber = forms.CharField(label="Phone number", widget=forms.TextInput(attrs={"type": "tel"}))


def which(kind: str) -> dict[str, str]:
    """The parameter of every call about a contact."""
    if kind not in KINDS:
        raise Http404
    return {"AlternateContactType": kind.upper()}


def blocks(session: Session) -> list[dict[str, Any]]:
    """The three of them for the account's page: {title, text, found, told, facts, edit_url, delete_url}."""
    cells = panels.cells(session, "account:GetAlternateContact", [which(kind) for kind in KINDS])
    listed = [block(session, kind, found) for kind, found in zip(KINDS, cells, strict=True)]
    for one in [one for one in listed if one["found"].denial][1:]:  # the first says whom to ask for what
        one["told"] = refused_cell(one["found"])
    return listed


def block(session: Session, kind: str, found: Panel) -> dict[str, Any]:
    title, text = KINDS[kind]
    contact = found.get("AlternateContact", {})
    return {
        "title": title,
        "text": text,
        "found": found,
        "none": found.code == NONE,
        "facts": [(field.label, contact[name]) for name, field in ContactForm.base_fields.items() if name in contact],
        "edit_url": session.url("contact", kind),
        "delete_url": session.url("contact-delete", kind),
    }


def crumbs(session: Session) -> pages.Crumbs:
    return [("Account", session.url("account"))]


@require_http_methods(["GET", "POST"])
@console_page
def edit(request: HttpRequest, session: Session, kind: str) -> HttpResponse:
    this, back = which(kind), session.url("account")
    now = panel(session, "account:GetAlternateContact", this).get("AlternateContact", {})
    form = ContactForm(request.POST if request.method == "POST" else None, initial=now)
    if form.is_bound and form.is_valid() and made(session, form, {**form.params(), **this}) is not None:
        return pages.done(request, back, f"{KINDS[kind][0]} saved.")
    confirm = {"title": f"Edit {KINDS[kind][0].lower()}", "submit": "Update", "cancel_url": back}
    return asking(request, session, form, confirm, crumbs(session), KINDS[kind][1])


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, kind: str) -> HttpResponse:
    this, back, title = which(kind), session.url("account"), KINDS[kind][0]
    if request.method == "POST":
        session.call("account:DeleteAlternateContact", this)
        return pages.done(request, back, f"{title} deleted.")
    confirm = {"title": f"Delete {title.lower()}?", "submit": "Delete", "cancel_url": back}
    return question(request, session, confirm, ["AWS writes to the root user's address alone then."])
