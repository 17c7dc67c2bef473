"""Registering a simulated account. Account Management guide: "Create a standalone AWS account"."""

import string
from typing import Any

from django.contrib.auth.hashers import make_password

from iamlab.services.accounts.models import Account, new_account_id
from iamlab.services.operations import AwsError, Call, operation

SYMBOLS = "!@#$%^&*()_+-=[]{}|'"


def kinds_of(password: str) -> int:
    """How many of upper case, lower case, digits and symbols a password mixes."""
    kinds = (string.ascii_uppercase, string.ascii_lowercase, string.digits, SYMBOLS)
    return sum(not set(kind).isdisjoint(password) for kind in kinds)


def check_default_rules(password: str, *names: str) -> None:
    """The default password policy: 8 to 128 characters, three of four kinds, no name of the account's.

    Raises WeakPassword.
    """
    if not 8 <= len(password) <= 128:
        raise AwsError("WeakPassword", "The password must be 8 to 128 characters long.")
    if kinds_of(password) < 3:
        raise AwsError("WeakPassword", "Mix at least three of: upper case, lower case, digits, symbols.")
    if password.lower() in {name.lower() for name in names}:
        raise AwsError("WeakPassword", "The password must not be the account's name or e-mail address.")


def hash_password(call: Call, Email: str, AccountName: str, Password: str, **_: Any) -> str:
    check_default_rules(Password, Email, AccountName)
    return make_password(Password)


def require_free_email(sandbox_id: int, email: str) -> None:
    """No account of a world has the address, in large or small letters. Raises EmailInUse."""
    if Account.objects.filter(sandbox_id=sandbox_id, email_lower=email.lower()).exists():
        raise AwsError(
            "EmailInUse", "An account with this e-mail address exists already. Sign in to it, or use another address."
        )


@operation("accounts:RegisterAccount", unauthorised=True, prepare=hash_password)
def register_account(
    call: Call,
    Email: str,
    AccountName: str,
    Password: str,
    Plan: str = "",
    CardChecked: bool = False,
    SupportPlan: str = "basic",
    ContactInformation: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A new account. Of a card only that it was checked is kept, never a number."""
    sandbox_id = call.caller.world.sandbox_id
    require_free_email(sandbox_id, Email)
    account = Account.objects.create(
        id=new_account_id(),
        sandbox_id=sandbox_id,
        name=AccountName,
        email=Email,
        email_lower=Email.lower(),
        root_password=call.prepared,
        root_password_changed=call.now,
        plan=Plan,
        details={"card": CardChecked, "support": SupportPlan, "contact": ContactInformation or {}},
        created=call.now,
    )
    call.record["recipientAccountId"] = account.id
    return {"AccountId": account.id}
