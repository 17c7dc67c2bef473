"""The lab's panel in a browser: what is heard of it, and the width that it is given."""

import boto3
import pytest
from playwright.sync_api import Page, expect

from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.labs.models import Attempt
from iamlab.sandbox import controls
from tests.browser.walking import follow, heading, open_service, press, side, sign_in_as, start_lab

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SAID = "developers has a policy: done."


@pytest.fixture
def admin(page: Page, live_server):
    start_lab(page, live_server.url, "Groups")
    follow(page, "Sign in to Team", "IAM user sign in")
    sign_in_as(page, "admin", "Admins-password-1")
    return page


LISTEN = """() => {
    window.heard = [];
    let stands = "";
    new MutationObserver(() => {
        const text = document.querySelector("#live").innerText.trim();
        if (text && text !== stands) window.heard.push(text); // other parts of the page change while it stands
        stands = text;
    }).observe(document.body, { subtree: true, childList: true });
}"""


def listen(page: Page) -> None:
    """Keep what the page's live region says, from now on."""
    page.evaluate(LISTEN)


def test_what_a_check_comes_to_is_said_once_with_the_page(admin: Page):
    """The page that a console action answers with brings the checks along: they are told, and not again later."""
    open_service(admin, "IAM", "Dashboard")
    side(admin, "User groups", "User groups")
    follow(admin, "Create group", "Create user group")
    admin.fill("[name=GroupName]", "developers")
    admin.locator("main input[type=search]").last.fill("AmazonS3ReadOnlyAccess")
    admin.locator("input[value='arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess']").check()
    listen(admin)
    press(admin, "Create user group")
    heading(admin, "User groups")
    live = admin.locator("#live")
    expect(live).to_contain_text(SAID)
    expect(live).to_contain_text("developers user group created.")
    side(admin, "Users", "Users")
    expect(live).to_have_text("")
    with admin.expect_response(lambda one: "/live/" in one.url):
        pass
    said = admin.evaluate("window.heard.filter((text) => text.includes('developers has a policy')).length")
    assert said == 1


def test_what_is_not_right_is_said_with_its_reason_and_nothing_besides(admin: Page):
    open_service(admin, "IAM", "Dashboard")
    side(admin, "User groups", "User groups")
    follow(admin, "Create group", "Create user group")
    admin.fill("[name=GroupName]", "Developers")
    press(admin, "Create user group")
    heading(admin, "User groups")
    live = admin.locator("#live")
    expect(live).to_contain_text("developers has a policy: not right.")
    why = admin.locator("#check-policies-developers .lab-why").inner_text()
    expect(live).to_contain_text(why)
    expect(live).not_to_contain_text("auditors has a policy")


def test_a_call_from_elsewhere_is_said_by_itself(admin: Page):
    heading(admin, "Console Home")
    listen(admin)
    with admin.expect_popup() as opened:
        admin.locator("#lab-panel").get_by_role("link", name="Sign in").click()
    other = opened.value
    heading(other, "Groups")
    admin.locator("#lab-all-steps").click()
    admin.locator("#lab-step-title").focus()
    other.locator("#lab-panel summary", has_text="Clock").click()
    other.locator("#lab-panel").get_by_role("button", name="Show me").click()
    expect(other.locator("#lab-panel")).to_contain_text("Shown to you")
    expect(admin.locator("#live")).to_contain_text("auditors has a policy: done.")
    assert admin.evaluate("document.activeElement.id") == "lab-step-title"  # put in place of the one that had the focus
    expect(admin.locator("details.lab-steps")).to_have_attribute("open", "")  # what is being read stays
    with admin.expect_response(lambda one: "/live/" in one.url):
        pass
    assert admin.evaluate("window.heard.length") == 1


@pytest.fixture
def sdk(admin: Page, live_server):
    """A client of the account that the panel's lab is in, with a key of the administrator's."""
    attempt = Attempt.objects.latest("pk")
    caller = caller_as(controls.world(attempt.sandbox), attempt.sandbox.accounts.get().pk, "user/admin")
    key = call(caller, "iam:CreateAccessKey", {"UserName": "admin"})["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    return session.client("iam", endpoint_url=f"{live_server.url}/aws")


OPENED = {
    "by a link": lambda page: open_service(page, "IAM", "Dashboard"),
    "anew": lambda page: page.reload(),
}
# Polls of the panel that wait for their time wait for good: what is left is the one that a page sends at once.
HOLD = """() => {
    const timer = window.setTimeout;
    window.held = [];
    window.setTimeout = (act, wait, ...more) => wait < 2000 ? timer(act, wait, ...more) : window.held.push(act);
}"""


@pytest.mark.parametrize("how", OPENED)
def test_what_an_sdk_did_shows_at_once_with_the_page_that_is_opened_next(admin: Page, sdk, how):
    """Where nothing polled in between: the page asks little, its panel polls as soon as it is there. Said once."""
    heading(admin, "Console Home")
    admin.add_init_script(f"({HOLD})(); document.addEventListener('DOMContentLoaded', {LISTEN})")
    admin.route("**/live/**", lambda route: route.abort())
    sdk.create_group(GroupName="developers")
    sdk.attach_group_policy(GroupName="developers", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    expect(admin.locator("#check-policies-developers")).not_to_have_attribute("data-status", "pass")
    listen(admin)
    admin.evaluate(HOLD)
    admin.evaluate("document.querySelector('#lab-live').remove()")  # so that the page before polls no more
    admin.unroute("**/live/**")
    with admin.expect_response(lambda one: "/live/" in one.url):
        OPENED[how](admin)
    expect(admin.locator("#check-policies-developers")).to_have_attribute("data-status", "pass")
    expect(admin.locator("#live")).to_contain_text(SAID)
    assert admin.locator("#lab-panel noscript form:visible").count() == 0
    assert admin.evaluate("document.activeElement.closest('#panel')") is None  # the place on the page is as it was
    with admin.expect_response(lambda one: "/live/" in one.url):
        admin.evaluate("window.held.splice(0).forEach((act) => act())")
    assert admin.evaluate("window.heard.filter((text) => text.includes('developers has a policy')).length") == 1


def test_panel_stays_as_wide_as_it_was_made(admin: Page):
    panel, edge = admin.locator("#panel"), admin.get_by_role("separator", name="Width of the lab panel")
    before = panel.bounding_box()["width"]
    edge.focus()
    for _ in range(4):
        admin.keyboard.press("ArrowLeft")
    assert panel.bounding_box()["width"] == pytest.approx(before + 80, abs=1)
    box = edge.bounding_box()
    admin.mouse.move(box["x"] + 4, box["y"] + 200)
    admin.mouse.down()
    admin.mouse.move(box["x"] - 96, box["y"] + 200)
    admin.mouse.up()
    wide = panel.bounding_box()["width"]
    assert wide == pytest.approx(before + 180, abs=6)
    expect(edge).to_have_attribute("aria-valuenow", str(round(wide)))
    open_service(admin, "IAM", "Dashboard")
    assert panel.bounding_box()["width"] == pytest.approx(wide, abs=1)
    admin.reload()
    heading(admin, "Dashboard")
    assert panel.bounding_box()["width"] == pytest.approx(wide, abs=1)
