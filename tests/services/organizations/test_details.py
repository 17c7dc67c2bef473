"""Organizations through boto3: pages, tags, requests for accounts, trusted services, their administrators, texts."""

import json

import pytest

from tests.services.cloud import ACCOUNT, allow, refusal

pytestmark = pytest.mark.django_db
SCP = "SERVICE_CONTROL_POLICY"
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
SERVICE = "config.amazonaws.com"


@pytest.fixture
def org(cloud):
    made = cloud.client("organizations")
    made.create_organization(FeatureSet="ALL")
    return made


def account(org, name="Dev"):
    made = org.create_account(AccountName=name, Email=f"{name.lower()}@bills.example")
    return made["CreateAccountStatus"]


def said(call, **params):
    error = refusal(call, **params)["Error"]
    return error["Code"], error["Message"]


def test_a_request_for_an_account_is_told_again(org):
    status = account(org)
    assert org.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"] == status
    failed = org.create_account(AccountName="Again", Email="dev@bills.example")["CreateAccountStatus"]
    assert failed["FailureReason"] == "EMAIL_ALREADY_EXISTS"
    listed = org.list_create_account_status()["CreateAccountStatuses"]
    assert [one["State"] for one in listed] == ["FAILED", "SUCCEEDED"]
    assert len(org.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"]) == 1
    missing = said(org.describe_create_account_status, CreateAccountRequestId="car-" + "0" * 32)
    assert missing[0] == "CreateAccountStatusNotFoundException"


def test_lists_come_in_pages(org):
    root = org.list_roots()["Roots"][0]["Id"]
    for number in range(3):
        org.create_organizational_unit(ParentId=root, Name=f"ou{number}")
    pages = org.get_paginator("list_organizational_units_for_parent").paginate(
        ParentId=root, PaginationConfig={"PageSize": 2}
    )
    assert [[one["Name"] for one in page["OrganizationalUnits"]] for page in pages] == [["ou0", "ou1"], ["ou2"]]
    wrong = said(org.list_organizational_units_for_parent, ParentId=root, NextToken="?")
    assert wrong[0] == "InvalidInputException"


def test_units_are_told_by_their_ids(org):
    root = org.list_roots()["Roots"][0]["Id"]
    made = [org.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"] for name in ("a", "b")]
    for one in made:
        assert org.describe_organizational_unit(OrganizationalUnitId=one["Id"])["OrganizationalUnit"] == one
    missing = root.replace("r-", "ou-") + "-00000000"
    code = said(org.describe_organizational_unit, OrganizationalUnitId=missing)[0]
    assert code == "OrganizationalUnitNotFoundException"
    code = said(org.list_organizational_units_for_parent, ParentId=missing)[0]
    assert code == "ParentNotFoundException"


def nested(org, parent, depth):
    """Units below one another; the ids from the outermost in."""
    ids = []
    for number in range(depth):
        made = org.create_organizational_unit(ParentId=parent, Name=f"level{number}")["OrganizationalUnit"]
        parent = made["Id"]
        ids.append(parent)
    return ids


def test_units_and_accounts_tell_their_paths(org):
    """API Reference, "OrganizationalUnit" and "Account": from the organization down to the entity itself."""
    whole, root = org.describe_organization()["Organization"]["Id"], org.list_roots()["Roots"][0]["Id"]
    outer, inner = nested(org, root, 2)
    tax = account(org, "Tax")["AccountId"]
    org.move_account(AccountId=tax, SourceParentId=root, DestinationParentId=inner)
    unit = org.describe_organizational_unit(OrganizationalUnitId=inner)["OrganizationalUnit"]
    assert unit["Path"] == f"{whole}/{root}/{outer}/{inner}/"
    assert org.list_organizational_units_for_parent(ParentId=outer)["OrganizationalUnits"] == [unit]
    paths = {one["Id"]: one["Paths"] for one in org.list_accounts()["Accounts"]}
    assert paths == {ACCOUNT: [f"{whole}/{root}/{ACCOUNT}/"], tax: [f"{whole}/{root}/{outer}/{inner}/{tax}/"]}
    assert org.describe_account(AccountId=tax)["Account"]["Paths"] == paths[tax]


def test_units_nest_five_deep_and_no_deeper(org):
    """User Guide, "Quotas": five levels of OUs deep under a root."""
    deepest = nested(org, org.list_roots()["Roots"][0]["Id"], 5)[-1]
    error = refusal(org.create_organizational_unit, ParentId=deepest, Name="sixth")
    assert (error["Error"]["Code"], error["Reason"]) == ("ConstraintViolationException", "OU_DEPTH_LIMIT_EXCEEDED")


def test_everything_in_the_tree_bears_tags(org):
    root = org.list_roots()["Roots"][0]["Id"]
    tags = [{"Key": "team", "Value": "red"}]
    unit = org.create_organizational_unit(ParentId=root, Name="a", Tags=tags)["OrganizationalUnit"]["Id"]
    policy = org.create_policy(Content=ALLOW, Description="", Name="a", Type=SCP, Tags=tags)["Policy"]
    dev = account(org)["AccountId"]
    for one in (root, dev):
        org.tag_resource(ResourceId=one, Tags=tags)
    for one in (root, unit, dev, policy["PolicySummary"]["Id"]):
        assert org.list_tags_for_resource(ResourceId=one)["Tags"] == tags
    org.untag_resource(ResourceId=dev, TagKeys=["team", "other"])
    assert org.list_tags_for_resource(ResourceId=dev)["Tags"] == []
    assert said(org.tag_resource, ResourceId="000000000000", Tags=tags) == (
        "TargetNotFoundException",
        "You specified a target that doesn't exist.",
    )
    assert said(org.tag_resource, ResourceId=dev, Tags=tags * 2)[0] == "InvalidInputException"


@pytest.mark.parametrize("kind", ["Account", "OrganizationalUnit", "Policy"])
def test_what_is_made_with_tags_needs_the_permission_to_tag_it(cloud, org, kind):
    """Organizations User Guide: "Adding, updating, and removing tags"."""
    params = {
        "Account": {"AccountName": "dev", "Email": "dev@example.com"},
        "OrganizationalUnit": {"Name": "dev", "ParentId": org.list_roots()["Roots"][0]["Id"]},
        "Policy": {"Content": ALLOW, "Description": "", "Name": "dev", "Type": SCP},
    }[kind]
    params["Tags"] = [{"Key": "team", "Value": "red"}]
    name = {"Account": "account", "OrganizationalUnit": "organizational_unit", "Policy": "policy"}[kind]
    making = f"organizations:Create{kind}"
    mario = cloud.client("organizations", cloud.user("mario", allow(making)))
    code, text = said(getattr(mario, f"create_{name}"), **params)
    assert (code, "organizations:TagResource" in text) == ("AccessDeniedException", True)
    luigi = cloud.client("organizations", cloud.user("luigi", allow([making, "organizations:TagResource"])))
    getattr(luigi, f"create_{name}")(**params)


def test_services_are_trusted_and_members_administer_them(cloud, org):
    dev = account(org)["AccountId"]
    org.enable_aws_service_access(ServicePrincipal=SERVICE)
    enabled = org.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert [one["ServicePrincipal"] for one in enabled] == [SERVICE]
    org.register_delegated_administrator(AccountId=dev, ServicePrincipal=SERVICE)
    (admin,) = org.list_delegated_administrators(ServicePrincipal=SERVICE)["DelegatedAdministrators"]
    assert (admin["Id"], admin["Name"]) == (dev, "Dev")
    (held,) = org.list_delegated_services_for_account(AccountId=dev)["DelegatedServices"]
    assert held["ServicePrincipal"] == SERVICE
    role = f"arn:aws:iam::{dev}:role/OrganizationAccountAccessRole"
    mine = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}
    visitor = cloud.client("sts", cloud.user("mario", mine))
    there = visitor.assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    member = cloud.client("organizations", there)
    assert len(member.list_accounts()["Accounts"]) == 2  # an administrator of a service reads the tree
    assert said(org.remove_account_from_organization, AccountId=dev)[0] == "ConstraintViolationException"
    org.deregister_delegated_administrator(AccountId=dev, ServicePrincipal=SERVICE)
    assert said(member.list_accounts)[0] == "AccessDeniedException"
    org.disable_aws_service_access(ServicePrincipal=SERVICE)
    assert org.list_aws_service_access_for_organization()["EnabledServicePrincipals"] == []


def test_only_one_organization_is_told_why_a_call_is_refused(cloud, org):
    dev = account(org)["AccountId"]
    role = f"arn:aws:iam::{dev}:role/OrganizationAccountAccessRole"
    visit = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}
    there = cloud.client("sts", cloud.user("luigi", visit)).assume_role(RoleArn=role, RoleSessionName="vv")[
        "Credentials"
    ]
    cloud.client("s3", there).create_bucket(Bucket="dev-bills")
    mario = cloud.user("mario")
    assume = {"RoleArn": role, "RoleSessionName": "visit"}
    no = f"User: arn:aws:iam::{ACCOUNT}:user/mario is not authorized to perform: "
    told = said(cloud.client("sts", mario).assume_role, **assume)[1]
    assert (
        told
        == f"{no}sts:AssumeRole on resource: {role} because no identity-based policy allows the sts:AssumeRole action"
    )
    told = said(cloud.client("s3", mario).get_bucket_policy, Bucket="dev-bills")[1]
    assert told.startswith(f"{no}s3:GetBucketPolicy on resource")
    org.remove_account_from_organization(AccountId=dev)
    assert said(cloud.client("sts", mario).assume_role, **assume)[1] == f"{no}sts:AssumeRole on resource: {role}"
    assert said(cloud.client("s3", mario).get_bucket_policy, Bucket="dev-bills") == ("AccessDenied", "Access Denied")


