"""The terminal in a real browser, by keyboard."""

import pytest
from playwright.sync_api import expect

from iamlab.people.models import Person
from iamlab.sandbox import controls, lab_accounts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_terminal(live_server, new_context):
    """A page on the terminal of a fresh guest's sandbox."""

    def opened(**settings):
        page = new_context(**settings).new_page()
        page.goto(live_server.url)
        page.get_by_role("button", name="Start as a guest").click()
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        sandbox = controls.create(Person.objects.latest("pk"), "mine")
        page.goto(f"{live_server.url}/terminal/{sandbox.public_id}/")
        expect(page.locator("#line")).to_be_focused()  # a page gets its autofocus after it has loaded
        return page

    return opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
def test_axe_finds_nothing_and_nothing_sticks_out(open_terminal, violations, scheme, width):
    page = open_terminal(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.keyboard.type("ls -l")
    page.keyboard.press("Enter")
    page.keyboard.type("aws iam list-users")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Unable to locate credentials")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_keys_are_given_and_used_by_keyboard_alone(open_terminal):
    keys = lab_accounts.open_account("111122223333", reset=True)
    page = open_terminal()
    log = page.get_by_role("log")
    page.keyboard.type("aws configure")
    page.keyboard.press("Enter")
    for question, answer in (
        ("AWS Access Key ID", keys["AccessKeyId"]),
        ("AWS Secret Access Key", keys["SecretAccessKey"]),
        ("Default region name", "us-east-1"),
        ("Default output format", "text"),
    ):
        expect(page.locator("#prompt")).to_contain_text(question)
        page.keyboard.type(answer)
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Run")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "line"
    page.keyboard.type("aws sts get-caller-identity --query Arn")
    page.keyboard.press("Enter")
    expect(log).to_contain_text("arn:aws:iam::111122223333:root")
    expect(log).not_to_contain_text(keys["SecretAccessKey"])
    expect(page.locator("#profiles")).to_contain_text(f"****{keys['AccessKeyId'][-4:]}")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#line")).to_have_value("aws sts get-caller-identity --query Arn")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#line")).to_have_value("aws configure")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#line")).to_have_value("")
    page.keyboard.type("echo 'two")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("lines'")
    page.keyboard.press("Enter")
    expect(log.locator("article").last.locator("pre")).to_have_text("two\nlines\n")
    page.keyboard.type("cat bill.txt bill.txt bill.txt bill.txt bill.txt bill.txt bill.txt bill.txt bill.txt bill.txt")
    page.keyboard.press("Enter")
    expect(log.locator("article")).to_have_count(8)
    assert (
        page.evaluate("(log => log.scrollHeight - log.clientHeight - log.scrollTop)(document.getElementById('log'))")
        < 2
    )


def test_without_scripts(open_terminal):
    page = open_terminal(java_script_enabled=False)
    page.get_by_role("link", name="Who am I?").click()
    expect(page.locator("#line")).to_have_value("aws sts get-caller-identity")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("log")).to_contain_text("Unable to locate credentials")
    page.get_by_text("Write a file").click()
    page.get_by_label("Name").fill("policy.json")
    page.get_by_label("Content").fill("{}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="policy.json")).to_be_visible()
    page.get_by_role("button", name="Delete policy.json").click()
    expect(page.get_by_role("link", name="policy.json")).to_have_count(0)
