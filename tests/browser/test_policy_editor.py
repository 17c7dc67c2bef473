"""The policy editor in a browser: typing JSON with completion by keyboard alone, marks beside lines, two ways out."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_add_user import console, cookies, root, tab_to  # noqa: F401  # fixtures
from tests.browser.walking import as_json, write

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NAME = "Policy document"
BILLS = "arn:aws:s3:::customer-bills/*"
BILL_WRITE = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "WriteBills", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": [BILLS]}],
}
FOCUSED = "document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label')"


def editor(page: Page):
    return page.locator(".cm-content")


def kept(page: Page) -> dict:
    """The document in the form's own field."""
    return json.loads(page.locator("textarea[name=PolicyDocument]").input_value())


def choose(page: Page, text: str, label: str) -> None:
    """Type the beginning of a name and take what is offered first."""
    page.keyboard.type(text)
    expect(page.locator(".cm-tooltip-autocomplete [aria-selected]")).to_contain_text(label)
    page.keyboard.press("Tab")


@pytest.fixture
def page(page, cookies):  # noqa: F811
    page.context.add_cookies(cookies)
    page.failed = []
    page.on("console", lambda message: page.failed.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.failed.append(str(error)))
    yield page
    assert page.failed == []  # the Content-Security-Policy's complaints too


def test_a_policy_is_typed_with_completion_by_keyboard_alone(page: Page, console, root):  # noqa: F811
    page.goto(f"{console}policies/create/")
    as_json(page)
    tab_to_editor(page)
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    page.keyboard.type('{"')
    choose(page, "Ver", "Version")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(': "')
    choose(page, "20", "2012-10-17")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(', "')
    choose(page, "St", "Statement")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(': [{"')
    choose(page, "Eff", "Effect")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(': "Allow", "Action": ["')
    choose(page, "s3", "s3:")
    choose(page, "PutObj", "s3:PutObject")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(', "Resource": "arn:aws:s3:::customer-bills/*", "Condition": {"')
    choose(page, "StringEquals", "StringEquals")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(': {"')
    choose(page, "s3:x-amz-ac", "s3:x-amz-acl")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(': "private')
    statement = {
        "Effect": "Allow",
        "Action": ["s3:PutObject"],
        "Resource": "arn:aws:s3:::customer-bills/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "private"}},
    }
    assert kept(page) == {"Version": "2012-10-17", "Statement": [statement]}
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == NAME  # Tab indents
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) is None
    tab_to(page, "Next", "submit")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Review and create")


def tab_to_editor(page: Page) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == NAME:
            return
    pytest.fail("no way to the editor by keyboard")


def test_a_malformed_document_is_marked_at_its_line_while_one_types(page: Page, console):  # noqa: F811
    page.goto(f"{console}policies/create/")
    text = json.dumps(BILL_WRITE, indent=4)
    as_json(page)
    write(page, text.replace("s3:PutObject", "s3:PutObjekt"))
    expect(page.locator(".finding")).to_contain_text(["Line 8, column 17"])
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    write(page, text.replace('"Effect": "Allow",', '"Effect": "Allow"'))
    expect(page.locator(".finding")).to_contain_text(["JSON_SYNTAX_ERROR"])
    page.locator(".finding .place").click()
    assert page.evaluate(FOCUSED) == NAME
    page.locator(".cm-lint-marker-error").hover()
    expect(page.locator(".cm-tooltip-lint")).to_contain_text("Mend the JSON")
    write(page, text)
    expect(page.locator(".finding")).to_have_count(0)
    expect(page.locator(".cm-lint-marker-error")).to_have_count(0)


def build_bill_write(page: Page) -> None:
    """The lesson's policy in the visual editor, from an empty statement."""
    page.get_by_label("Service", exact=True).select_option("s3")
    expect(page.get_by_label("All actions (s3:*)")).to_be_visible()
    page.get_by_label("Filter actions").press_sequentially("putobject", delay=30)
    expect(page.get_by_label("s3:ListBucket", exact=True)).to_have_count(0)
    page.get_by_label("s3:PutObject", exact=True).check()
    page.get_by_label("Resource type").select_option("object")
    page.get_by_label("BucketName").fill("customer-bills")
    page.get_by_role("button", name="Add ARN").click()
    expect(page.get_by_label(BILLS)).to_be_checked()


