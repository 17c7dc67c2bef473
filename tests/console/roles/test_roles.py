"""The roles list and one role's pages."""

import json
from datetime import timedelta

import pytest

from iamlab.services.operations import AwsError

pytestmark = pytest.mark.django_db
READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
ALLOW = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'


def trust(**principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def role(root):
    params = {"RoleName": "Reader", "AssumeRolePolicyDocument": trust(AWS="arn:aws:iam::111122223333:root")}
    return root.call("iam:CreateRole", params)["Role"]


@pytest.fixture
def base(root):
    return f"/console/{root.id}/iam/roles/"


def text(response) -> str:
    return response.content.decode()


def test_the_list_says_whom_each_role_trusts(browser_of, root, role, base):
    root.call("iam:CreateRole", {"RoleName": "Machine", "AssumeRolePolicyDocument": trust(Service="ec2.amazonaws.com")})
    root.call("iam:CreateServiceLinkedRole", {"AWSServiceName": "support.amazonaws.com"})
    rows = {row["key"]: row["cells"] for row in browser_of.get(base).context["table"]["rows"]}
    assert rows["Reader"][1] == "Account: 111122223333" and rows["Machine"][1] == "AWS Service: ec2"
    assert rows["AWSServiceRoleForSupport"][1] == "AWS Service: support (Service-Linked Role)"
    assert rows["Reader"][2] == "-"


def test_the_list_finds_by_name_and_pages(browser_of, root, base):
    for number in range(25):
        name = f"role-{number:02}"
        root.call("iam:CreateRole", {"RoleName": name, "AssumeRolePolicyDocument": trust(Service="ec2.amazonaws.com")})
    table = browser_of.get(f"{base}?size=10&page=3").context["table"]
    assert [row["key"] for row in table["rows"]] == [f"role-{number}" for number in range(20, 25)]
    table = browser_of.get(f"{base}?q=ROLE-07").context["table"]
    assert [row["key"] for row in table["rows"]] == ["role-07"] and (table["found"], table["total"]) == (1, 25)


def test_more_roles_cost_no_more_queries(browser_of, root, role, base):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for batch in range(2):
        browser_of.get(f"{base}?size=100")
        with CaptureQueriesContext(connection) as queries:
            browser_of.get(f"{base}?size=100")
        counts.append(len(queries))
        for number in range(30):
            params = {"RoleName": f"r{number}", "AssumeRolePolicyDocument": trust(Service="ec2.amazonaws.com")}
            root.call("iam:CreateRole", params) if not batch else None
    assert counts[0] == counts[1] <= 15


def test_the_summary_has_the_link_that_switches(browser_of, role, base):
    html = text(browser_of.get(f"{base}details/Reader/permissions/"))
    assert "switchrole/?account=111122223333&amp;roleName=Reader" in html
    assert "1 hour" in html and role["Arn"] in html


def test_policies_are_attached_written_and_removed(browser_of, root, role, base):
    here = f"{base}details/Reader/"
    browser_of.post(f"{here}attach-policies/", {"policies": [READ]})
    browser_of.post(f"{here}inline/", {"PolicyName": "Own", "PolicyDocument": ALLOW})
    html = text(browser_of.get(f"{here}permissions/"))
    assert "AmazonS3ReadOnlyAccess" in html and "Customer inline" in html
    browser_of.post(f"{here}remove-policies/", {"selected": [f"managed:{READ}", "inline:Own"]})
    assert root.call("iam:ListAttachedRolePolicies", {"RoleName": "Reader"})["AttachedPolicies"] == []
    assert root.call("iam:ListRolePolicies", {"RoleName": "Reader"})["PolicyNames"] == []


def test_the_boundary_is_set_and_removed(browser_of, root, role, base):
    here = f"{base}details/Reader/boundary/"
    assert browser_of.post(here, {}).status_code == 422
    browser_of.post(here, {"boundary": READ})
    found = root.call("iam:GetRole", {"RoleName": "Reader"})["Role"]["PermissionsBoundary"]
    assert found["PermissionsBoundaryArn"] == READ
    browser_of.post(f"{here}remove/")
    assert "PermissionsBoundary" not in root.call("iam:GetRole", {"RoleName": "Reader"})["Role"]


def test_tags_are_managed(browser_of, root, role, base):
    here = f"{base}details/Reader/manage-tags/"
    browser_of.post(here, {"tags-key": ["team", "Cost"], "tags-value": ["bills", "7"]})
    browser_of.post(here, {"tags-key": ["team"], "tags-value": ["taxes"]})
    assert root.call("iam:ListRoleTags", {"RoleName": "Reader"})["Tags"] == [{"Key": "team", "Value": "taxes"}]


def seen_of(browser, address) -> str:
    return browser.get(address).context["form"]["seen"].value()


def test_the_trust_policy_is_changed(browser_of, root, role, base):
    here, new = f"{base}details/Reader/trust/", trust(Service="lambda.amazonaws.com")
    response = browser_of.post(here, {"PolicyDocument": new, "seen": seen_of(browser_of, here)})
    assert response.url.endswith("trust_relationships/")
    assert root.call("iam:GetRole", {"RoleName": "Reader"})["Role"]["AssumeRolePolicyDocument"] == new
    assert "AWS Service: lambda" in text(browser_of.get(response.url))


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "Line 1, column 2"),
        (trust(AWS="arn:aws:iam::111122223333:user/nobody"), "Invalid principal in policy"),
        (ALLOW, "Line 1"),
    ],
)
def test_a_bad_trust_policy_is_told_at_its_field(browser_of, root, role, base, document, told):
    here = f"{base}details/Reader/trust/"
    response = browser_of.post(here, {"PolicyDocument": document, "seen": seen_of(browser_of, here)})
    assert response.status_code == 422
    assert told in str(response.context["form"].errors["PolicyDocument"])


