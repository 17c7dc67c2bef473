"""The calls that the wizards of budgets make."""

from typing import Any

from iamlab.console.budgets import alerts
from iamlab.console.budgets.forms import MONTHLY, TEMPLATE, ZERO
from iamlab.console.wizard import Planned

# AWS's own settings of its templates: the amount where it is fixed, and thresholds as rows of a form.
ALERTS = {
    ZERO: [("0.01", "ABSOLUTE_VALUE", "ACTUAL")],
    MONTHLY: [("85", "PERCENTAGE", "ACTUAL"), ("100", "PERCENTAGE", "ACTUAL"), ("100", "PERCENTAGE", "FORECASTED")],
}
AMOUNT_OF_ZERO = "1"
GONE = "gone"  # in the budget that an edit began with: it was deleted meanwhile
UNNAMED = {"name": "BUDGET-NAME", "amount": "100", "emails": "name@example.com"}  # before the step was sent


def creation(data: dict[str, Any]) -> list[Planned]:
    """One call: CreateBudget takes alerts and recipients along."""
    choice = data.get("choice")
    if not choice or (choice["setup"] != TEMPLATE and "alerts" not in data):
        return []
    details = {**UNNAMED, **data.get("details", {})}
    if choice["setup"] == TEMPLATE:
        details = {"period": "MONTHLY", "start": "", "end": "", **details}
        if choice["template"] == ZERO:
            details["amount"] = AMOUNT_OF_ZERO
        rows = [alerts.row(*one, details["emails"]) for one in ALERTS[choice["template"]]]
    else:
        rows = data["alerts"]["alerts"]
    return [made(data["account"], budget(details, {}), rows)]


def made(account: str, new: dict[str, Any], rows: list[dict[str, str]]) -> Planned:
    params: dict[str, Any] = {"AccountId": account, "Budget": new}
    if rows:
        params["NotificationsWithSubscribers"] = alerts.with_subscribers(rows)
    return Planned("budgets:CreateBudget", params, f"Create budget {new['BudgetName']}")


def budget(details: dict[str, str], before: dict[str, Any], unit: str = "USD") -> dict[str, Any]:
    """The API's Budget; `before` is what an existing one keeps, as it keeps the unit of what it counts."""
    found = {"BudgetType": "COST", **before, "BudgetName": details["name"], "TimeUnit": details["period"]}
    if "amount" in details:  # not so where limits are planned or adjusted: those are kept
        found["BudgetLimit"] = {"Amount": details["amount"], "Unit": unit}
    times = {"Start": details["start"], "End": details["end"] or ("2087-06-15" if before else "")}
    period = {name: f"{day}T00:00:00Z" for name, day in times.items() if day}
    return {**found, "TimePeriod": period} if period else found


def change(data: dict[str, Any]) -> list[Planned]:
    """What an edit changes: alerts that go, the budget, alerts and recipients that come."""
    if "alerts" not in data:
        return []
    kept, details = data["before"], data["details"]
    new = budget(details, kept["budget"], kept.get("unit", "USD"))
    if kept.get(GONE):
        return [made(data["account"], new, data["alerts"]["alerts"])]
    name = kept["name"]
    who = {"AccountId": data["account"], "BudgetName": name}
    before = {alerts.key(row): row for row in data["before"]["alerts"]}
    after = {alerts.key(row): row for row in data["alerts"]["alerts"]}
    calls = []
    for row, text in _each(before, after):
        gone = {**who, "Notification": alerts.notification(row)}
        calls.append(Planned("budgets:DeleteNotification", gone, f"Delete alert: {text}"))
    if details != data["before"]["details"]:
        params = {"AccountId": data["account"], "NewBudget": new}
        calls.append(Planned("budgets:UpdateBudget", params, f"Update budget {name}"))
    for row, text in _each(after, before):
        new = {**who, "Notification": alerts.notification(row), "Subscribers": alerts.subscribers(row)}
        calls.append(Planned("budgets:CreateNotification", new, f"Create alert: {text}"))
    for key in after:
        if key in before:
            calls += recipients(who, before[key], after[key])
    return calls


def recipients(who: dict[str, Any], before: dict[str, str], after: dict[str, str]) -> list[Planned]:
    """Those that come before those that go: with its last subscriber an alert would go too."""
    about = {**who, "Notification": alerts.notification(after)}
    old, new = alerts.subscribers(before), alerts.subscribers(after)
    wanted = {"Create": [one for one in new if one not in old], "Delete": [one for one in old if one not in new]}
    return [
        Planned(
            f"budgets:{verb}Subscriber",
            {**about, "Subscriber": one},
            f"{verb} recipient {one['Address']}: {alerts.words(after)}",
        )
        for verb, some in wanted.items()
        for one in some
    ]


def _each(rows: dict[Any, dict[str, str]], others: dict[Any, Any]) -> list[tuple[dict[str, str], str]]:
    """Rows that the others lack, each with its words."""
    return [(row, alerts.words(row)) for key, row in rows.items() if key not in others]
