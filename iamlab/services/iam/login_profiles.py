"""Console passwords of users. IAM User Guide: "User passwords in AWS"."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.hashers import check_password, make_password

from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.iam import password_policy, users
from iamlab.services.iam.known_passwords import fits
from iamlab.services.iam.loading import loaded, with_loaded
from iamlab.services.iam.models import LoginProfile, User
from iamlab.services.operations import AwsError, Call, operation

REMEMBERED = 24  # the most that PasswordReusePrevention may ask for


def profiles_of(rows: Sequence[User]) -> dict[int, LoginProfile]:
    """Loaded with the users themselves (users.with_last_sign_in)."""
    return {row.pk: row.login_profile for row in rows if hasattr(row, "login_profile")}


def existing(call: Call) -> LoginProfile:
    """Raises NoSuchEntity."""
    user = users.existing(call)
    profile = loaded(call, profiles_of)
    if not profile:
        raise AwsError("NoSuchEntity", f"Login Profile for User {user.name} cannot be found.")
    return profile


def describe(user: User, profile: LoginProfile) -> dict[str, Any]:
    return {"UserName": user.name, "CreateDate": profile.created, "PasswordResetRequired": profile.reset_required}


def hashed(user: User, password: str) -> str:
    """One salt an account: one hash compares a new password with all that went before, and with those of others."""
    return make_password(password, salt=f"account{user.account_id}")


def check(call: Call, user: User, password: str, before: Sequence[str] = ()) -> str:
    """The password's hash. `before`: hashes of those used so far, newest first. Raises PasswordPolicyViolation."""
    policy = password_policy.of_account(call.account_id)
    password_policy.check(Account.objects.get(pk=call.account_id), policy, password)
    new = hashed(user, password)
    remembered = before[: policy.reuse_prevention] if policy else ()
    if any(same(password, new, old) for old in remembered):
        raise password_policy.violation()
    return new


def same(password: str, new: str, old: str) -> bool:
    if new.rpartition("$")[0] == old.rpartition("$")[0]:  # the same algorithm, work and salt
        return new == old
    return check_password(password, old)


def set_password(profile: LoginProfile, new: str, call: Call) -> None:
    profile.previous = [profile.password, *profile.previous][:REMEMBERED]
    profile.password, profile.changed = new, call.now


def hash_first(
    call: Call, UserName: str | None = None, Password: str | None = None, PasswordResetRequired: bool = False
) -> str:
    user = users.existing(call)
    if loaded(call, profiles_of):
        raise AwsError("EntityAlreadyExists", f"Login Profile for user {user.name} already exists.")
    if Password is None:
        problem = "Value at 'password' failed to satisfy constraint: Member must not be null"
        raise AwsError("ValidationError", f"1 validation error detected: {problem}")
    return check(call, user, Password)


@operation("iam:CreateLoginProfile", target=users.target, prepare=hash_first)
def create_login_profile(
    call: Call, UserName: str | None = None, Password: str | None = None, PasswordResetRequired: bool = False
) -> dict[str, Any]:
    user = users.existing(call)
    profile = LoginProfile.objects.create(
        account_id=call.account_id,
        user=user,
        password=call.prepared,
        reset_required=PasswordResetRequired,
        created=call.now,
        changed=call.now,
    )
    return {"LoginProfile": describe(user, profile)}


@operation("iam:GetLoginProfile", target=users.target, bulk=with_loaded(users.bulk_targets, profiles_of))
def get_login_profile(call: Call, UserName: str | None = None) -> dict[str, Any]:
    profile = existing(call)
    return {"LoginProfile": describe(users.existing(call), profile)}


def hash_next(
    call: Call, UserName: str, Password: str | None = None, PasswordResetRequired: bool | None = None
) -> str | None:
    profile = existing(call)
    if Password is None:
        return None
    return check(call, users.existing(call), Password, [profile.password, *profile.previous])


@operation("iam:UpdateLoginProfile", target=users.target, prepare=hash_next)
def update_login_profile(
    call: Call, UserName: str, Password: str | None = None, PasswordResetRequired: bool | None = None
) -> dict[str, Any]:
    profile = existing(call)
    if call.prepared is not None:
        set_password(profile, call.prepared, call)
    if PasswordResetRequired is not None:
        profile.reset_required = PasswordResetRequired
    profile.save(update_fields=["password", "previous", "changed", "reset_required"])
    return {}


@operation("iam:DeleteLoginProfile", target=users.target)
def delete_login_profile(call: Call, UserName: str | None = None) -> dict[str, Any]:
    gone, _ = existing(call).delete()
    if not gone:  # a call at the same time was first
        call.target.loaded = ()
        existing(call)
    return {}


def own_user(call: Call, **_: Any) -> Any:
    """ChangePassword is for IAM users themselves. Raises InvalidUserType."""
    if call.caller.kind != callers.USER:
        raise AwsError("InvalidUserType", "Only IAM Users can change their own password")
    return users.target(call)


def verify_and_hash(call: Call, OldPassword: str, NewPassword: str) -> str:
    profile = existing(call)
    if not fits(OldPassword, profile.password):
        raise AwsError("AccessDenied", "The old password was incorrect.", 403)
    return check(call, users.existing(call), NewPassword, [profile.password, *profile.previous])


@operation("iam:ChangePassword", target=own_user, prepare=verify_and_hash)
def change_password(call: Call, OldPassword: str, NewPassword: str) -> dict[str, Any]:
    profile = existing(call)
    set_password(profile, call.prepared, call)
    profile.reset_required = False
    profile.save(update_fields=["password", "previous", "changed", "reset_required"])
    return {}
