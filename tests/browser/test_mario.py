"""Mario's bill, end to end, as a learner walks it: from the landing page to the event history and the CLI key."""

import re

import boto3
import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import as_json, console_of, key_by_wizard, write

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "Long-and-good-1"
POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "WriteBills", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::customer-bills/*"}
  ]
}"""


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1").filter(has_text=text).first).to_be_visible()


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def begin(page: Page, address: str) -> None:
    """A guest, the lab, and a registered account: one click, one click, one form."""
    page.goto(address)
    page.get_by_role("button", name="Start as a guest").click()
    heading(page, "Home")
    page.get_by_role("button", name="Start Mario's first bill").click()
    heading(page, "Mario's first bill")
    page.get_by_role("link", name="Register an account").click()
    heading(page, "Sign up")
    page.fill("[name=Email]", "boss@bills.example")
    page.fill("[name=AccountName]", "Bills")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    press(page, "Create account")


def sign_in_root(page: Page) -> str:
    heading(page, "Sign in as root user")
    press(page, "Next")
    heading(page, "Root user sign in")
    page.fill("[name=Password]", PASSWORD)
    press(page, "Sign in")
    heading(page, "Console Home")
    return console_of(page)


def sign_in_user(page: Page, address: str, name: str) -> str:
    page.goto(address)
    heading(page, "IAM user")
    page.fill("[name=UserName]", name)
    page.fill("[name=Password]", PASSWORD)
    press(page, "Sign in")
    heading(page, "Console Home")
    return console_of(page)


def add_user(page: Page, base: str, name: str) -> None:
    """The first step of the wizard: a name and a password of one's own."""
    page.goto(f"{base}/iam/users/")
    page.get_by_role("link", name="Create user").first.click()
    heading(page, "Specify user details")
    page.fill("[name=UserName]", name)
    page.check("[name=console]")
    page.check("[name=password_kind][value=custom]")
    page.fill("[name=Password]", PASSWORD)
    page.uncheck("[name=reset]")
    press(page, "Next")
    heading(page, "Set permissions")


def create_user(page: Page) -> None:
    press(page, "Next")
    heading(page, "Review and create")
    expect(page.locator("main")).to_contain_text("iam:CreateUser")
    press(page, "Create user")
    heading(page, "Retrieve password")


def add_administrator(page: Page, base: str) -> None:
    add_user(page, base, "anna")
    press_link_or_button(page, "Create group")
    dialog = page.locator("#modal")
    dialog.locator("[name=GroupName]").fill("Admins")
    dialog.locator("input[type=search]").fill("AdministratorAccess")
    dialog.locator("input[value='arn:aws:iam::aws:policy/AdministratorAccess']").check()
    dialog.get_by_role("button", name="Create user group").click()
    expect(page.locator("main").get_by_role("checkbox", name="Admins")).to_be_checked()
    create_user(page)


def press_link_or_button(page: Page, name: str) -> None:
    page.locator("main").locator("a, button").filter(has_text=name).first.click()


def upload(page: Page, base: str) -> None:
    page.goto(f"{base}/s3/upload/customer-bills/")
    heading(page, "Upload")
    page.set_input_files("input[type=file]", {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"42 EUR"})
    press(page, "Upload")


def step(page: Page, check: str, status: str) -> None:
    expect(page.locator(f"#check-{check}")).to_have_attribute("data-status", status)


def set_alias(page: Page, base: str) -> None:
    page.goto(f"{base}/iam/home/")
    page.get_by_role("link", name="Create", exact=True).click()
    dialog = page.locator("#modal")
    dialog.locator("[name=AccountAlias]").fill("bills-of-boss")
    dialog.get_by_role("button", name="Save changes").click()
    expect(page.locator("main")).to_contain_text("bills-of-boss")


def sign_in_address(page: Page, base: str, account: str) -> str:
    """The account's sign-in URL, as the dashboard shows it."""
    page.goto(f"{base}/iam/home/")
    return page.locator(f"text=/sign-in/{account}/").first.inner_text().strip().split()[0]


def make_people(page: Page, base: str) -> None:
    """mario with a password, the bucket, and the group with him in it."""
    add_user(page, base, "mario")
    create_user(page)
    page.goto(f"{base}/s3/bucket/create/")
    page.fill("[name=Bucket]", "customer-bills")
    press(page, "Create bucket")
    expect(page.locator("#flashes")).to_contain_text("customer-bills")
    page.goto(f"{base}/iam/groups/create/")
    page.fill("[name=GroupName]", "billing")
    page.get_by_role("checkbox", name="mario").check()
    press_link_or_button(page, "Create user group")
    expect(page.locator("#flashes")).to_contain_text("billing")


def write_policy(page: Page, base: str) -> None:
    """A malformed document is told with its line; the mended one becomes BillWrite, attached to the group."""
    page.goto(f"{base}/iam/policies/")
    page.get_by_role("link", name="Create policy").first.click()
    heading(page, "Specify permissions")
    as_json(page)
    write(page, POLICY.replace("]", ""))
    press(page, "Next")
    expect(page.locator("main")).to_contain_text(re.compile(r"Line 6, column \d+: Syntax errors in policy\."))
    write(page, POLICY)
    press(page, "Next")
    heading(page, "Review and create")
    page.fill("[name=PolicyName]", "BillWrite")
    press(page, "Create policy")
    expect(page.locator("#flashes")).to_contain_text("BillWrite")
    page.goto(f"{base}/iam/groups/details/billing/permissions/")
    page.locator("summary", has_text="Add permissions").click()
    page.get_by_role("link", name="Attach policies").click()
    heading(page, "Attach policies")
    page.locator("main input[type=search]").fill("BillWrite")
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.get_by_label("Select BillWrite").check()
    press(page, "Attach policies")
    expect(page.locator("#flashes")).to_contain_text("Policies attached to billing.")


def make_key(page: Page, base: str) -> dict[str, str]:
    """An own access key; the secret is on the page once, behind Show."""
    page.goto(f"{base}/iam/security_credentials/keys/create/")
    return key_by_wizard(page)


def download_bill(page: Page, base: str) -> None:
    page.goto(f"{base}/s3/buckets/customer-bills/objects/")
    page.get_by_role("link", name="bill.txt").click()
    heading(page, "bill.txt")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_bytes() == b"42 EUR"


def deny(page: Page, base: str) -> None:
    """An explicit Deny on the group, by its inline policy: it beats the Allow."""
    page.goto(f"{base}/iam/groups/details/billing/inline/")
    page.fill("[name=PolicyName]", "NoWrites")
    write(page, POLICY.replace("Allow", "Deny"))
    page.locator("main form").get_by_role("button").last.click()
    expect(page.locator("#flashes")).to_contain_text("NoWrites")


def see_events(page: Page, base: str) -> None:
    """Sign-ins, changes, the refused and the allowed write, each a row; the writes marked as data events."""
    page.goto(f"{base}/cloudtrail/events/")
    history = page.locator("#events")
    for name in ("ConsoleLogin", "CreateUser", "PutObject"):
        expect(history).to_contain_text(name)
    expect(history).to_contain_text("data event")
    expect(history).to_contain_text("refused")


def use_the_key(key: dict[str, str], address: str) -> None:
    """The key that the console showed works with a real client, on the same server."""
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    sts = session.client("sts", endpoint_url=f"{address}/aws")
    assert sts.get_caller_identity()["Arn"].endswith(":user/anna")
    s3 = session.client("s3", endpoint_url=f"{address}/aws")
    assert s3.get_object(Bucket="customer-bills", Key="bill.txt")["Body"].read() == b"42 EUR"


def test_mario_saves_a_bill(page: Page, live_server):
    begin(page, live_server.url)
    root = sign_in_root(page)
    add_administrator(page, root)
    set_alias(page, root)
    address = sign_in_address(page, root, "bills-of-boss")
    anna_page, mario_page = page.context.new_page(), page.context.new_page()
    anna = sign_in_user(anna_page, address, "anna")
    expect(page.locator(".identity").first).to_contain_text("Root")
    expect(anna_page.locator(".identity").first).to_contain_text("IAM user")
    make_people(anna_page, anna)
    mario = sign_in_user(mario_page, address, "mario")
    upload(mario_page, mario)
    expect(mario_page.locator("main")).to_contain_text("no identity-based policy allows the s3:PutObject action")
    mario_page.get_by_role("link", name="Why?").first.click()
    heading(mario_page, "Why?")
    expect(mario_page.locator("#verdict")).to_contain_text("No. Nothing that applies to mario allows this.")
    write_policy(anna_page, anna)
    upload(mario_page, mario)
    expect(mario_page.locator("main")).to_contain_text("Upload succeeded")
    download_bill(anna_page, anna)
    deny(anna_page, anna)
    upload(mario_page, mario)
    expect(mario_page.locator("main")).to_contain_text("with an explicit deny in an identity-based policy")
    see_events(anna_page, anna)
    use_the_key(make_key(anna_page, anna), live_server.url)
    anna_page.goto(f"{anna}/iam/home/")
    # Seven of ten: the two questions are not answered, and the Deny undid the step of the policy.
    expect(anna_page.locator("#lab-live")).to_contain_text("7 of 10 steps")
