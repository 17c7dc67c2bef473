"""Organizations: accounts in a tree, and what its policies allow at most."""

import json

import pytest

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.sandbox import controls
from iamlab.services.operations import AwsError

pytestmark = pytest.mark.django_db
DENY_S3 = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}})
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


class World:
    """A management account with an organization and one member account."""

    def __init__(self):
        self.sandbox = controls.create(None, "tests", throttled=False)
        visitor = caller_as(controls.world(self.sandbox), "", "visitor")
        params = {"Email": "boss@bills.example", "AccountName": "Boss", "Password": "Long-and-good-1"}
        self.boss = call(visitor, "accounts:RegisterAccount", params)["AccountId"]
        self.organization = self.do("organizations:CreateOrganization")["Organization"]
        self.root_id = self.do("organizations:ListRoots")["Roots"][0]["Id"]
        made = self.do("organizations:CreateAccount", Email="dev@bills.example", AccountName="Dev")
        self.dev = made["CreateAccountStatus"]["AccountId"]

    def do(self, operation, account=None, who="root", **params):
        return call(caller_as(controls.world(self.sandbox), account or self.boss, who), operation, params)

    def policy(self, content=DENY_S3, kind="SERVICE_CONTROL_POLICY", name="NoS3"):
        made = self.do("organizations:CreatePolicy", Name=name, Description="", Type=kind, Content=content)
        return made["Policy"]["PolicySummary"]["Id"]


@pytest.fixture
def world():
    return World()


def test_an_organization_has_its_accounts(world):
    accounts = world.do("organizations:ListAccounts")["Accounts"]
    assert {account["Name"] for account in accounts} == {"Boss", "Dev"}  # in the order of their ids
    assert world.organization["MasterAccountId"] == world.boss
    described = world.do("organizations:DescribeOrganization", account=world.dev)["Organization"]
    assert described["Id"] == world.organization["Id"]


def test_only_the_management_account_changes_it(world):
    with pytest.raises(AwsError) as error:
        world.do("organizations:CreateOrganizationalUnit", account=world.dev, ParentId=world.root_id, Name="x")
    assert error.value.code == "AccessDeniedException"


def test_an_scp_binds_even_the_root_user_of_a_member(world):
    world.do("s3:ListBuckets", account=world.dev)
    world.do("organizations:AttachPolicy", PolicyId=world.policy(), TargetId=world.dev)
    with pytest.raises(AwsError, match="with an explicit deny in a service control policy: arn:aws:organizations::"):
        world.do("s3:ListBuckets", account=world.dev)


def test_an_scp_does_not_bind_the_management_account(world):
    world.do("organizations:AttachPolicy", PolicyId=world.policy(), TargetId=world.root_id)
    assert world.do("s3:ListBuckets")["Buckets"] == []


def test_every_level_must_allow(world):
    only_iam = json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}
    )
    unit = world.do("organizations:CreateOrganizationalUnit", ParentId=world.root_id, Name="Workloads")
    unit_id = unit["OrganizationalUnit"]["Id"]
    move = {"SourceParentId": world.root_id, "DestinationParentId": unit_id}
    world.do("organizations:MoveAccount", AccountId=world.dev, **move)
    world.do("organizations:AttachPolicy", PolicyId=world.policy(only_iam, name="OnlyIam"), TargetId=unit_id)
    world.do("s3:ListBuckets", account=world.dev)
    world.do("organizations:DetachPolicy", PolicyId="p-FullAWSAccess", TargetId=unit_id)
    world.do("iam:ListUsers", account=world.dev)
    with pytest.raises(AwsError, match="because no service control policy allows the s3:ListAllMyBuckets action"):
        world.do("s3:ListBuckets", account=world.dev)


def test_the_last_scp_of_a_target_stays(world):
    with pytest.raises(AwsError) as error:
        world.do("organizations:DetachPolicy", PolicyId="p-FullAWSAccess", TargetId=world.dev)
    assert error.value.code == "ConstraintViolationException"


