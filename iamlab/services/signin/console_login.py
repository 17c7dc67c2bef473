"""ConsoleLogin: a password becomes a session. CloudTrail User Guide: "AWS Management Console sign-in events"."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.hashers import check_password, make_password

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.callers import Caller
from iamlab.services.iam import users
from iamlab.services.iam.models import LoginProfile, User
from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.sts import tokens

SESSION_SECONDS = 12 * 3600
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def failed() -> AwsError:
    """One text for every cause: which part was wrong is nobody's business."""
    return AwsError("FailedAuthentication", "Your authentication information is incorrect. Please try again.")


def verify(call: Call, Password: str, Account: str = "", UserName: str = "", Email: str = "", **_: Any) -> Caller:
    """Find the identity and check the password, outside any transaction: hashing is slow on purpose."""
    account = find_account(call, Account, Email)
    call.record.update(
        eventType="AwsConsoleSignIn", responseElements={"ConsoleLogin": "Failure"}, requestParameters=None
    )
    call.record["additionalEventData"] = {"LoginTo": "console", "MobileVersion": "No", "MFAUsed": "No"}
    if account is None:
        make_password(Password)  # as slow as a real check, so that time tells nothing
        raise failed()
    identity = root(call, account) if Email else user(call, account, UserName)
    call.caller = identity
    call.record["recipientAccountId"] = account.id
    stored = account.root_password if Email else password_of(identity)
    if not stored or not check_password(Password, stored):
        if not stored:
            make_password(Password)
        call.record["errorMessage"] = "Failed authentication"
        raise failed()
    return identity


def find_account(call: Call, name: str, email: str) -> Account | None:
    rows = Account.objects.filter(sandbox_id=call.caller.world.sandbox_id, closed=None)
    if email:
        return rows.filter(email_lower=email.lower()).first()
    return rows.filter(pk=name).first() or (rows.filter(alias=name).first() if name else None)


def root(call: Call, account: Account) -> Caller:
    arn = f"arn:aws:iam::{account.id}:root"
    return replace(
        call.caller,
        kind=callers.ROOT,
        account_id=account.id,
        arn=arn,
        principal_arn=arn,
        unique_id=account.id,
        name="root",
    )


def user(call: Call, account: Account, name: str) -> Caller:
    row = User.objects.filter(account_id=account.id, name_lower=name.lower()).first()
    if row is None:
        call.record["errorMessage"] = "No username found in supplied account"
        return replace(call.caller, kind=callers.USER, account_id=account.id, unique_id="", name=HIDDEN)
    arn = users.arn(account.id, row.path, row.name)
    return replace(
        call.caller,
        kind=callers.USER,
        account_id=account.id,
        arn=arn,
        principal_arn=arn,
        unique_id=row.unique_id,
        name=row.name,
    )


def password_of(identity: Caller) -> str:
    if not identity.unique_id:
        return ""
    profile = LoginProfile.objects.filter(user__unique_id=identity.unique_id).first()
    return profile.password if profile else ""


@operation("signin:ConsoleLogin", unauthorised=True, prepare=verify)
def console_login(
    call: Call, Password: str, Account: str = "", UserName: str = "", Email: str = "", MfaCode: str = ""
) -> dict[str, Any]:
    identity: Caller = call.prepared
    call.record["responseElements"] = {"ConsoleLogin": "Success"}
    issued = int(call.now.timestamp())
    credentials = tokens.issue(
        {
            "kind": identity.kind,
            "account": identity.account_id,
            "principal": identity.unique_id,
            "issued": issued,
            "expires": issued + SESSION_SECONDS,
            "console": True,
        }
    )
    return {
        "AccountId": identity.account_id,
        "Kind": identity.kind,
        "Principal": identity.unique_id,
        "Label": identity.name,
        "SessionToken": credentials.token,
        "Issued": call.now,
    }
