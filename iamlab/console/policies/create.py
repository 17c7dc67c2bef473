"""The Create policy wizard."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from iamlab.console import pages, wizard_pages
from iamlab.console.models import Draft
from iamlab.console.policies.forms import DocumentForm, ReviewForm
from iamlab.console.session import Session, console_page
from iamlab.console.wizard import Planned, Step, Wizard
from iamlab.policy.document import MANAGED_LIMIT
from iamlab.policy.summary import summarise


def planned(data: dict[str, Any]) -> list[Planned]:
    review = data.get("review")
    if not review:
        return []
    params = {"PolicyName": review["PolicyName"], "PolicyDocument": data["document"]["PolicyDocument"]}
    if review["Description"]:
        params["Description"] = review["Description"]
    if review["tags"]:
        params["Tags"] = review["tags"]
    return [Planned("iam:CreatePolicy", params, f"Create policy {review['PolicyName']}")]


def finish(request: HttpRequest, session: Session, draft: Draft) -> HttpResponse:
    name = draft.data["review"]["PolicyName"]
    url = session.url("policy", f"arn:aws:iam::{session.account.pk}:policy/{name}", "permissions")
    text = format_html('Policy {} created. <a class="btn" href="{}">View policy</a>', name, url)
    return pages.done(request, session.url("policies"), text)


def context(request: HttpRequest, session: Session, draft: Draft) -> dict[str, Any]:
    text = draft.data.get("document", {}).get("PolicyDocument", "")
    return {"limit": MANAGED_LIMIT, "policy_summary": summarise(text) if text else None, "text": text}


WIZARD = Wizard(
    name="policy-create",
    title="Create policy",
    submit="Create policy",
    cancel=lambda session, draft: session.url("policies"),
    steps=lambda data: [
        Step("document", "Specify permissions", DocumentForm, "console/policies/create_document.html"),
        Step("review", "Review and create", ReviewForm, "console/policies/create_review.html"),
    ],
    calls=planned,
    result_template="console/wizard_result.html",
    crumbs=lambda session, draft: [("Policies", session.url("policies")), ("Create policy", None)],
    finish=finish,
    context=context,
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session) -> HttpResponse:
    return wizard_pages.start(session, WIZARD)
