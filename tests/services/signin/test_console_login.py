"""Signing in to the console: password, code, forced change, expiry, and what the events tell."""

import json
import time

import pyotp
import pytest

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.sandbox import controls
from iamlab.services.cloudtrail.models import Event
from iamlab.services.iam.models import MfaDevice
from iamlab.services.operations import AwsError
from iamlab.services.sts import tokens

pytestmark = pytest.mark.django_db
PASSWORD = "Long-and-good-1"
EMAIL = "boss@bills.example"


class World:
    def __init__(self):
        self.sandbox = controls.create(None, "tests", throttled=False)
        self.visitor = caller_as(controls.world(self.sandbox), "", "visitor")
        params = {"Email": EMAIL, "AccountName": "Bills", "Password": PASSWORD}
        self.account = call(self.visitor, "accounts:RegisterAccount", params)["AccountId"]
        self.do("iam:CreateUser", UserName="mario")
        self.do("iam:CreateLoginProfile", UserName="mario", Password=PASSWORD)

    def do(self, operation, who="root", **params):
        return call(caller_as(controls.world(self.sandbox), self.account, who), operation, params)

    def login(self, **params):
        return call(caller_as(controls.world(self.sandbox), "", "visitor"), "signin:ConsoleLogin", params)

    def mario(self, password=PASSWORD, **more):
        return self.login(Account=self.account, UserName="mario", Password=password, **more)


@pytest.fixture
def world():
    return World()


def last_record():
    return json.loads(Event.objects.filter(source="signin.amazonaws.com").latest("id").record)


def give_device(world, user="mario", now=None):
    made = world.do("iam:CreateVirtualMFADevice", VirtualMFADeviceName=f"{user}-phone")["VirtualMFADevice"]
    seed = made["Base32StringSeed"].decode()
    totp = pyotp.TOTP(seed)
    step = now // 30
    codes = {"AuthenticationCode1": totp.at((step - 1) * 30), "AuthenticationCode2": totp.at(step * 30)}
    world.do("iam:EnableMFADevice", UserName=user, SerialNumber=made["SerialNumber"], **codes)
    MfaDevice.objects.update(last_step=0)  # as if the codes had been given long ago
    return totp, made["SerialNumber"]


def test_root_signs_in_by_email(world):
    answer = world.login(Email=EMAIL, Password=PASSWORD)
    caller = authenticate.temporary(tokens.peek(answer["SessionToken"]), answer["SessionToken"])
    assert (caller.kind, caller.account_id, caller.console) == ("root", world.account, True)
    record = last_record()
    assert record["eventName"] == "ConsoleLogin"
    assert record["responseElements"] == {"ConsoleLogin": "Success"}
    assert record["eventType"] == "AwsConsoleSignIn"
    assert PASSWORD not in json.dumps(record)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"UserName": "mario", "Password": "wrong"}, "Failed authentication"),
        ({"UserName": "nobody", "Password": PASSWORD}, "No username found in supplied account"),
    ],
)
def test_every_wrong_part_gets_the_same_answer(world, params, message):
    with pytest.raises(AwsError) as error:
        world.login(Account=world.account, **params)
    assert error.value.message == "Your authentication information is incorrect. Please try again."
    record = last_record()
    assert record["errorMessage"] == message
    assert "errorCode" not in record
    assert record["responseElements"] == {"ConsoleLogin": "Failure"}


