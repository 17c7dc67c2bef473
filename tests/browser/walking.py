"""What walks through labs share: a learner's hands and eyes. Each waits for what it caused before the next."""

from playwright.sync_api import Locator, Page, expect

PASSWORD = "Long-and-good-1"


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1").filter(has_text=text).first).to_be_visible()


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str, title: str) -> None:
    """A link of the page, and the page that it leads to."""
    page.locator("main").get_by_role("link", name=name, exact=True).first.click()
    heading(page, title)


def side(page: Page, name: str, title: str) -> None:
    """An item of the menu on the left."""
    page.locator("#side-nav").get_by_role("link", name=name, exact=True).click()
    heading(page, title)


def account_menu(page: Page, name: str, title: str) -> None:
    """An item of the menu at the top right."""
    page.locator("details[data-menu=account] > summary").click()
    page.locator("details[data-menu=account]").get_by_role("link", name=name, exact=True).click()
    heading(page, title)


def open_service(page: Page, name: str, title: str) -> None:
    """A service of the menu at the top left."""
    page.locator("details[data-menu=services] > summary").click()
    page.locator("details[data-menu=services]").get_by_role("link", name=name).first.click()
    heading(page, title)


def start_lab(page: Page, address: str, title: str) -> None:
    """A guest at the lab's own page: one click each."""
    page.goto(address)
    page.get_by_role("button", name="Start as a guest").click()
    heading(page, "Home")
    page.get_by_role("button", name=f"Start {title}", exact=True).click()
    heading(page, title)


def sign_in_as_root(page: Page, password: str = PASSWORD) -> None:
    """From the root user's sign-in page with the e-mail filled in, as signing up leads to it."""
    heading(page, "Sign in as root user")
    press(page, "Next")
    heading(page, "Root user sign in")
    page.fill("[name=Password]", password)
    press(page, "Sign in")
    heading(page, "Console Home")


def sign_in_as(page: Page, name: str, password: str) -> None:
    """On an account's own sign-in page."""
    heading(page, "IAM user sign in")
    page.fill("[name=UserName]", name)
    page.fill("[name=Password]", password)
    press(page, "Sign in")
    heading(page, "Console Home")


def key_by_wizard(page: Page, seen: bool = True) -> dict[str, str]:
    """From the key wizard's first page to the last, which shows the secret this once; `seen`: look at it."""
    heading(page, "Access key best practices")
    page.check("[name=use][value=cli]")
    page.check("[name=understood]")
    press(page, "Next")
    heading(page, "Set description tag")
    press(page, "Create access key")
    heading(page, "Retrieve access keys")
    if seen:
        page.locator("details.secret summary").click()
    return {
        "AccessKeyId": page.locator("dd").filter(has_text="AKIA").first.inner_text().split()[0],
        "SecretAccessKey": page.locator("details.secret code").text_content().strip(),
    }


def console_of(page: Page) -> str:
    """The address of the session that a tab is in."""
    return "/".join(page.url.split("/")[:5])


def step(page: Page, title: str) -> Locator:
    """The panel's title of the open step, once it is this one."""
    found = page.locator("#lab-step-title")
    expect(found).to_have_text(title)
    return found


def next_step(page: Page, title: str) -> None:
    """Press the panel's own way on; it names the step it leads to."""
    page.locator("#lab-panel").get_by_role("button", name=f"Next: {title}", exact=True).click()
    step(page, title)


def green(page: Page, *checks: str) -> None:
    """The checks of the open step pass, each by its name in the panel."""
    for check in checks:
        expect(page.locator(f"#check-{check}")).to_have_attribute("data-status", "pass")


def answer(page: Page, question: str, *options: str) -> None:
    """Tick options of a question of the panel, answer, and read that it was right."""
    form = page.locator(f"#question-{question}")
    for option in options:
        form.locator(f"[value={option}]").check()
    form.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(f"#question-{question}")).to_contain_text("That is right.")


def pick_statement(page: Page, question: str, begins: str) -> None:
    """Show the statements of a question of the panel, pick the one that begins so, and read that it was right."""
    form = page.locator(f"#question-{question}")
    form.get_by_role("link", name="Show the statements").click()
    form.get_by_role("radio", name=begins).check()
    form.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(f"#question-{question}")).to_contain_text("That is right.")


def as_json(page: Page) -> Locator:
    """The editor of a new policy, which opens on the visual one, as its text."""
    page.locator("main").get_by_role("group", name="Policy editor").get_by_role("button", name="JSON").click()
    expect(page.locator(".cm-content")).to_be_visible()
    return page.locator(".cm-content")


# Chromium types over several lines by itself, with styles of its own that the page's policy refuses and reports.
PASTE = """(element, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    element.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def write(page: Page, text: str) -> None:
    """Paste a text over all that the editor has, which the editor does itself."""
    page.locator(".cm-content").press("Control+a")
    page.locator(".cm-content").evaluate(PASTE, text)
