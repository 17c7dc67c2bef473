"""Many rows with long names are ticked, asked about and gone: no address holds them all."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_add_user import console, cookies, root  # noqa: F401  # fixtures
from tests.browser.walking import heading, press

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LONGEST = 8190  # bytes of a request's first line that the server takes
NAMES = [f"+@{number:02}{'+=,@' * 15}" for number in range(50)]  # 64 characters, most of them three in an address


@pytest.fixture
def many(root):  # noqa: F811
    for name in NAMES:
        root.call("iam:CreateUser", {"UserName": name})
    root.call("iam:DeleteUser", {"UserName": NAMES[-1]})  # bob is the fiftieth
    return root


def left(root) -> list[str]:  # noqa: F811
    return [one["UserName"] for one in root.call("iam:ListUsers")["Users"]]


@pytest.mark.parametrize("script", [True, False])
def test_fifty_users_are_deleted_at_once(new_context, live_server, many, cookies, console, script):  # noqa: F811
    context = new_context(java_script_enabled=script)
    context.add_cookies(cookies)
    page: Page = context.new_page()
    lengths = []
    page.on("request", lambda request: lengths.append(len(request.url)))
    page.goto(f"{console}users/")
    if script:
        page.get_by_label("Select all Users").check()
        expect(page.locator("#users-count")).to_have_text("(50/50)")
    else:
        for box in page.locator("#users tbody input[name=selected]").all():
            box.check()
    press(page, "Delete")
    expect(page.locator("#confirm")).to_contain_text("Delete 50 users?")
    assert len(left(many)) == 50
    page.locator("#confirm [name=typed]").fill("50 users")
    page.locator("#confirm").get_by_role("button", name="Delete").click()
    expect(page.locator("#flashes")).to_contain_text("50 users deleted.")
    heading(page, "Users")
    assert left(many) == []
    assert max(lengths) < LONGEST / 4
