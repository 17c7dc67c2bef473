"""Policies: list, create, one policy's page, new versions, and its end."""

import json
import re

import pytest

from iamlab.services.operations import AwsError

pytestmark = pytest.mark.django_db
ARN = "arn:aws:iam::111122223333:policy/Bills"
DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
OTHER = DOCUMENT.replace("GetObject", "PutObject")


@pytest.fixture
def base(root):
    return f"/console/{root.id}/iam/policies/"


@pytest.fixture
def bills(base, root):
    root.call("iam:CreatePolicy", {"PolicyName": "Bills", "PolicyDocument": DOCUMENT})
    return f"{base}details/{ARN}/"


def default(root):
    version = root.call("iam:GetPolicy", {"PolicyArn": ARN})["Policy"]["DefaultVersionId"]
    return root.call("iam:GetPolicyVersion", {"PolicyArn": ARN, "VersionId": version})["PolicyVersion"]["Document"]


def names(response):
    return [row["label"] for row in response.context["table"]["rows"]]


def test_all_are_listed_searched_and_filtered_by_type(browser_of, base, bills):
    first = browser_of.get(base)
    assert first.context["table"]["total"] > 1500
    assert names(browser_of.get(f"{base}?type=Local")) == ["Bills"]
    assert "AdministratorAccess" in names(browser_of.get(f"{base}?q=administratorac&type=AWS"))
    assert names(browser_of.get(f"{base}?q=nothing-like-this")) == []
    assert names(browser_of.get(f"{base}?page=2")) != names(first)


def test_a_policy_of_the_accounts_own_says_who_can_change_it(browser_of, base, bills):
    page = browser_of.get(f"{bills}permissions/")
    answer = browser_of.get(page.context["who_can"]).content.decode()
    assert "iam:CreatePolicyVersion" in answer and ARN in answer
    aws = browser_of.get(f"{base}details/arn:aws:iam::aws:policy/IAMReadOnlyAccess/permissions/")
    assert "Who can change it?" in page.content.decode() and "Who can change it?" not in aws.content.decode()


def test_those_for_job_functions_are_listed_by_themselves(browser_of, base, bills):
    """ "AWS managed policies for job functions" (IAM User Guide)."""
    found = names(browser_of.get(f"{base}?type=Job"))
    assert {"AdministratorAccess", "Billing", "DatabaseAdministrator", "SystemAdministrator"} <= set(found)
    assert "AmazonS3FullAccess" not in found and "Bills" not in found


def test_a_picker_leaves_out_what_only_service_linked_roles_may_have(browser_of, base, root):
    find = "AWSSupportServiceRolePolicy"
    assert names(browser_of.get(f"{base}?q={find}")) == [find]
    root.call("iam:CreateGroup", {"GroupName": "Team"})
    sent = {"look": "policies", "policies-find": find}
    html = browser_of.post(root.url("group-attach", "Team"), sent).content.decode()
    assert "Nothing matches this filter." in html
    sent = {"look": "policies", "policies-find": "Administrator", "policies-type": "Job"}
    html = browser_of.post(root.url("group-attach", "Team"), sent).content.decode()
    assert "policy/AdministratorAccess" in html and "AdministratorAccess-Amplify" not in html


def create(browser, base, document=DOCUMENT, **review):
    step = browser.get(f"{base}create/").url
    second = browser.post(step, {"PolicyDocument": document})
    if second.status_code != 302:
        return second
    return browser.post(second.url, {"PolicyName": "Bills", **review})


def test_a_policy_is_made_from_json(browser_of, base, root):
    tags = {"tags-key": "team", "tags-value": "bills"}
    assert create(browser_of, base, Description="For the bills", **tags).url == base
    policy = root.call("iam:GetPolicy", {"PolicyArn": ARN})["Policy"]
    assert policy["Description"] == "For the bills"
    assert policy["Tags"] == [{"Key": "team", "Value": "bills"}]
    assert default(root) == DOCUMENT


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("", "This field is required"),
        ('{\n"Version": "2012-10-17",\n}', "Line 3, column 1: Syntax errors in policy."),
        ('{"Version": "2012-10-17"}', "Line 1, column 1"),
        (DOCUMENT.replace("Allow", "allow"), "Line 1, column"),
        (DOCUMENT.replace('"Effect"', '"Principal": "*", "Effect"'), "should not specify a principal"),
    ],
)
def test_a_malformed_document_says_place_and_reason_at_its_field(browser_of, base, document, text):
    response = create(browser_of, base, document)
    assert response.status_code == 422
    html = response.content.decode()
    assert text in html[html.index('id="id_PolicyDocument_error"') :].partition("</p>")[0]


