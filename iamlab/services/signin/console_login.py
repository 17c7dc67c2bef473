"""ConsoleLogin: a password becomes a session. CloudTrail User Guide: "AWS Management Console sign-in events"."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core import signing

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.callers import Caller
from iamlab.services.iam import password_policy, users
from iamlab.services.iam.known_passwords import fits
from iamlab.services.iam.mfa_codes import take_code
from iamlab.services.iam.models import LoginProfile, MfaDevice, User
from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.prepared import Prepared
from iamlab.services.sts import tokens

SESSION_SECONDS = 12 * 3600
TICKET_SECONDS = 300  # between the password and the code
SALT = "iamlab sign-in"
LOGIN_TO = "https://console.aws.amazon.com/console/home"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def failed() -> AwsError:
    """One text for every cause: which part was wrong is nobody's business."""
    return AwsError("FailedAuthentication", "Your authentication information is incorrect. Please try again.")


PROFILE = Prepared(lambda unique_id: LoginProfile.objects.filter(user__unique_id=unique_id), str)
DEVICES = Prepared(
    lambda account, holder: MfaDevice.objects.filter(account_id=account, holder=holder, enabled__isnull=False).order_by(
        "pk"
    ),
    str,
    str,
)
BY_ID, BY_ALIAS, BY_EMAIL = (
    Prepared(
        lambda world, value, name=name: Account.objects.filter(sandbox_id=world, closed=None, **{name: value}), int, str
    )
    for name in ("pk", "alias", "email_lower")
)


def verify(
    call: Call,
    Password: str = "",
    Account: str = "",
    UserName: str = "",
    Email: str = "",
    Ticket: str = "",
    MfaCode: str = "",
    **_: Any,
) -> dict[str, Any]:
    """Find the identity and check what it gave, outside any transaction: hashing is slow on purpose.

    Two steps: a password, and for whoever has an MFA device a code with the ticket that the first step answered.
    """
    call.record.update(
        eventType="AwsConsoleSignIn", responseElements={"ConsoleLogin": "Failure"}, requestParameters=None
    )
    call.record["additionalEventData"] = {"LoginTo": LOGIN_TO, "MobileVersion": "No", "MFAUsed": "No"}
    if Ticket:
        return second_step(call, Ticket, MfaCode)
    account = find_account(call, Account, Email)
    if account is None:
        make_password(Password)  # as slow as a real check, so that time tells nothing
        raise failed()
    identity = root(call, account) if Email else user(call, account, UserName)
    become(call, identity)
    profile = None if Email else PROFILE.first(identity.unique_id)
    stored = account.root_password if Email else (profile.password if profile else "")
    if not stored or not fits(Password, stored):
        if not stored:
            make_password(Password)
        raise refuse(call)
    facts = {"account": account.id, "kind": identity.kind, "principal": identity.unique_id, "change": False}
    if profile is not None:
        policy = password_policy.of_account(account.id)
        expiry = password_policy.expires(profile, policy)
        facts["change"] = must_change(call, profile, policy, expiry)
        facts["expires"] = expiry.timestamp() if expiry is not None else None
    if DEVICES.first(account.id, identity.unique_id) is not None:
        return ask_for_code(call, facts)
    return {**facts, "mfa": False, "label": identity.name}


def become(call: Call, identity: Caller) -> None:
    """The event is the identity's, in its account. A user who is not signed in has no ARN there."""
    call.caller = identity
    call.record["recipientAccountId"] = identity.account_id
    if identity.kind == callers.USER:
        known = {"principalId": identity.unique_id} if identity.unique_id else {}
        facts = {"accountId": identity.account_id, "accessKeyId": "", "userName": identity.name}
        call.record["userIdentity"] = {"type": "IAMUser", **known, **facts}


def signed_in(call: Call) -> None:
    call.record["responseElements"] = {"ConsoleLogin": "Success"}
    told = call.record.get("userIdentity")
    if told is not None:
        del told["accessKeyId"]
        told["arn"] = call.caller.arn


def refuse(call: Call) -> AwsError:
    call.record.setdefault("errorMessage", "Failed authentication")
    return failed()


