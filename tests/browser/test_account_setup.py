"""The lab of the account, from registration to the bill, as a learner walks it in a browser: all of its steps."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import (
    PASSWORD,
    account_menu,
    answer,
    follow,
    green,
    heading,
    key_by_wizard,
    next_step,
    open_service,
    press,
    side,
    sign_in_as,
    sign_in_as_root,
    start_lab,
    step,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ANNAS = "Annas-first-1"
FAKE_CARD = "4000 0000 0000 0000"


def test_an_account_is_set_up(page: Page, live_server):
    start_lab(page, live_server.url, "Set up your AWS account")
    register(page)
    protect_root(page)
    address = make_administrator(page)
    read_what_the_wizard_did(page)
    name_the_account(page)
    anna = sign_in_administrator(page, address)
    set_password_policy(anna)
    use_key(anna, *make_key(anna))
    open_billing(page, anna)
    rest(page, anna)


def register(page: Page) -> None:
    step(page, "Register an account")
    follow(page, "Register an account", "Sign up")
    follow(page, "Sign up in all of AWS's steps", "Sign up for AWS")
    page.fill("[name=Email]", "boss@bills.example")
    page.fill("[name=AccountName]", "Bills")
    press(page, "Verify email address")
    confirm(page, "Confirm you are you", "Verify")
    heading(page, "Create your password")
    page.fill("[name=Password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    press(page, "Continue")
    heading(page, "Choose your account plan")
    page.get_by_label("Free plan").check()
    press(page, "Continue")
    heading(page, "Contact information")
    page.fill("[name=FullName]", "Anna Bianchi")
    page.get_by_label("I have read").check()
    press(page, "Continue")
    heading(page, "Billing information")
    page.fill("[name=card]", FAKE_CARD)
    press(page, "Verify and continue")
    confirm(page, "Confirm your identity", "Send SMS or call me now")
    expect(page.get_by_label("Verification code")).to_be_visible()
    confirm(page, "Confirm your identity", "Continue")
    heading(page, "Select a support plan")
    press(page, "Complete sign up")
    follow(page, "Go to the AWS Management Console", "Sign in as root user")
    heading(page, "Sign in as root user")
    green(page, "register-account")
    next_step(page, "Choose the free plan")
    green(page, "plan-free")
    next_step(page, "Show a card")
    answer(page, "card-hold", "hold")
    green(page, "card-on-bill", "card-hold")


def confirm(page: Page, title: str, button: str) -> None:
    """A code that is shown where AWS would send it."""
    heading(page, title)
    page.fill("[name=code]", page.locator(".alert strong.mono").inner_text())
    press(page, button)


def protect_root(page: Page) -> None:
    next_step(page, "Sign in as root for the first time")
    sign_in_as_root(page)
    green(page, "root-sign-in-login")
    next_step(page, "Protect root with a second factor")
    account_menu(page, "Security credentials", "My security credentials")
    follow(page, "Assign MFA device", "Assign MFA device")
    press(page, "Next")
    heading(page, "Set up device")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the phone of iamlab").click()
    phone = opened.value
    heading(phone, "Your phone")
    shown = phone.locator("dd.mono")
    page.fill("[name=AuthenticationCode1]", shown.nth(1).inner_text())
    page.fill("[name=AuthenticationCode2]", shown.nth(2).inner_text())
    phone.close()
    press(page, "Add MFA")
    expect(page.locator("#flashes")).to_contain_text("MFA device assigned")
    green(page, "root-mfa-device")


def make_administrator(page: Page) -> str:
    """The wizard from its first page to the last; the sign-in address that it ends with."""
    next_step(page, "Find the users")
    open_service(page, "IAM", "Dashboard")
    side(page, "Users", "Users")
    next_step(page, "Make a user for yourself")
    follow(page, "Create user", "Specify user details")
    page.fill("[name=UserName]", "anna")
    page.check("[name=console]")
    page.check("[name=password_kind][value=custom]")
    page.fill("[name=Password]", ANNAS)
    page.uncheck("[name=reset]")
    press(page, "Next")
    heading(page, "Set permissions")
    page.get_by_role("button", name="Create group").click()
    dialog = page.locator("#modal")
    dialog.locator("[name=GroupName]").fill("Admins")
    dialog.locator("input[type=search]").fill("AdministratorAccess")
    expect(dialog.locator("[data-announce]")).to_have_text("5 matches")
    dialog.locator("input[value='arn:aws:iam::aws:policy/AdministratorAccess']").check()
    dialog.get_by_role("button", name="Create user group").click()
    expect(page.locator("main").get_by_role("checkbox", name="Admins")).to_be_checked()
    press(page, "Next")
    heading(page, "Review and create")
    press(page, "Add new tag")
    page.fill("[name=tags-key]", "department")
    page.fill("[name=tags-value]", "engineers")
    press(page, "Create user")
    heading(page, "Retrieve password")
    address = page.locator("dd").filter(has_text="/sign-in/").inner_text().split()[0]
    green(page, "admin-user-made", "admin-user-named", "admin-user-password")
    return address


def read_what_the_wizard_did(page: Page) -> None:
    """One wizard did several steps: each is green when it is looked at."""
    next_step(page, "Give permissions through a group")
    green(page, "admin-group-group")
    next_step(page, "Put yourself into the group")
    green(page, "membership-member", "membership-only")
    next_step(page, "Tag the user")
    green(page, "tag-department")
    next_step(page, "Nothing left half-made")
    green(page, "review-whole")


def name_the_account(page: Page) -> None:
    next_step(page, "Give the sign-in address a name")
    side(page, "Dashboard", "Dashboard")
    page.get_by_role("link", name="Create", exact=True).click()
    dialog = page.locator("#modal")
    dialog.locator("[name=AccountAlias]").fill("bills-of-boss")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.locator("main")).to_contain_text("bills-of-boss")
    green(page, "alias-alias")


def sign_in_administrator(page: Page, address: str) -> Page:
    """A tab of her own, while root's stays open."""
    next_step(page, "Sign in as the administrator")
    anna = page.context.new_page()
    anna.goto(page.locator("main").get_by_text("/sign-in/bills-of-boss").first.inner_text().split()[0])
    sign_in_as(anna, "anna", ANNAS)
    green(anna, "admin-sign-in-login")
    return anna