def test_who_edits_an_older_trust_policy_is_told_and_loses_nothing(browser_of, root, role, base):
    here = f"{base}details/Reader/trust/"
    seen = seen_of(browser_of, here)
    params = {"RoleName": "Reader", "PolicyDocument": trust(Service="ec2.amazonaws.com")}
    root.call("iam:UpdateAssumeRolePolicy", params)
    mine = trust(Service="lambda.amazonaws.com")
    response = browser_of.post(here, {"PolicyDocument": mine, "seen": seen})
    html = text(response)
    assert "has changed since you opened it" in html and "ec2.amazonaws.com" in html
    assert response.context["form"]["PolicyDocument"].value() == mine
    again = {"PolicyDocument": mine, "seen": response.context["form"]["seen"].value()}
    assert browser_of.post(here, again).status_code == 302


@pytest.mark.parametrize(
    ("seconds", "told"), [("3599", "3600"), ("43201", "43200"), ("soon", "whole number"), ("", "required")]
)
def test_a_bad_session_duration_is_told_at_its_field(browser_of, role, base, seconds, told):
    response = browser_of.post(f"{base}details/Reader/edit/", {"MaxSessionDuration": seconds})
    assert response.status_code == 422 and told in str(response.context["form"].errors["MaxSessionDuration"])


def test_description_and_session_duration_are_changed(browser_of, root, role, base):
    changed = {"MaxSessionDuration": "7200", "Description": "Reads"}
    response = browser_of.post(f"{base}details/Reader/edit/", changed, follow=True)
    assert "2 hours" in text(response) and "Reads" in text(response)
    browser_of.post(f"{base}details/Reader/edit/", {"MaxSessionDuration": "7200", "Description": ""})
    assert "Description" not in root.call("iam:GetRole", {"RoleName": "Reader"})["Role"]


