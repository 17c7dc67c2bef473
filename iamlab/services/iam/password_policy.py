"""The account's password policy. IAM User Guide: "Set an account password policy for IAM users"."""

import hashlib
import json
import string
from datetime import datetime, timedelta
from typing import Any

from iamlab.services.accounts.models import Account, keep_document
from iamlab.services.accounts.register import SYMBOLS, check_default_rules
from iamlab.services.iam.models import LoginProfile, PasswordPolicy
from iamlab.services.operations import AwsError, Call, Target, operation

# What AllowUsersToChangePassword gives every user, as if it were a policy of theirs.
OWN_PASSWORD = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "iam:GetAccountPasswordPolicy", "Resource": "*"},
            {
                "Effect": "Allow",
                "Action": "iam:ChangePassword",
                "Resource": ["arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:user/*/${aws:username}"],
            },
        ],
    }
)
OWN_PASSWORD_DIGEST = hashlib.sha256(OWN_PASSWORD.encode()).hexdigest()


def of_account(account_id: str) -> PasswordPolicy | None:
    return PasswordPolicy.objects.filter(pk=account_id).first()


def violation() -> AwsError:
    return AwsError("PasswordPolicyViolation", "Password does not conform to the account password policy.")


def check(account: Account, policy: PasswordPolicy | None, password: str) -> None:
    """Length and characters by the custom policy, or by the default one. Raises PasswordPolicyViolation."""
    if policy is None:
        try:
            check_default_rules(password, account.name, account.email)
        except AwsError as error:
            raise violation() from error
        return
    wanted = (
        (policy.uppercase, string.ascii_uppercase),
        (policy.lowercase, string.ascii_lowercase),
        (policy.numbers, string.digits),
        (policy.symbols, SYMBOLS),
    )
    if len(password) < policy.minimum_length:
        raise violation()
    if any(required and not set(characters) & set(password) for required, characters in wanted):
        raise violation()


def expires(profile: LoginProfile, policy: PasswordPolicy | None) -> datetime | None:
    """When a password stops being good, None for never. What happens then is a matter of `hard_expiry`."""
    if policy is None or not policy.max_age:
        return None
    return profile.changed + timedelta(days=policy.max_age)


def target(call: Call, **_: Any) -> Target:
    return Target(row=of_account(call.account_id))


@operation("iam:GetAccountPasswordPolicy", target=target)
def get_account_password_policy(call: Call) -> dict[str, Any]:
    row: PasswordPolicy | None = call.target.row
    if row is None:
        message = f"The Password Policy with domain name {call.account_id} cannot be found."
        raise AwsError("NoSuchEntity", message)
    policy: dict[str, Any] = {
        "MinimumPasswordLength": row.minimum_length,
        "RequireSymbols": row.symbols,
        "RequireNumbers": row.numbers,
        "RequireUppercaseCharacters": row.uppercase,
        "RequireLowercaseCharacters": row.lowercase,
        "AllowUsersToChangePassword": row.users_may_change,
        "ExpirePasswords": bool(row.max_age),
    }
    if row.max_age:
        policy["MaxPasswordAge"] = row.max_age
    if row.reuse_prevention:
        policy["PasswordReusePrevention"] = row.reuse_prevention
    if row.hard_expiry is not None:
        policy["HardExpiry"] = row.hard_expiry
    return {"PasswordPolicy": policy}


@operation("iam:UpdateAccountPasswordPolicy")
def update_account_password_policy(
    call: Call,
    MinimumPasswordLength: int = 6,
    RequireSymbols: bool = False,
    RequireNumbers: bool = False,
    RequireUppercaseCharacters: bool = False,
    RequireLowercaseCharacters: bool = False,
    AllowUsersToChangePassword: bool = False,
    MaxPasswordAge: int = 0,
    PasswordReusePrevention: int = 0,
    HardExpiry: bool | None = None,
) -> dict[str, Any]:
    """Not a partial update: what is left out goes back to the API's default, weaker than no policy at all."""
    if AllowUsersToChangePassword:
        keep_document(OWN_PASSWORD)
    PasswordPolicy.objects.update_or_create(
        account_id=call.account_id,
        defaults={
            "minimum_length": MinimumPasswordLength,
            "symbols": RequireSymbols,
            "numbers": RequireNumbers,
            "uppercase": RequireUppercaseCharacters,
            "lowercase": RequireLowercaseCharacters,
            "users_may_change": AllowUsersToChangePassword,
            "max_age": MaxPasswordAge,
            "reuse_prevention": PasswordReusePrevention,
            "hard_expiry": HardExpiry,
        },
    )
    return {}


@operation("iam:DeleteAccountPasswordPolicy", target=target)
def delete_account_password_policy(call: Call) -> dict[str, Any]:
    if call.target.row is None:
        raise AwsError("NoSuchEntity", "The account policy with name PasswordPolicy cannot be found.")
    call.target.row.delete()
    return {}
