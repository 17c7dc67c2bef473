"""What a page shows when a call was refused or failed: a box in the panel that made it, or a page of its own."""

import re
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from iamlab.console import pages
from iamlab.console.forms import OperationForm
from iamlab.services.operations import AwsError

if TYPE_CHECKING:
    from iamlab.console.session import Session

TEXT = re.compile(
    r"(?:You are not authorized to perform this operation\. )?"
    r"User: (?P<user>\S+) is not authorized to perform: (?P<action>\S+)"
    r"(?: on resource: (?P<resource>.+?))?(?: (?P<context>(?:because|with) .+?))?"
    r"(?:\.? Encoded authorization failure message: \w+)?",
    re.DOTALL,
)


def is_refusal(error: AwsError) -> bool:
    return error.refuses


def why_url(session: "Session", error: AwsError) -> str:
    """Where the refusal is explained, "" when its event is not known."""
    if not error.event_id:
        return ""
    try:
        return reverse("why", args=[session.id, error.event_id])
    except NoReverseMatch:
        return ""


def denial(session: "Session", error: AwsError) -> dict[str, Any]:
    """The lines of the access-denied box: {user, action, resource, context, why_url, text}."""
    told = TEXT.fullmatch(error.message)
    facts = told.groupdict(default="") if told else {"text": error.message}
    if facts.get("context"):
        facts["context"] = facts["context"].removeprefix("because ")
    return {**facts, "why_url": why_url(session, error) or asked_again(session, facts)}


def asked_again(session: "Session", facts: dict[str, str]) -> str:
    """The cells of a column leave one event: those that it does not tell of are asked about in the evaluator."""
    if not facts.get("action"):
        return ""
    resource = facts.get("resource", "").strip('"') or "*"
    return session.url("evaluator", principal=session.caller.principal_arn, actions=facts["action"], resource=resource)


def told(session: "Session", form: OperationForm, error: AwsError) -> dict[str, Any] | None:
    """The box of a form whose call was refused; any other error goes to its field."""
    if is_refusal(error):
        return denial(session, error)
    form.refuse(error)
    return None


def page(request: HttpRequest, session: "Session", error: AwsError) -> HttpResponse:
    """A page whose one call was refused or failed, with AWS's own status."""
    refused = is_refusal(error)
    title = "Access denied" if refused else "Not found" if error.code.startswith("NoSuch") else "Error"
    context = {"denial": denial(session, error) if refused else None, "error": error, "heading": title}
    status = error.status or (403 if refused else 404 if error.code.startswith("NoSuch") else 400)
    if request.htmx.target == "modal":  # type: ignore[attr-defined]  # htmx shows other errors on the page behind it
        status = 422
    return pages.render(request, session, "console/refused.html", context, title=title, status=status)
