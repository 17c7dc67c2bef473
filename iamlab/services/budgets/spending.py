"""What a budget has seen of the bill, and which of its notifications that sets off."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from iamlab.services.accounts import billing
from iamlab.services.accounts.models import Account
from iamlab.services.budgets.models import Budget

# AWS: "requires approximately 5 weeks of usage data to generate budget forecasts".
FORECAST_AFTER = timedelta(weeks=5)
FAR = datetime.fromisoformat("2087-06-15T00:00:00Z")  # the end of budgets without one


def period_start(unit: str, now: datetime, custom: datetime) -> datetime:
    """When the period that a budget counts in began."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    month = {"MONTHLY": now.month, "QUARTERLY": now.month - (now.month - 1) % 3, "ANNUALLY": 1}
    if unit in month:
        return day.replace(month=month[unit], day=1)
    return custom if unit == "CUSTOM" else day


def limit_of(row: Budget, now: datetime) -> dict[str, str]:
    """The amount that counts now: the budget's own, or the planned one of this period."""
    planned = row.settings.get("PlannedBudgetLimits")
    if not planned:
        found: dict[str, str] = row.settings["BudgetLimit"]
        return found
    begun = [begin for begin in planned if int(begin) <= now.timestamp()]
    limit: dict[str, str] = planned[max(begun or planned, key=int)]
    return limit


def calculated(row: Budget, account: Account, now: datetime) -> dict[str, dict[str, str]]:
    """CalculatedSpend: actual from the bill, forecast where AWS would have enough to make one."""
    unit = limit_of(row, now)["Unit"]
    since = max(period_start(row.settings["TimeUnit"], now, row.start), row.start)
    spent = billing.spent(account, since, now) if row.settings["BudgetType"] == "COST" else Decimal(0)
    amount = {"Amount": f"{spent:.1f}" if spent == 0 else f"{spent:.2f}", "Unit": unit}
    if row.settings["TimeUnit"] == "DAILY" or now - account.created < FORECAST_AFTER:
        return {"ActualSpend": amount}
    return {"ActualSpend": amount, "ForecastedSpend": dict(amount)}


def state(notification: dict[str, Any], limit: dict[str, str], spend: dict[str, dict[str, str]]) -> str:
    """NotificationState: ALARM where the threshold is passed."""
    kind = "ForecastedSpend" if notification["NotificationType"] == "FORECASTED" else "ActualSpend"
    if kind not in spend:
        return "OK"
    reached, threshold = Decimal(spend[kind]["Amount"]), Decimal(str(notification["Threshold"]))
    if notification["ThresholdType"] == "PERCENTAGE":
        threshold = threshold * Decimal(limit["Amount"]) / 100
    passed = {
        "GREATER_THAN": reached > threshold,
        "LESS_THAN": reached < threshold,
        "EQUAL_TO": reached == threshold,
    }
    return "ALARM" if passed[notification["ComparisonOperator"]] else "OK"
