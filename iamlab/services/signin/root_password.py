"""PasswordUpdated: root sets a new password. CloudTrail User Guide: "AWS Management Console sign-in events"."""

from typing import Any

from django.contrib.auth.hashers import make_password

from iamlab.services.accounts.models import Account
from iamlab.services.accounts.register import check_default_rules
from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.signin import root

NAME = "PasswordUpdated"


def verify_and_hash(call: Call, OldPassword: str, NewPassword: str) -> str:
    """IAM's password policy speaks of users only: for root the default rules hold."""
    account = root.confirmed(call, NAME, OldPassword, "password", "The current password is incorrect.")
    if NewPassword == OldPassword:
        raise AwsError("WeakPassword", "The new password must differ from the current one.")
    check_default_rules(NewPassword, account.name, account.email)
    return make_password(NewPassword)


@operation("signin:PasswordUpdated", unauthorised=True, prepare=verify_and_hash)
def password_updated(call: Call, OldPassword: str, NewPassword: str) -> dict[str, Any]:
    """Sessions that are open go on, as in AWS; the next sign-in asks for the new password."""
    Account.objects.filter(pk=call.caller.account_id).update(
        root_password=call.prepared, root_password_changed=call.now
    )
    call.record["responseElements"] = {NAME: "Success"}
    return {}
