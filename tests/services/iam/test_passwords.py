"""Console passwords and the policy that they must obey."""

import pytest

from iamlab.services.cloudtrail.models import Event
from tests.services.iam.cast import ACCOUNT, EVERYTHING, document

GOOD = "Correct-Horse-1"
VIOLATION = ("PasswordPolicyViolation", "Password does not conform to the account password policy.")


@pytest.fixture
def mario(iam):
    mario = iam.user("mario", EVERYTHING)
    iam.CreateLoginProfile(UserName="mario", Password=GOOD)
    return mario


def test_a_login_profile_comes_once(iam, mario):
    shown = iam.GetLoginProfile(UserName="mario")["LoginProfile"]
    assert (shown["UserName"], shown["PasswordResetRequired"]) == ("mario", False)
    refused = iam.refused("CreateLoginProfile", UserName="mario", Password=GOOD)
    assert refused == ("EntityAlreadyExists", "Login Profile for user mario already exists.")


def test_without_a_login_profile_there_is_nothing_to_change(iam):
    iam.CreateUser(UserName="mario")
    missing = ("NoSuchEntity", "Login Profile for User mario cannot be found.")
    assert iam.refused("GetLoginProfile", UserName="mario") == missing
    assert iam.refused("DeleteLoginProfile", UserName="mario") == missing
    assert iam.refused("UpdateLoginProfile", UserName="mario", Password=GOOD) == missing
    code, message = iam.refused("CreateLoginProfile", UserName="mario")
    assert (code, "'password'" in message) == ("ValidationError", True)


WEAK = [
    "Short-1",
    "alllowercase1",
    "ALLUPPER-",
    "lab",
    f"root@{ACCOUNT}.example",
    f"Root@{ACCOUNT}.Example",
    "Ünïcödé1",
]


@pytest.mark.parametrize("password", WEAK)
def test_the_default_policy_refuses_weak_passwords(iam, password):
    iam.CreateUser(UserName="mario")
    assert iam.refused("CreateLoginProfile", UserName="mario", Password=password) == VIOLATION


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        ({"MinimumPasswordLength": 10}, "ninechars", "tencharact"),
        ({"RequireSymbols": True}, "nosymbol", "symbol!"),
        ({"RequireNumbers": True}, "nodigit", "digit1"),
        ({"RequireUppercaseCharacters": True}, "lowercase", "Uppercase"),
        ({"RequireLowercaseCharacters": True}, "UPPERCASE", "UPPERcASE"),
    ],
)
def test_a_custom_policy_asks_for_what_it_says_and_no_more(iam, rule, bad, good):
    iam.CreateUser(UserName="mario")
    iam.UpdateAccountPasswordPolicy(**rule)
    assert iam.refused("CreateLoginProfile", UserName="mario", Password=bad) == VIOLATION
    iam.CreateLoginProfile(UserName="mario", Password=good)


def test_an_update_of_the_policy_is_not_partial(iam):
    iam.UpdateAccountPasswordPolicy(MinimumPasswordLength=12, RequireNumbers=True, MaxPasswordAge=90)
    iam.UpdateAccountPasswordPolicy(RequireSymbols=True)
    assert iam.GetAccountPasswordPolicy()["PasswordPolicy"] == {
        "MinimumPasswordLength": 6,
        "RequireSymbols": True,
        "RequireNumbers": False,
        "RequireUppercaseCharacters": False,
        "RequireLowercaseCharacters": False,
        "AllowUsersToChangePassword": False,
        "ExpirePasswords": False,
    }


def test_the_policy_shows_what_is_switched_on(iam):
    iam.UpdateAccountPasswordPolicy(MaxPasswordAge=90, PasswordReusePrevention=5, HardExpiry=True)
    policy = iam.GetAccountPasswordPolicy()["PasswordPolicy"]
    assert (policy["ExpirePasswords"], policy["MaxPasswordAge"]) == (True, 90)
    assert (policy["PasswordReusePrevention"], policy["HardExpiry"]) == (5, True)


def test_without_a_policy_there_is_none_to_show_or_delete(iam):
    message = f"The Password Policy with domain name {ACCOUNT} cannot be found."
    assert iam.refused("GetAccountPasswordPolicy") == ("NoSuchEntity", message)
    iam.UpdateAccountPasswordPolicy()
    iam.DeleteAccountPasswordPolicy()
    assert iam.refused("DeleteAccountPasswordPolicy")[0] == "NoSuchEntity"


def test_users_change_their_own_password(iam, mario):
    mario.ChangePassword(OldPassword=GOOD, NewPassword=GOOD + "2")
    refused = mario.refused("ChangePassword", OldPassword=GOOD, NewPassword=GOOD + "3")
    assert refused == ("AccessDenied", "The old password was incorrect.")
    assert mario.refused("ChangePassword", OldPassword=GOOD + "2", NewPassword="weak") == VIOLATION


def test_the_root_user_has_no_password_to_change_so(iam):
    refused = iam.refused("ChangePassword", OldPassword=GOOD, NewPassword=GOOD)
    assert refused == ("InvalidUserType", "Only IAM Users can change their own password")


def test_a_change_ends_the_demand_for_one(iam, mario):
    iam.UpdateLoginProfile(UserName="mario", PasswordResetRequired=True)
    assert iam.GetLoginProfile(UserName="mario")["LoginProfile"]["PasswordResetRequired"]
    mario.ChangePassword(OldPassword=GOOD, NewPassword=GOOD + "2")
    assert not iam.GetLoginProfile(UserName="mario")["LoginProfile"]["PasswordResetRequired"]


def test_the_last_passwords_are_not_used_again(iam, mario):
    iam.UpdateAccountPasswordPolicy(PasswordReusePrevention=2)
    iam.UpdateLoginProfile(UserName="mario", Password="second")
    assert iam.refused("UpdateLoginProfile", UserName="mario", Password=GOOD) == VIOLATION
    assert mario.refused("ChangePassword", OldPassword="second", NewPassword="second") == VIOLATION
    mario.ChangePassword(OldPassword="second", NewPassword="third!")
    mario.ChangePassword(OldPassword="third!", NewPassword=GOOD)


def test_a_password_is_known_again_though_it_was_hashed_otherwise(iam, mario, settings):
    iam.UpdateAccountPasswordPolicy(PasswordReusePrevention=2)
    newer = "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher"
    settings.PASSWORD_HASHERS = [newer, *settings.PASSWORD_HASHERS]
    assert iam.refused("UpdateLoginProfile", UserName="mario", Password=GOOD) == VIOLATION


def test_the_policy_may_let_every_user_change_their_password(iam):
    peach = iam.user("peach")
    iam.CreateLoginProfile(UserName="peach", Password=GOOD)
    assert peach.refused("ChangePassword", OldPassword=GOOD, NewPassword=GOOD + "2")[0] == "AccessDenied"
    iam.UpdateAccountPasswordPolicy(AllowUsersToChangePassword=True)
    peach.ChangePassword(OldPassword=GOOD, NewPassword=GOOD + "2")
    assert peach.GetAccountPasswordPolicy()["PasswordPolicy"]["AllowUsersToChangePassword"]
    deny = document("iam:ChangePassword", effect="Deny")
    iam.PutUserPolicy(UserName="peach", PolicyName="no", PolicyDocument=deny)
    assert peach.refused("ChangePassword", OldPassword=GOOD + "2", NewPassword=GOOD)[0] == "AccessDenied"


def test_the_record_holds_no_password(iam, mario):
    mario.ChangePassword(OldPassword=GOOD, NewPassword=GOOD + "2")
    assert not Event.objects.filter(record__contains=GOOD).exists()
