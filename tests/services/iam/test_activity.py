"""When passwords and roles were last used: what the events say."""

from datetime import timedelta

import pytest

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.services.accounts.models import Sandbox
from iamlab.services.operations import AwsError
from tests.services.iam.cast import ACCOUNT, document, trust

PASSWORD = "Correct-Horse-1"


def sign_in(iam, password=PASSWORD):
    visitor = authenticate.anonymous(iam.caller.world)
    params = {"Account": ACCOUNT, "UserName": "mario", "Password": password}
    return call(visitor, "signin:ConsoleLogin", params)


def test_a_password_is_used_by_signing_in_and_not_by_trying_to(iam):
    iam.CreateUser(UserName="mario")
    iam.CreateLoginProfile(UserName="mario", Password=PASSWORD)
    with pytest.raises(AwsError):
        sign_in(iam, "wrong")
    assert "PasswordLastUsed" not in iam.GetUser(UserName="mario")["User"]
    sign_in(iam)
    used = iam.GetUser(UserName="mario")["User"]["PasswordLastUsed"]
    Sandbox.objects.update(clock_offset=timedelta(days=1).total_seconds())
    sign_in(iam)
    (listed,) = iam.ListUsers()["Users"]
    assert timedelta(0) <= listed["PasswordLastUsed"] - used - timedelta(days=1) < timedelta(minutes=1)


def test_a_role_is_used_by_the_calls_of_its_sessions(iam):
    mario = iam.user("mario", document("sts:AssumeRole"))
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=trust({"AWS": ACCOUNT}))
    arn = f"arn:aws:iam::{ACCOUNT}:role/R"
    keys = call(mario.caller, "sts:AssumeRole", {"RoleArn": arn, "RoleSessionName": "s1"})["Credentials"]
    assert iam.GetRole(RoleName="R")["Role"]["RoleLastUsed"] == {}
    session = authenticate.credentials(keys["AccessKeyId"], keys["SessionToken"]).caller
    call(session, "sts:GetCallerIdentity")
    used = iam.GetRole(RoleName="R")["Role"]["RoleLastUsed"]
    assert (set(used), used["Region"]) == ({"LastUsedDate", "Region"}, "us-east-1")
