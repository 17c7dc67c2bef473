"""Budgets: the list, one budget, deleting. Cost Management guide: "Managing your costs with AWS Budgets"."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import cells, changes, lists, pages, panels
from iamlab.console.budgets import alerts
from iamlab.console.changes import Change
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.questions import question
from iamlab.console.session import Session, console_page

COLUMNS = [
    tables.column("name", "Name", sortable=True),
    tables.column("thresholds", "Thresholds"),
    tables.column("budget", "Budget"),
    tables.column("used", "Amount used"),
    tables.column("forecast", "Forecasted amount"),
    tables.column("current", "Current vs. budgeted"),
    tables.column("forecasted", "Forecasted vs. budgeted"),
]
ALERTS = [
    tables.column("alert", "Alert"),
    tables.column("state", "Threshold"),
    tables.column("recipients", "Recipients"),
]


def asked(session: Session, name: str) -> dict[str, str]:
    return {"AccountId": session.account.pk, "BudgetName": name}


def money(spend: dict[str, str] | None) -> str:
    """$10.00; other units by name."""
    if spend is None:
        return markup.NOTHING
    amount = f"{Decimal(spend['Amount']):,.2f}"
    return f"${amount}" if spend["Unit"] == "USD" else f"{amount} {spend['Unit']}"


def share(spend: dict[str, str] | None, limit: dict[str, str]) -> str:
    """How much of the budgeted amount that is, in percent."""
    whole = Decimal(limit["Amount"])
    return f"{Decimal(spend['Amount']) / whole * 100:.2f}%" if spend and whole else markup.NOTHING


def threshold_cell(found: list[dict[str, Any]]) -> Any:
    over = sum(one["NotificationState"] == "ALARM" for one in found)
    if not found:
        return markup.NOTHING
    return markup.status("error", f"Exceeded ({over})") if over else markup.status("success", "OK")


@require_safe
@console_page
def budgets(request: HttpRequest, session: Session) -> HttpResponse:
    account = {"AccountId": session.account.pk}
    found, ask = lists.listed(session, request, "budgets:DescribeBudgets", COLUMNS, account)
    rows = found.get("Budgets", [])
    alerted, _ = (
        lists.listed(session, request, "budgets:DescribeBudgetNotificationsForAccount", COLUMNS, account)
        if rows
        else (Panel(), ask)
    )
    states = {one["BudgetName"]: one["Notifications"] for one in alerted.get("BudgetNotificationsForAccount", [])}
    table = lists.shown(
        request,
        found,
        ask,
        COLUMNS,
        [budget_row(session, one, alerted, states) for one in rows],
        id="budgets",
        title="Budgets",
        heading="h1",
        info=True,
        select="many",
        description="A budget says what a month may cost, and alerts you before it costs more.",
        empty_text="Create a budget to be told of costs that you did not expect.",
    )
    context = {"table": table, "found": found}
    crumbs = [("Budgets", None)]
    return pages.render(request, session, "console/budgets/list.html", context, title="Budgets", crumbs=crumbs)


def budget_row(
    session: Session, one: dict[str, Any], alerted: Panel, states: dict[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    name, limit, spend = one["BudgetName"], one["BudgetLimit"], one["CalculatedSpend"]
    forecast = spend.get("ForecastedSpend")
    thresholds = threshold_cell(states.get(name, [])) if alerted.stands else refused_cell(alerted)
    return tables.row(
        name,
        [
            markup.link(session.url("budget", name=name), name),
            thresholds,
            money(limit),
            money(spend["ActualSpend"]),
            money(forecast),
            share(spend["ActualSpend"], limit),
            share(forecast, limit),
        ],
    )


def alerts_of(session: Session, name: str) -> list[tuple[dict[str, Any], list[dict[str, str]]]]:
    """The alerts of a budget, each with its subscribers. Raises AwsError."""
    found = session.call("budgets:DescribeNotificationsForBudget", asked(session, name))["Notifications"]
    many = [{**asked(session, name), "Notification": bare(one)} for one in found]
    who = panels.cells(session, "budgets:DescribeSubscribersForNotification", many)
    return list(zip(found, [cell.get("Subscribers", []) for cell in who], strict=True))


def bare(notification: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in notification.items() if name != "NotificationState"}


@require_safe
@console_page
def budget(request: HttpRequest, session: Session) -> HttpResponse:
    name = request.GET.get("name", "")
    found = panel(session, "budgets:DescribeBudget", asked(session, name))
    crumbs = [("Budgets", session.url("budgets")), (name, None)]
    context: dict[str, Any] = {"name": name, "found": found}
    if found.stands:
        rows = [alert_row(one, alerts.row_of(one, who)) for one, who in alerts_of(session, name)]
        context |= {
            "summary": summary(session, found["Budget"]),
            "table": tables.table(request, id="alerts", title="Alerts", columns=ALERTS, rows=rows, tools=False),
        }
    status, template = 404 if found.failure else 200, "console/budgets/detail.html"
    title = name or "Budget"
    return pages.render(request, session, template, context, title=title, crumbs=crumbs, status=status)


def alert_row(found: dict[str, Any], row: dict[str, str]) -> dict[str, Any]:
    text = alerts.words(row)
    return tables.row(text, [text, threshold_cell([found]), alerts.recipients(row)])


def summary(session: Session, one: dict[str, Any]) -> list[tuple[str, Any]]:
    spend, limit, period = one["CalculatedSpend"], one["BudgetLimit"], one["TimePeriod"]
    arn = f"arn:aws:budgets::{session.account.pk}:budget/{one['BudgetName']}"
    forecast = spend.get("ForecastedSpend")
    return [
        ("Budget type", one["BudgetType"].replace("_", " ").capitalize()),
        ("Period", one["TimeUnit"].capitalize()),
        ("Budgeted amount", money(limit)),
        ("Amount used", f"{money(spend['ActualSpend'])} ({share(spend['ActualSpend'], limit)})"),
        ("Forecasted amount", money(forecast) if forecast else "Not enough data yet: five weeks are needed"),
        ("Start date", f"{period['Start']:%B %d, %Y}"),
        ("End date", "None" if period["End"].year >= 2087 else f"{period['End']:%B %d, %Y}"),
        ("Last updated", cells.moment(one["LastUpdatedTime"])),
        ("ARN", markup.copy(arn, "ARN")),
    ]


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    names = changes.ticked(request)
    back = session.url("budgets")
    if not names:
        return redirect(back)
    phrase = names[0] if len(names) == 1 else f"{len(names)} budgets"
    if request.method == "POST":
        wanted = [Change("budgets:DeleteBudget", asked(session, name), f"Delete {name}") for name in names]
        outcomes = changes.make(session, wanted)
        return changes.answer(request, session, outcomes, back, f"{phrase} deleted.", "Delete budgets")
    confirm = {
        "title": f"Delete {phrase}?",
        "cancel_url": back,
        "submit": "Delete",
        "danger": "The alerts and their recipients are deleted too. This cannot be undone.",
        "consequences": names if len(names) > 1 else [],
        "hidden": [("selected", name) for name in names],
    }
    return question(request, session, confirm, [])
