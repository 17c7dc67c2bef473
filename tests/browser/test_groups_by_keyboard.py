"""The lab of the groups, start to end, by the keyboard alone: no click, and nothing that only a mouse reaches."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walking import green, heading, step

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
POLICIES = {
    "developers": ("AmazonS3ReadOnlyAccess", ["Charles"]),
    "operations": ("CloudWatchReadOnlyAccess", ["Charles", "David"]),
    "auditors": ("SecurityAudit", ["David"]),
}
DENY = """{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:GetObject",
"Resource": "arn:aws:s3:::ACCOUNT-team-notes/secret.txt"}}"""
# Whether the control with the focus has a name that begins so, and is of that kind: a type, a tag, "" for any.
FOCUSED = """([name, kind]) => {
    const at = document.activeElement.shadowRoot?.activeElement || document.activeElement;
    const label = at.getAttribute("aria-label") || at.labels?.[0]?.textContent || at.textContent || "";
    return label.trim().replace(/\\s+/g, " ").startsWith(name) && (!kind || at.type === kind || at.localName === kind);
}"""


def tab_to(page: Page, name: str, kind: str = "") -> None:
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED, [name, kind]):
            return
    pytest.fail(f"no way to {name} by keyboard on {page.url}")


def enter(page: Page, name: str, kind: str, title: str) -> None:
    """Go to a link or button, press it, and wait for the page that it leads to."""
    tab_to(page, name, kind)
    page.keyboard.press("Enter")
    heading(page, title)


def type_into(page: Page, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.insert_text(text)


def go_on(page: Page, title: str) -> None:
    """The panel's way on: the focus is then at the title of the step it leads to."""
    tab_to(page, f"Next: {title}", "submit")
    page.keyboard.press("Enter")
    expect(step(page, title)).to_be_focused()


def reply(page: Page, question: str, *choices: str) -> None:
    """Choose, answer, and be at what is said of it."""
    for choice in choices:
        choose(page, question, choice)
    tab_to(page, "Answer", "submit")
    page.keyboard.press("Enter")
    said = page.locator(f"#question-{question} .lab-answered")
    expect(said).to_be_focused()
    expect(said).to_contain_text("That is right.")


def choose(page: Page, question: str, choice: str) -> None:
    """Tick a box, or go to one of several buttons with the arrows, as the browser has them."""
    first = page.locator(f"#question-{question} input[name=answer]").first
    if first.get_attribute("type") == "checkbox":
        tab_to(page, choice, "checkbox")
        page.keyboard.press("Space")
        return
    tab_to(page, page.locator(f"#question-{question} .choice").first.inner_text()[:20], "radio")
    page.keyboard.press("Space")
    while not page.evaluate(FOCUSED, [choice, "radio"]):
        page.keyboard.press("ArrowDown")


def test_the_lab_of_the_groups(page: Page, live_server):
    page.goto(live_server.url)
    enter(page, "Start as a guest", "submit", "Home")
    enter(page, "Start Groups", "submit", "Groups")
    step(page, "Three groups, each with a policy")
    account = sign_in(page, "admin", "Admins-password-1")
    for name in POLICIES:
        make_group(page, name)
    green(page, "policies-developers", "policies-auditors", "policies-operations")
    go_on(page, "Charles and David belong to two groups")
    green(page, "two-each-charles", "two-each-david")
    go_on(page, "Fred belongs to none")
    green(page, "fred-none")
    go_on(page, "Groups in groups?")
    reply(page, "nesting", "Because the members")
    go_on(page, "What two groups add up to")
    deny_the_secret(page, account)
    reply(page, "two-groups", "The Deny")
    green(page, "union-either", "union-deny", "union-said")
    go_on(page, "A new developer")
    welcome_gina(page)
    go_on(page, "A group is not somebody")
    reply(page, "principal", "A user as Principal", "A role as Principal")
    go_on(page, "No group, no permissions, but a way in")
    be_fred(page)
    expect(page.locator("#lab-live")).to_contain_text("8 of 8 steps")


def sign_in(page: Page, name: str, password: str) -> str:
    """By the account's page; its number."""
    account = page.locator("main .mono").first.inner_text()
    enter(page, "Sign in to Team", "a", "IAM user sign in")
    type_into(page, "IAM username", name)
    type_into(page, "Password", password)
    enter(page, "Sign in", "submit", "Console Home")
    enter(page, "IAM", "a", "Dashboard")
    return account


def make_group(page: Page, name: str) -> None:
    policy, people = POLICIES[name]
    enter(page, "User groups", "a", "User groups")
    enter(page, "Create group", "a", "Create user group")
    type_into(page, "User group name", name)
    for one in people:
        tab_to(page, f"Select {one}", "checkbox")
        page.keyboard.press("Space")
    tab_to(page, "Find policies", "search")
    page.keyboard.type(policy)
    expect(page.locator("#picker-policies-found tbody tr").first).to_contain_text(policy)
    expect(page.locator("#picker-policies-find")).to_be_focused()
    tab_to(page, f"Select {policy}", "checkbox")
    page.keyboard.press("Space")
    enter(page, "Create user group", "submit", "User groups")
    expect(page.locator("#flashes")).to_contain_text(name)


def deny_the_secret(page: Page, account: str) -> None:
    enter(page, "User groups", "a", "User groups")
    enter(page, "operations", "a", "operations")
    tab_to(page, "Permissions", "a")
    page.keyboard.press("Enter")
    expect(page.locator("main nav a[aria-current]")).to_contain_text("Permissions")
    tab_to(page, "Add permissions")
    page.keyboard.press("Enter")
    enter(page, "Create inline policy", "a", "Create inline policy")
    type_into(page, "Policy name", "NoSecrets")
    tab_to(page, "JSON", "submit")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-content")).to_be_visible()  # Tab does other things in the editor than in the text below
    tab_to(page, "Policy document")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(DENY.replace("ACCOUNT", account))
    page.keyboard.press("Escape")  # what it offers to complete
    page.keyboard.press("Escape")  # then Tab leaves it
    enter(page, "Create policy", "submit", "operations")


def welcome_gina(page: Page) -> None:
    enter(page, "Users", "a", "Users")
    enter(page, "Create user", "a", "Specify user details")
    type_into(page, "User name", "Gina")
    enter(page, "Next", "submit", "Set permissions")
    tab_to(page, "Select developers", "checkbox")
    page.keyboard.press("Space")
    enter(page, "Next", "submit", "Review and create")
    tab_to(page, "Create user", "submit")
    page.keyboard.press("Enter")
    expect(page.locator("#flashes")).to_contain_text("User created successfully")
    green(page, "gina-member")


def be_fred(page: Page) -> None:
    """In a tab of his own, which the panel opens."""
    tab_to(page, "Sign in", "a")
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    fred = opened.value
    heading(fred, "Groups")
    sign_in(fred, "Fred", "Freds-password-1")
    enter(fred, "Users", "a", "Users")
    expect(fred.locator("main")).to_contain_text("Access denied")
    reply(fred, "fred", "His password")
    green(fred, "sign-in-in", "sign-in-nothing", "sign-in-said")
