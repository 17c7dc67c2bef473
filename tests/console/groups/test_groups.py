"""User groups: list, create, one group's page, and its end."""

import re

import pytest

from iamlab.services.operations import AwsError

pytestmark = pytest.mark.django_db
TEAM = {"GroupName": "Team"}
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'


@pytest.fixture
def base(root):
    root.call("iam:CreateUser", {"UserName": "anna"})
    return f"/console/{root.id}/iam/groups/"


@pytest.fixture
def team(base, root):
    root.call("iam:CreateGroup", TEAM)
    return f"{base}details/Team/"


def members(root):
    return [user["UserName"] for user in root.call("iam:GetGroup", TEAM)["Users"]]


def test_a_group_is_made_with_users_and_policies(browser_of, base, root):
    response = browser_of.post(f"{base}create/", {**TEAM, "users": ["anna"], "policies": [READ]})
    assert response.url == base
    assert members(root) == ["anna"]
    assert root.call("iam:ListAttachedGroupPolicies", TEAM)["AttachedPolicies"][0]["PolicyArn"] == READ
    html = browser_of.get(base).content.decode()
    assert "Team user group created" in html and "Defined" in html


@pytest.mark.parametrize(("name", "text"), [("", "required"), ("a b", "Use only"), ("team", "already exists")])
def test_a_bad_name_is_told_at_its_field(browser_of, base, team, name, text):
    response = browser_of.post(f"{base}create/", {"GroupName": name})
    assert response.status_code == 422
    html = response.content.decode()
    assert text in html[html.index('id="id_GroupName_error"') :]


def test_a_refused_policy_leaves_the_group_and_says_so(browser_of, base, root):
    html = browser_of.post(f"{base}create/", {**TEAM, "policies": ["arn:aws:iam::aws:policy/Nothing"]}).content.decode()
    assert "Not everything was done" in html and "NoSuchEntity" in html
    assert root.call("iam:GetGroup", TEAM)


def test_the_list_counts_members_as_far_as_one_call_answers(browser_of, base, root, team):
    """GetGroup answers a hundred users at once (IAM API Reference), and says that there are more."""
    root.call("iam:CreateGroup", {"GroupName": "Few"})
    for number in range(101):
        root.call("iam:CreateUser", {"UserName": f"user-{number:03}"})
        root.call("iam:AddUserToGroup", {**TEAM, "UserName": f"user-{number:03}"})
    root.call("iam:AddUserToGroup", {"GroupName": "Few", "UserName": "user-000"})
    html = browser_of.get(base).content.decode()
    shown = re.findall(r'href="[^"]+/details/(\w+)/users/">\w+</a></td><td>([^<]+)</td>', html)
    assert shown == [("Few", "1"), ("Team", "100+")]


def test_users_come_and_go(browser_of, team, root):
    browser_of.post(f"{team}add-users/", {"users": ["anna"]})
    assert members(root) == ["anna"]
    assert "anna" in browser_of.get(f"{team}users/").content.decode()
    browser_of.post(f"{team}remove-users/", {"selected": ["anna"]})
    assert members(root) == []


def test_policies_come_and_go(browser_of, team, root):
    browser_of.post(f"{team}attach-policies/", {"policies": [READ]})
    browser_of.post(f"{team}inline/", {"PolicyName": "Own", "PolicyDocument": DOCUMENT})
    html = browser_of.get(f"{team}permissions/").content.decode()
    assert "ReadOnlyAccess" in html and "Own" in html
    gone = {"selected": [f"managed:{READ}", "inline:Own"]}
    refused = browser_of.post(f"{team}remove-policies/", {**gone, "typed": "own"})
    assert (refused.status_code, len(root.call("iam:ListGroupPolicies", TEAM)["PolicyNames"])) == (422, 1)
    browser_of.post(f"{team}remove-policies/", {**gone, "typed": "Own"})
    assert root.call("iam:ListAttachedGroupPolicies", TEAM)["AttachedPolicies"] == []
    assert root.call("iam:ListGroupPolicies", TEAM)["PolicyNames"] == []


