"""Creating a role: by keyboard alone, without JavaScript, and as axe and a narrow screen see its pages."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_add_user import console, cookies, root, tab_to  # noqa: F401  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SEEN = [
    "iam/roles/",
    "iam/roles/create/",
    "iam/roles/details/Machine/permissions/",
    "iam/roles/details/Machine/trust_relationships/",
    "iam/roles/details/Machine/access_advisor/",
    "iam/roles/details/Machine/revoke_sessions/",
    "iam/roles/details/Machine/trust/",
    "iam/roles/details/Machine/edit/",
    "iam/identity-providers/",
    "iam/identity-providers/create/",
    "iam/credential-report/",
    "organizations/accounts/",
    "organizations/policies/create/",
    "search/?q=machine",
]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def trusted(root, name: str) -> dict:  # noqa: F811
    document = root.call("iam:GetRole", {"RoleName": name})["Role"]["AssumeRolePolicyDocument"]
    return json.loads(document)["Statement"][0]


def test_by_keyboard_alone(page: Page, cookies, console, root):  # noqa: F811
    page.context.add_cookies(cookies)
    page.goto(f"{console}roles/")
    tab_to(page, "Create role", "a")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Select trusted entity")
    tab_to(page, "AWS service", "radio")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("This account", exact=True)).to_be_checked()
    tab_to(page, "Require MFA", "checkbox")
    page.keyboard.press("Space")
    tab_to(page, "Next", "submit")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Add permissions")
    tab_to(page, "Next page")  # of the policies
    tab_to(page, "Next", "submit")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Name, review, and create")
    tab_to(page, "Role name")
    page.keyboard.type("Reader")
    tab_to(page, "Create role", "submit")
    page.keyboard.press("Enter")
    expect(page.locator("#flashes")).to_contain_text("Role Reader created.")
    assert trusted(root, "Reader")["Condition"] == {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def test_without_javascript(browser, cookies, console, root):  # noqa: F811
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{console}roles/create/")
    page.check("[name=kind][value=custom]")
    page.click("text=Show this type")
    page.fill("[name=PolicyDocument]", json.dumps(TRUST))
    page.click(".form-footer >> text=Next")
    page.click(".form-footer >> text=Next")
    page.fill("[name=RoleName]", "Reader")
    page.click(".form-footer >> text=Create role")
    expect(page.locator("#flashes")).to_contain_text("Role Reader created.")
    assert trusted(root, "Reader") == TRUST["Statement"][0]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_narrow_screen(
    browser,
    cookies,  # noqa: F811
    console,  # noqa: F811
    root,  # noqa: F811
    violations,
    scheme,
):
    root.call("iam:CreateRole", {"RoleName": "Machine", "AssumeRolePolicyDocument": json.dumps(TRUST)})
    context = browser.new_context(viewport={"width": 380, "height": 800}, color_scheme=scheme)
    context.add_cookies(cookies)
    page = context.new_page()
    faults = []
    for place in SEEN:
        page.goto(f"{console.removesuffix('iam/')}{place}")
        if page.evaluate("document.documentElement.scrollWidth") > 380:
            faults.append(f"{place} is too wide")
        faults += [f"{place}: {fault}" for fault in violations(page)]
    context.close()
    assert faults == []
