"""EmailUpdated: root signs in by another address. CloudTrail User Guide: "AWS Management Console sign-in events"."""

from typing import Any

from iamlab.services.accounts.models import Account
from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.signin import root

NAME = "EmailUpdated"


def verify(call: Call, Password: str, NewEmail: str) -> Account:
    account = root.confirmed(call, NAME, Password, "email address", "The password is incorrect.")
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
