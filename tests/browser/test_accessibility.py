"""The main pages under axe in both themes, at 380 pixels too: nothing found, nothing sticks out, no script
fails, and each form names the address that it goes to."""

import pytest
from playwright.sync_api import Page, expect

from tools import scratch
from tools.pages import PAGES
from tools.screenshots import furnish

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def names(db) -> dict[str, str]:
    """Ada's furnished account: what the addresses name. `cookie` signs her in."""
    world = scratch.world()
    return {**furnish(world), "cookie": world.cookie}


@pytest.fixture
def look(names, live_server, new_context):
    """A page of Ada's browser; `page.failed` collects what scripts and the Content-Security-Policy complain of."""

    def open_(scheme: str) -> Page:
        context = new_context(color_scheme=scheme, base_url=live_server.url)
        context.add_cookies([{"name": "sessionid", "value": names["cookie"], "url": live_server.url}])
        page = context.new_page()
        page.failed = []
        page.on("console", lambda message: page.failed.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.failed.append(str(error)))
        return page

    return open_


def faults(page: Page, violations, *rules: str) -> list[str]:
    """What axe finds at full width, and how far the page sticks out at 380 pixels."""
    found = violations(page, *rules)
    page.set_viewport_size({"width": 380, "height": 800})
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": 1280, "height": 800})
    return found + ([f"{width} pixels wide"] if width > 380 else [])


@pytest.mark.parametrize(("scheme", "rules"), [("light", []), ("dark", ["color-contrast"])])
def test_nothing_is_found_on_the_main_pages(look, names, violations, scheme, rules):
    """A theme changes colours alone, so that the second one is asked about those only."""
    page = look(scheme)
    found = {}
    for name, _, path in PAGES:
        answer = page.goto(path.format(**names))
        found[name] = [
            *([] if answer.status == 200 else [f"status {answer.status}"]),
            *faults(page, violations, *rules),
            *page.eval_on_selector_all("form:not([action])", "forms => forms.map(one => one.outerHTML.slice(0, 200))"),
        ]
    assert {name: what for name, what in found.items() if what} == {}
    assert page.failed == []


def test_nothing_is_found_in_the_wizard_by_keyboard_alone(look, names, violations):
    """Each field is reached by Tab; Enter goes on; Back shows the page before without a failing script."""
    page = look("light")
    page.goto(f"/console/{names['session']}/iam/users/create/")
    tab_to(page, "UserName")
    page.keyboard.type("anna")
    found = faults(page, violations)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Set permissions")
    found += faults(page, violations)
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Review and create")
    found += faults(page, violations)
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Set permissions")
    page.go_forward()
    expect(page.locator("h1")).to_contain_text("Review and create")
    tab_to(page, "Create user")
    page.keyboard.press("Enter")
    expect(page.locator("#flashes")).to_contain_text("User created successfully")
    assert found == []
    assert page.failed == []


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field or the button of that name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        at = "[document.activeElement.name, document.activeElement.innerText, document.activeElement.closest('main')]"
        field, text, inside = page.evaluate(at)
        if inside is not None and name in (field, (text or "").strip()):
            return
    raise AssertionError(f"Tab does not lead to {name}.")
