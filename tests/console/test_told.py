"""What a page has done is told as `aws` commands, too."""

import pytest
from django.utils.html import escape

from iamlab.console.told import command

pytestmark = pytest.mark.django_db


def commands(browser, address):
    """The commands in the message of the page after a change."""
    page = browser.get(address).content.decode()
    return page.partition("<pre><code>")[2].partition("</code></pre>")[0] if "Show the aws command" in page else ""


def test_each_call_behind_a_button_is_a_line(browser_of, root):
    for name in ("anna", "bob"):
        root.call("iam:CreateUser", {"UserName": name})
    browser_of.post(root.url("users-delete"), {"selected": ["anna", "bob"], "typed": "2 users"})
    lines = commands(browser_of, root.url("users")).splitlines()
    assert [line for line in lines if "delete-user " in line] == [
        "aws iam delete-user --user-name anna",
        "aws iam delete-user --user-name bob",
    ]


def test_reads_and_what_the_console_alone_can_do_are_no_lines(browser_of, root):
    browser_of.post(root.url("billing-access"), {"active": "on"})
    assert commands(browser_of, root.url("account")) == ""
    assert command("iam:ListUsers", {}) == ""


def test_secrets_are_masked_and_what_was_typed_is_escaped(browser_of, root):
    contact = {"Name": "<b>", "Title": "x", "EmailAddress": "a@b.example", "PhoneNumber": "+1"}
    browser_of.post(root.url("contact", "security"), contact)
    line = commands(browser_of, root.url("account"))
    assert line.startswith("aws account put-alternate-contact") and "<b>" not in line and "a@b.example" not in line
    root.call("iam:CreateGroup", {"GroupName": "team"})
    tagged = command("iam:ChangePassword", {"OldPassword": "Old-one-1", "NewPassword": "New-one-2"})
    assert "Old-one-1" not in tagged and "New-one-2" not in tagged and "********" in tagged
    assert escape("'") not in tagged


def test_bodies_are_no_lines():
    assert command("s3:PutObject", {"Bucket": "b", "Key": "k", "Body": b"1"}) == ""
