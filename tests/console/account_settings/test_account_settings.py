"""The password policy: the default one, a custom one, and back."""

import re

import pytest

from iamlab.services.operations import AwsError

FORM = {
    "kind": "custom",
    "MinimumPasswordLength": "14",
    "RequireNumbers": "on",
    "expires": "on",
    "MaxPasswordAge": "90",
    "sure": "1",
}


def page(browser, root):
    return browser.get(root.url("account-settings")).content.decode()


def test_the_default_policy_is_shown(browser_of, root):
    assert "default password policy" in page(browser_of, root)
    assert "Password minimum length is 8 characters" in page(browser_of, root)


def test_a_custom_policy_is_saved_and_shown(browser_of, root):
    form = {**FORM, "prevents": "on", "PasswordReusePrevention": "5", "AllowUsersToChangePassword": "on"}
    assert browser_of.post(root.url("password-policy-edit"), form).status_code == 302
    policy = root.call("iam:GetAccountPasswordPolicy")["PasswordPolicy"]
    assert (policy["MinimumPasswordLength"], policy["MaxPasswordAge"], policy["PasswordReusePrevention"]) == (14, 90, 5)
    assert policy["RequireNumbers"] and not policy["RequireSymbols"]
    assert "Password expires in 90 day(s)" in page(browser_of, root)


def test_a_custom_policy_is_asked_about_in_words_before_it_is_set(browser_of, root):
    form = {name: value for name, value in FORM.items() if name != "sure"}
    asked = browser_of.post(root.url("password-policy-edit"), form)
    html = asked.content.decode()
    assert "Set custom password policy?" in html and "Password expires in 90 day(s)" in html
    with pytest.raises(AwsError):
        root.call("iam:GetAccountPasswordPolicy")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    assert {**form, "sure": "1"}.items() <= hidden.items()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"MinimumPasswordLength": "5"}, "MinimumPasswordLength"), ({"MaxPasswordAge": ""}, "MaxPasswordAge")],
)
def test_a_bad_value_is_told_in_its_field(browser_of, root, change, field):
    response = browser_of.post(root.url("password-policy-edit"), {**FORM, **change})
    assert response.status_code == 422
    assert field in response.context["form"].errors
    with pytest.raises(AwsError):
        root.call("iam:GetAccountPasswordPolicy")


def test_the_choice_of_default_asks_first_and_deletes_the_custom_one(browser_of, root):
    browser_of.post(root.url("password-policy-edit"), FORM)
    chosen = browser_of.post(root.url("password-policy-edit"), {"kind": "default", "MinimumPasswordLength": "3"})
    assert chosen.url == root.url("password-policy-default")
    assert root.call("iam:GetAccountPasswordPolicy")["PasswordPolicy"]["MinimumPasswordLength"] == 14
    assert "Password minimum length is 8 characters" in browser_of.get(chosen.url).content.decode()
    browser_of.post(chosen.url)
    assert "default password policy" in page(browser_of, root)


def test_the_form_shows_which_policy_there_is(browser_of, root):
    address = root.url("password-policy-edit")
    assert browser_of.get(address).context["form"]["kind"].value() == "default"
    assert browser_of.post(address, {"kind": "default"}).url == root.url("account-settings")
    browser_of.post(address, FORM)
    assert browser_of.get(address).context["form"]["kind"].value() == "custom"


def test_who_may_not_look_sees_the_box(browser_of, user):
    assert "iam:GetAccountPasswordPolicy" in page(browser_of, user("mario"))


def test_a_field_that_a_box_opens_is_not_called_optional_and_neither_is_a_group_of_boxes(browser_of, root):
    html = browser_of.get(root.url("password-policy-edit")).content.decode()
    assert "Expire in (days)</label>" in html
    assert "Remember (passwords)</label>" in html
    root.call("s3:CreateBucket", {"Bucket": "bills-of-boss", "ObjectOwnership": "ObjectWriter"})
    acl = browser_of.get(root.url("bucket-acl", "bills-of-boss")).content.decode()
    assert "Everyone (public access)</legend>" in acl
    rules = browser_of.get(root.url("bucket-cors", "bills-of-boss")).content.decode()
    assert "(CORS) <i>– optional</i></label>" in rules
