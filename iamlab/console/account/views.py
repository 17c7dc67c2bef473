"""The account's own page and its billing switch. Billing guide: "Managing access permissions"."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from iamlab.components import markup
from iamlab.console import pages
from iamlab.console.account import contacts
from iamlab.console.account.countries import COUNTRIES
from iamlab.console.account.forms import PrimaryContactForm
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page


def contact_facts(found: Panel) -> list[tuple[str, str]]:
    told = found.get("ContactInformation", {})
    told = {**told, "CountryCode": dict(COUNTRIES).get(told.get("CountryCode", ""), "")}
    return [(str(field.label), told[name]) for name, field in PrimaryContactForm.base_fields.items() if told.get(name)]


@require_safe
@console_page
def account(request: HttpRequest, session: Session) -> HttpResponse:
    found = panel(session, "accounts:GetAccount")
    facts = []
    if found.stands:
        facts = [
            ("Account ID", markup.copy(found["AccountId"], "account ID")),
            ("Account name", found["AccountName"]),
            ("Email address", found["Email"]),
            ("Account alias", found.get("Alias") or "None"),
            ("Plan", {"free": "Free plan", "paid": "Paid plan"}.get(found.get("Plan", ""), "-")),
        ]
    context = {"found": found, "facts": facts, "active": found.get("IamBillingAccess", False)}
    context["contacts"] = contacts.blocks(session)
    context["primary"] = primary = panel(session, "account:GetContactInformation")
    context |= {"no_contact": primary.code == contacts.NONE, "contact_facts": contact_facts(primary)}
    return pages.render(
        request,
        session,
        "console/account/account.html",
        context,
        title="Account",
        crumbs=[("Account", None)],
    )


@require_POST
@console_page
def billing_access(request: HttpRequest, session: Session) -> HttpResponse:
    """Activate or deactivate IAM access to billing: root's alone, whatever policies say."""
    active = request.POST.get("active") == "on"
    session.call("accounts:UpdateIamBillingAccess", {"Active": active})
    state = "activated" if active else "deactivated"
    return pages.done(request, session.url("account"), f"IAM user and role access to billing information is {state}.")