def test_the_last_accessed_tab_lists_what_the_policies_allow(browser_of, root, role, base):
    root.call("iam:AttachRolePolicy", {"RoleName": "Reader", "PolicyArn": READ})
    rows = browser_of.get(f"{base}details/Reader/access_advisor/").context["table"]["rows"]
    s3 = next(row["cells"] for row in rows if row["key"] == "s3")
    assert s3[1] == "AmazonS3ReadOnlyAccess" and s3[2] == "Not accessed in the tracking period"


def test_revoking_denies_the_sessions_that_began_before(browser_of, root, user, role, base):
    root.call("iam:AttachRolePolicy", {"RoleName": "Reader", "PolicyArn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"})
    here = f"{base}details/Reader/revoke/"
    assert "acknowledge" in text(browser_of.get(here))
    response = browser_of.post(here, {})
    assert (
        response.status_code == 422 and root.call("iam:ListRolePolicies", {"RoleName": "Reader"})["PolicyNames"] == []
    )
    before = root.now
    browser_of.post(here, {"understood": "on"})
    found = root.call("iam:GetRolePolicy", {"RoleName": "Reader", "PolicyName": "AWSRevokeOlderSessions"})
    (statement,) = json.loads(found["PolicyDocument"])["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", ["*"], ["*"])
    for moment, decision in (
        (before - timedelta(minutes=5), "explicitDeny"),
        (before + timedelta(minutes=5), "allowed"),
    ):
        entry = {
            "ContextKeyName": "aws:TokenIssueTime",
            "ContextKeyType": "date",
            "ContextKeyValues": [moment.strftime("%Y-%m-%dT%H:%M:%SZ")],
        }
        params = {"PolicySourceArn": role["Arn"], "ActionNames": ["iam:ListUsers"], "ContextEntries": [entry]}
        (result,) = root.call("iam:SimulatePrincipalPolicy", params)["EvaluationResults"]
        assert result["EvalDecision"] == decision


def test_a_role_goes_with_all_that_it_has_once_its_name_is_typed(browser_of, root, role, base):
    root.call("iam:AttachRolePolicy", {"RoleName": "Reader", "PolicyArn": READ})
    root.call("iam:PutRolePolicy", {"RoleName": "Reader", "PolicyName": "Own", "PolicyDocument": ALLOW})
    root.call("iam:CreateInstanceProfile", {"InstanceProfileName": "Reader"})
    root.call("iam:AddRoleToInstanceProfile", {"InstanceProfileName": "Reader", "RoleName": "Reader"})
    html = text(browser_of.get(f"{base}delete/?selected=Reader"))
    assert "Inline policy Own" in html and "AmazonS3ReadOnlyAccess" in html and "Instance profile Reader" in html
    wrong = browser_of.post(f"{base}delete/", {"selected": "Reader", "typed": "reader"})
    assert wrong.status_code == 422 and root.call("iam:GetRole", {"RoleName": "Reader"})
    assert browser_of.post(f"{base}delete/", {"selected": "Reader", "typed": "Reader"}).url == base
    with pytest.raises(AwsError, match="cannot be found"):
        root.call("iam:GetRole", {"RoleName": "Reader"})
    assert root.call("iam:ListInstanceProfiles")["InstanceProfiles"] == []


def test_several_roles_go_service_linked_ones_too(browser_of, root, role, base):
    root.call("iam:CreateServiceLinkedRole", {"AWSServiceName": "support.amazonaws.com"})
    names = ["Reader", "AWSServiceRoleForSupport"]
    browser_of.post(f"{base}delete/", {"selected": names, "typed": "2 roles"})
    assert root.call("iam:ListRoles")["Roles"] == []


def test_a_service_linked_role_offers_no_change(browser_of, root, base):
    root.call("iam:CreateServiceLinkedRole", {"AWSServiceName": "support.amazonaws.com"})
    html = text(browser_of.get(f"{base}details/AWSServiceRoleForSupport/permissions/"))
    assert "Set boundary" not in html and "Add permissions" not in html and "Revoke sessions" not in html
