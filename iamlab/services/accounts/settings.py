"""What an account is set to: plan, billing switch, contact. Root's own matters. Billing guide: "Granting access"."""

from typing import Any

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.operations import AwsError, Call, Target, operation


def own(call: Call) -> Account:
    """The caller's account. The reads of a console page load it once (see World.kept)."""
    kept = call.kept_rows(Account)
    if call.account_id not in kept:
        kept[call.account_id] = Account.objects.get(pk=call.account_id)
    found: Account = kept[call.account_id]
    return found


def managed(call: Call, AccountId: str = "", **context: Any) -> Target:
    """What the operations of Account Management are about: the caller's own account. Raises AccessDeniedException for
    another one that is named."""
    if AccountId not in ("", call.account_id):
        raise AwsError("AccessDeniedException", "iamlab lets an account manage itself only, not one by AccountId.", 403)
    return Target(arn=f"arn:aws:account::{call.account_id}:account", row=own(call), context=context)


def account(call: Call, **_: Any) -> Target:
    return Target(row=own(call))


@operation("accounts:GetAccount", action="account:GetAccountInformation", target=account)
def get_account(call: Call) -> dict[str, Any]:
    row = call.target.row
    return {
        "AccountId": row.id,
        "AccountName": row.name,
        "Email": row.email,
        "Alias": row.alias,
        "Plan": row.plan,
        "IamBillingAccess": row.iam_billing_access,
        "Created": row.created,
        "Details": {key: str(value) for key, value in row.details.items() if key not in ("contact", "contacts")},
    }


@operation("accounts:UpdateIamBillingAccess", unauthorised=True, target=account)
def update_iam_billing_access(call: Call, Active: bool) -> dict[str, Any]:
    """The switch that lets IAM users and roles see billing at all; only root may turn it, whatever policies say."""
    if call.caller.kind != callers.ROOT:
        message = "Only the root user of the account can activate IAM access to billing information."
        raise AwsError("AccessDeniedException", message, 403)
    row = call.target.row
    row.iam_billing_access = Active
    row.save(update_fields=["iam_billing_access"])
    return {}