def set_password_policy(anna: Page) -> None:
    next_step(anna, "Look at the password policy that is there")
    open_service(anna, "IAM", "Dashboard")
    side(anna, "Account settings", "Account settings")
    answer(anna, "default-policy", "eight", "kinds", "name")
    green(anna, "default-policy-known")
    next_step(anna, "Set your own password policy")
    anna.get_by_role("link", name="Edit password policy").click()
    heading(anna, "Edit password policy")
    anna.get_by_label("Custom").check()
    anna.fill("[name=MinimumPasswordLength]", "14")
    for name in ("Uppercase", "Lowercase"):
        anna.check(f"[name=Require{name}Characters]")
    anna.check("[name=RequireNumbers]")
    anna.check("[name=expires]")
    anna.fill("[name=MaxPasswordAge]", "90")
    anna.check("[name=prevents]")
    anna.fill("[name=PasswordReusePrevention]", "24")
    press(anna, "Save changes")
    heading(anna, "Set custom password policy?")
    press(anna, "Set custom")
    heading(anna, "Account settings")
    green(anna, *(f"password-policy-{check}" for check in ("custom", "length", "kinds", "age", "reuse", "own")))


def make_key(anna: Page) -> tuple[str, str]:
    """Id and secret of her key, from the page that shows them once."""
    next_step(anna, "Find yourself among the users")
    side(anna, "Users", "Users")
    follow(anna, "anna", "anna")
    next_step(anna, "Make an access key")
    tab = anna.locator("main").get_by_role("link", name="Security credentials", exact=True)
    tab.click()
    expect(tab).to_have_attribute("aria-current", "page")
    follow(anna, "Create access key", "Access key best practices")
    key = key_by_wizard(anna)
    green(anna, "key-own")
    return key["AccessKeyId"], key["SecretAccessKey"]


def use_key(anna: Page, key_id: str, secret: str) -> None:
    """In a terminal of the lab, in a tab of its own; the panel of the console sees the call within two seconds."""
    next_step(anna, "Keep the secret, and use it")
    with anna.expect_popup() as opened:
        anna.locator("#lab-panel").get_by_role("link", name="Terminal").click()
    terminal = opened.value
    heading(terminal, "Terminal")
    answers = ("", key_id, secret, "us-east-1", "")
    questions = ("AWS Access Key ID", "AWS Secret Access Key", "Default region name", "Default output format", "$")
    for line, question in zip(("aws configure", *answers[1:]), questions, strict=True):
        terminal.fill("#line", line)
        terminal.press("#line", "Enter")
        expect(terminal.locator("#prompt")).to_contain_text(question)
    terminal.fill("#line", "aws sts get-caller-identity")
    terminal.press("#line", "Enter")
    expect(terminal.get_by_role("log")).to_contain_text(":user/anna")
    terminal.close()
    green(anna, "secret-used")
    next_step(anna, "Root stays without keys")
    green(anna, "no-root-key-none")


def open_billing(root: Page, anna: Page) -> None:
    next_step(anna, "Predict whether you may open billing")
    answer(anna, "billing-predict", "switch")
    green(anna, "billing-predict-predicted")
    account_menu(anna, "Billing and Cost Management", "Billing and Cost Management home")
    expect(anna.locator("main")).to_contain_text("Two things are needed")
    next_step(anna, "Let IAM users see billing")
    account_menu(root, "Account", "Account")
    root.locator("main summary").filter(has_text="Edit").click()
    root.get_by_label("Activate IAM Access").check()
    press(root, "Update")
    expect(root.locator("main")).to_contain_text("billing information is activated")
    green(anna, "billing-switch-active")
    next_step(anna, "Open billing as the administrator")
    account_menu(anna, "Billing and Cost Management", "Billing and Cost Management home")
    expect(anna.locator("main")).to_contain_text("Authorization hold")
    green(anna, "billing-open-read")


def rest(root: Page, anna: Page) -> None:
    """Root signs out, and the bill is opened once more: all that is checked is green."""
    next_step(anna, "From now on, root rests")
    root.locator("details[data-menu=account] > summary").click()
    root.get_by_role("button", name="Sign out").click()
    account_menu(anna, "Billing and Cost Management", "Billing and Cost Management home")
    green(anna, "rest-quiet")
    expect(anna.locator("#lab-live")).to_contain_text("23 of 23 steps")
    expect(anna.locator("#lab-live")).to_contain_text("100 of 100 points")
