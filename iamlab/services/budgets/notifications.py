"""Notifications of budgets and who gets them. Budgets API Reference: "CreateNotification", "CreateSubscriber"."""

import re
from typing import Any

from iamlab.services import paging
from iamlab.services.budgets import spending
from iamlab.services.budgets.models import Budget
from iamlab.services.budgets.targets import (
    bulk,
    check_token,
    existing,
    invalid,
    live,
    named,
    open_to,
    page,
    page_of_list,
    whole,
)
from iamlab.services.operations import AwsError, Call, operation

MOST = 10
MOST_OF_KIND = {"EMAIL": 10, "SNS": 1}
IDENTITY = ("NotificationType", "ComparisonOperator", "Threshold", "ThresholdType")
ADDRESSES = {
    "EMAIL": (re.compile(r"[^\s@]{1,64}@(?:[^\s@.]+\.)+[^\s@.]+"), "an e-mail address"),
    "SNS": (re.compile(r"arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}"), "the ARN of an SNS topic"),
}
LONGEST_THRESHOLD = 1_000_000  # percent


def read(given: list[dict[str, Any]], settings: dict[str, Any]) -> list[dict[str, Any]]:
    """Notifications with subscribers as they are kept. Raises the errors of CreateNotification."""
    kept: list[dict[str, Any]] = []
    for one in given:
        kept = added(kept, settled(one["Notification"]), one["Subscribers"], settings)
    return kept


def added(
    held: list[dict[str, Any]], notification: dict[str, Any], given: list[dict[str, str]], settings: dict[str, Any]
) -> list[dict[str, Any]]:
    if any(one["Notification"] == notification for one in held):
        raise AwsError("DuplicateRecordException", "The notification already exists.")
    if len(held) >= MOST:
        raise AwsError("CreationLimitExceededException", f"A budget has at most {MOST} notifications.")
    found = [*held, {"Notification": notification, "Subscribers": subscribers(given)}]
    check_kinds(found, settings)
    return found


def check_kinds(held: list[dict[str, Any]], settings: dict[str, Any]) -> None:
    """Raises InvalidParameterException for what a budget's period cannot have."""
    forecasts = any(one["Notification"]["NotificationType"] == "FORECASTED" for one in held)
    if forecasts and settings["TimeUnit"] == "DAILY":
        raise invalid("Daily budgets have no forecasted alerts.")


def settled(given: dict[str, Any]) -> dict[str, Any]:
    """A notification by what tells it from others. Raises InvalidParameterException."""
    found = {"ThresholdType": "PERCENTAGE", **{name: given[name] for name in IDENTITY if given.get(name) is not None}}
    if found["ThresholdType"] == "PERCENTAGE" and found["Threshold"] > LONGEST_THRESHOLD:
        raise invalid("A threshold is at most 1,000,000 percent.")
    return {**found, "Threshold": float(found["Threshold"])}


def subscribers(given: list[dict[str, str]]) -> list[dict[str, str]]:
    """Raises InvalidParameterException, DuplicateRecordException, CreationLimitExceededException."""
    kept: list[dict[str, str]] = []
    for one in given:
        kind, address = one["SubscriptionType"], one["Address"]
        pattern, words = ADDRESSES[kind]
        if not pattern.fullmatch(address) or len(address) > 320:
            raise invalid(f"The address of a subscriber by {kind} is {words}.")
        if one in kept:
            raise AwsError("DuplicateRecordException", "The subscriber already exists.")
        if sum(other["SubscriptionType"] == kind for other in kept) >= MOST_OF_KIND[kind]:
            message = "A notification has at most 10 subscribers by e-mail and one SNS topic."
            raise AwsError("CreationLimitExceededException", message)
        kept.append({"SubscriptionType": kind, "Address": address})
    if not kept:
        raise invalid("A notification has at least one subscriber.")
    return kept


def find(row: Budget, given: dict[str, Any]) -> dict[str, Any]:
    """The notification with its subscribers. Raises NotFoundException."""
    wanted = settled(given)
    for one in row.notifications:
        if one["Notification"] == wanted:
            found: dict[str, Any] = one
            return found
    raise AwsError("NotFoundException", f"The notification does not exist for budget: {row.name}.")


def place_of(held: dict[str, Any], subscriber: dict[str, str]) -> int:
    """Where in a notification's list the subscriber stands. Raises NotFoundException."""
    wanted = {name: subscriber[name] for name in ("SubscriptionType", "Address")}
    if wanted not in held["Subscribers"]:
        raise AwsError("NotFoundException", "The subscriber does not exist for the notification.")
    return int(held["Subscribers"].index(wanted))