def test_who_signed_in_is_told_as_cloudtrail_tells_it(world):
    """CloudTrail User Guide: "AWS Management Console sign-in events", its examples of IAM users."""
    with pytest.raises(AwsError):
        world.login(Account=world.account, UserName="mario", Password="wrong")
    failed = last_record()["userIdentity"]
    assert sorted(failed) == ["accessKeyId", "accountId", "principalId", "type", "userName"]
    assert (failed["accessKeyId"], failed["userName"]) == ("", "mario")
    with pytest.raises(AwsError):
        world.login(Account=world.account, UserName="nobody", Password=PASSWORD)
    unknown = {"type": "IAMUser", "accountId": world.account, "accessKeyId": ""}
    assert last_record()["userIdentity"] == {**unknown, "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    world.login(Account=world.account, UserName="mario", Password=PASSWORD)
    record = last_record()
    assert sorted(record["userIdentity"]) == ["accountId", "arn", "principalId", "type", "userName"]
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{world.account}:user/mario"
    data = record["additionalEventData"]
    assert data["LoginTo"].startswith("https://") and (data["MobileVersion"], data["MFAUsed"]) == ("No", "No")


def test_a_user_without_a_password_cannot_sign_in(world):
    world.do("iam:CreateUser", UserName="luigi")
    with pytest.raises(AwsError, match="incorrect"):
        world.login(Account=world.account, UserName="luigi", Password=PASSWORD)


def test_root_sets_a_new_password_and_the_old_one_opens_nothing(world):
    """CloudTrail User Guide: the event PasswordUpdated of the sign-in service."""
    world.do("signin:PasswordUpdated", OldPassword=PASSWORD, NewPassword="Only-one-knows-7")
    record = last_record()
    assert (record["eventName"], record["eventSource"]) == ("PasswordUpdated", "signin.amazonaws.com")
    assert (record["eventType"], record["requestParameters"]) == ("AwsConsoleSignIn", None)
    assert record["responseElements"] == {"PasswordUpdated": "Success"}
    assert (record["userIdentity"]["type"], record["recipientAccountId"]) == ("Root", world.account)
    with pytest.raises(AwsError, match="incorrect"):
        world.login(Email=EMAIL, Password=PASSWORD)
    assert last_record()["responseElements"] == {"ConsoleLogin": "Failure"}
    world.login(Email=EMAIL, Password="Only-one-knows-7")


@pytest.mark.parametrize(
    ("who", "old", "new", "code"),
    [
        ("root", "a guess", "Only-one-knows-7", "FailedAuthentication"),
        ("root", PASSWORD, "short", "WeakPassword"),
        ("root", PASSWORD, PASSWORD, "WeakPassword"),
        ("root", PASSWORD, EMAIL.capitalize(), "WeakPassword"),
        ("user/mario", PASSWORD, "Only-one-knows-7", "AccessDenied"),
    ],
)
def test_refused_new_password_of_root_changes_nothing_and_is_recorded(world, who, old, new, code):
    with pytest.raises(AwsError) as refused:
        world.do("signin:PasswordUpdated", who, OldPassword=old, NewPassword=new)
    assert refused.value.code == code
    record = last_record()
    assert record["responseElements"] == {"PasswordUpdated": "Failure"}
    assert new not in json.dumps(record)
    world.login(Email=EMAIL, Password=PASSWORD)


def test_a_device_asks_for_a_code_and_the_session_carries_it(world):
    now = int(time.time())
    totp, serial = give_device(world, now=now)
    first = world.mario()
    assert first["MfaRequired"] is True
    assert "SessionToken" not in first
    assert last_record()["eventName"] == "CheckMfa"
    answer = world.login(Ticket=first["Ticket"], MfaCode=totp.at(now))
    caller = authenticate.temporary(tokens.peek(answer["SessionToken"]), answer["SessionToken"])
    assert caller.mfa_at is not None
    data = last_record()["additionalEventData"]
    assert (data["MFAUsed"], data["MFAIdentifier"]) == ("Yes", serial)


def test_a_code_works_once_and_a_wrong_one_never(world):
    now = int(time.time())
    totp, _ = give_device(world, now=now)
    ticket = world.mario()["Ticket"]
    with pytest.raises(AwsError, match="incorrect"):
        world.login(Ticket=ticket, MfaCode="000000" if totp.at(now) != "000000" else "111111")
    world.login(Ticket=ticket, MfaCode=totp.at(now))
    with pytest.raises(AwsError, match="incorrect"):
        world.login(Ticket=world.mario()["Ticket"], MfaCode=totp.at(now))


def test_a_forged_ticket_opens_nothing(world):
    with pytest.raises(AwsError, match="incorrect"):
        world.login(Ticket="forged", MfaCode="123456")


def test_a_reset_password_must_be_changed_first(world):
    world.do("iam:UpdateLoginProfile", UserName="mario", PasswordResetRequired=True)
    assert world.mario()["PasswordChangeRequired"] is True


def test_an_expired_password_must_be_changed_or_reset(world):
    world.do("iam:UpdateAccountPasswordPolicy", MaxPasswordAge=1)
    assert world.mario()["PasswordChangeRequired"] is False
    controls.move_clock(world.sandbox, 2 * 86_400)
    assert world.mario()["PasswordChangeRequired"] is True
    world.do("iam:UpdateAccountPasswordPolicy", MaxPasswordAge=1, HardExpiry=True)
    with pytest.raises(AwsError) as error:
        world.mario()
    assert error.value.code == "PasswordExpired"
