"""Who is responsible for an account, and its name. Account Management API Reference: "PutContactInformation"."""

from typing import Any

from iamlab.services.accounts.models import Account
from iamlab.services.accounts.settings import managed
from iamlab.services.operations import AwsError, Call, Target, operation

KEPT = "contact"  # in the account's details


def target(call: Call, AccountId: str = "", **_: Any) -> Target:
    return managed(call, AccountId)


@operation("account:GetContactInformation", target=target)
def get_contact_information(call: Call, AccountId: str = "") -> dict[str, Any]:
    """An account that was signed up for by the short form has none."""
    row: Account = call.target.row
    if not row.details.get(KEPT):
        raise AwsError("ResourceNotFoundException", "No contact information was found.", 404)
    return {"ContactInformation": row.details[KEPT]}


@operation("account:PutContactInformation", target=target)
def put_contact_information(call: Call, ContactInformation: dict[str, str], AccountId: str = "") -> dict[str, Any]:
    row: Account = call.target.row
    row.details = {**row.details, KEPT: ContactInformation}
    row.save(update_fields=["details"])
    return {}


@operation("account:PutAccountName", target=target)
def put_account_name(call: Call, AccountName: str, AccountId: str = "") -> dict[str, Any]:
    row: Account = call.target.row
    row.name = AccountName
    row.save(update_fields=["name"])
    return {}
