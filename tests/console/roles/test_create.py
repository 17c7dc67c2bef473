"""The Create role wizard."""

import json
import re

import pytest

from iamlab.services.operations import AwsError

pytestmark = pytest.mark.django_db
READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
CUSTOM = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class Walk:
    """One run of the wizard through Django's client."""

    def __init__(self, browser, session):
        self.browser = browser
        start = browser.get(f"/console/{session.id}/iam/roles/create/")
        self.base = start.url.removesuffix("entity/")

    def send(self, step, **data):
        return self.browser.post(f"{self.base}{step}/", data)

    def see(self, step):
        return self.browser.get(f"{self.base}{step}/").content.decode()

    def through(self, entity, permissions=None, **review):
        assert self.send("entity", **entity).status_code == 302
        assert self.send("permissions", **(permissions or {})).status_code == 302
        return self.send("review", **{"RoleName": "Reader", **review})


@pytest.fixture
def walk(browser_of, root):
    return Walk(browser_of, root)


def trust_of(root, name="Reader"):
    document = root.call("iam:GetRole", {"RoleName": name})["Role"]["AssumeRolePolicyDocument"]
    (statement,) = json.loads(document)["Statement"]
    return statement


def test_a_role_for_a_service_is_made_with_policies_boundary_tags_and_instance_profile(walk, root):
    permissions = {"policies": [READ], "use_boundary": "on", "boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
    more = {"Description": "Reads bills", "tags-key": "team", "tags-value": "bills"}
    response = walk.through({"kind": "service", "service": "ec2.amazonaws.com"}, permissions, **more)
    assert response.url.endswith("/iam/roles/")
    role = root.call("iam:GetRole", {"RoleName": "Reader"})["Role"]
    assert role["Description"] == "Reads bills" and role["Tags"] == [{"Key": "team", "Value": "bills"}]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert trust_of(root) == {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    attached = root.call("iam:ListAttachedRolePolicies", {"RoleName": "Reader"})["AttachedPolicies"]
    assert [one["PolicyArn"] for one in attached] == [READ]
    profiles = root.call("iam:ListInstanceProfilesForRole", {"RoleName": "Reader"})["InstanceProfiles"]
    assert [one["InstanceProfileName"] for one in profiles] == ["Reader"]


def test_another_service_gets_no_instance_profile(walk, root):
    walk.through({"kind": "service", "service": "lambda.amazonaws.com"})
    assert root.call("iam:ListInstanceProfilesForRole", {"RoleName": "Reader"})["InstanceProfiles"] == []


@pytest.mark.parametrize(
    ("entity", "principal", "condition"),
    [
        ({"which": "this"}, "arn:aws:iam::111122223333:root", None),
        (
            {"which": "another", "account_id": "444455556666", "external": "on", "external_id": "partner/7"},
            "arn:aws:iam::444455556666:root",
            {"StringEquals": {"sts:ExternalId": "partner/7"}},
        ),
        (
            {"which": "this", "mfa": "on"},
            "arn:aws:iam::111122223333:root",
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        ),
    ],
)
def test_a_role_for_an_account(walk, root, entity, principal, condition):
    walk.through({"kind": "account", **entity})
    statement = trust_of(root)
    assert statement["Principal"] == {"AWS": principal} and statement["Action"] == "sts:AssumeRole"
    assert statement.get("Condition") == condition


@pytest.mark.parametrize(
    ("provider", "key"),
    [
        ("arn:aws:iam::111122223333:oidc-provider/token.example.com/a", "token.example.com/a:aud"),
        ("accounts.google.com", "accounts.google.com:aud"),
        ("www.amazon.com", "www.amazon.com:app_id"),
    ],
)
def test_a_role_for_web_identities(walk, root, provider, key):
    root.call("iam:CreateOpenIDConnectProvider", {"Url": "https://token.example.com/a", "ClientIDList": ["app"]})
    walk.through({"kind": "web", "provider": provider, "audience": "app"})
    statement = trust_of(root)
    assert statement["Principal"] == {"Federated": provider}
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {"StringEquals": {key: "app"}}


def test_without_a_saml_provider_there_is_none_to_choose(walk):
    response = walk.send("entity", kind="saml", saml_provider="arn:aws:iam::111122223333:saml-provider/x")
    assert response.status_code == 422
    assert "saml_provider" in response.context["form"].errors


def test_a_custom_trust_policy_is_taken_as_it_is(walk, root):
    walk.through({"kind": "custom", "PolicyDocument": json.dumps(CUSTOM)})
    assert trust_of(root) == CUSTOM["Statement"][0]


@pytest.mark.parametrize(
    ("entity", "field", "text"),
    [
        ({"kind": "nonsense"}, "kind", "nonsense is not one of the available choices"),
        ({"kind": "service"}, "service", "Choose a service."),
        ({"kind": "account", "which": "another"}, "account_id", "Enter the account's ID."),
        ({"kind": "account", "which": "another", "account_id": "1234"}, "account_id", "An account ID has 12 digits."),
        ({"kind": "account", "which": "this", "external": "on"}, "external_id", "Enter the external ID."),
        ({"kind": "account", "which": "this", "external_id": "é&"}, "external_id", "not allowed here"),
        ({"kind": "web", "provider": "accounts.google.com"}, "audience", "This field is required."),
        ({"kind": "custom", "PolicyDocument": "{"}, "PolicyDocument", "Line 1, column 2"),
        ({"kind": "custom", "PolicyDocument": json.dumps({"Version": "2012-10-17"})}, "PolicyDocument", ""),
    ],
)
def test_what_is_wrong_with_the_entity_is_told_at_its_field(walk, entity, field, text):
    response = walk.send("entity", **entity)
    assert response.status_code == 422
    assert text in " ".join(response.context["form"].errors[field])


@pytest.mark.parametrize(
    ("review", "field", "text"),
    [
        ({"RoleName": ""}, "RoleName", "This field is required."),
        ({"RoleName": "a" * 65}, "RoleName", "Use at most 64 characters."),
        ({"RoleName": "a b"}, "RoleName", "Use only letters"),
        ({"Description": "a" * 1001}, "Description", "Use at most 1000 characters."),
        ({"tags-key": "", "tags-value": "bills"}, "tags", "has no key"),
    ],
)
def test_what_is_wrong_with_the_review_is_told_at_its_field(walk, root, review, field, text):
    response = walk.through({"kind": "service", "service": "ec2.amazonaws.com"}, **review)
    assert response.status_code == 422
    assert text in " ".join(response.context["form"].errors[field])
    assert root.call("iam:ListRoles")["Roles"] == []


def test_a_boundary_that_is_wanted_has_to_be_chosen(walk):
    walk.send("entity", kind="service", service="ec2.amazonaws.com")
    response = walk.send("permissions", use_boundary="on")
    assert response.status_code == 422 and "boundary" in response.context["form"].errors


def test_the_type_chosen_shows_its_own_fields_and_saves_nothing(walk, browser_of):
    html = walk.send("entity", kind="account", look="kind").content.decode()
    assert 'name="external_id"' in html and 'name="service"' not in html
    assert re.search('value="this"[^>]* checked', html)
    assert 'name="service"' in walk.see("entity")


def test_the_review_shows_trust_policy_and_calls(walk):
    walk.send("entity", kind="service", service="ec2.amazonaws.com")
    walk.send("permissions", policies=[READ])
    html = walk.see("review")
    assert "sts:AssumeRole" in html and "aws iam create-role" in html and "aws iam attach-role-policy" in html
    assert "aws iam add-role-to-instance-profile" in html


def test_a_name_that_is_taken_is_told_at_the_name_and_nothing_else_is_made(walk, root):
    trust = json.dumps(CUSTOM)
    root.call("iam:CreateRole", {"RoleName": "reader", "AssumeRolePolicyDocument": trust})
    response = walk.through({"kind": "service", "service": "ec2.amazonaws.com"}, {"policies": [READ]})
    assert "Role with name Reader already exists." in walk.browser.get(response.url).content.decode()
    with pytest.raises(AwsError, match="cannot be found"):
        root.call("iam:GetInstanceProfile", {"InstanceProfileName": "Reader"})


def test_sent_twice_one_role_is_made(walk, root):
    walk.through({"kind": "service", "service": "lambda.amazonaws.com"})
    again = walk.send("review", RoleName="Reader")
    assert again.status_code == 302 and again.url.endswith("/result/")
    assert len(root.call("iam:ListRoles")["Roles"]) == 1


def test_a_refused_policy_leaves_the_role_and_says_so(browser_of, user, root):
    only = {"Effect": "Allow", "Action": "iam:CreateRole", "Resource": "*"}
    session = user("mario", Only=json.dumps({"Version": "2012-10-17", "Statement": only}))
    walk = Walk(browser_of, session)
    response = walk.through({"kind": "service", "service": "lambda.amazonaws.com"}, {"policies": [READ]})
    html = browser_of.get(response.url).content.decode()
    assert "iam:AttachRolePolicy" in html and "Access denied" in html and "Leave it out and go on" in html
    assert [role["RoleName"] for role in root.call("iam:ListRoles")["Roles"]] == ["Reader"]


def test_a_role_that_was_left_out_gets_neither_policy_nor_profile(browser_of, user, root):
    """Going back from a refusal to a name that is taken: what stands under it stays as it is."""
    most = [{"Effect": effect, "Action": action, "Resource": "*"} for effect, action in (
        ("Allow", "iam:*"), ("Deny", "iam:CreateInstanceProfile"),
    )]  # fmt: skip
    session = user("mario", Most=json.dumps({"Version": "2012-10-17", "Statement": most}))
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    root.call("iam:CreateRole", {"RoleName": "Taken", "AssumeRolePolicyDocument": document})
    walk = Walk(browser_of, session)
    stopped = walk.through({"kind": "service", "service": "ec2.amazonaws.com"}, {"policies": [READ]})
    assert stopped.url == f"{walk.base}result/"
    walk.send("review", RoleName="Taken")
    assert walk.send("result", skip="1").url == f"{walk.base}result/"  # and not to the list, as if one were made
    assert walk.see("result").count("left out") == 4
    assert root.call("iam:ListAttachedRolePolicies", {"RoleName": "Taken"})["AttachedPolicies"] == []
    assert root.call("iam:ListInstanceProfilesForRole", {"RoleName": "Taken"})["InstanceProfiles"] == []


def test_what_is_typed_is_escaped(walk, root):
    walk.through({"kind": "service", "service": "lambda.amazonaws.com"}, Description="Tom & <Jerry>")
    page = walk.browser.get(walk.base.partition("create/")[0] + "details/Reader/permissions/").content.decode()
    assert "Tom &amp; &lt;Jerry&gt;" in page
