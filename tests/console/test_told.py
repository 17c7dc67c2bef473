"""What a page has done is told as `aws` commands, too."""

import json
import shlex

import jmespath
import pytest
from django.utils.html import escape

from iamlab.console.told import Call, command
from iamlab.labs.commandline import run

pytestmark = pytest.mark.django_db


def commands(browser, address):
    """The commands in the message of the page after a change."""
    page = browser.get(address).content.decode()
    return page.partition('class="commands"')[2].partition("<pre><code>")[2].partition("</code></pre>")[0]


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
    assert "list-users" not in commands(browser_of, root.url("users"))


def test_secrets_are_masked_and_what_was_typed_is_escaped(browser_of, root):
    contact = {"Name": "<b>", "Title": "x", "EmailAddress": "a@b.example", "PhoneNumber": "+1"}
    browser_of.post(root.url("contact", "security"), contact)
    line = commands(browser_of, root.url("account"))
    assert line.startswith("aws account put-alternate-contact") and "<b>" not in line and "a@b.example" not in line
    root.call("iam:CreateGroup", {"GroupName": "team"})
    tagged = command(Call("iam:ChangePassword", {"OldPassword": "Old-one-1", "NewPassword": "New-one-2"}))
    assert "Old-one-1" not in tagged and "New-one-2" not in tagged and "********" in tagged
    assert escape("'") not in tagged


def test_bodies_are_no_lines():
    assert command(Call("s3:PutObject", {"Bucket": "b", "Key": "k", "Body": b"1"})) == ""


def read_by(browser, address):
    """The commands at the end of a page."""
    return browser.get(address).context["page_commands"]


def test_every_page_shows_what_it_reads_as_commands(browser_of, root):
    root.call("iam:CreateUser", {"UserName": "anna"})
    assert "aws iam list-users" in read_by(browser_of, root.url("users"))
    assert "aws iam get-user --user-name anna" in read_by(browser_of, root.url("user", "anna", "permissions"))
    assert "Show the aws command" in browser_of.get(root.url("users")).content.decode()
    history = read_by(browser_of, root.url("events", attribute="EventName", value="CreateUser"))
    assert history == [
        "aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateUser "
        "--max-results 50"
    ]


def test_the_filter_of_a_list_is_a_query(browser_of, root):
    """The line is run as it is shown: it finds the same users."""
    for name in ("mario", "maria", "anna"):
        root.call("iam:CreateUser", {"UserName": name})
    [line] = [one for one in read_by(browser_of, root.url("users", q="mari")) if "list-users" in one]
    assert line == """aws iam list-users --query "Users[?contains(UserName, 'mari')]" """.strip()
    done = run(line, lambda operation, params: root.call(operation, params))
    assert [one["UserName"] for one in json.loads(done.stdout)] == ["maria", "mario"]


@pytest.mark.parametrize("text", ["it's", "a\\b", '"$(x)`', "; rm -rf"])
def test_what_is_typed_in_a_filter_stays_text(text):
    line = command(Call("iam:ListUsers", {}, find=text))
    assert jmespath.search(shlex.split(line)[-1], {"Users": [{"UserName": text}, {"UserName": "x"}]}) == [
        {"UserName": text}
    ]


def test_another_region_is_named_where_it_counts(browser_of, root):
    assert read_by(browser_of, root.url("trails", region="eu-west-1"))[0].endswith("--region eu-west-1")
    assert "--region" not in " ".join(read_by(browser_of, root.url("users")))


def test_a_refused_read_is_a_command_too_and_a_question_shows_none(browser_of, root, user):
    assert "aws iam list-users" in read_by(browser_of, user("nobody").url("users"))
    assert read_by(browser_of, root.url("users-delete") + "?selected=nobody") == []
