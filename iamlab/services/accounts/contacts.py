"""Whom AWS writes to besides the root user. Account Management API Reference: "PutAlternateContact" and its kin."""

from typing import Any

from iamlab.services.accounts.models import Account
from iamlab.services.accounts.settings import managed
from iamlab.services.operations import AwsError, Call, Target, operation

KEPT = "contacts"  # in the account's details: type -> contact
FIELDS = ("Name", "Title", "EmailAddress", "PhoneNumber")


def target(call: Call, AlternateContactType: str, AccountId: str = "", **_: Any) -> Target:
    return managed(call, AccountId, **{"account:AlternateContactTypes": [AlternateContactType]})


def save(row: Account, contacts: dict[str, dict[str, str]]) -> None:
    row.details = {**row.details, KEPT: contacts}
    row.save(update_fields=["details"])


def held(row: Account, kind: str) -> dict[str, str]:
    """Raises ResourceNotFoundException."""
    found: dict[str, str] | None = row.details.get(KEPT, {}).get(kind)
    if found is None:
        message = "No contact of the inputted alternate contact type found."
        raise AwsError("ResourceNotFoundException", message, 404)
    return found


@operation("account:GetAlternateContact", target=target)
def get_alternate_contact(call: Call, AlternateContactType: str, AccountId: str = "") -> dict[str, Any]:
    contact = held(call.target.row, AlternateContactType)
    return {"AlternateContact": {**contact, "AlternateContactType": AlternateContactType}}


@operation("account:PutAlternateContact", target=target)
def put_alternate_contact(
    call: Call,
    AlternateContactType: str,
    Name: str,
    Title: str,
    EmailAddress: str,
    PhoneNumber: str,
    AccountId: str = "",
) -> dict[str, Any]:
    row: Account = call.target.row
    contact = dict(zip(FIELDS, (Name, Title, EmailAddress, PhoneNumber), strict=True))
    save(row, {**row.details.get(KEPT, {}), AlternateContactType: contact})
    return {}


@operation("account:DeleteAlternateContact", target=target)
def delete_alternate_contact(call: Call, AlternateContactType: str, AccountId: str = "") -> dict[str, Any]:
    row: Account = call.target.row
    held(row, AlternateContactType)
    save(row, {kind: one for kind, one in row.details[KEPT].items() if kind != AlternateContactType})
    return {}