def test_checking_shows_findings_and_saves_nothing(browser_of, base, root):
    step = browser_of.get(f"{base}create/").url
    sent = {"PolicyDocument": DOCUMENT.replace("s3:GetObject", "s3:GetObjekt"), "look": "check"}
    html = browser_of.post(step, sent).content.decode()
    assert "INVALID_ACTION" in html and "Errors: 1" in html
    assert "s3:GetObjekt" in html


def test_a_taken_name_comes_back_to_its_field(browser_of, base, bills):
    response = create(browser_of, base)
    html = browser_of.get(response.url).content.decode()
    assert "already exists" in html[html.index('id="id_PolicyName_error"') :]


def test_the_document_is_shown_as_a_summary_first_and_as_json(browser_of, bills):
    html = browser_of.get(f"{bills}permissions/").content.decode()
    assert "Limited: Read" in html and "All resources" in html and "s3:GetObject" not in html
    assert "s3:GetObject" in browser_of.get(f"{bills}permissions/?view=json").content.decode()


def test_an_edit_is_a_new_default_version(browser_of, bills, root):
    browser_of.post(f"{bills}edit/", {"PolicyDocument": OTHER, "seen": "v1"})
    assert default(root) == OTHER
    html = browser_of.get(f"{bills}versions/").content.decode()
    assert "v2" in html and "v1" in html


def test_the_second_of_two_tabs_learns_of_the_firsts_change_and_loses_nothing(browser_of, bills, root):
    browser_of.post(f"{bills}edit/", {"PolicyDocument": OTHER, "seen": "v1"})
    mine = DOCUMENT.replace("GetObject", "ListBucket")
    response = browser_of.post(f"{bills}edit/", {"PolicyDocument": mine, "seen": "v1"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "has changed since you opened it" in html and "s3:ListBucket" in html and "s3:PutObject" in html
    assert default(root) == OTHER
    browser_of.post(f"{bills}edit/", {"PolicyDocument": mine, "seen": response.context["form"]["seen"].value()})
    assert default(root) == mine


def test_a_sixth_version_pushes_the_oldest_out(browser_of, bills, root):
    for number in range(2, 6):
        root.call("iam:CreatePolicyVersion", {"PolicyArn": ARN, "PolicyDocument": OTHER, "SetAsDefault": number == 2})
    assert "deletes the oldest version that is not the default, v1" in browser_of.get(f"{bills}edit/").content.decode()
    browser_of.post(f"{bills}edit/", {"PolicyDocument": DOCUMENT, "seen": "v2"})
    versions = root.call("iam:ListPolicyVersions", {"PolicyArn": ARN})["Versions"]
    assert [one["VersionId"] for one in versions] == ["v6", "v5", "v4", "v3", "v2"]


def test_a_version_becomes_the_default_and_another_is_deleted(browser_of, bills, root):
    root.call("iam:CreatePolicyVersion", {"PolicyArn": ARN, "PolicyDocument": OTHER})
    browser_of.post(f"{bills}version/?do=default", {"selected": "v2"})
    assert default(root) == OTHER
    browser_of.post(f"{bills}version/?do=delete", {"selected": "v1"})
    assert len(root.call("iam:ListPolicyVersions", {"PolicyArn": ARN})["Versions"]) == 1


def test_aws_own_policies_can_be_read_only(browser_of, base):
    html = browser_of.get(f"{base}details/arn:aws:iam::aws:policy/AdministratorAccess/permissions/").content.decode()
    assert "AWS managed - job function" in html
    assert ">Edit<" not in html and "Tags" not in html


def test_entities_are_listed_and_detached(browser_of, bills, root):
    root.call("iam:CreateUser", {"UserName": "anna"})
    root.call("iam:AttachUserPolicy", {"UserName": "anna", "PolicyArn": ARN})
    assert "anna" in browser_of.get(f"{bills}entities/").content.decode()
    browser_of.post(f"{bills}detach/", {"selected": ["User:anna"]})
    assert root.call("iam:ListAttachedUserPolicies", {"UserName": "anna"})["AttachedPolicies"] == []


def test_it_is_attached_to_users_groups_and_roles_of_one_list(browser_of, bills, root):
    trust = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}},
    }
    for at in range(11):
        root.call("iam:CreateUser", {"UserName": f"user-{at:02}"})
    root.call("iam:CreateGroup", {"GroupName": "Team"})
    root.call("iam:CreateRole", {"RoleName": "Clerk", "AssumeRolePolicyDocument": json.dumps(trust)})

    def offered(**sent):
        html = browser_of.post(f"{bills}attach/", {"look": "entities", **sent}).content.decode()
        return re.findall(r'aria-label="Select ([^"]+)"', html)

    assert offered() == [f"user-{at:02}" for at in range(10)]
    assert offered(look="entities:2")[:3] == ["user-10", "Team", "Clerk"]  # and roles that services have made
    assert offered(**{"entities-type": "Group"}) == ["Team"]
    assert offered(**{"entities-find": "cler"}) == ["Clerk"]
    browser_of.post(f"{bills}attach/", {"entities": ["User:user-10", "Group:Team", "Role:Clerk"]})
    found = root.call("iam:ListEntitiesForPolicy", {"PolicyArn": ARN})
    assert [len(found[name]) for name in ("PolicyUsers", "PolicyGroups", "PolicyRoles")] == [1, 1, 1]


