"""The lab of Mario's bill, half in the console and half by the aws command, on the same server."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import (
    account_menu,
    answer,
    green,
    heading,
    key_by_wizard,
    next_step,
    open_service,
    pick_statement,
    press,
    sign_in_as,
    start_lab,
    step,
)
from tests.cli.conftest import Cli

pytestmark = [pytest.mark.browser, pytest.mark.cli, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
TITLE = "Mario saves a bill"
KEY = "bills/bill-0042.txt"


@pytest.fixture
def aws(live_server, tmp_path):
    """The aws command against the live server; give it a key to be somebody."""
    (tmp_path / "config").write_text("[profile iamlab]\nregion = us-east-1\ns3 =\n    signature_version = s3v4\n")
    return Cli(f"{live_server.url}/aws", tmp_path, {})


def statement(effect: str, action: str, **more) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, **more}]})


def test_a_bill_is_saved_by_console_and_command_line(page: Page, live_server, aws):
    start_lab(page, live_server.url, TITLE)
    step(page, "Predict before anything is granted")
    answer(page, "before", "implicit")
    green(page, "predict-predicted")
    next_step(page, "Write the policy BillWrite")
    page.get_by_role("link", name="Sign in to Bills").click()
    sign_in_as(page, "admin", "Admins-password-1")
    account = account_of(page)
    admin = aws.with_key(make_key(page))
    write_policy_and_role(page, admin, account)
    mario = sign_in_mario(page)
    take_role_and_upload(mario, account)
    session = role_credentials(admin, aws, account)
    prove_what_is_impossible(mario, session, account)
    break_and_mend(page, mario, admin, session, account)
    audit(page)


def account_of(page: Page) -> str:
    page.locator("details[data-menu=account] > summary").click()
    found = page.locator("details[data-menu=account] dd").first.inner_text().split()[0]
    page.keyboard.press("Escape")
    return found


def make_key(page: Page) -> dict[str, str]:
    account_menu(page, "Security credentials", "My security credentials")
    page.locator("#create-access-key").click()
    return key_by_wizard(page)


def write_policy_and_role(page: Page, admin: Cli, account: str) -> None:
    """By the command; the panel beside the console turns green by itself, and a mistake is told there."""
    bucket = f"arn:aws:s3:::{account}-customer-bills"
    document = ("--policy-document", statement("Allow", "s3:PutObject", Resource=bucket))
    policy = admin("iam", "create-policy", "--policy-name", "BillWrite", *document)["Policy"]["Arn"]
    expect(page.locator("#check-policy-allows")).to_contain_text("objects have ARNs that go on after a slash")
    document = ("--policy-document", statement("Allow", "s3:PutObject", Resource=f"{bucket}/*"))
    admin("iam", "create-policy-version", "--policy-arn", policy, "--set-as-default", *document)
    green(page, "policy-allows", "policy-narrow")
    next_step(page, "Make a role that Mario may take")
    trust = statement("Allow", "sts:AssumeRole", Principal={"AWS": f"arn:aws:iam::{account}:user/Mario"})
    admin("iam", "create-role", "--role-name", "BillUploader", "--assume-role-policy-document", trust)
    admin("iam", "attach-role-policy", "--role-name", "BillUploader", "--policy-arn", policy)
    green(page, "role-holds", "role-trust")


def sign_in_mario(page: Page) -> Page:
    """In a tab of his own, from the panel's way in."""
    next_step(page, "Mario signs in")
    with page.expect_popup() as opened:
        page.locator("#lab-panel").get_by_role("link", name="Sign in").click()
    mario = opened.value
    mario.get_by_role("link", name="Sign in to Bills").click()
    sign_in_as(mario, "Mario", "Marios-password-1")
    green(mario, "sign-in-login")
    return mario


