"""Where one goes on after a button of the lab panel, and after *Show where*."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import next_step, sign_in_as, start_lab

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [380, 1280])
def test_what_is_said_of_an_answer_is_in_view(page: Page, live_server, width):
    page.set_viewport_size({"width": width, "height": 500})
    start_lab(page, live_server.url, "The words of IAM")
    question = page.locator("#question-authn")
    question.locator("[value=once]").check()
    question.get_by_role("button", name="Answer", exact=True).click()
    said = question.locator(".lab-answered")
    expect(said).to_contain_text("You may still be allowed nothing at all.")
    expect(said).to_be_focused()
    expect(said).to_be_in_viewport()


@pytest.mark.parametrize("width", [380, 1280])
def test_a_refusal_is_said_in_the_panel_and_in_view(page: Page, live_server, width):
    """A learner who presses Answer with nothing ticked is told so there, not at the top of the page."""
    page.set_viewport_size({"width": width, "height": 500})
    start_lab(page, live_server.url, "The words of IAM")
    page.locator("details.lab-steps summary").click()
    page.get_by_role("button", name="Password and access key", exact=True).click()
    expect(page.locator("#lab-step-title")).to_have_text("Password and access key")
    page.locator("#question-key").get_by_role("button", name="Answer", exact=True).click()
    said = page.locator("#lab-panel .flash")
    expect(said).to_contain_text("Choose an answer first.")
    expect(said).to_be_in_viewport(ratio=1)
    expect(page.locator(".lab-flashes")).to_be_focused()
    said.get_by_role("button").click()
    expect(page.locator("#lab-step-title")).to_be_focused()


def test_show_where_brings_the_focus_along(page: Page, live_server):
    """Also to what is no control, such as a list."""
    start_lab(page, live_server.url, "The words of IAM")
    for title in ("User, group, role", "The parts of a policy", "Find the faulty part"):
        next_step(page, title)
    page.get_by_role("link", name="Sign in to Words").click()
    sign_in_as(page, "admin", "Admins-password-1")
    page.get_by_role("link", name="Show where").click()
    expect(page.locator("#policies")).to_be_focused()
    page.get_by_role("searchbox").first.focus()
    page.get_by_role("link", name="Show where").click()
    expect(page.locator("#policies")).to_be_focused()
