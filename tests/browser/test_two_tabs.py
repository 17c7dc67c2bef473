"""Two tabs of one browser: what was typed in one is not lost by what was done in the other."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_add_user import ACCOUNT, console, cookies, root  # noqa: F401  # fixtures
from tests.browser.walking import PASSWORD, as_json, heading, press, sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bob(page: Page, live_server, root, cookies):  # noqa: F811
    """bob's console, and the page on which he signs in."""
    page.context.add_cookies(cookies)
    root.call("iam:AttachUserPolicy", {"UserName": "bob", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})
    root.call("iam:CreateLoginProfile", {"UserName": "bob", "Password": PASSWORD})
    page.goto(f"{live_server.url}/sandbox/{root.account.sandbox.public_id}/sign-in/{ACCOUNT}/")
    sign_in_as(page, "bob", PASSWORD)
    return "/".join(page.url.split("/")[:5])


def sign_out_elsewhere(page: Page, bob: str) -> None:
    other = page.context.new_page()
    other.goto(f"{bob}/iam/home/")
    other.locator("details[data-menu=account] > summary").click()
    other.locator("details[data-menu=account]").get_by_role("button", name="Sign out").click()
    heading(other, "IAM user sign in")
    other.close()


def test_what_was_typed_when_another_tab_signed_out_is_there_after_signing_in(page: Page, bob, root):  # noqa: F811
    page.goto(f"{bob}/iam/users/details/bob/inline/")
    page.fill("[name=PolicyName]", "typed-late")
    as_json(page).press("Control+a")
    page.keyboard.insert_text('{"Version": "2012-10-17", "Statement": []} ')
    sign_out_elsewhere(page, bob)
    press(page, "Create policy")
    expect(page.locator("main")).to_contain_text("Your session has ended")
    page.fill("[name=UserName]", "bob")
    page.fill("[name=Password]", PASSWORD)
    press(page, "Sign in")
    heading(page, "Create inline policy")
    expect(page.locator("[name=PolicyName]")).to_have_value("typed-late")
    expect(page.locator(".cm-content")).to_contain_text('"Statement": []')
    expect(page.locator("body")).to_contain_text("Your session had ended before this was sent")
    assert root.call("iam:ListUserPolicies", {"UserName": "bob"})["PolicyNames"] == []


def test_a_dialog_that_another_tab_signed_out_comes_back_as_a_page(page: Page, bob):
    page.goto(f"{bob}/iam/home/")
    page.get_by_role("link", name="Create", exact=True).or_(
        page.get_by_role("button", name="Create", exact=True)
    ).click()
    name = page.locator("#modal [name=AccountAlias]")
    expect(name).to_be_visible()
    expect(page.locator("#modal")).to_have_attribute("open", "")
    name.fill("typed-late")
    sign_out_elsewhere(page, bob)
    page.locator("#modal").get_by_role("button", name="Save changes").click()
    heading(page, "IAM user sign in")
    page.fill("[name=UserName]", "bob")
    page.fill("[name=Password]", PASSWORD)
    press(page, "Sign in")
    expect(page.locator("[name=AccountAlias]")).to_have_value("typed-late")
