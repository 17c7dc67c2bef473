"""After the password: a code for who has a device, a new password for who must have one."""

import time

import pyotp
import pytest
from django.urls import reverse

from iamlab.services.iam.models import MfaDevice

OLD, NEW = "Long-and-good-1", "Longer-and-better-2"


@pytest.fixture
def mario(root):
    root.call("iam:CreateUser", {"UserName": "mario"})
    root.call("iam:CreateLoginProfile", {"UserName": "mario", "Password": OLD})
    return root


def sign_in(browser, root, password=OLD, **more):
    address = reverse("sign-in-account", args=[root.account.sandbox.public_id, root.account.pk])
    return browser.post(address, {"Account": root.account.pk, "UserName": "mario", "Password": password, **more})


def test_a_reset_password_is_changed_before_anything_else(browser_of, mario):
    mario.call("iam:UpdateLoginProfile", {"UserName": "mario", "PasswordResetRequired": True})
    mario.call("iam:UpdateAccountPasswordPolicy", {"MinimumPasswordLength": 8, "AllowUsersToChangePassword": True})
    page = sign_in(browser_of, mario).url
    assert page.endswith("/new-password/")
    home = page.replace("/new-password/", "/iam/home/")
    assert browser_of.get(home).url == page
    wrong = browser_of.post(page, {"OldPassword": "nope", "NewPassword": NEW, "again": NEW})
    assert wrong.status_code == 422
    differ = browser_of.post(page, {"OldPassword": OLD, "NewPassword": NEW, "again": OLD})
    assert "The two passwords differ." in differ.content.decode()
    same = browser_of.post(page, {"OldPassword": OLD, "NewPassword": OLD, "again": OLD})
    assert same.status_code == 422 and "must differ from the old one" in same.content.decode()
    assert browser_of.get(home).url == page
    browser_of.post(page, {"OldPassword": OLD, "NewPassword": NEW, "again": NEW})
    assert browser_of.get(home).status_code == 200
    assert "/console/" in sign_in(browser_of, mario, NEW).url


def test_who_may_not_change_their_password_is_told_why(browser_of, mario):
    mario.call("iam:UpdateLoginProfile", {"UserName": "mario", "PasswordResetRequired": True})
    page = sign_in(browser_of, mario).url
    refused = browser_of.post(page, {"OldPassword": OLD, "NewPassword": NEW, "again": NEW})
    assert refused.status_code == 422
    denial = refused.context["denial"]
    assert denial["action"] == "iam:ChangePassword" and denial["why_url"] in refused.content.decode()
    why = browser_of.get(denial["why_url"])
    assert why.status_code == 200 and "iam:ChangePassword" in why.content.decode()


def test_after_a_new_password_one_is_where_the_last_session_ended(browser_of, mario):
    mario.call("iam:UpdateAccountPasswordPolicy", {"MinimumPasswordLength": 8, "AllowUsersToChangePassword": True})
    mario.call("iam:UpdateLoginProfile", {"UserName": "mario", "PasswordResetRequired": True})
    page = sign_in(browser_of, mario, next="s3/buckets/").url
    changed = browser_of.post(page, {"OldPassword": OLD, "NewPassword": NEW, "again": NEW})
    assert changed.url == page.partition("new-password/")[0] + "s3/buckets/"


def test_an_expired_password_is_changed_first_or_needs_an_administrator(browser_of, mario):
    policy = {"MaxPasswordAge": 1, "AllowUsersToChangePassword": True}
    mario.call("iam:UpdateAccountPasswordPolicy", policy)
    assert "/new-password/" not in sign_in(browser_of, mario).url
    sandbox = mario.account.sandbox
    sandbox.clock_offset += 2 * 86_400
    sandbox.save()
    page = sign_in(browser_of, mario).url
    assert page.endswith("/new-password/")
    assert browser_of.get(page.replace("/new-password/", "/s3/buckets/")).url == page
    mario.call("iam:UpdateAccountPasswordPolicy", {**policy, "HardExpiry": True})
    refused = sign_in(browser_of, mario)
    assert refused.status_code == 422 and "Ask your administrator to reset it." in refused.content.decode()


def test_a_device_asks_for_its_code(browser_of, mario):
    made = mario.call("iam:CreateVirtualMFADevice", {"VirtualMFADeviceName": "phone"})["VirtualMFADevice"]
    now = int(time.time())
    totp = pyotp.TOTP(made["Base32StringSeed"].decode())
    codes = {"AuthenticationCode1": totp.at(now - 30), "AuthenticationCode2": totp.at(now)}
    mario.call("iam:EnableMFADevice", {"UserName": "mario", "SerialNumber": made["SerialNumber"], **codes})
    MfaDevice.objects.update(last_step=0)
    page = sign_in(browser_of, mario)
    assert "Multi-factor authentication" in page.content.decode()
    ticket = page.context["form"].initial["Ticket"]
    address = reverse("sign-in-mfa", args=[mario.account.sandbox.public_id])
    wrong = browser_of.post(address, {"Ticket": ticket, "MfaCode": "12345"})
    assert "A code has six digits." in wrong.content.decode()
    opened = browser_of.post(address, {"Ticket": ticket, "MfaCode": totp.at(now)})
    assert "/console/" in opened.url


def test_a_code_is_asked_in_nobody_elses_world(client, stranger, mario):
    client.force_login(stranger)
    address = reverse("sign-in-mfa", args=[mario.account.sandbox.public_id])
    assert client.post(address, {"Ticket": "", "MfaCode": ""}).status_code == 404