def test_several_inline_policies_go_by_their_number(browser_of, team, root):
    for name in ("One", "Two"):
        root.call("iam:PutGroupPolicy", {**TEAM, "PolicyName": name, "PolicyDocument": DOCUMENT})
    chosen = {"selected": ["inline:One", "inline:Two"]}
    assert "2 inline policies" in browser_of.get(f"{team}remove-policies/", chosen).content.decode()
    browser_of.post(f"{team}remove-policies/", {**chosen, "typed": "2 inline policies"})
    assert root.call("iam:ListGroupPolicies", TEAM)["PolicyNames"] == []


def test_attaching_shows_what_is_attached_already(browser_of, team, root):
    root.call("iam:AttachGroupPolicy", {**TEAM, "PolicyArn": READ})
    html = browser_of.get(f"{team}attach-policies/").content.decode()
    assert "Current permissions policies (1)" in html and "<li>ReadOnlyAccess</li>" in html


def test_it_is_renamed(browser_of, team, base, root):
    assert browser_of.post(f"{team}rename/", {"NewGroupName": "Crew"}).url == f"{base}details/Crew/users/"
    assert root.call("iam:GetGroup", {"GroupName": "Crew"})


def test_deleting_says_what_goes_and_takes_all_of_it(browser_of, base, team, root):
    root.call("iam:AddUserToGroup", {**TEAM, "UserName": "anna"})
    root.call("iam:AttachGroupPolicy", {**TEAM, "PolicyArn": READ})
    html = browser_of.get(f"{base}delete/", {"selected": "Team"}).content.decode()
    assert "anna" in html and "ReadOnlyAccess" in html
    assert browser_of.post(f"{base}delete/", {"selected": "Team", "typed": "team"}).status_code == 422
    browser_of.post(f"{base}delete/", {"selected": "Team", "typed": "Team"})
    with pytest.raises(AwsError, match="cannot be found"):
        root.call("iam:GetGroup", TEAM)
    assert root.call("iam:GetUser", {"UserName": "anna"})


def simulated(browser, session, **query):
    return browser.get(session.url("group-simulate", "Team", **query))


def test_its_policies_are_simulated(browser_of, root, team):
    document = DOCUMENT.replace("s3:*", "s3:GetObject").replace('"*"', '"arn:aws:s3:::bills/*"')
    root.call("iam:PutGroupPolicy", {**TEAM, "PolicyName": "Bills", "PolicyDocument": document})
    assert "Simulate" in browser_of.get(f"{team}permissions/").content.decode()
    asked = {"actions": "s3:GetObject, s3:PutObject", "resource": "arn:aws:s3:::bills/may.txt"}
    page = simulated(browser_of, root, **asked).content.decode()
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr><td>(.*?)</tr>", page, re.DOTALL)]
    assert rows[0] == ["s3:GetObject", "arn:aws:s3:::bills/may.txt", "Allowed", "Bills"]
    assert rows[1][:3] == ["s3:PutObject", "arn:aws:s3:::bills/may.txt", "Denied:"] and rows[1][-1] == "-"


def test_who_may_not_simulate_is_told(browser_of, user, team):
    page = simulated(browser_of, user("mario"), actions="s3:GetObject").content.decode()
    assert "Access denied" in page and "iam:GetGroup" in page
    only = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetGroup", "Resource": "*"}}'
    page = simulated(browser_of, user("luigi", Own=only), actions="s3:GetObject").content.decode()
    assert "Access denied" in page and "iam:SimulatePrincipalPolicy" in page


def test_what_is_no_question_is_told(browser_of, root, team):
    many = ",".join(f"s3:A{number}" for number in range(21))
    assert "Ask for one to 20 actions" in simulated(browser_of, root, actions=many).content.decode()
    assert "required" in simulated(browser_of, root, actions="").content.decode()
    hostile = simulated(browser_of, root, actions="<script>x")
    assert hostile.status_code == 200 and "<script>x" not in hostile.content.decode()
