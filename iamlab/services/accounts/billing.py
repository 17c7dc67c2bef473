"""Bills, and the switch that keeps everybody but root away from them. Billing guide: "Managing access permissions"."""

from typing import Any

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.accounts.settings import account
from iamlab.services.operations import AwsError, Call, operation

HOLD = 1.0  # USD, put on the card at sign-up and given back
HOLD_DAYS = 3


def gate(call: Call) -> None:
    """Until root activates it, no IAM identity sees billing, whatever its policies say."""
    row: Account = call.target.row
    if call.caller.kind == callers.ROOT or row.iam_billing_access:
        return
    raise AwsError(
        "AccessDeniedException",
        f"User: {call.caller.arn} is not authorized to perform: billing:GetBillingDetails "
        "because IAM user access not activated",
        403,
    )


@operation("accounts:GetBill", action="billing:GetBillingDetails", target=account)
def get_bill(call: Call) -> dict[str, Any]:
    """This month's charges: a simulated account costs nothing; the check of the card shows as a hold and its return."""
    gate(call)
    row: Account = call.target.row
    lines: list[dict[str, Any]] = []
    if row.details.get("card"):
        released = (call.now - row.created).days >= HOLD_DAYS
        lines.append({"Date": row.created, "Description": "Authorization hold on the card", "Amount": f"{HOLD:.2f}"})
        text = "Authorization hold returned" if released else "Authorization hold will be returned"
        lines.append({"Date": row.created, "Description": text, "Amount": f"-{HOLD:.2f}"})
    return {"Month": call.now.strftime("%B %Y"), "Total": "0.00", "Currency": "USD", "Lines": lines}
