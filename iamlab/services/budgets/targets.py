"""Which budget a call acts on. Service Authorization Reference: "AWS Budget Service"."""

from typing import Any

from iamlab.services import paging
from iamlab.services.accounts import billing, settings
from iamlab.services.accounts.models import Account
from iamlab.services.budgets.models import Budget
from iamlab.services.operations import AwsError, Call, Target


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


def own(call: Call, account_id: str, name: str) -> Target:
    """A budget of the caller's account, or "*" for all. Raises AccessDeniedException for any other account."""
    arn = f"arn:aws:budgets::{account_id}:budget/{name}"
    if account_id != call.account_id:
        message = f"User: {call.caller.arn} is not authorized to perform: {call.operation.action} on resource: {arn}"
        raise AwsError("AccessDeniedException", message)
    row = live(call).filter(name=name).first() if name != "*" else None
    return of_row(arn, row)


def of_row(arn: str, row: Budget | None) -> Target:
    return Target(arn=arn, row=row, tags=row.tags if row else {})


def live(call: Call) -> Any:
    """The account's budgets. Those whose end has passed are gone."""
    return Budget.objects.select_related("account").filter(account_id=call.account_id, end__gt=call.now)


def named(call: Call, AccountId: str, BudgetName: str, **_: Any) -> Target:
    return own(call, AccountId, BudgetName)


def bulk(many: list[dict[str, Any]], call: Call) -> list[Target]:
    """The targets of many calls about budgets of the caller's account."""
    found = {row.name: row for row in live(call).filter(name__in={params["BudgetName"] for params in many})}
    arn = f"arn:aws:budgets::{call.account_id}:budget/"
    return [of_row(arn + params["BudgetName"], found.get(params["BudgetName"])) for params in many]


def whole(call: Call, AccountId: str, **_: Any) -> Target:
    return own(call, AccountId, "*")


def by_arn(call: Call, ResourceARN: str, **_: Any) -> Target:
    """The budget of an ARN. Raises InvalidParameterException."""
    parts = ResourceARN.split(":", 5)
    if parts[:4] != ["arn", "aws", "budgets", ""] or len(parts) < 6 or not parts[5].startswith("budget/"):
        raise invalid(f"{ResourceARN} is not the ARN of a budget.")
    return own(call, parts[4], parts[5].removeprefix("budget/"))


def open_to(call: Call) -> Account:
    """The caller's account. Raises AccessDeniedException where billing is closed to the caller in the console."""
    row: Budget | None = call.target.row
    account = row.account if row is not None else settings.own(call)
    if call.source.entrance == "console":
        billing.gate(call, account)
    return account


def existing(call: Call, doing: str = "get") -> Budget:
    """The target's row. Raises NotFoundException, and what open_to raises."""
    open_to(call)
    row: Budget | None = call.target.row
    if row is None:
        what = doing if " " in doing else f"{doing} budget: {call.target.arn.partition(':budget/')[2]}"
        more = " Try creating it first. " if doing == "delete" else ""
        raise AwsError("NotFoundException", f"Unable to {what} - the budget doesn't exist.{more}")
    return row


def page(found: dict[str, Any]) -> dict[str, Any]:
    """A page of iamlab.services.paging in the words of Budgets."""
    token = {"NextToken": found["Marker"]} if "Marker" in found else {}
    return {name: value for name, value in found.items() if name not in ("Marker", "IsTruncated")} | token


def page_of_list(name: str, items: list[Any], size: int | None, token: str | None) -> dict[str, Any]:
    """A page of a list in the order that it is kept in."""
    numbered = [(f"{number:04}", item) for number, item in enumerate(items)]
    check_token(token)
    found = page(paging.page_of_list(name, numbered, lambda pair: pair[0], token, size))
    return {**found, name: [item for _, item in found[name]]}


def check_token(token: str | None) -> None:
    """Raises InvalidNextTokenException."""
    try:
        paging.after(token)
    except AwsError as error:
        raise AwsError("InvalidNextTokenException", "The pagination token is invalid.") from error