def test_who_may_not_administer(org):
    dev = account(org)["AccountId"]
    register = org.register_delegated_administrator
    assert said(register, AccountId=ACCOUNT, ServicePrincipal=SERVICE) == (
        "ConstraintViolationException",
        "You cannot register master account/yourself as delegated administrator for your organization.",
    )
    assert said(register, AccountId="000000000000", ServicePrincipal=SERVICE)[0] == "AccountNotFoundException"
    assert said(register, AccountId=dev, ServicePrincipal="bills.example") == (
        "InvalidInputException",
        "You specified an unrecognized service principal.",
    )
    register(AccountId=dev, ServicePrincipal=SERVICE)
    assert said(register, AccountId=dev, ServicePrincipal=SERVICE)[0] == "AccountAlreadyRegisteredException"
    assert said(org.list_delegated_services_for_account, AccountId=ACCOUNT)[0] == "AccountNotRegisteredException"


def test_what_is_wrong_with_a_parameter_is_an_invalid_input(org):
    assert said(org.describe_policy, PolicyId="meaningless") == (
        "InvalidInputException",
        "You provided a value that does not match the required pattern.",
    )
    assert said(org.list_policies, Filter="PINK") == ("InvalidInputException", "You specified an invalid value.")
    assert said(org.list_accounts, MaxResults=21)[0] == "InvalidInputException"


