"""The account's password policy. IAM User Guide: "Set an account password policy for IAM users"."""

import hashlib
import json
import string
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from iamlab.services.accounts.models import Account, keep_document
from iamlab.services.accounts.register import SYMBOLS, kinds_of
from iamlab.services.iam.models import LoginProfile, PasswordPolicy
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.prepared import Prepared

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
KINDS = (
    ("RequireUppercaseCharacters", "at least one upper case letter (A-Z)", string.ascii_uppercase),
    ("RequireLowercaseCharacters", "at least one lower case letter (a-z)", string.ascii_lowercase),
    ("RequireNumbers", "at least one number", string.digits),
    ("RequireSymbols", f"at least one of {SYMBOLS}", SYMBOLS),
)
OWN_PASSWORD_DIGEST = hashlib.sha256(OWN_PASSWORD.encode()).hexdigest()


OF_ACCOUNT = Prepared(lambda account_id: PasswordPolicy.objects.filter(pk=account_id), str)


def of_account(account_id: str) -> PasswordPolicy | None:
    return OF_ACCOUNT.first(account_id)


def violation() -> AwsError:
    return AwsError("PasswordPolicyViolation", "Password does not conform to the account password policy.")


def rules(policy: Mapping[str, Any] | None, *names: str) -> list[tuple[str, Callable[[str], bool]]]:
    """What a new password must keep to, in words and as a test of it.

    `policy` is GetAccountPasswordPolicy's answer, None for the default policy; `names` are those of the account.
    """
    if policy is None:
        return [
            ("8 to 128 characters", lambda password: 8 <= len(password) <= 128),
            ("at least three of: upper case, lower case, digits, symbols", lambda password: kinds_of(password) >= 3),
            (
                "not the account's name or email address",
                lambda password: password.lower() not in {name.lower() for name in names},
            ),
        ]
    least = policy["MinimumPasswordLength"]
    found: list[tuple[str, Callable[[str], bool]]] = [
        (f"at least {least} characters", lambda password: len(password) >= least)
    ]
    for key, words, characters in KINDS:
        if policy.get(key):
            found.append((words, mixes(characters)))
    return found


def mixes(characters: str) -> Callable[[str], bool]:
    """Whether a password has one of these characters."""
    return lambda password: not set(characters).isdisjoint(password)


def check(account: Account, policy: PasswordPolicy | None, password: str) -> None:
    """Length and characters by the custom policy, or by the default one. Raises PasswordPolicyViolation."""
    answer = describe(policy) if policy is not None else None
    if not all(test(password) for _, test in rules(answer, account.name, account.email)):
        raise violation()


def expires(profile: LoginProfile, policy: PasswordPolicy | None) -> datetime | None:
    """When a password stops being good, None for never. What happens then is a matter of `hard_expiry`."""
    if policy is None or not policy.max_age:
        return None
    return profile.changed + timedelta(days=policy.max_age)


def target(call: Call, **_: Any) -> Target:
    return Target(row=of_account(call.account_id))


def describe(row: PasswordPolicy) -> dict[str, Any]:
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
    return policy


@operation("iam:GetAccountPasswordPolicy", target=target)
def get_account_password_policy(call: Call) -> dict[str, Any]:
    row: PasswordPolicy | None = call.target.row
    if row is None:
        message = f"The Password Policy with domain name {call.account_id} cannot be found."
        raise AwsError("NoSuchEntity", message)
    return {"PasswordPolicy": describe(row)}


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