def test_a_policy_that_is_a_boundary_is_not_deleted_and_nothing_of_it_is_taken_away(browser_of, bills, root):
    arn = bills.partition("/details/")[2].rstrip("/")
    root.call("iam:CreateUser", {"UserName": "anna", "PermissionsBoundary": arn})
    root.call("iam:CreateUser", {"UserName": "bob"})
    root.call("iam:AttachUserPolicy", {"UserName": "bob", "PolicyArn": arn})
    address, name = root.url("policy-delete"), arn.rpartition("/")[2]
    for page in (
        browser_of.get(address, {"selected": arn}),
        browser_of.post(address, {"selected": arn, "typed": name}),
    ):
        assert "It is the permissions boundary of user anna." in page.content.decode()
    assert page.status_code == 422
    assert root.call("iam:ListAttachedUserPolicies", {"UserName": "bob"})["AttachedPolicies"]
    root.call("iam:DeleteUserPermissionsBoundary", {"UserName": "anna"})
    deleted = browser_of.post(address, {"selected": arn, "typed": name}, follow=True)
    assert "Policy deleted." in deleted.content.decode()
    assert root.call("iam:ListAttachedUserPolicies", {"UserName": "bob"})["AttachedPolicies"] == []


def test_whose_boundary_it_is_stands_in_a_list_of_its_own(browser_of, bills, root):
    assert "boundary_table" not in browser_of.get(f"{bills}entities/").context
    root.call("iam:CreateUser", {"UserName": "bob", "PermissionsBoundary": ARN})
    page = browser_of.get(f"{bills}entities/")
    assert (page.context["table"]["total"], page.context["boundary_table"]["total"]) == (0, 1)


def test_the_lists_actions_lead_to_where_one_is_attached_and_detached(browser_of, base, bills):
    assert browser_of.get(f"{base}selected/attach/", {"selected": ARN}).url == f"{bills}attach/"
    assert browser_of.get(f"{base}selected/detach/", {"selected": ARN}).url == f"{bills}entities/"
    assert browser_of.get(f"{base}selected/attach/").url == base


def test_deleting_detaches_drops_versions_and_asks_for_the_name(browser_of, base, bills, root):
    root.call("iam:CreateGroup", {"GroupName": "Team"})
    root.call("iam:AttachGroupPolicy", {"GroupName": "Team", "PolicyArn": ARN})
    root.call("iam:CreatePolicyVersion", {"PolicyArn": ARN, "PolicyDocument": OTHER})
    html = browser_of.get(f"{base}delete/", {"selected": ARN}).content.decode()
    assert "Detach from group Team" in html and "Version v2" in html
    assert browser_of.post(f"{base}delete/", {"selected": ARN, "typed": "bills"}).status_code == 422
    assert browser_of.post(f"{base}delete/", {"selected": ARN, "typed": "Bills"}).url == base
    with pytest.raises(AwsError, match="not found"):
        root.call("iam:GetPolicy", {"PolicyArn": ARN})


def test_two_versions_are_compared_line_by_line(browser_of, bills, root):
    root.call("iam:CreatePolicyVersion", {"PolicyArn": ARN, "PolicyDocument": OTHER})
    html = browser_of.get(f"{bills}versions/?from=v1&to=v2").content.decode()
    gone, new = html.index("mark-del"), html.index("mark-add")
    assert "s3:GetObject" in html[gone : gone + 200] and "s3:PutObject" in html[new : new + 200]
    assert html.count("mark-") == 2
    assert "The two say the same" in browser_of.get(f"{bills}versions/?from=v1&to=v1").content.decode()
    assert browser_of.get(f"{bills}versions/?from=v1&to=v9").status_code == 200


def test_tags_are_saved_as_they_stand(browser_of, bills, root):
    root.call("iam:TagPolicy", {"PolicyArn": ARN, "Tags": [{"Key": "old", "Value": "1"}]})
    browser_of.post(f"{bills}manage-tags/", {"tags-key": ["Team", "team"], "tags-value": ["a", "b"]})
    tags = {tag["Key"]: tag["Value"] for tag in root.call("iam:ListPolicyTags", {"PolicyArn": ARN})["Tags"]}
    assert tags == {"Team": "a", "team": "b"}