def test_texts_of_errors(org):
    root = org.list_roots()["Roots"][0]["Id"]
    org.create_organizational_unit(ParentId=root, Name="a")
    assert said(org.create_organizational_unit, ParentId=root, Name="a") == (
        "DuplicateOrganizationalUnitException",
        "An OU with the same name already exists.",
    )
    assert said(org.enable_policy_type, RootId=root, PolicyType=SCP) == (
        "PolicyTypeAlreadyEnabledException",
        "The specified policy type is already enabled.",
    )
    assert said(org.disable_policy_type, RootId=root, PolicyType="RESOURCE_CONTROL_POLICY")[0] == (
        "PolicyTypeNotEnabledException"
    )
    first = org.create_policy(Content=ALLOW, Description="", Name="a", Type=SCP)["Policy"]["PolicySummary"]
    org.create_policy(Content=ALLOW, Description="", Name="b", Type=SCP)
    assert said(org.update_policy, PolicyId=first["Id"], Name="b")[0] == "DuplicatePolicyException"


def test_awss_own_resource_control_policy_is_everywhere_once_they_are_enabled(org):
    root = org.list_roots()["Roots"][0]["Id"]
    kind, full = "RESOURCE_CONTROL_POLICY", "p-RCPFullAWSAccess"
    assert org.list_policies_for_target(TargetId=root, Filter=kind)["Policies"] == []
    org.enable_policy_type(RootId=root, PolicyType=kind)
    assert [one["Id"] for one in org.list_policies_for_target(TargetId=root, Filter=kind)["Policies"]] == [full]
    targets = org.list_targets_for_policy(PolicyId=full)["Targets"]
    assert {one["TargetId"] for one in targets} == {root, ACCOUNT}
    assert said(org.detach_policy, PolicyId=full, TargetId=root)[0] == "ConstraintViolationException"
    assert said(org.attach_policy, PolicyId=full, TargetId=root)[0] == "DuplicatePolicyAttachmentException"


