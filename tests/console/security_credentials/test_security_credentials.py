"""One's own credentials: a device proven by two codes, keys shown once, the phone."""

import re
import time

import pyotp
from django.contrib.auth.hashers import check_password, make_password
from django.urls import reverse


def assign(browser, session, name="root-phone"):
    return browser.post(session.url("assign-mfa"), {"VirtualMFADeviceName": name})


def codes(page):
    totp, now = pyotp.TOTP(page.context["seed"]), int(time.time())
    sealed = {"sealed": page.context["sealed"]}
    return {**sealed, "AuthenticationCode1": totp.at(now - 30), "AuthenticationCode2": totp.at(now)}


def test_root_gets_a_device_by_two_codes(browser_of, root):
    page = assign(browser_of, root)
    form = codes(page)
    wrong = browser_of.post(root.url("enable-mfa"), {**form, "AuthenticationCode2": form["AuthenticationCode1"]})
    assert wrong.status_code == 422
    assert "Authentication code for device is not valid." in wrong.content.decode()
    assert browser_of.post(root.url("enable-mfa"), form).status_code == 302
    assert root.call("iam:GetAccountSummary")["SummaryMap"]["AccountMFAEnabled"] == 1


def test_root_changes_its_password_on_its_own_page(browser_of, root):
    account = root.account
    account.root_password = make_password("Roots-password-1")
    account.save(update_fields=["root_password"])
    assert root.url("own-password") in browser_of.get(root.url("security-credentials")).content.decode()
    form = {"OldPassword": "Roots-password-1", "NewPassword": "Only-one-knows-7", "again": "Only-one-knows-7"}
    wrong = browser_of.post(root.url("own-password"), {**form, "OldPassword": "a guess"})
    assert (wrong.status_code, "The current password is incorrect." in wrong.content.decode()) == (422, True)
    weak = browser_of.post(root.url("own-password"), {**form, "NewPassword": "aaaaaaaa", "again": "aaaaaaaa"})
    assert (weak.status_code, "Mix at least three of" in weak.content.decode()) == (422, True)
    assert browser_of.post(root.url("own-password"), form, follow=True).status_code == 200
    account.refresh_from_db()
    assert check_password("Only-one-knows-7", account.root_password)


def test_the_page_says_whose_credentials_these_are(browser_of, root, user):
    page = browser_of.get(root.url("security-credentials"))
    assert [label for label, _ in page.context["facts"]] == ["Account name", "Email address", "AWS account ID"]
    assert "root@example.com" in page.content.decode()
    anna = user("anna", "IAMFullAccess")
    facts = dict(browser_of.get(anna.url("security-credentials")).context["facts"])
    assert facts["User name"] == "anna"
    assert "arn:aws:iam::111122223333:user/anna" in facts["User ARN"]


def test_the_kinds_of_device_are_those_of_aws_and_one_can_be_chosen(browser_of, root):
    page = browser_of.get(root.url("assign-mfa")).content.decode()
    tiles = re.findall(r'<input type="radio" name="kind"( \w+)><span><strong>([^<]+)', page)
    assert tiles == [
        (" disabled", "Passkey or security key"),
        (" checked", "Authenticator app"),
        (" disabled", "Hardware TOTP token"),
    ]


def test_a_forged_seal_enables_nothing(browser_of, root):
    form = {**codes(assign(browser_of, root)), "sealed": "forged"}
    assert browser_of.post(root.url("enable-mfa"), form).status_code == 422


def test_a_taken_device_name_is_told_in_its_field(browser_of, root):
    assign(browser_of, root)
    assert "already exists" in assign(browser_of, root).content.decode()


def test_the_phone_shows_the_codes_to_its_owner_only(browser_of, client, stranger, root):
    page = assign(browser_of, root)
    address = reverse("phone", args=[root.account.sandbox.public_id])
    now = int(time.time())
    totp = pyotp.TOTP(page.context["seed"])
    text = browser_of.get(address).content.decode()
    assert totp.at(now) in text or totp.at(now + 1) in text
    client.force_login(stranger)
    assert client.get(address).status_code == 404


def test_a_key_is_shown_once_and_can_be_deleted_when_inactive(browser_of, root, user):
    anna = user("anna", "AdministratorAccess")
    made = browser_of.post(anna.url("own-key-create"))
    key = made.context["key"]
    assert key["SecretAccessKey"] in made.content.decode()
    listed = browser_of.get(anna.url("security-credentials")).content.decode()
    assert key["AccessKeyId"] in listed and key["SecretAccessKey"] not in listed
    browser_of.post(anna.url("own-key-change"), {"key": key["AccessKeyId"], "action": "deactivate"})
    browser_of.post(anna.url("own-key-change"), {"key": key["AccessKeyId"], "action": "delete"})
    assert anna.call("iam:ListAccessKeys")["AccessKeyMetadata"] == []


def test_root_is_asked_twice_before_a_key(browser_of, root):
    assert "not recommended" in browser_of.post(root.url("own-key-create")).content.decode()
    assert root.call("iam:GetAccountSummary")["SummaryMap"]["AccountAccessKeysPresent"] == 0
    browser_of.post(root.url("own-key-create"), {"sure": "on"})
    assert root.call("iam:GetAccountSummary")["SummaryMap"]["AccountAccessKeysPresent"] == 1


def test_an_own_password_is_changed(browser_of, root, user):
    mario = user("mario", "IAMUserChangePassword")
    root.call("iam:CreateLoginProfile", {"UserName": "mario", "Password": "Long-and-good-1"})
    form = {"OldPassword": "Long-and-good-1", "NewPassword": "short", "again": "short"}
    assert browser_of.post(mario.url("own-password"), form).status_code == 422
    good = {**form, "NewPassword": "Longer-and-better-2", "again": "Longer-and-better-2"}
    assert browser_of.post(mario.url("own-password"), good).status_code == 302
