"""Where one goes on after a click: the focus, the place on the page and its title."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_add_user import console, cookies, root  # noqa: F401  # fixtures
from tests.browser.walking import PASSWORD, heading, press, sign_in_as_root, start_lab

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def users(page: Page, cookies, console) -> str:  # noqa: F811
    """The address of the account's users; the browser is signed in, its window low."""
    page.context.add_cookies(cookies)
    page.set_viewport_size({"width": 380, "height": 500})
    return f"{console}users/"


def test_a_tab_keeps_the_place_and_the_focus(page: Page, users):
    page.goto(f"{users}details/bob/permissions/")
    tab = page.locator(".tabs").get_by_role("link", name="Tags (0)", exact=True)
    tab.evaluate("tab => tab.scrollIntoView()")
    assert page.evaluate("scrollY") > 200
    tab.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tabs [aria-current]")).to_have_text("Tags (0)")
    expect(page.locator(".tabs [aria-current]")).to_be_focused()
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport()
    assert page.evaluate("scrollY") > 200  # what the tab shows may be shorter


def test_another_page_begins_at_its_top(page: Page, users):
    page.goto(f"{users}details/bob/permissions/")
    page.get_by_role("button", name="Copy ARN").first.click()
    expect(page.locator("#live")).to_have_text("Copied")
    page.get_by_role("link", name="Users", exact=True).first.click()
    expect(page).to_have_title("Users | IAM | Global")
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("#main")).to_have_accessible_name("Users (1)")  # else a new page is heard as "main" alone
    expect(page.locator("#live")).to_have_text("")
    assert page.evaluate("scrollY") == 0


def test_a_refused_form_is_gone_on_with_at_the_field_at_fault(page: Page, users):
    page.goto(f"{users}create/")
    page.fill("[name=UserName]", "not a name!")
    page.locator("main").get_by_role("button", name="Next").click()
    expect(page.locator("[name=UserName][aria-invalid=true]")).to_be_focused()


def test_a_refused_dialog_is_gone_on_with_at_the_field_at_fault(page: Page, users):
    page.goto(users.replace("users/", "home/"))
    page.locator("main").get_by_role("link", name="Create", exact=True).click()
    field = page.locator("#modal [name=AccountAlias]")
    field.fill("No Alias")
    field.press("Enter")
    expect(page.locator("#modal [name=AccountAlias][aria-invalid=true]")).to_be_focused()


def test_a_row_that_was_added_is_where_one_goes_on(page: Page, users):
    page.goto(f"{users}details/bob/tags/")
    page.locator("main").get_by_role("link", name="Manage tags").click()
    heading(page, "Manage tags")
    for added in (1, 2, 3, 4, 5):
        page.get_by_role("button", name="Add new tag").press("Enter")
        expect(page.get_by_label("Key", exact=True)).to_have_count(added)
        key = page.get_by_label("Key", exact=True).last
        expect(key).to_be_focused()
        expect(key).to_be_in_viewport()
        page.keyboard.type(f"key{added}")
    page.get_by_role("button", name="Remove").first.press("Enter")
    expect(page.get_by_label("Key", exact=True)).to_have_count(4)
    expect(page.get_by_role("button", name="Add new tag")).to_be_focused()


def test_a_dialog_leaves_the_title_to_the_page_behind_it(page: Page, users):
    page.goto(users)
    page.get_by_role("checkbox", name="bob").check()
    page.locator("main").get_by_role("button", name="Delete").click()
    expect(page.locator("#modal h2, #modal h1").first).to_contain_text("Delete bob?")
    page.keyboard.press("Escape")
    expect(page.locator("#modal")).to_be_hidden()
    expect(page).to_have_title("Users | IAM | Global")


def test_the_lab_is_reached_whole_on_a_narrow_screen_and_a_hint_is_gone_on_from(page: Page, live_server):
    page.set_viewport_size({"width": 380, "height": 700})
    start_lab(page, live_server.url, "Mario's first bill")
    page.locator("#lab-panel").get_by_role("button", name="Give me a nudge").click()
    expect(page.locator("#newest-hint")).to_be_focused()
    page.get_by_role("link", name="Register an account").first.click()
    heading(page, "Sign up")
    page.fill("[name=Email]", "boss@bills.example")
    page.fill("[name=AccountName]", "Bills")
    page.fill("[name=Password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    press(page, "Create account")
    sign_in_as_root(page)
    page.locator(".to-panel").click()
    below = page.locator(".topbar").bounding_box()
    top = page.locator("#panel").bounding_box()
    assert top["y"] >= below["y"] + below["height"]
