"""Which services an organization leaves open, and which were used."""

import json

import pytest

from iamlab.services.operations import AwsError
from tests.services.organizations.test_organizations import World

pytestmark = pytest.mark.django_db
ONLY = {"Effect": "Allow", "Action": ["s3:*", "iam:*", "ec2:Describe*"], "Resource": "*"}


@pytest.fixture
def world():
    """The member account may use three services, and used one."""
    world = World()
    policy_id = world.policy(json.dumps({"Version": "2012-10-17", "Statement": ONLY}), name="Three")
    world.do("organizations:AttachPolicy", PolicyId=policy_id, TargetId=world.dev)
    world.do("organizations:DetachPolicy", PolicyId="p-FullAWSAccess", TargetId=world.dev)
    world.do("iam:ListUsers", account=world.dev)
    world.policy_id = policy_id
    world.root_path = f"{world.organization['Id']}/{world.root_id}"
    return world


def report(world, path, policy_id=None, **more):
    asked = {"OrganizationsPolicyId": policy_id} if policy_id else {}
    job = world.do("iam:GenerateOrganizationsAccessReport", EntityPath=path, **asked)["JobId"]
    return world.do("iam:GetOrganizationsAccessReport", JobId=job, **more)


def test_an_account_shows_what_is_open_and_what_was_used(world):
    answer = report(world, f"{world.root_path}/{world.dev}")
    assert answer["JobStatus"] == "COMPLETED"
    assert (answer["NumberOfServicesAccessible"], answer["NumberOfServicesNotAccessed"]) == (3, 2)
    ec2, iam, s3 = answer["AccessDetails"]
    assert [one["ServiceNamespace"] for one in (ec2, iam, s3)] == ["ec2", "iam", "s3"]
    assert (iam["EntityPath"], iam["TotalAuthenticatedEntities"]) == (f"{world.root_path}/{world.dev}", 1)
    assert "LastAuthenticatedTime" not in s3


def test_the_root_shows_all_accounts_below_it(world):
    answer = report(world, world.root_path, MaxItems=10)
    assert (answer["NumberOfServicesAccessible"] > 100, answer["IsTruncated"]) == (True, True)
    by_use = report(world, world.root_path, SortKey="LAST_AUTHENTICATED_TIME_DESCENDING", MaxItems=2)
    assert {one["ServiceNamespace"] for one in by_use["AccessDetails"]} == {"iam", "organizations"}


def test_one_policy_may_be_asked_about(world):
    assert report(world, world.root_path, world.policy_id)["NumberOfServicesAccessible"] == 3


def test_a_path_that_leads_nowhere_fails(world):
    answer = report(world, f"{world.root_path}/ou-0000-00000000")
    assert (answer["JobStatus"], set(answer["ErrorDetails"])) == ("FAILED", {"Code", "Message"})


def test_the_report_is_the_management_accounts(world):
    job = world.do("iam:GenerateOrganizationsAccessReport", account=world.dev, EntityPath=world.root_path)["JobId"]
    answer = world.do("iam:GetOrganizationsAccessReport", account=world.dev, JobId=job)
    assert answer["JobStatus"] == "FAILED"
    with pytest.raises(AwsError) as error:
        world.do("iam:GetOrganizationsAccessReport", JobId=job)
    assert error.value.code == "NoSuchEntity"


def test_a_simulation_knows_the_organizations_policies(world):
    world.do("iam:CreateUser", account=world.dev, UserName="mario")
    world.do(
        "iam:AttachUserPolicy",
        account=world.dev,
        UserName="mario",
        PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess",
    )
    results = world.do(
        "iam:SimulatePrincipalPolicy",
        account=world.dev,
        PolicySourceArn=f"arn:aws:iam::{world.dev}:user/mario",
        ActionNames=["s3:ListBucket", "sqs:ListQueues"],
    )["EvaluationResults"]
    assert [one["EvalDecision"] for one in results] == ["allowed", "implicitDeny"]
    details = [one["OrganizationsDecisionDetail"]["AllowedByOrganizations"] for one in results]
    assert details == [True, False]
