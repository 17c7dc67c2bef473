"""What a budget may be. Budgets API Reference: "Budget", "TimePeriod", "CostTypes"."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from iamlab.services.budgets.spending import FAR, period_start
from iamlab.services.budgets.targets import invalid
from iamlab.services.operations import AwsError

COST_TYPES = {
    "IncludeTax": True,
    "IncludeSubscription": True,
    "UseBlended": False,
    "IncludeRefund": True,
    "IncludeCredit": True,
    "IncludeUpfront": True,
    "IncludeRecurring": True,
    "IncludeOtherSubscription": True,
    "IncludeSupport": True,
    "IncludeDiscount": True,
    "UseAmortized": False,
}
PLANNED = {"MONTHLY": 12, "QUARTERLY": 4}  # limits to plan, by time unit
LARGEST = Decimal(10) ** 15
NO_LIMIT = (
    "Unable to create/update budget - please provide one of the followings: "
    "Budget Limit/ Planned Budget Limit/ Auto Adjust Data"
)
KEPT = ("TimeUnit", "BudgetType", "CostFilters", "FilterExpression", "Metrics")


def settled(given: dict[str, Any], now: datetime, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is kept of the API's Budget; `before` is what there was. Raises InvalidParameterException."""
    found = {name: given[name] for name in KEPT if given.get(name) is not None}
    check_filters(given)
    if given.get("BillingViewArn"):
        raise AwsError("NotFoundException", "Billing views are not simulated by iamlab: there is no such view.")
    if given["BudgetType"] == "COST" and not given.get("Metrics"):
        chosen = {name: value for name, value in (given.get("CostTypes") or {}).items() if value is not None}
        found["CostTypes"] = {**COST_TYPES, **chosen}
    planned = given.get("PlannedBudgetLimits")
    if planned and before and [planned, given["TimeUnit"]] == [before.get("PlannedBudgetLimits"), before["TimeUnit"]]:
        return found | {"PlannedBudgetLimits": planned}  # a plan that stands, though its first periods may be over
    return found | limits(given, now)


def check_filters(given: dict[str, Any]) -> None:
    """Raises InvalidParameterException."""
    old = given.get("CostFilters") or given.get("CostTypes")
    if old and (given.get("FilterExpression") or given.get("Metrics")):
        raise invalid("Use either FilterExpression and Metrics, or CostFilters and CostTypes.")
    if given.get("CostTypes") and given["BudgetType"] != "COST":
        raise invalid("CostTypes are for COST budgets only.")


def limits(given: dict[str, Any], now: datetime) -> dict[str, Any]:
    """BudgetLimit, PlannedBudgetLimits or AutoAdjustData, one of the three. Raises InvalidParameterException."""
    kind, limit, planned, auto = (
        given["BudgetType"],
        given.get("BudgetLimit"),
        given.get("PlannedBudgetLimits"),
        given.get("AutoAdjustData"),
    )
    if sum(map(bool, (limit, planned, auto))) > 1:
        raise invalid("Give only one of BudgetLimit, PlannedBudgetLimits and AutoAdjustData.")
    if kind not in ("COST", "USAGE"):
        if planned or auto or (limit and Decimal(limit["Amount"]) != 100):
            raise invalid("The limit of a utilization or coverage budget is 100 percent.")
        return {"BudgetLimit": {"Amount": "100.0", "Unit": "PERCENTAGE"}}
    if planned:
        return {"PlannedBudgetLimits": plan(given, planned, now)}
    if auto:
        adjusted = {"LastAutoAdjustTime": int(now.timestamp())}
        nothing = {"Amount": "0.0", "Unit": "USD"}  # what was spent in the periods to look back on
        return {"AutoAdjustData": {**auto, **adjusted}, "BudgetLimit": nothing}
    if not limit:
        raise invalid(NO_LIMIT)
    return {"BudgetLimit": spend(limit, kind)}


def spend(given: dict[str, str], kind: str) -> dict[str, str]:
    """An amount of a cost or usage budget. Raises InvalidParameterException."""
    if len(given["Amount"]) > 40 or not 0 < Decimal(given["Amount"]) <= LARGEST:
        raise invalid("The amount of a budget is more than 0 and at most 1,000,000,000,000,000.")
    if kind == "COST" and given["Unit"] != "USD":
        raise invalid("The unit of a cost budget is USD.")
    return {"Amount": given["Amount"], "Unit": given["Unit"]}


def plan(given: dict[str, Any], planned: dict[str, dict[str, str]], now: datetime) -> dict[str, dict[str, str]]:
    """Limits by the epoch second of each period's start, from the present period on."""
    number = PLANNED.get(given["TimeUnit"])
    if number is None:
        raise invalid("PlannedBudgetLimits are for monthly and quarterly budgets.")
    first, months = period_start(given["TimeUnit"], now, now), 12 // number
    wanted = []
    for step in range(number):
        month = first.month - 1 + step * months
        at = first.replace(year=first.year + month // 12, month=month % 12 + 1)
        wanted.append(str(int(at.timestamp())))
    if set(planned) != set(wanted):
        raise invalid(f"Plan {number} limits, by the start of each period in epoch seconds, from the present one on.")
    return {begin: spend(planned[begin], given["BudgetType"]) for begin in wanted}


def times(given: dict[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """Start and end, AWS's defaults where they are not given. Raises InvalidParameterException."""
    period = given.get("TimePeriod") or {}
    if given["TimeUnit"] == "CUSTOM" and not (period.get("Start") and period.get("End")):
        raise invalid("A custom period has a start and an end.")
    start = moment(period.get("Start")) or period_start(given["TimeUnit"], now, now)
    end = moment(period.get("End")) or FAR
    if start >= end:
        raise invalid("The start date must come before the end date.")
    if end > FAR:
        raise invalid("The end date must come before 06/15/87 00:00 UTC.")
    if end <= now:
        raise invalid("The end date must not be in the past.")
    return start, end


def moment(given: Any) -> datetime | None:
    """A time as an entrance gives it: a datetime, epoch seconds or text. Raises InvalidParameterException."""
    if given is None:
        return None
    try:
        if isinstance(given, datetime):
            found = given
        else:
            found = (
                datetime.fromtimestamp(given, UTC) if isinstance(given, int | float) else datetime.fromisoformat(given)
            )
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise invalid("The time period holds no time.") from error