def test_a_disabled_kind_is_detached_everywhere_and_begins_anew(org):
    """User Guide, "Disabling a policy type": detached from all entities, not deleted; re-enabled, all places begin with
    FullAWSAccess alone.
    """
    root = org.list_roots()["Roots"][0]["Id"]
    unit = org.create_organizational_unit(ParentId=root, Name="a")["OrganizationalUnit"]["Id"]
    own = org.create_policy(Content=ALLOW, Description="", Name="own", Type=SCP)["Policy"]["PolicySummary"]["Id"]
    org.attach_policy(PolicyId=own, TargetId=unit)
    org.attach_policy(PolicyId=own, TargetId=root)
    org.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)

    def attached():
        places = (root, unit, ACCOUNT)
        found = [org.list_policies_for_target(TargetId=place, Filter=SCP)["Policies"] for place in places]
        return [[policy["Name"] for policy in policies] for policies in found]

    assert attached() == [["FullAWSAccess", "own"], ["own"], ["FullAWSAccess"]]
    org.disable_policy_type(RootId=root, PolicyType=SCP)
    assert attached() == [[], [], []]
    assert org.list_targets_for_policy(PolicyId=own)["Targets"] == []
    late = org.create_organizational_unit(ParentId=root, Name="b")["OrganizationalUnit"]["Id"]
    assert org.list_policies_for_target(TargetId=late, Filter=SCP)["Policies"] == []
    assert own in [policy["Id"] for policy in org.list_policies(Filter=SCP)["Policies"]]
    org.enable_policy_type(RootId=root, PolicyType=SCP)
    assert attached() == [["FullAWSAccess"]] * 3
    late = org.list_policies_for_target(TargetId=late, Filter=SCP)["Policies"]
    assert [policy["Name"] for policy in late] == ["FullAWSAccess"]


def test_a_text_that_is_no_json_is_told_once(org):
    """Organizations API Reference, MalformedPolicyDocumentException: one sentence."""
    sentence = "The provided policy document does not meet the requirements of the specified policy type."
    for content in ("{", "{}"):
        code, message = said(org.create_policy, Content=content, Description="", Name="bad", Type=SCP)[:2]
        assert code == "MalformedPolicyDocumentException"
        assert message.startswith(sentence)
        assert message.count("does not meet") == 1