def test_the_lessons_policy_is_built_in_the_visual_editor_and_read_as_json(page: Page, console, violations):  # noqa: F811
    page.set_viewport_size({"width": 380, "height": 800})
    page.goto(f"{console}policies/create/")
    build_bill_write(page)
    found = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    page.get_by_role("button", name="JSON").click()
    expect(editor(page)).to_contain_text("s3:PutObject")
    wanted = {**BILL_WRITE["Statement"][0], "Sid": "Statement1"}
    assert kept(page)["Statement"] == [wanted]
    text = json.dumps({**BILL_WRITE, "Statement": [wanted, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}]})
    write(page, text)
    page.get_by_role("button", name="Visual").click()
    expect(page.locator("main")).to_contain_text("It has NotAction, which the visual editor does not show.")
    found += violations(page)
    page.get_by_label("Deny", exact=True).check()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("h1")).to_have_text("Review and create")
    assert found == []


def test_what_is_ticked_while_the_filters_answer_is_on_its_way_stays(page: Page, console):  # noqa: F811
    page.goto(f"{console}policies/create/")
    page.get_by_label("Service", exact=True).select_option("s3")
    page.locator("summary", has_text="Write").click()
    box = page.get_by_label("s3:PutObject", exact=True)
    expect(box).to_be_visible()
    held = []
    page.route("**/policies/create/**", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(lambda request: "look=find" in (request.post_data or "")):
        page.get_by_label("Filter actions").fill("putobject")
    box.focus()
    page.keyboard.press("Space")
    held[0].continue_()
    expect(page.get_by_label("s3:CreateBucket", exact=True)).to_have_count(0)
    expect(box).to_be_checked()
    expect(box).to_be_focused()


def test_who_is_in_the_text_before_the_editor_comes_goes_on_there(page: Page, console):  # noqa: F811
    held = []
    page.route("**/vendor/codemirror*.js", lambda route: held.append(route))
    page.goto(f"{console}policies/create/")
    with page.expect_request("**/vendor/codemirror*.js"):
        page.get_by_role("button", name="JSON").click()
    page.locator("textarea[name=PolicyDocument]").focus()
    page.keyboard.press("Control+a")
    held[0].continue_()
    expect(editor(page)).to_be_focused()
    page.keyboard.insert_text(json.dumps(BILL_WRITE))
    assert kept(page) == BILL_WRITE


def test_without_javascript(browser, cookies, console, root):  # noqa: F811
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(f"{console}policies/create/")
    page.click("button:text-is('JSON')")
    page.fill("textarea[name=PolicyDocument]", json.dumps(BILL_WRITE).replace("s3:PutObject", "s3:PutObjekt"))
    page.click("text=Check the policy")
    expect(page.locator(".finding")).to_contain_text("Line 1")
    page.click("button:text-is('Visual')")
    page.uncheck("[value='s3:PutObjekt']")
    page.fill("[name=PolicyDocument-find]", "putobject")
    page.click("button:text-is('Filter') >> visible=true")
    page.check("[value='s3:PutObject']")
    page.click(".form-footer >> text=Next")
    page.fill("[name=PolicyName]", "BillWrite")
    page.click(".form-footer >> text=Create policy")
    expect(page.locator("#flashes")).to_contain_text("Policy BillWrite created.")
    arn = "arn:aws:iam::111122223333:policy/BillWrite"
    version = root.call("iam:GetPolicyVersion", {"PolicyArn": arn, "VersionId": "v1"})["PolicyVersion"]
    assert json.loads(version["Document"]) == BILL_WRITE
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_editor(page: Page, console, violations, scheme):  # noqa: F811
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 380, "height": 800})
    page.goto(f"{console}policies/create/")
    as_json(page)
    write(page, json.dumps(BILL_WRITE, indent=4).replace("s3:PutObject", "s3:PutObjekt"))
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    found = violations(page)
    editor(page).press("Control+Home")
    page.keyboard.type('"')
    page.keyboard.type("S")
    assert found + violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_draft_is_written_in_the_editor_and_compared(page: Page, console, root):  # noqa: F811
    root.call("iam:CreateUser", {"UserName": "mario"})
    mario = f"arn:aws:iam::{root.account.pk}:user/mario"
    page.goto(f"{console}../evaluator/?principal={mario}&actions=s3:PutObject&resource=arn:aws:s3:::customer-bills/1")
    page.locator("[name=place]").select_option("resource")
    expect(page.locator("#findings")).to_contain_text("of 20480 bytes")  # it is read as a bucket's policy now
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)  # which has no Principal yet
    page.locator("[name=place]").select_option("identity")
    expect(page.locator("#findings")).to_contain_text("of 6144 characters")
    write(page, json.dumps(BILL_WRITE, indent=4))
    expect(page.locator(".findings-bar")).to_contain_text("Suggestions: 0")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#compared")).to_contain_text("changes")
    assert kept(page) == BILL_WRITE
