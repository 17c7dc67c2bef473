"""One's own credentials: a device proven by two codes, keys shown once, the phone."""

import json
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


def test_a_user_who_may_not_change_the_password_is_told_why(browser_of, user):
    mario = user("mario")
    form = {"OldPassword": "Long-and-good-1", "NewPassword": "Only-one-knows-7", "again": "Only-one-knows-7"}
    refused = browser_of.post(mario.url("own-password"), form)
    assert refused.status_code == 422
    why = refused.context["denial"]["why_url"]
    assert why in refused.content.decode() and "iam:ChangePassword" in browser_of.get(why).content.decode()


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
    labels = [label for label, _ in page.context["facts"]]
    assert labels == ["Account name", "Email address", "AWS account ID", "Canonical user ID"]
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


def test_who_presses_next_twice_goes_on_with_the_device_of_the_first_time(browser_of, root):
    draft = str(browser_of.get(root.url("assign-mfa")).context["draft"])
    sent = {"VirtualMFADeviceName": "root-phone", "draft": draft}
    first, second = (browser_of.post(root.url("assign-mfa"), sent) for _ in range(2))
    assert second.context["seed"] == first.context["seed"]
    assert browser_of.post(root.url("enable-mfa"), codes(second)).status_code == 302
    assert root.call("iam:GetAccountSummary")["SummaryMap"]["AccountMFAEnabled"] == 1


def test_another_pages_device_is_not_shown(browser_of, root, user):
    assign(browser_of, root)
    again = assign(browser_of, root)
    assert again.status_code == 422 and "already exists" in again.content.decode() and "seed" not in again.context
    draft = str(browser_of.get(root.url("assign-mfa")).context["draft"])
    browser_of.post(root.url("assign-mfa"), {"VirtualMFADeviceName": "second", "draft": draft})
    other = browser_of.post(root.url("assign-mfa"), {"VirtualMFADeviceName": "root-phone", "draft": draft})
    assert other.status_code == 422 and "seed" not in other.context


def test_the_name_that_is_offered_for_a_device_may_be_one(browser_of, root):
    root.account.name = "Ünder Drinks"
    root.account.save(update_fields=["name"])
    offered = browser_of.get(root.url("assign-mfa")).context["form"]["VirtualMFADeviceName"].value()
    assert re.fullmatch(r"[\w+=,.@-]+", offered, re.ASCII)
    assert browser_of.post(root.url("assign-mfa"), {"VirtualMFADeviceName": offered}).context["serial"]


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


def make_key(browser, session):
    """Through the wizard, as far as the page that shows the secret."""
    use = browser.get(session.url("own-key-create")).url
    description = browser.post(use, {"use": "cli", "understood": "on"}).url
    return browser.get(browser.post(description, {"description": "my laptop"}).url)


