"""Two labs beyond the article, as a learner walks them: wrong first, then out of it by what the panel offers."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import (
    account_menu,
    answer,
    as_json,
    console_of,
    follow,
    green,
    heading,
    next_step,
    press,
    sign_in_as,
    start_lab,
    step,
    write,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ALLOW = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "%s", "Resource": "%s"}}'
OWN_TEAM = """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*",
"Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}}}"""


def be(page: Page, name: str, password: str) -> Page:
    """An identity in a tab of its own, by the panel's way to the sign-in page."""
    with page.context.expect_page() as opened:
        page.locator("#lab-panel").get_by_role("link", name="Sign in", exact=False).first.click()
    tab = opened.value
    tab.locator("main").get_by_role("link", name=re.compile("^Sign in to")).first.click()
    sign_in_as(tab, name, password)
    return tab


def edit(page: Page, document: str) -> None:
    """The policy Editor, from Show where on: found, opened, its text replaced."""
    page.locator("#lab-panel").get_by_role("link", name="Show where").click()
    heading(page, "Policies")
    page.locator("main input[type=search]").first.fill("Editor")
    expect(page.locator("main tbody tr").filter(has_text="Customer managed").first).to_contain_text("Editor")
    follow(page, "Editor", "Editor")
    follow(page, "Edit", "Edit policy")
    write(page, document)
    press(page, "Save changes")
    expect(page.locator("#flashes")).to_contain_text("Editor")


def create_user(page: Page, name: str) -> None:
    page.goto(f"{console_of(page)}/iam/users/")
    page.get_by_role("link", name="Create user").first.click()
    heading(page, "Specify user details")
    page.fill("[name=UserName]", name)
    press(page, "Next")
    heading(page, "Set permissions")
    press(page, "Next")
    heading(page, "Review and create")
    press(page, "Create user")
    expect(page.locator("#flashes")).to_contain_text("User created")


def shut_admin_out(page: Page) -> None:
    page.goto(f"{console_of(page)}/iam/groups/details/Admins/users/")
    page.get_by_label("Select admin").check()
    press(page, "Remove")
    page.locator("#modal").get_by_role("button").last.click()
    expect(page.locator("#lab-live")).to_contain_text("admin may no longer manage this account")


def test_the_way_up(page: Page, live_server, violations):
    start_lab(page, live_server.url, "Beyond: find the way up and close it")
    step(page, "Find it")
    form = page.locator("#question-way")
    form.get_by_label("Your answer").fill("iam:CreatePolicyVersion")
    form.get_by_role("button", name="Answer", exact=True).click()
    green(page, "find-found")
    next_step(page, "Prove it")
    vera = be(page, "vera", "Veras-password-1")
    edit(vera, ALLOW % ("s3:GetObject", "*"))
    expect(vera.locator("#lab-checks")).to_contain_text("she cannot write another one now")
    vera.locator("#lab-panel summary", has_text="Undo, reset, submit").click()
    undo = vera.locator("#panel .lab-sure").filter(has_text="Undo the last change").last
    undo.locator("summary").click()
    undo.get_by_role("button", name="Yes, undo it").click()
    expect(vera.locator("#flashes")).to_contain_text("The last change is undone.")
    edit(vera, ALLOW % ("*", "*"))
    expect(vera.locator("#lab-checks")).to_contain_text("Show it: as vera, create a user")
    create_user(vera, "proof")
    green(vera, "prove-up")
    shut_admin_out(vera)
    assert violations(vera) == []
    way_back = vera.locator("#lab-live .lab-sure")
    way_back.locator("summary").focus()
    vera.keyboard.press("Enter")
    sure = way_back.get_by_role("button", name="Yes, undo it")
    expect(sure).to_be_visible()
    sure.focus()
    vera.keyboard.press("Enter")
    expect(vera.locator("#lab-live")).not_to_contain_text("may no longer manage")
    admin = be(page, "admin", "Admins-password-1")
    next_step(admin, "Close it")
    account = re.search(r"arn:aws:s3:::(\d{12})-texts", admin.locator(".lab-text").inner_text())
    assert account is not None
    edit(admin, ALLOW % ("s3:GetObject", f"arn:aws:s3:::{account[1]}-texts/*"))
    green(admin, "close-closed", "close-works")
    expect(admin.locator("#lab-live")).to_contain_text("All steps are done")
    assert violations(admin) == []


def tag(page: Page, user: str, value: str) -> None:
    page.goto(f"{console_of(page)}/iam/users/details/{user}/tags/")
    follow(page, "Manage tags", "Manage tags")
    if not page.locator("main input[name*=ey]:not([type=hidden])").count():
        press(page, "Add new tag")
    page.locator("main input[name*=ey]:not([type=hidden])").last.fill("team")
    page.locator("main input[name*=alue]:not([type=hidden])").last.fill(value)
    press(page, "Save changes")
    expect(page.locator("#flashes")).to_contain_text(f"Tags of {user} saved.")


def switch(page: Page, account: str, role: str) -> None:
    account_menu(page, "Switch role", "Switch role")
    page.fill("[name=account]", account)
    page.fill("[name=roleName]", role)
    press(page, "Switch Role")


def test_permissions_by_tags(page: Page, live_server):
    start_lab(page, live_server.url, "Beyond: permissions by tags")
    account = page.locator("main .mono").first.inner_text()
    admin = be(page, "admin", "Admins-password-1")
    tag(admin, "rita", "Red")
    expect(admin.locator("#lab-checks")).to_contain_text("not exactly red")
    tag(admin, "rita", "red")
    tag(admin, "bill", "blue")
    green(admin, "tags-red", "tags-blue")
    next_step(admin, "One policy for both")
    admin.goto(f"{console_of(admin)}/iam/groups/details/teams/inline/")
    admin.fill("[name=PolicyName]", "OwnTeam")
    as_json(admin)
    write(admin, OWN_TEAM)
    press(admin, "Create policy")
    green(admin, "policy-own", "policy-other", "policy-next")
    next_step(admin, "See it work")
    answer(admin, "blue", "implicit")
    rita = be(admin, "rita", "Ritas-password-1")
    switch(rita, account, "red-project")
    expect(rita.locator(".identity").first).to_contain_text("Role")
    green(rita, "proof-red")
    rita.locator("details[data-menu=account] > summary").click()
    rita.locator("details[data-menu=account]").get_by_role("button", name="Back to rita").click()
    expect(rita.locator(".identity").first).to_contain_text("IAM user")
    switch(rita, account, "blue-project")
    expect(rita.locator("main")).to_contain_text("Invalid information in one or more fields.")
    green(rita, "proof-blue")
    expect(rita.locator("#question-blue")).to_contain_text("As you predicted.")
    expect(rita.locator("#lab-live")).to_contain_text("All steps are done")
