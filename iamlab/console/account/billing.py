"""Billing's home and the bill. Billing guide: "Using the AWS Billing and Cost Management home page"."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from iamlab.console import pages
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page

# What AWS gives away each month of what is simulated: service, limit. Nothing of it is used here.
FREE_TIER = (
    ("Amazon S3", "5 GB of Standard storage"),
    ("Amazon S3", "2,000 PUT, COPY, POST or LIST requests"),
    ("Amazon S3", "20,000 GET requests"),
    ("Amazon EC2", "750 hours of a t3.micro instance"),
)


def lines(found: Panel) -> list[tuple[str, str, str]]:
    return [(f"{one['Date']:%B %d, %Y}", one["Description"], one["Amount"]) for one in found.get("Lines", [])]


@require_safe
@console_page
def home(request: HttpRequest, session: Session) -> HttpResponse:
    """What the account costs, at a glance: one call feeds it all."""
    found = panel(session, "accounts:GetBill")
    context: dict[str, Any] = {"found": found, "lines": lines(found), "free_tier": FREE_TIER}
    if found.stands:
        nothing = f"0.00 {found['Currency']}"
        context["summary"] = [
            ("Month-to-date cost", f"{found['Total']} {found['Currency']}"),
            ("Last month's cost for same time period", nothing),
            ("Total forecasted cost for current month", nothing),
            ("Last month's total cost", nothing),
        ]
    if "Credits" in found.answer:
        context["credits"] = [
            ("Plan", "Free plan"),
            ("Credits remaining", f"{found['Credits']} {found['Currency']}"),
            ("Free plan ends", f"{found['PlanEnds']:%B %d, %Y}"),
        ]
    template, title = "console/account/billing_home.html", "Home"
    return pages.render(request, session, template, context, title=title, crumbs=[(title, None)])


@require_safe
@console_page
def bills(request: HttpRequest, session: Session) -> HttpResponse:
    found = panel(session, "accounts:GetBill")
    context = {"found": found, "lines": lines(found)}
    template = "console/account/billing.html"
    return pages.render(request, session, template, context, title="Bills", crumbs=[("Bills", None)])