def take_role_and_upload(mario: Page, account: str) -> None:
    next_step(mario, "He takes the role")
    account_menu(mario, "Switch role", "Switch role")
    mario.fill("[name=account]", account)
    mario.fill("[name=roleName]", "BillUploader")
    press(mario, "Switch Role")
    heading(mario, "Console Home")
    expect(mario.locator(".identity").first).to_contain_text("BillUploader")
    green(mario, "take-role-assumed")
    next_step(mario, "The bill is saved")
    mario.locator("summary").filter(has_text="Files of this lab").click()
    with mario.expect_download() as download:
        mario.locator("#lab-panel").get_by_role("link", name="bill-0042.txt").click()
    bill = download.value.path().read_bytes()
    open_service(mario, "S3", "Buckets")
    mario.get_by_label("Bucket name").fill(f"{account}-customer-bills")
    press(mario, "Open")
    heading(mario, f"{account}-customer-bills")
    mario.locator("main").get_by_text("Create folder", exact=True).first.click()
    mario.locator("#modal [name=name]").fill("bills")
    mario.locator("#modal").get_by_role("button", name="Create folder").click()
    mario.locator("#flashes").get_by_role("link", name="Open it").click()
    expect(mario.locator("main nav").filter(has_text="bills/")).to_be_visible()
    mario.locator("main").get_by_role("link", name="Upload").click()
    heading(mario, "Upload")
    mario.set_input_files("input[type=file]", {"name": "bill-0042.txt", "mimeType": "text/plain", "buffer": bill})
    press(mario, "Upload")
    expect(mario.locator("main")).to_contain_text("Upload succeeded")
    green(mario, "upload-saved")
    next_step(mario, "Say why it worked")
    pick_statement(mario, "why", "BillWrite")
    green(mario, "explain-explained")


def role_credentials(admin: Cli, aws: Cli, account: str) -> Cli:
    """The role again, taken by Mario with a key of his own."""
    mario = aws.with_key(admin("iam", "create-access-key", "--user-name", "Mario")["AccessKey"])
    role = ("--role-arn", f"arn:aws:iam::{account}:role/BillUploader", "--role-session-name", "mario")
    return aws.with_key(mario("sts", "assume-role", *role)["Credentials"])


def prove_what_is_impossible(mario: Page, session: Cli, account: str) -> None:
    next_step(mario, "Prove what is not possible")
    said = session.refused("s3api", "delete-object", "--bucket", f"{account}-customer-bills", "--key", KEY)
    assert "no identity-based policy allows the s3:DeleteObject action" in said
    green(mario, "negative-role-narrow", "negative-others", "negative-tried")


def break_and_mend(page: Page, mario: Page, admin: Cli, session: Cli, account: str) -> None:
    """Broken by the panel's button, found in the console's own refusal, mended by the command."""
    next_step(mario, "Something breaks. Find it and mend it")
    mario.locator("#lab-panel").get_by_role("button", name="Break it").click()
    expect(mario.locator("#flashes")).to_contain_text("Something in the account was changed")
    bucket = f"{account}-customer-bills"
    (session.home / "bill-0043.txt").write_text("Bill 0043")
    said = session.refused("s3", "cp", "bill-0043.txt", f"s3://{bucket}/bills/bill-0043.txt")
    assert "with an explicit deny in a resource-based policy" in said
    answer(mario, "layer", "bucket")
    rule = json.loads(admin("s3api", "get-bucket-policy", "--bucket", bucket)["Policy"])
    spared = {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/BillUploader"}
    rule["Statement"][0]["Condition"]["ArnNotLike"] = spared
    admin("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", json.dumps(rule))
    session("s3", "cp", "bill-0043.txt", f"s3://{bucket}/bills/bill-0043.txt")
    green(mario, "mend-named", "mend-again", "mend-kept")


def audit(page: Page) -> None:
    """The administrator's tab has followed to the step that Mario's left; on from there."""
    step(page, "Something breaks. Find it and mend it")
    next_step(page, "Find it in the record")
    form = page.locator("#question-row")
    form.locator("label").filter(has_text=f"PutObject by role/BillUploader on {KEY}").click()
    form.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator("#question-row")).to_contain_text("That is right.")
    answer(page, "data-event", "data")
    green(page, "audit-row", "audit-data")
    expect(page.locator("#lab-live")).to_contain_text("10 of 10 steps")
