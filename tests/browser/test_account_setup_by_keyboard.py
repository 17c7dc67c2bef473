"""The lab of the account once more, start to end, by the keyboard alone: each click is a walk to it and a key."""

import pytest
from playwright.sync_api import Locator, Page

from tests.browser import test_account_setup as walk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# Where the focus is, seen from a control: there, at another of its radio buttons, behind it, or before it.
PLACE = """(wanted) => {
    const at = document.activeElement;
    if (at === wanted) return "there";
    if (wanted.type === "radio" && at.type === "radio" && at.name === wanted.name) return "among";
    const behind = at.compareDocumentPosition(wanted) & Node.DOCUMENT_POSITION_PRECEDING;
    return at !== document.body && behind ? "behind" : "before";
}"""
KEYS = {"among": "ArrowDown", "behind": "Shift+Tab", "before": "Tab"}


def reach(control: Locator) -> None:
    """To a control, with the keys that lead from one to the next."""
    control.wait_for()
    for _ in range(300):
        place = control.evaluate(PLACE)
        if place == "there":
            return
        control.page.keyboard.press(KEYS[place])
    pytest.fail(f"no way to {control} by keyboard on {control.page.url}")


def click(control: Locator) -> None:
    reach(control)
    boxes = ("checkbox", "radio")
    control.page.keyboard.press("Space" if control.get_attribute("type") in boxes else "Enter")


def fill(control: Locator, text: str) -> None:
    reach(control)
    control.page.keyboard.press("ControlOrMeta+a")
    control.page.keyboard.insert_text(text)


def tick(control: Locator, *, wanted: bool) -> None:
    reach(control)
    if control.is_checked() is not wanted:
        control.page.keyboard.press("Space")


def key(control: Locator, name: str) -> None:
    reach(control)
    control.page.keyboard.press(name)


@pytest.fixture
def by_keyboard(monkeypatch):
    """Nothing of the walk touches the mouse, or puts the focus anywhere by itself."""
    acts = {
        "click": click, "fill": fill, "press": key,
        "check": lambda control: tick(control, wanted=True), "uncheck": lambda control: tick(control, wanted=False),
    }  # fmt: skip
    for name, act in acts.items():
        monkeypatch.setattr(Locator, name, act)
        monkeypatch.setattr(Page, name, lambda page, where, *more, act=act: act(page.locator(where), *more))


def test_an_account_is_set_up_by_keyboard(page: Page, live_server, by_keyboard):
    walk.test_an_account_is_set_up(page, live_server)
