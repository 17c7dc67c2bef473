"""Actions > Import policy: the statements of a managed policy come into the draft, and nothing else happens."""

import json

import pytest

from tests.console.editor.test_visual import NAME, Form

pytestmark = pytest.mark.django_db
CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"


@pytest.fixture
def form(browser_of, root):
    return Form(browser_of, browser_of.get(root.url("policy-create-start")).url)


def test_an_aws_managed_policy_takes_the_place_of_the_empty_statement(form):
    assert 'id="picker-imported"' not in form.page
    form.send("imported")
    assert 'id="picker-imported"' in form.page
    form.fields["imported-find"] = ["IAMUserChange"]
    form.send("imported")
    form.fields["imported"] = [CHANGE_PASSWORD]
    form.send("imported:do")
    assert [one["Action"] for one in form.statements] == [["iam:ChangePassword"], ["iam:GetAccountPasswordPolicy"]]
    assert "The statements of IAMUserChangePassword are at the end of the draft." in form.page
    assert 'id="picker-imported"' not in form.page
    assert form.send().status_code == 302


def test_in_the_visual_editor_what_was_built_stays_before_it(form, root):
    statement = {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    arn = root.call("iam:CreatePolicy", {"PolicyName": "Own", "PolicyDocument": document})["Policy"]["Arn"]
    form.send("visual")
    form.send("imported", more="s3:PutObject")
    form.fields["imported"] = [arn]
    form.send("imported:do")
    assert [one.get("Action", one.get("NotAction")) for one in form.statements] == [["s3:PutObject"], "iam:*"]
    assert form.fields[f"{NAME}-editor"] == ["visual"]


def test_an_inline_policy_and_a_new_version_import_too(browser_of, root):
    root.call("iam:CreateUser", {"UserName": "anna"})
    sent = {NAME: "", "PolicyName": "Own", "imported": [CHANGE_PASSWORD], "look": "imported:do"}
    response = browser_of.post(root.url("user-inline-create", "anna"), sent)
    assert "iam:ChangePassword" in response.context["form"][NAME].value()
    assert response.context["form"]["PolicyName"].value() == "Own"
    assert root.call("iam:ListUserPolicies", {"UserName": "anna"})["PolicyNames"] == []


@pytest.mark.parametrize("arn", ["arn:aws:iam::111122223333:policy/Gone", "x", "arn:aws:iam::aws:policy/Nothing"])
def test_a_policy_that_is_not_there_is_told_and_the_draft_stays(form, arn):
    form.fields[NAME] = ['{"Statement": {"Effect": "Allow"}}']
    form.fields["imported"] = [arn]
    assert form.send("imported:do").status_code == 200
    assert form.text == '{"Statement": {"Effect": "Allow"}}'


def test_a_draft_that_is_no_json_stays_and_the_reason_is_told(form):
    form.fields[NAME] = ["{"]
    form.fields["imported"] = [CHANGE_PASSWORD]
    form.send("imported:do")
    assert form.text == "{"
    assert "The document is not JSON yet" in form.page


def test_who_may_not_read_it_is_refused_with_the_draft_in_place(browser_of, user):
    allow = {"Effect": "Allow", "Action": "iam:ListPolicies", "Resource": "*"}
    mario = user("mario", lists=json.dumps({"Version": "2012-10-17", "Statement": allow}))
    form = Form(browser_of, browser_of.get(mario.url("policy-create-start")).url)
    form.fields["imported"] = [CHANGE_PASSWORD]
    form.send("imported:do")
    assert "iam:GetPolicy" in form.page and "Statement1" in form.text