def save(row: Budget) -> dict[str, Any]:
    row.save(update_fields=["notifications"])
    return {}


def shown(call: Call, row: Budget, account: Any) -> list[dict[str, Any]]:
    """The notifications with their state."""
    limit, spend = spending.limit_of(row, call.now), spending.calculated(row, account, call.now)
    kept = [one["Notification"] for one in row.notifications]
    return [{**one, "NotificationState": spending.state(one, limit, spend)} for one in kept]


@operation("budgets:CreateNotification", action="budgets:ModifyBudget", target=named)
def create_notification(
    call: Call, AccountId: str, BudgetName: str, Notification: dict[str, Any], Subscribers: list[dict[str, str]]
) -> dict[str, Any]:
    row = existing(call, "create notification")
    row.notifications = added(row.notifications, settled(Notification), Subscribers, row.settings)
    return save(row)


@operation("budgets:DescribeNotificationsForBudget", action="budgets:ViewBudget", target=named)
def describe_notifications_for_budget(
    call: Call, AccountId: str, BudgetName: str, MaxResults: int | None = None, NextToken: str | None = None
) -> dict[str, Any]:
    row = existing(call)
    return page_of_list("Notifications", shown(call, row, row.account), MaxResults, NextToken)


@operation("budgets:DescribeBudgetNotificationsForAccount", action="budgets:ViewBudget", target=whole)
def describe_budget_notifications_for_account(
    call: Call, AccountId: str, MaxResults: int | None = None, NextToken: str | None = None
) -> dict[str, Any]:
    account = open_to(call)
    check_token(NextToken)
    found = paging.page(
        "BudgetNotificationsForAccount",
        live(call),
        lambda row: {"BudgetName": row.name, "Notifications": shown(call, row, account)},
        "name",
        NextToken,
        MaxResults or 50,
        call.view,
    )
    return page(found)


@operation("budgets:UpdateNotification", action="budgets:ModifyBudget", target=named)
def update_notification(
    call: Call, AccountId: str, BudgetName: str, OldNotification: dict[str, Any], NewNotification: dict[str, Any]
) -> dict[str, Any]:
    """Its subscribers stay."""
    row = existing(call)
    held, wanted = find(row, OldNotification), settled(NewNotification)
    if any(one["Notification"] == wanted for one in row.notifications if one is not held):
        raise AwsError("DuplicateRecordException", "The notification already exists.")
    held["Notification"] = wanted
    check_kinds(row.notifications, row.settings)
    return save(row)


@operation("budgets:DeleteNotification", action="budgets:ModifyBudget", target=named)
def delete_notification(call: Call, AccountId: str, BudgetName: str, Notification: dict[str, Any]) -> dict[str, Any]:
    row = existing(call, "delete notification")
    row.notifications.remove(find(row, Notification))
    return save(row)


@operation("budgets:CreateSubscriber", action="budgets:ModifyBudget", target=named)
def create_subscriber(
    call: Call, AccountId: str, BudgetName: str, Notification: dict[str, Any], Subscriber: dict[str, str]
) -> dict[str, Any]:
    row = existing(call)
    held = find(row, Notification)
    held["Subscribers"] = subscribers([*held["Subscribers"], Subscriber])
    return save(row)


@operation("budgets:DescribeSubscribersForNotification", action="budgets:ViewBudget", target=named, bulk=bulk)
def describe_subscribers_for_notification(
    call: Call,
    AccountId: str,
    BudgetName: str,
    Notification: dict[str, Any],
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> dict[str, Any]:
    held = find(existing(call), Notification)
    return page_of_list("Subscribers", held["Subscribers"], MaxResults, NextToken)


@operation("budgets:UpdateSubscriber", action="budgets:ModifyBudget", target=named)
def update_subscriber(
    call: Call,
    AccountId: str,
    BudgetName: str,
    Notification: dict[str, Any],
    OldSubscriber: dict[str, str],
    NewSubscriber: dict[str, str],
) -> dict[str, Any]:
    row = existing(call)
    held = find(row, Notification)
    changed = list(held["Subscribers"])
    changed[place_of(held, OldSubscriber)] = NewSubscriber
    held["Subscribers"] = subscribers(changed)
    return save(row)


@operation("budgets:DeleteSubscriber", action="budgets:ModifyBudget", target=named)
def delete_subscriber(
    call: Call, AccountId: str, BudgetName: str, Notification: dict[str, Any], Subscriber: dict[str, str]
) -> dict[str, Any]:
    """With its last subscriber a notification goes too."""
    row = existing(call)
    held = find(row, Notification)
    del held["Subscribers"][place_of(held, Subscriber)]
    if not held["Subscribers"]:
        row.notifications.remove(held)
    return save(row)
