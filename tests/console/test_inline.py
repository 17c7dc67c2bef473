"""An inline policy of a user, a group or a role: a name that is taken is refused, the draft stays."""

import json

import pytest

pytestmark = pytest.mark.django_db
THEIRS = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}'
MINE = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}},
    }
)


@pytest.fixture
def holders(root):
    root.call("iam:CreateUser", {"UserName": "anna"})
    root.call("iam:CreateGroup", {"GroupName": "anna"})
    root.call("iam:CreateRole", {"RoleName": "anna", "AssumeRolePolicyDocument": TRUST})


@pytest.mark.parametrize("kind", ["User", "Group", "Role"])
def test_a_taken_name_is_refused_and_the_draft_kept(browser_of, root, holders, kind):
    who = {f"{kind}Name": "anna"}
    root.call(f"iam:Put{kind}Policy", {**who, "PolicyName": "Own", "PolicyDocument": THEIRS})
    address = root.url(f"{kind.lower()}-inline-create", "anna")
    response = browser_of.post(address, {"PolicyName": "Own", "PolicyDocument": MINE})
    assert response.status_code == 422
    form = response.context["form"]
    assert "A policy called Own already exists" in form.errors["PolicyName"][0]
    assert form["PolicyDocument"].value() == MINE
    kept = root.call(f"iam:Get{kind}Policy", {**who, "PolicyName": "Own"})["PolicyDocument"]
    assert json.loads(kept) == json.loads(THEIRS)
    assert browser_of.post(address, {"PolicyName": "Mine", "PolicyDocument": MINE}).status_code == 302


def test_who_may_put_but_not_list_makes_one_all_the_same(browser_of, root, user, holders):
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": "*"},
    }
    clerk = user("clerk", puts=json.dumps(document))
    address = clerk.url("user-inline-create", "anna")
    assert browser_of.post(address, {"PolicyName": "Own", "PolicyDocument": MINE}).status_code == 302
    assert root.call("iam:ListUserPolicies", {"UserName": "anna"})["PolicyNames"] == ["Own"]


@pytest.mark.parametrize("kind", ["User", "Group", "Role"])
def test_one_that_was_deleted_meanwhile_is_told_and_can_be_made_anew(browser_of, root, holders, kind):
    which = {f"{kind}Name": "anna", "PolicyName": "Own"}
    root.call(f"iam:Put{kind}Policy", {**which, "PolicyDocument": THEIRS})
    address = root.url(f"{kind.lower()}-inline", "anna", "Own")
    seen = browser_of.get(address).context["form"]["seen"].value()
    root.call(f"iam:Delete{kind}Policy", which)
    told = browser_of.post(address, {"PolicyDocument": MINE, "seen": seen})
    assert told.status_code == 422 and "The policy has been deleted since you opened it" in told.content.decode()
    form = told.context["form"]
    assert form["PolicyDocument"].value() == MINE
    assert browser_of.post(address, {"PolicyDocument": MINE, "seen": form["seen"].value()}).status_code == 302
    assert json.loads(root.call(f"iam:Get{kind}Policy", which)["PolicyDocument"]) == json.loads(MINE)
    root.call(f"iam:Delete{kind}Policy", which)
    assert browser_of.get(address).status_code == 404


def test_one_that_exists_is_changed_as_before(browser_of, root, holders):
    root.call("iam:PutUserPolicy", {"UserName": "anna", "PolicyName": "Own", "PolicyDocument": THEIRS})
    address = root.url("user-inline", "anna", "Own")
    seen = browser_of.get(address).context["form"]["seen"].value()
    assert browser_of.post(address, {"PolicyDocument": MINE, "seen": seen}).status_code == 302
