"""A root user who has forgotten the password. User Guide: "Reset a lost or forgotten root user password"."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core import signing

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.accounts.register import check_default_rules
from iamlab.services.operations import AwsError, Call, operation

SALT = "iamlab password recovery"
SECONDS = 3600  # that a link is good for


def become(call: Call, account: Account) -> None:
    """The event is the root user's, who is not signed in."""
    arn = f"arn:aws:iam::{account.id}:root"
    who = {"account_id": account.id, "arn": arn, "principal_arn": arn, "unique_id": account.id, "name": "root"}
    call.caller = replace(call.caller, kind=callers.ROOT, **who)  # type: ignore[arg-type]
    call.record["recipientAccountId"] = account.id


def recorded(call: Call, name: str, outcome: str) -> None:
    call.record.update(eventType="AwsConsoleSignIn", requestParameters=None, responseElements={name: outcome})


def state(account: Account) -> str:
    """What a link was made for: it is good for one new password."""
    return f"{account.id} {account.root_password_changed}"


@operation("signin:PasswordRecoveryRequested", unauthorised=True)
def password_recovery_requested(call: Call, Email: str) -> dict[str, Any]:
    """The ticket of the link that AWS mails. Raises FailedAuthentication, of which no page tells."""
    recorded(call, "PasswordRecoveryRequested", "Success")
    rows = Account.objects.filter(sandbox_id=call.caller.world.sandbox_id, closed=None)
    account = rows.filter(email_lower=Email.lower()).first()
    if account is None:
        raise AwsError("FailedAuthentication", "No account has this address.")
    become(call, account)
    return {"Ticket": signing.dumps(state(account), salt=SALT)}


def verify_and_hash(call: Call, Ticket: str, NewPassword: str) -> str:
    """Raises FailedAuthentication, WeakPassword."""
    recorded(call, "PasswordRecoveryCompleted", "Failure")
    try:
        told = signing.loads(Ticket, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        told = ""
    rows = Account.objects.filter(sandbox_id=call.caller.world.sandbox_id, closed=None)
    account = rows.filter(pk=told.partition(" ")[0]).first()
    if account is None or state(account) != told:
        raise AwsError("FailedAuthentication", "This link is not valid any more. Ask for another one.")
    become(call, account)
    check_default_rules(NewPassword, account.name, account.email)
    return make_password(NewPassword)


@operation("signin:PasswordRecoveryCompleted", unauthorised=True, prepare=verify_and_hash)
def password_recovery_completed(call: Call, Ticket: str, NewPassword: str) -> dict[str, Any]:
    Account.objects.filter(pk=call.caller.account_id).update(
        root_password=call.prepared, root_password_changed=call.now
    )
    recorded(call, "PasswordRecoveryCompleted", "Success")
    return {}
