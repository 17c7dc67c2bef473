"""Event history in a browser: ticked events are compared, and what its own buttons send arrives."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_add_user import console, cookies, root  # noqa: F401  # fixtures
from tests.browser.walking import heading

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def events(page: Page, cookies, console) -> str:  # noqa: F811
    page.context.add_cookies(cookies)
    return console.replace("/iam/", "/cloudtrail/events/")


def test_ticked_events_are_compared(page: Page, events):
    """The button stands above the table, outside of the form that it sends."""
    page.goto(events)
    heading(page, "Event history")
    page.get_by_role("checkbox", name="CreateUser").check()
    page.get_by_role("checkbox", name="CreateAccessKey").check()
    page.get_by_role("button", name="Compare event details").click()
    heading(page, "Compare event details")
    expect(page.locator("#main thead")).to_contain_text("CreateUser")
    expect(page.locator("#main thead")).to_contain_text("CreateAccessKey")
    assert page.url.startswith(f"{events}compare/?selected=")


def test_the_name_of_a_button_outside_of_its_form_is_sent(page: Page, events):
    page.goto(events)
    heading(page, "Event history")
    page.evaluate(
        """() => document.querySelector('#main h1').insertAdjacentHTML('afterend',
            '<button form="events-rows" name="attribute" value="EventName">Outside</button>')"""
    )
    page.get_by_role("button", name="Outside").click()
    expect(page).to_have_url(f"{events}?attribute=EventName")


def test_the_range_of_ones_own_is_kept_in_the_address_and_shown_again(page: Page, events):
    page.goto(events)
    page.locator("summary", has_text="Custom time range").click()
    page.get_by_label("From (UTC)").fill("2020-01-01T00:00")
    page.get_by_label("To (UTC)").fill("2020-01-02T00:00")
    page.get_by_role("button", name="Apply", exact=True).first.click()
    expect(page.locator("#main")).to_contain_text("Nothing that fits happened yet.")
    expect(page.get_by_label("Time range")).to_have_value("custom")
    expect(page.get_by_label("From (UTC)")).to_have_value("2020-01-01T00:00")
    expect(page.get_by_label("To (UTC)")).to_be_visible()


def test_the_words_have_more_room_than_the_names_and_nothing_is_cut_off(page: Page, events):
    page.goto(events)
    heading(page, "Event history")
    head = page.locator("#events thead th")
    widths = {one.inner_text(): one.bounding_box()["width"] for one in head.all()}
    assert widths["In plain words"] > widths["Event name"] > widths["User name"]
    assert page.eval_on_selector("#events .table-scroll", "box => box.scrollWidth - box.clientWidth") == 0


def test_the_command_of_a_list_follows_what_is_typed_in_its_filter(page: Page, events):
    page.goto(events.replace("cloudtrail/events/", "iam/users/"))
    page.get_by_text("Show the aws command").click()
    shown = page.locator("#commands")
    expect(shown).to_contain_text("aws iam list-users")
    box = page.locator("#users-filter")
    box.fill("mar")
    expect(shown).to_contain_text("Users[?contains(UserName, 'mar')]")
    expect(box).to_be_focused()
    expect(shown).to_be_visible()