def test_an_own_key_is_made_by_the_wizard_of_users_and_shown_once(browser_of, root, user):
    anna = user("anna", "AdministratorAccess")
    made = make_key(browser_of, anna)
    key_id, secret = made.context["key_id"], made.context["secret"]
    html = made.content.decode()
    assert secret in html and 'download="anna_accessKeys.csv"' in html
    listed = browser_of.get(anna.url("security-credentials")).content.decode()
    assert key_id in listed and "my laptop" in listed and secret not in listed
    (event,) = root.call(
        "cloudtrail:LookupEvents",
        {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateAccessKey"}]},
    )["Events"]
    assert json.loads(event["CloudTrailEvent"])["requestParameters"] is None  # one's own: without a name


def test_an_own_key_is_deactivated_and_then_deleted_by_its_id(browser_of, root, user):
    anna = user("anna", "AdministratorAccess")
    key_id = make_key(browser_of, anna).context["key_id"]
    assert "Deactivate it first" in browser_of.get(anna.url("own-key-delete", key_id)).content.decode()
    browser_of.post(anna.url("own-key-status", key_id), {"deactivate": "1"})
    assert browser_of.post(anna.url("own-key-delete", key_id), {"typed": "no"}).status_code == 422
    assert len(anna.call("iam:ListAccessKeys")["AccessKeyMetadata"]) == 1
    browser_of.post(anna.url("own-key-delete", key_id), {"typed": key_id})
    assert anna.call("iam:ListAccessKeys")["AccessKeyMetadata"] == []


def test_an_own_keys_description_is_changed(browser_of, root, user):
    anna = user("anna", "AdministratorAccess")
    key_id = make_key(browser_of, anna).context["key_id"]
    browser_of.post(anna.url("own-key-description", key_id), {"description": "the server"})
    assert root.call("iam:ListUserTags", {"UserName": "anna"})["Tags"] == [{"Key": key_id, "Value": "the server"}]


def test_with_two_keys_a_third_is_not_offered(browser_of, root, user):
    anna = user("anna", "AdministratorAccess")
    for _ in range(2):
        anna.call("iam:CreateAccessKey")
    html = browser_of.get(anna.url("security-credentials")).content.decode()
    assert re.search(r'<button[^>]*id="create-access-key"[^>]* disabled>', html)


def test_root_is_asked_before_a_key_and_gets_rootkey_csv(browser_of, root):
    step = browser_of.get(root.url("own-key-create")).url
    assert "Alternatives to root user access keys" in browser_of.get(step).content.decode()
    refused = browser_of.post(step)
    assert (refused.status_code, "not recommended" in refused.content.decode()) == (422, True)
    assert root.call("iam:GetAccountSummary")["SummaryMap"]["AccountAccessKeysPresent"] == 0
    made = browser_of.get(browser_of.post(step, {"understood": "on"}).url).content.decode()
    assert root.call("iam:GetAccountSummary")["SummaryMap"]["AccountAccessKeysPresent"] == 1
    assert 'download="rootkey.csv"' in made
    assert (
        "Edit description" not in browser_of.get(root.url("security-credentials")).content.decode()
    )  # root has no tags


def test_the_page_tells_the_age_of_a_users_password_and_where_they_sign_in(browser_of, root, user):
    anna = user("anna", "IAMFullAccess")
    assert (
        dict(browser_of.get(anna.url("security-credentials")).context["sign_in"])["Console password"] == "Not enabled"
    )
    root.call("iam:CreateLoginProfile", {"UserName": "anna", "Password": "Long-and-good-1"})
    facts = dict(browser_of.get(anna.url("security-credentials")).context["sign_in"])
    assert facts["Console password"].startswith("Updated now (")
    assert "/sign-in/111122223333/" in facts["Console sign-in link"]


def test_who_may_not_see_their_own_password_is_told_in_its_panel(browser_of, user):
    page = browser_of.get(user("mario", "IAMUserChangePassword").url("security-credentials"))
    assert page.status_code == 200
    assert "iam:GetLoginProfile" in page.content.decode()


def test_a_device_is_resynced_by_two_codes(browser_of, root):
    page = assign(browser_of, root)
    browser_of.post(root.url("enable-mfa"), codes(page))
    (device,) = root.call("iam:ListMFADevices")["MFADevices"]
    totp, now = pyotp.TOTP(page.context["seed"]), int(time.time()) + 300
    sent = {"serial": device["SerialNumber"], "AuthenticationCode1": totp.at(now), "AuthenticationCode2": totp.at(now)}
    wrong = browser_of.post(root.url("resync-mfa"), sent)
    assert (wrong.status_code, "Authentication code for device is not valid." in wrong.content.decode()) == (422, True)
    sent["AuthenticationCode2"] = totp.at(now + 30)
    assert browser_of.post(root.url("resync-mfa"), sent).url == root.url("security-credentials")


def test_an_own_password_is_changed(browser_of, root, user):
    mario = user("mario", "IAMUserChangePassword")
    root.call("iam:CreateLoginProfile", {"UserName": "mario", "Password": "Long-and-good-1"})
    form = {"OldPassword": "Long-and-good-1", "NewPassword": "short", "again": "short"}
    assert browser_of.post(mario.url("own-password"), form).status_code == 422
    good = {**form, "NewPassword": "Longer-and-better-2", "again": "Longer-and-better-2"}
    assert browser_of.post(mario.url("own-password"), good).status_code == 302
