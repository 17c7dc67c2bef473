"""EmailUpdated: root signs in by another address. CloudTrail User Guide: "AWS Management Console sign-in events"."""

from typing import Any

from django.contrib.auth.hashers import check_password

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.operations import AwsError, Call, operation

NAME = "EmailUpdated"


def verify(call: Call, Password: str, NewEmail: str) -> Account:
    call.record.update(eventType="AwsConsoleSignIn", requestParameters=None, responseElements={NAME: "Failure"})
    if call.caller.kind != callers.ROOT:
        raise AwsError("AccessDenied", "Only the root user can change the email address of the root user.", 403)
    account = Account.objects.get(pk=call.caller.account_id)
    if not account.root_password or not check_password(Password, account.root_password):
        raise AwsError("FailedAuthentication", "The password is incorrect.")
    others = Account.objects.filter(sandbox_id=account.sandbox_id, email_lower=NewEmail.lower()).exclude(pk=account.pk)
    if others.exists():
        raise AwsError("EmailInUse", "Another account has this email address.")
    return account


@operation("signin:EmailUpdated", unauthorised=True, prepare=verify)
def email_updated(call: Call, Password: str, NewEmail: str) -> dict[str, Any]:
    account: Account = call.prepared
    account.email, account.email_lower = NewEmail, NewEmail.lower()
    account.save(update_fields=["email", "email_lower"])
    call.record["responseElements"] = {NAME: "Success"}
    return {}
