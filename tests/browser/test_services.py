"""Budgets, trails and instances in a browser: made by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_add_user import console, cookies, root, tab_to  # noqa: F401  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def base(page: Page, cookies, console) -> str:  # noqa: F811
    """The address of the account's console; the browser is signed in."""
    page.context.add_cookies(cookies)
    return console.removesuffix("iam/")


def press(page: Page, name: str, kind: str = "submit") -> None:
    tab_to(page, name, kind)
    page.keyboard.press("Enter")


def test_a_zero_spend_budget(page: Page, base, root):  # noqa: F811
    page.goto(f"{base}billing/budgets/")
    press(page, "Create budget", "a")
    expect(page.locator("h1")).to_have_text("Choose budget type")
    press(page, "Next")
    expect(page.locator("h1")).to_have_text("Zero spend budget - Template")
    tab_to(page, "Email recipients")
    page.keyboard.type("ada@bills.example")
    press(page, "Create budget")
    expect(page.locator("#flashes")).to_contain_text("Your budget My Zero-Spend Budget has been created.")
    found = root.call("budgets:DescribeBudgets", {"AccountId": root.account.pk})["Budgets"]
    assert [one["BudgetName"] for one in found] == ["My Zero-Spend Budget"]


def test_a_trail_with_data_events(page: Page, base, root):  # noqa: F811
    page.goto(f"{base}cloudtrail/trails/")
    press(page, "Create trail", "a")
    expect(page.locator("h1")).to_have_text("Choose trail attributes")
    tab_to(page, "Trail name")
    page.keyboard.type("audit")
    press(page, "Next")
    expect(page.locator("h1")).to_have_text("Choose log events")
    tab_to(page, "None", "radio")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("All current and future S3 buckets")).to_be_checked()
    press(page, "Next")
    expect(page.locator("h1")).to_have_text("Review and create")
    press(page, "Create trail")
    expect(page.locator("#flashes")).to_contain_text("Trail audit created.")
    (selector,) = root.call("cloudtrail:GetEventSelectors", {"TrailName": "audit"})["EventSelectors"]
    assert selector["IncludeManagementEvents"] and selector["DataResources"][0]["Values"] == ["arn:aws:s3"]


def test_an_instance_is_launched_and_terminated(page: Page, base, root):  # noqa: F811
    page.goto(f"{base}ec2/instances/")
    press(page, "Launch instances", "a")
    expect(page.locator("h1")).to_have_text("Launch an instance")
    tab_to(page, "Name")
    page.keyboard.type("web")
    press(page, "Next")
    expect(page.locator("h1")).to_have_text("Review")
    press(page, "Launch instance")
    expect(page.locator("#flashes")).to_contain_text("Successfully initiated launch of an instance.")
    page.get_by_role("checkbox", name="Select web").check()
    page.get_by_role("button", name="Terminate (delete)").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("does not come back")
    dialog.get_by_role("button", name="Terminate (delete)").click()
    expect(page.locator("#flashes")).to_contain_text("Terminated i-")
    (launch,) = root.call("ec2:DescribeInstances")["Reservations"]
    assert launch["Instances"][0]["State"]["Name"] == "terminated"