def must_change(
    call: Call, profile: LoginProfile, policy: password_policy.PasswordPolicy | None, expiry: datetime | None
) -> bool:
    """Whether a new password has to be set first. Raises PasswordExpired where only an administrator can help."""
    if expiry is not None and expiry <= call.now:
        if policy is not None and policy.hard_expiry:
            call.record["errorMessage"] = "Failed authentication"
            raise AwsError("PasswordExpired", "Your password has expired. Ask your administrator to reset it.")
        return True
    return profile.reset_required


def ask_for_code(call: Call, facts: dict[str, Any]) -> dict[str, Any]:
    call.record.update(eventName="CheckMfa", responseElements={"CheckMfa": "Success"})
    call.record["additionalEventData"] = {"MfaType": "Virtual MFA"}
    return {"ticket": signing.dumps(facts, salt=SALT), **facts}


def second_step(call: Call, Ticket: str, MfaCode: str) -> dict[str, Any]:
    """The code that belongs to a ticket. A code works once; any of the identity's devices will do."""
    try:
        facts = signing.loads(Ticket, salt=SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature as error:
        raise failed() from error
    account = Account.objects.filter(pk=facts["account"], sandbox_id=call.caller.world.sandbox_id, closed=None).first()
    if account is None:
        raise failed()
    identity = root(call, account) if facts["kind"] == callers.ROOT else user_by_id(call, account, facts["principal"])
    become(call, identity)
    call.record["additionalEventData"]["MFAUsed"] = "Yes"
    used = next((device for device in DEVICES.all(account.id, identity.unique_id) if take_code(device, MfaCode)), None)
    if used is None:
        raise refuse(call)
    call.record["additionalEventData"]["MFAIdentifier"] = used.serial
    return {**facts, "mfa": True, "label": identity.name}


def find_account(call: Call, name: str, email: str) -> Account | None:
    world = call.caller.world.sandbox_id
    if email:
        return BY_EMAIL.first(world, email.lower())
    return BY_ID.first(world, name) or (BY_ALIAS.first(world, name) if name else None)


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
        alias=account.alias,
    )


def user(call: Call, account: Account, name: str) -> Caller:
    row = users.plain(account.id, name)
    if row is None:
        call.record["errorMessage"] = "No username found in supplied account"
        return replace(call.caller, kind=callers.USER, account_id=account.id, unique_id="", name=HIDDEN)
    return as_user(call, row)


def user_by_id(call: Call, account: Account, unique_id: str) -> Caller:
    row = User.objects.filter(account_id=account.id, unique_id=unique_id).first()
    if row is None:
        raise failed()
    return as_user(call, row)


def as_user(call: Call, row: User) -> Caller:
    arn = users.arn(row.account_id, row.path, row.name)
    return replace(
        call.caller,
        kind=callers.USER,
        account_id=row.account_id,
        arn=arn,
        principal_arn=arn,
        unique_id=row.unique_id,
        name=row.name,
    )


@operation("signin:ConsoleLogin", unauthorised=True, prepare=verify)
def console_login(
    call: Call,
    Password: str = "",
    Account: str = "",
    UserName: str = "",
    Email: str = "",
    Ticket: str = "",
    MfaCode: str = "",
) -> dict[str, Any]:
    """Answers a session, or MfaRequired with a Ticket. PasswordChangeRequired: nothing else may be done before.
    PasswordExpires: when a user's password does, by the account's policy."""
    facts = call.prepared
    if "ticket" in facts:
        return {"AccountId": facts["account"], "MfaRequired": True, "Ticket": facts["ticket"]}
    signed_in(call)
    issued = int(call.now.timestamp())
    claims = {"kind": facts["kind"], "account": facts["account"], "principal": facts["principal"], "console": True}
    if facts["mfa"]:
        claims["mfa_at"] = issued
    whole = {**claims, "issued": issued, "expires": issued + SESSION_SECONDS}
    credentials = tokens.issue(whole, call.caller.world.clock_offset)
    return {
        "AccountId": facts["account"],
        "Kind": facts["kind"],
        "Principal": facts["principal"],
        "Label": facts["label"],
        "SessionToken": credentials.token,
        "Issued": call.now,
        "PasswordChangeRequired": facts["change"],
        **({"PasswordExpires": datetime.fromtimestamp(facts["expires"], UTC)} if facts.get("expires") else {}),
    }
