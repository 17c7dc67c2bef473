"""What root changes of its own sign-in: by root alone, with its password, recorded as a failure until it is done."""

from django.contrib.auth.hashers import check_password

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.operations import AwsError, Call


def confirmed(call: Call, event: str, password: str, what: str, wrong: str) -> Account:
    """The account of root, who gave its password. Raises AccessDenied, FailedAuthentication (`wrong`)."""
    call.record.update(eventType="AwsConsoleSignIn", requestParameters=None, responseElements={event: "Failure"})
    if call.caller.kind != callers.ROOT:
        raise AwsError("AccessDenied", f"Only the root user can change the {what} of the root user.", 403)
    account = Account.objects.get(pk=call.caller.account_id)
    if not account.root_password or not check_password(password, account.root_password):
        raise AwsError("FailedAuthentication", wrong)
    return account
