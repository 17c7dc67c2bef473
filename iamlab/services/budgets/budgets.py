"""Budgets: made, shown, changed, deleted. Budgets API Reference: "CreateBudget", "DescribeBudgets", "UpdateBudget"."""

from datetime import datetime
from typing import Any

from iamlab.services import paging
from iamlab.services.accounts.models import Account
from iamlab.services.budgets import checks, notifications, spending, tags
from iamlab.services.budgets.models import Budget
from iamlab.services.budgets.targets import check_token, existing, live, named, open_to, own, page, whole
from iamlab.services.operations import AwsError, Call, Target, operation

MOST = 20_000
FILTERS = ("FilterExpression", "Metrics")  # shown to who asks for them


def new(call: Call, AccountId: str, Budget: dict[str, Any], **_: Any) -> Target:
    return own(call, AccountId, Budget["BudgetName"])


def changed(call: Call, AccountId: str, NewBudget: dict[str, Any], **_: Any) -> Target:
    return own(call, AccountId, NewBudget["BudgetName"])


@operation("budgets:CreateBudget", action="budgets:ModifyBudget", target=new, context=tags.of_request)
def create_budget(
    call: Call,
    AccountId: str,
    Budget: dict[str, Any],
    NotificationsWithSubscribers: list[dict[str, Any]] | None = None,
    ResourceTags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    """All or nothing: the budget, its notifications and their subscribers. Tags need budgets:TagResource as well."""
    if ResourceTags:
        call.require("budgets:TagResource", call.target)
    open_to(call)
    name = Budget["BudgetName"]
    if call.target.row is not None:
        raise AwsError("DuplicateRecordException", f"Error creating budget: {name} - the budget already exists.")
    if live(call).count() >= MOST:
        raise AwsError("CreationLimitExceededException", f"An account has at most {MOST:,} budgets.")
    settings = checks.settled(Budget, call.now)
    start, end = checks.times(Budget, call.now)
    save_new(
        call,
        name=name,
        name_lower=name.lower(),
        settings=settings,
        notifications=notifications.read(NotificationsWithSubscribers or [], settings),
        tags=tags.added(ResourceTags or [], {}),
        start=start,
        end=end,
    )
    return {}


def save_new(call: Call, **fields: Any) -> None:
    """The row; one of the same name whose end has passed is gone."""
    Budget.objects.filter(account_id=call.account_id, name=fields["name"], end__lte=call.now).delete()
    Budget.objects.create(account_id=call.account_id, created=call.now, updated=call.now, **fields)


def describe(row: Budget, account: Account, now: datetime, filters: bool = False) -> dict[str, Any]:
    """The API's Budget."""
    settings = {name: value for name, value in row.settings.items() if filters or name not in FILTERS}
    return {
        "BudgetName": row.name,
        "BudgetLimit": spending.limit_of(row, now),
        **settings,
        "TimePeriod": {"Start": row.start, "End": row.end},
        "CalculatedSpend": spending.calculated(row, account, now),
        "LastUpdatedTime": row.updated,
    }


@operation("budgets:DescribeBudget", action="budgets:ViewBudget", target=named)
def describe_budget(
    call: Call, AccountId: str, BudgetName: str, ShowFilterExpression: bool | None = None
) -> dict[str, Any]:
    row = existing(call)
    return {"Budget": describe(row, row.account, call.now, bool(ShowFilterExpression))}


@operation("budgets:DescribeBudgets", action="budgets:ViewBudget", target=whole)
def describe_budgets(
    call: Call,
    AccountId: str,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    ShowFilterExpression: bool | None = None,
) -> dict[str, Any]:
    account = open_to(call)
    check_token(NextToken)
    found = paging.page(
        "Budgets",
        live(call),
        lambda row: describe(row, account, call.now, bool(ShowFilterExpression)),
        "name",
        NextToken,
        MaxResults,
        call.view,
    )
    return page(found)


@operation("budgets:UpdateBudget", action="budgets:ModifyBudget", target=changed)
def update_budget(call: Call, AccountId: str, NewBudget: dict[str, Any]) -> dict[str, Any]:
    """Everything but the name is replaced; times that are not given stay, and so do notifications."""
    row = existing(call, "update")
    row.settings = checks.settled(NewBudget, call.now, row.settings)
    notifications.check_kinds(row.notifications, row.settings)
    period = NewBudget.get("TimePeriod") or {}
    kept = {"TimePeriod": {"Start": period.get("Start") or row.start, "End": period.get("End") or row.end}}
    row.start, row.end = checks.times({**NewBudget, **kept}, call.now)
    row.updated = call.now
    row.save(update_fields=["settings", "start", "end", "updated"])
    return {}


@operation("budgets:DeleteBudget", action="budgets:ModifyBudget", target=named)
def delete_budget(call: Call, AccountId: str, BudgetName: str) -> dict[str, Any]:
    existing(call, "delete").delete()
    return {}
