"""Bills, and the switch that keeps everybody but root away from them. Billing guide: "Managing access permissions"."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.accounts.settings import account
from iamlab.services.operations import AwsError, Call, operation

HOLD = 1.0  # USD, put on the card at sign-up and given back
HOLD_DAYS = 3
CREDITS = "100.00"  # USD that an account of the free plan begins with; nothing here uses them up
FREE_DAYS = 182  # six months


def gate(call: Call, row: Account) -> None:
    """Until root activates it, no IAM identity sees billing, whatever its policies say."""
    if call.caller.kind in (callers.ROOT, callers.EXAMINER) or row.iam_billing_access:
        return
    raise AwsError(
        "AccessDeniedException",
        f"User: {call.caller.arn} is not authorized to perform: {call.operation.action} "
        "because IAM user access not activated",
        403,
    )


def lines(row: Account, now: datetime) -> list[dict[str, Any]]:
    """All that was ever charged: the check of the card shows as a hold and its return."""
    if not row.details.get("card"):
        return []
    released = (now - row.created).days >= HOLD_DAYS
    text = "Authorization hold returned" if released else "Authorization hold will be returned"
    return [
        {"Date": row.created, "Description": "Authorization hold on the card", "Amount": f"{HOLD:.2f}"},
        {"Date": row.created, "Description": text, "Amount": f"-{HOLD:.2f}"},
    ]


def spent(row: Account, since: datetime, now: datetime) -> Decimal:
    """The sum of what was charged in a time."""
    return sum((Decimal(one["Amount"]) for one in lines(row, now) if since <= one["Date"] <= now), Decimal(0))


@operation("accounts:GetBill", action="billing:GetBillingDetails", target=account)
def get_bill(call: Call) -> dict[str, Any]:
    """This month's charges: a simulated account costs nothing."""
    row: Account = call.target.row
    gate(call, row)
    total = spent(row, row.created, call.now)
    month = call.now.strftime("%B %Y")
    free = {"Credits": CREDITS, "PlanEnds": row.created + timedelta(days=FREE_DAYS)} if row.plan == "free" else {}
    return {"Month": month, "Total": f"{total:.2f}", "Currency": "USD", "Lines": lines(row, call.now), **free}
