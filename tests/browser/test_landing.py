"""The landing page in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [380, 1280])
def test_axe_finds_nothing_and_nothing_sticks_out(live_server, new_context, violations, scheme, width):
    page = new_context(color_scheme=scheme, viewport={"width": width, "height": 800}).new_page()
    page.goto(live_server.url)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("javascript", [True, False])
def test_one_click_leads_a_guest_home_and_back_again(live_server, new_context, javascript):
    page = new_context(java_script_enabled=javascript).new_page()
    page.goto(live_server.url)
    page.get_by_role("button", name="Start as a guest").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.get_by_role("link", name="iamlab").click()
    page.get_by_role("link", name="Go on where you were").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_axe_finds_nothing_on_a_guests_first_page(live_server, new_context, violations):
    page = new_context(viewport={"width": 380, "height": 800}).new_page()
    page.goto(live_server.url)
    page.get_by_role("button", name="Start as a guest").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.goto(live_server.url)
    expect(page.get_by_text("Signed in to iamlab as Guest")).to_be_attached()
    assert violations(page) == []
