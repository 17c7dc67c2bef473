"""The wizards that create and edit a budget."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from iamlab.console import pages, wizard_pages
from iamlab.console.budgets import alerts, plan, present
from iamlab.console.budgets.forms import (
    PERIODS,
    TEMPLATE,
    ZERO,
    AlertsForm,
    ChoiceForm,
    DetailsForm,
    ReviewForm,
    TemplateForm,
)
from iamlab.console.models import Draft
from iamlab.console.session import Session, console_page
from iamlab.console.wizard import Step, Wizard


def custom_steps(data: dict[str, Any]) -> list[Step]:
    return [
        Step("details", "Set your budget", DetailsForm, "console/budgets/details.html"),
        Step("alerts", "Configure alerts", AlertsForm, "console/budgets/alerts.html", optional=True),
        Step("review", "Review", ReviewForm, "console/budgets/review.html"),
    ]


def steps(data: dict[str, Any]) -> list[Step]:
    choice = data.get("choice")
    first = Step("choice", "Choose budget type", ChoiceForm, "console/budgets/choice.html")
    if choice and choice["setup"] == TEMPLATE:
        title = "Zero spend budget" if choice["template"] == ZERO else "Monthly cost budget"
        return [first, Step("details", f"{title} - Template", TemplateForm, "console/budgets/template.html")]
    return [first, *custom_steps(data)]


def finish(request: HttpRequest, session: Session, draft: Draft) -> HttpResponse:
    name, before = draft.data["details"]["name"], draft.data.get("before")
    verb = "updated" if before and not before.get(plan.GONE) else "created"
    url = session.url("budget", name=name)
    text = format_html('Your budget {} has been {}. <a class="btn" href="{}">View budget</a>', name, verb, url)
    return pages.done(request, session.url("budgets"), text)


def limits(draft: Draft) -> str:
    """How an existing budget comes to its limit, where it is not one amount."""
    kept = draft.data.get("before", {}).get("budget", {})
    return next((words for name, words in present.LIMITS.items() if name in kept), "")


def context(request: HttpRequest, session: Session, draft: Draft) -> dict[str, Any]:
    details = draft.data.get("details", {})
    rows = draft.data.get("alerts", {}).get("alerts", [])
    template = draft.data.get("choice", {}).get("template", "")
    summary = [
        ("Name", details.get("name")),
        ("Period", dict(PERIODS).get(details.get("period", ""))),
        ("Budgeted amount", f"${details['amount']}" if "amount" in details else limits(draft)),
        ("Start date", details.get("start") or "Start of the present period"),
        ("End date", details.get("end") or "None"),
        ("Budget scope", "All AWS services"),
    ]
    return {
        "summary": summary,
        "listed": [(alerts.words(row), alerts.recipients(row)) for row in rows],
        "thresholds": [alerts.words(alerts.row(*one)) for one in plan.ALERTS.get(template, [])],
        "heading": steps(draft.data)[-1].title,
    }


CREATE = Wizard(
    name="budget-create",
    title="Create budget",
    submit="Create budget",
    cancel=lambda session, draft: session.url("budgets"),
    steps=steps,
    calls=plan.creation,
    result_template="console/wizard_result.html",
    crumbs=lambda session, draft: [("Budgets", session.url("budgets")), ("Create budget", None)],
    finish=finish,
    context=context,
)
EDIT = Wizard(
    name="budget-edit",
    title="Edit budget",
    submit="Save",
    cancel=lambda session, draft: session.url("budget", name=draft.data["before"]["name"]),
    steps=custom_steps,
    calls=plan.change,
    result_template="console/wizard_result.html",
    secrets=present.look_again,
    crumbs=lambda session, draft: [
        ("Budgets", session.url("budgets")),
        (draft.data["before"]["name"], session.url("budget", name=draft.data["before"]["name"])),
        ("Edit budget", None),
    ],
    finish=finish,
    context=context,
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session) -> HttpResponse:
    return wizard_pages.start(session, CREATE, account=session.account.pk)


@require_safe
@console_page
def edit(request: HttpRequest, session: Session) -> HttpResponse:
    """A draft that begins with the budget as it is."""
    before = present.read(session, request.GET.get("name", ""))
    details, rows = before["details"], before["alerts"]
    data = {"account": session.account.pk, "before": before, "details": details, "alerts": {"alerts": rows}}
    return wizard_pages.start(session, EDIT, **data)