def test_an_rcp_guards_the_resources_of_a_member(world):
    world.do("s3:CreateBucket", account=world.dev, Bucket="guarded-bucket")
    world.do("organizations:EnablePolicyType", RootId=world.root_id, PolicyType="RESOURCE_CONTROL_POLICY")
    deny = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"},
        }
    )
    policy = world.policy(deny, "RESOURCE_CONTROL_POLICY", "NoWrites")
    world.do("organizations:AttachPolicy", PolicyId=policy, TargetId=world.dev)
    with pytest.raises(AwsError, match="with an explicit deny in a resource control policy"):
        world.do("s3:PutObject", account=world.dev, Bucket="guarded-bucket", Key="a", Body=b"1")


def test_the_management_account_enters_a_member_by_the_access_role(world):
    world.do("iam:CreateUser", UserName="anna")
    world.do("iam:AttachUserPolicy", UserName="anna", PolicyArn=ADMIN)
    role = f"arn:aws:iam::{world.dev}:role/OrganizationAccountAccessRole"
    answer = world.do("sts:AssumeRole", who="user/anna", RoleArn=role, RoleSessionName="visit")
    assert answer["AssumedRoleUser"]["Arn"].startswith(f"arn:aws:sts::{world.dev}:assumed-role/")


def test_a_condition_on_the_organization_holds_for_members_only(world):
    world.do("s3:CreateBucket", Bucket="shared-bucket")
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::shared-bucket/*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": world.organization["Id"]}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    world.do("s3:PutBucketPolicy", Bucket="shared-bucket", Policy=policy)
    world.do("s3:PutObject", Bucket="shared-bucket", Key="a", Body=b"1")
    answer = world.do("s3:GetObject", account=world.dev, Bucket="shared-bucket", Key="a")
    assert answer["Body"] == b"1"


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("DescribeAccount", {"AccountId": "999999999999"}, "AccountNotFoundException"),
        ("DescribePolicy", {"PolicyId": "p-zzzzzzzz"}, "PolicyNotFoundException"),
        ("DeleteOrganization", {}, "OrganizationNotEmptyException"),
        ("ListChildren", {"ParentId": "ou-zzzz-zzzzzzzz", "ChildType": "ACCOUNT"}, "ParentNotFoundException"),
        ("CreateOrganization", {}, "AlreadyInOrganizationException"),
    ],
)
def test_refusals_have_awss_codes(world, operation, params, code):
    with pytest.raises(AwsError) as error:
        world.do(f"organizations:{operation}", **params)
    assert error.value.code == code


def test_an_account_in_no_organization_is_told_so(world):
    other = controls.create(None, "alone", throttled=False)
    visitor = caller_as(controls.world(other), "", "visitor")
    params = {"Email": "a@b.example", "AccountName": "Alone", "Password": "Long-and-good-1"}
    account = call(visitor, "accounts:RegisterAccount", params)["AccountId"]
    with pytest.raises(AwsError) as error:
        call(caller_as(controls.world(other), account, "root"), "organizations:DescribeOrganization")
    assert error.value.code == "AWSOrganizationsNotInUseException"


def test_a_closed_account_stays_in_the_organization_and_is_used_by_nobody(world):
    key = world.do("iam:CreateAccessKey", account=world.dev)["AccessKey"]["AccessKeyId"]
    entrance = {
        "RoleArn": f"arn:aws:iam::{world.dev}:role/OrganizationAccountAccessRole",
        "RoleSessionName": "boss",
    }
    user = {"UserName": "mario"}
    world.do("iam:CreateUser", **user)
    world.do("iam:AttachUserPolicy", **user, PolicyArn=ADMIN)
    world.do("sts:AssumeRole", who="user/mario", **entrance)
    world.do("organizations:CloseAccount", AccountId=world.dev)
    told = world.do("organizations:DescribeAccount", AccountId=world.dev)["Account"]
    assert (told["Status"], told["State"]) == ("SUSPENDED", "CLOSED")
    assert code_of(lambda: authenticate.credentials(key)) == "InvalidClientTokenId"
    assert code_of(lambda: world.do("sts:AssumeRole", who="user/mario", **entrance)) == "AccessDenied"
    close = lambda account: lambda: world.do("organizations:CloseAccount", AccountId=account)  # noqa: E731
    assert code_of(close(world.dev)) == "AccountAlreadyClosedException"
    assert code_of(close(world.boss)) == "ConstraintViolationException"
    assert code_of(close("123456789012")) == "AccountNotFoundException"


def code_of(call_it):
    with pytest.raises(AwsError) as error:
        call_it()
    return error.value.code
