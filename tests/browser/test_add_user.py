"""Adding a user: by keyboard alone, without JavaScript, and as axe and a narrow screen see its pages."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from iamlab.people.models import create_guest
from iamlab.sandbox import controls
from iamlab.services.accounts.models import Account
from tests.browser.walking import key_by_wizard
from tests.console.conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ACCOUNT = "111122223333"
SEEN = [
    "home/",
    "users/",
    "users/create/",
    "users/create/?era=2021",
    "users/details/bob/permissions/",
    "users/details/bob/security_credentials/",
    "users/details/bob/create-access-key/",
    "groups/",
    "groups/create/",
    "policies/?q=admin",
    "policies/create/",
    "policies/details/arn:aws:iam::aws:policy/IAMReadOnlyAccess/permissions/",
]


@pytest.fixture
def root(client):
    """The root user's console session of a new account; the client is signed in as the person."""
    person = create_guest()[0]
    client.force_login(person)
    now = datetime.now(UTC).replace(microsecond=0)
    sandbox = controls.create(person, "tests", throttled=False)
    email = "root@example.com"
    account = Account.objects.create(
        id=ACCOUNT, sandbox=sandbox, name="lab", email=email, email_lower=email, created=now
    )
    session = signed_in(person, account, "root", ACCOUNT, "root")
    session.call("iam:CreateUser", {"UserName": "bob"})
    session.call("iam:CreateAccessKey", {"UserName": "bob"})
    return session


@pytest.fixture
def cookies(client, live_server, root):
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    return [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}]


@pytest.fixture
def console(live_server, root):
    return f"{live_server.url}/console/{root.id}/iam/"


def groups_of(root, name: str) -> list[str]:
    return [group["GroupName"] for group in root.call("iam:ListGroupsForUser", {"UserName": name})["Groups"]]


def tab_to(page: Page, name: str, role: str = "") -> None:
    """Press Tab until the control of that name has the focus, as somebody without a mouse does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED, [name, role]):
            return
    pytest.fail(f"no way to {name} by keyboard")


FOCUSED = """([name, role]) => {
    const focused = document.activeElement;
    const label = focused.labels?.[0]?.textContent || focused.getAttribute("aria-label") || focused.textContent || "";
    return label.trim().startsWith(name) && (!role || focused.type === role || focused.localName === role);
}"""


def test_by_keyboard_alone(page: Page, cookies, console, root):
    page.context.add_cookies(cookies)
    page.goto(f"{console}users/")
    tab_to(page, "Create user", "a")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Specify user details")
    tab_to(page, "User name")
    page.keyboard.type("anna")
    tab_to(page, "Provide user access")
    page.keyboard.press("Space")
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Set permissions")
    tab_to(page, "Create group", "submit")
    page.keyboard.press("Enter")
    expect(page.locator("dialog h1")).to_have_text("Create user group")
    tab_to(page, "User group name")
    page.keyboard.type("Admins")
    tab_to(page, "Find policies")
    page.keyboard.type("AdministratorAccess")
    expect(page.locator("dialog tbody tr").first).to_contain_text("AdministratorAccess")
    expect(page.locator("dialog .hint[data-announce]")).to_have_text("5 matches")
    expect(page.locator("dialog input[type=search]")).to_have_value("AdministratorAccess")
    expect(page.locator("dialog input[type=search]")).to_be_focused()
    tab_to(page, "Select AdministratorAccess", "checkbox")
    page.keyboard.press("Space")
    tab_to(page, "Create user group", "submit")
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_label("Select Admins")).to_be_checked()
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Review and create")
    tab_to(page, "Create user", "submit")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Retrieve password")
    expect(page.locator(".status-success")).to_have_count(4)
    tab_to(page, "Download .csv file")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "anna_credentials.csv"
    assert groups_of(root, "anna") == ["Admins"]


def test_a_secret_that_nobody_has_seen_is_not_left_unasked(page: Page, cookies, console, root):
    """As AWS asks; who has viewed or downloaded it just goes."""
    page.context.add_cookies(cookies)
    page.goto(f"{console}users/details/bob/create-access-key/")
    key_by_wizard(page, seen=False)
    done = page.locator(".form-footer").get_by_role("link", name="Done")
    done.click()
    dialog = page.get_by_role("dialog", name="Continue without viewing or downloading the secret access key?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.locator("details.secret summary").click()
    done.click()
    expect(page).to_have_title("bob | IAM | Global")
    expect(page.locator("#create-access-key")).to_be_disabled()


def test_without_javascript(browser, cookies, console, root):
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{console}users/create/")
    page.fill("[name=UserName]", "anna")
    page.click(".form-footer >> text=Next")
    page.click("button:has-text('Create group')")
    page.fill("[name=GroupName]", "Admins")
    page.fill("[name=policies-find]", "AdministratorAccess")
    page.click("button:has-text('Find')")
    page.check("[aria-label='Select AdministratorAccess']")
    page.click(".modal-foot >> text=Create user group")
    expect(page.get_by_label("Select Admins")).to_be_checked()
    page.click(".form-footer >> text=Next")
    page.click("text=Add new tag")
    page.fill("[name=tags-key]", "department")
    page.fill("[name=tags-value]", "engineers")
    page.click(".form-footer >> text=Create user")
    expect(page.locator("h1")).to_contain_text("Users")
    expect(page.locator("#flashes")).to_contain_text("User created successfully")
    assert groups_of(root, "anna") == ["Admins"]
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_a_narrow_screen(browser, cookies, console, violations, scheme):
    context = browser.new_context(viewport={"width": 380, "height": 800}, color_scheme=scheme)
    context.add_cookies(cookies)
    page = context.new_page()
    faults = []
    for place in SEEN:
        page.goto(f"{console}{place}")
        if page.evaluate("document.documentElement.scrollWidth") > 380:
            faults.append(f"{place} is too wide")
        faults += [f"{place}: {fault}" for fault in violations(page)]
    context.close()
    assert faults == []


def test_what_is_typed_while_a_lists_rows_are_on_their_way_stays(page: Page, cookies, console):
    page.context.add_cookies(cookies)
    page.goto(f"{console}policies/")
    held = []
    page.route("**/policies/?*q=*", lambda route: route.continue_() if held else held.append(route))
    field = page.get_by_role("searchbox", name="Search", exact=True)
    field.focus()
    with page.expect_request("**/policies/?*q=*"):
        page.keyboard.type("iamread")
    page.keyboard.type("only")
    expect(field).to_have_value("iamreadonly")
    held[0].continue_()
    expect(page.get_by_role("link", name="IAMReadOnlyAccess")).to_be_visible()
    expect(page.locator("#policies-pages")).to_contain_text("1 match")
    expect(field).to_have_value("iamreadonly")
    expect(field).to_be_focused()
