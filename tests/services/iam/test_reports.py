"""Reports over the account: entities of a policy, credentials, last access, authorization details."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamlab.door.calls import call
from iamlab.services.accounts.models import Sandbox
from iamlab.services.iam.credential_report import written
from tests.services.iam.cast import ACCOUNT, ADMINISTRATOR, EC2, EVERYTHING, READ_ONLY, document

P = f"arn:aws:iam::{ACCOUNT}:policy/P"
MARIO = f"arn:aws:iam::{ACCOUNT}:user/mario"


def later(**span):
    """Move the sandbox's clock."""
    Sandbox.objects.update(clock_offset=int(timedelta(**span).total_seconds()))


@pytest.fixture
def policy(iam):
    iam.CreatePolicy(PolicyName="P", PolicyDocument=document("s3:*"))
    iam.CreateUser(UserName="mario")
    iam.CreateGroup(GroupName="G")
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2, Path="/r/", PermissionsBoundary=P)
    iam.AttachUserPolicy(UserName="mario", PolicyArn=P)
    iam.AttachGroupPolicy(GroupName="G", PolicyArn=P)


def entities(iam, **more):
    answer = iam.ListEntitiesForPolicy(PolicyArn=P, **more)
    return [
        one[f"{word}Name"]
        for name, word in (("PolicyGroups", "Group"), ("PolicyRoles", "Role"), ("PolicyUsers", "User"))
        for one in answer[name]
    ]


def test_entities_of_a_policy_by_kind_use_and_path(iam, policy):
    assert entities(iam) == ["G", "R", "mario"]
    assert entities(iam, EntityFilter="User") == ["mario"]
    assert entities(iam, PolicyUsageFilter="PermissionsBoundary") == ["R"]
    assert entities(iam, PolicyUsageFilter="PermissionsPolicy") == ["G", "mario"]
    assert entities(iam, PathPrefix="/r/") == ["R"]


def test_entities_are_paged_as_one_list(iam, policy):
    first = iam.ListEntitiesForPolicy(PolicyArn=P, MaxItems=2)
    assert first["IsTruncated"]
    assert (len(first["PolicyGroups"]), len(first["PolicyRoles"]), first["PolicyUsers"]) == (1, 1, [])
    assert entities(iam, Marker=first["Marker"]) == ["mario"]


def report(iam):
    text = iam.GetCredentialReport()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(io.StringIO(text))}


def test_a_credential_report_must_be_asked_for(iam):
    assert iam.refused("GetCredentialReport")[0] == "ReportNotPresent"
    assert iam.GenerateCredentialReport()["State"] == "STARTED"
    assert iam.GenerateCredentialReport() == {"State": "COMPLETE"}
    assert iam.GetCredentialReport()["ReportFormat"] == "text/csv"


def test_a_credential_report_lasts_four_hours_and_ends_after_seven_days(iam):
    iam.GenerateCredentialReport()
    iam.CreateUser(UserName="mario")
    later(hours=3)
    iam.GenerateCredentialReport()
    assert "mario" not in report(iam)
    later(hours=5)
    assert iam.GenerateCredentialReport()["State"] == "STARTED"
    assert "mario" in report(iam)
    later(days=8)
    assert iam.refused("GetCredentialReport")[0] == "ReportExpired"


def test_what_a_credential_report_says(iam):
    iam.UpdateAccountPasswordPolicy(MaxPasswordAge=90)
    mario = iam.user("mario", EVERYTHING)
    iam.CreateUser(UserName="peach")
    iam.CreateLoginProfile(UserName="mario", Password="Correct-Horse-1")
    mario.ListUsers()
    second = iam.CreateAccessKey(UserName="mario")["AccessKey"]["AccessKeyId"]
    iam.UpdateAccessKey(UserName="mario", AccessKeyId=second, Status="Inactive")
    iam.GenerateCredentialReport()
    content = iam.GetCredentialReport()["Content"].decode()
    assert content.splitlines()[0] == (
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
        "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
        "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
        "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
        "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
    )
    rows = report(iam)
    assert list(rows) == ["<root_account>", "mario", "peach"]
    root, user, idle = rows.values()
    assert (root["arn"], root["password_enabled"], root["mfa_active"]) == (
        f"arn:aws:iam::{ACCOUNT}:root",
        "not_supported",
        "false",
    )
    assert root["access_key_1_active"] == "true"
    assert (user["password_enabled"], user["password_last_used"]) == ("true", "no_information")
    assert user["password_next_rotation"][:10] > user["password_last_changed"][:10]
    assert user["user_creation_time"].endswith("+00:00")
    assert (user["access_key_1_last_used_region"], user["access_key_1_last_used_service"]) == ("us-east-1", "iam")
    assert (user["access_key_2_active"], user["access_key_2_last_used_date"]) == ("false", "N/A")
    assert (idle["password_enabled"], idle["password_last_used"], idle["access_key_1_last_rotated"]) == (
        "false",
        "N/A",
        "N/A",
    )


def test_a_credential_report_costs_no_statement_a_user(iam, django_assert_num_queries):
    iam.user("a")
    with django_assert_num_queries(9):
        written(ACCOUNT)
    for name in ("b", "c", "d"):
        iam.user(name)
    with django_assert_num_queries(9):
        written(ACCOUNT)


def accessed(iam, arn, **more):
    job = iam.GenerateServiceLastAccessedDetails(Arn=arn, **more)["JobId"]
    return job, iam.GetServiceLastAccessedDetails(JobId=job)


def test_last_access_lists_what_policies_allow_used_or_not(iam):
    mario = iam.user("mario", document(["s3:GetObject", "iam:ListUsers"]))
    mario.ListUsers()
    job, answer = accessed(iam, MARIO)
    assert (answer["JobStatus"], answer["JobType"]) == ("COMPLETED", "SERVICE_LEVEL")
    used, unused = answer["ServicesLastAccessed"]
    assert (used["ServiceNamespace"], used["LastAuthenticatedEntity"], used["TotalAuthenticatedEntities"]) == (
        "iam",
        MARIO,
        1,
    )
    assert (unused["ServiceNamespace"], "LastAuthenticated" in unused) == ("s3", False)
    with_entities = iam.GetServiceLastAccessedDetailsWithEntities(JobId=job, ServiceNamespace="iam")
    (entity,) = with_entities["EntityDetailsList"]
    assert (entity["EntityInfo"]["Arn"], entity["EntityInfo"]["Type"]) == (MARIO, "USER")
    assert entity["LastAuthenticated"] == used["LastAuthenticated"]


def test_last_access_by_action(iam):
    mario = iam.user("mario", document(["iam:ListUsers", "iam:ListRoles"]))
    mario.ListUsers()
    _, answer = accessed(iam, MARIO, Granularity="ACTION_LEVEL")
    (service,) = answer["ServicesLastAccessed"]
    assert [one["ActionName"] for one in service["TrackedActionsLastAccessed"]] == ["ListUsers"]


def test_last_access_of_a_policy_counts_whoever_holds_it(iam, policy):
    iam.CreateUser(UserName="peach")
    iam.AddUserToGroup(GroupName="G", UserName="peach")
    job, answer = accessed(iam, P)
    assert [one["ServiceNamespace"] for one in answer["ServicesLastAccessed"]] == ["s3"]
    found = iam.GetServiceLastAccessedDetailsWithEntities(JobId=job, ServiceNamespace="s3")["EntityDetailsList"]
    assert [one["EntityInfo"]["Name"] for one in found] == ["mario", "peach"]


def test_last_access_ends_with_the_tracking_period(iam):
    mario = iam.user("mario", document("iam:ListUsers"))
    mario.ListUsers()
    later(days=401)
    _, answer = accessed(iam, MARIO)
    assert answer["ServicesLastAccessed"][0]["TotalAuthenticatedEntities"] == 0


def test_questions_about_nobody(iam):
    nobody = f"arn:aws:iam::{ACCOUNT}:user/nobody"
    missing = ("NoSuchEntity", "The user with name nobody cannot be found.")
    assert iam.refused("GenerateServiceLastAccessedDetails", Arn=nobody) == missing
    assert iam.refused("GetServiceLastAccessedDetails", JobId="x" * 36)[0] == "NoSuchEntity"
    root = f"arn:aws:iam::{ACCOUNT}:root"
    unclear = ("InvalidInput", f"Invalid Entity Arn: {root} does not clearly define entity type and name.")
    assert iam.refused("GenerateServiceLastAccessedDetails", Arn=root) == unclear
    assert iam.refused("ListPoliciesGrantingServiceAccess", Arn=root, ServiceNamespaces=["s3"]) == unclear


def test_policies_that_give_access_to_a_service(iam, policy):
    iam.AddUserToGroup(GroupName="G", UserName="mario")
    iam.PutGroupPolicy(GroupName="G", PolicyName="own", PolicyDocument=document(["s3:GetObject", "iam:GetUser"]))
    answer = iam.ListPoliciesGrantingServiceAccess(Arn=MARIO, ServiceNamespaces=["s3", "iam", "ec2"])
    by_service = {one["ServiceNamespace"]: one["Policies"] for one in answer["PoliciesGrantingServiceAccess"]}
    inline = {"PolicyName": "own", "PolicyType": "INLINE", "EntityType": "GROUP", "EntityName": "G"}
    assert by_service == {
        "ec2": [],
        "iam": [inline],
        "s3": [{"PolicyName": "P", "PolicyType": "MANAGED", "PolicyArn": P}, inline],
    }


def test_not_action_gives_all_services_but_those_it_names_whole(iam):
    iam.CreateUser(UserName="mario")
    text = document().replace('"Action": "*"', '"NotAction": ["iam:*", "s3:GetObject"]')
    iam.PutUserPolicy(UserName="mario", PolicyName="own", PolicyDocument=text)
    answer = iam.ListPoliciesGrantingServiceAccess(Arn=MARIO, ServiceNamespaces=["s3", "iam"])
    assert [len(one["Policies"]) for one in answer["PoliciesGrantingServiceAccess"]] == [1, 0]


def test_authorization_details_show_everything(iam, policy):
    iam.AddUserToGroup(GroupName="G", UserName="mario")
    iam.PutUserPolicy(UserName="mario", PolicyName="own", PolicyDocument=EVERYTHING)
    iam.TagUser(UserName="mario", Tags=[{"Key": "a", "Value": "1"}])
    iam.CreateInstanceProfile(InstanceProfileName="I")
    iam.AddRoleToInstanceProfile(InstanceProfileName="I", RoleName="R")
    iam.AttachRolePolicy(RoleName="R", PolicyArn=ADMINISTRATOR)
    answer = iam.GetAccountAuthorizationDetails()
    (user,), (group,), (role,) = (answer[f"{kind}DetailList"] for kind in ("User", "Group", "Role"))
    assert user["UserPolicyList"] == [{"PolicyName": "own", "PolicyDocument": json.loads(EVERYTHING)}]
    assert (user["GroupList"], user["Tags"]) == (["G"], [{"Key": "a", "Value": "1"}])
    assert group["AttachedManagedPolicies"] == [{"PolicyName": "P", "PolicyArn": P}]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == P
    assert [one["InstanceProfileName"] for one in role["InstanceProfileList"]] == ["I"]
    assert [one["PolicyName"] for one in answer["Policies"]] == ["P", "AdministratorAccess"]
    own, awss = answer["Policies"]
    assert (own["AttachmentCount"], own["PermissionsBoundaryUsageCount"]) == (2, 1)
    assert own["PolicyVersionList"][0]["Document"] == json.loads(document("s3:*"))
    assert awss["PolicyVersionList"][0]["IsDefaultVersion"]


def test_authorization_details_by_filter_and_page(iam, policy):
    only = iam.GetAccountAuthorizationDetails(Filter=["Role"])
    assert (len(only["RoleDetailList"]), only["UserDetailList"], only["Policies"]) == (1, [], [])
    first = iam.GetAccountAuthorizationDetails(MaxItems=3)
    assert (first["IsTruncated"], first["Policies"]) == (True, [])
    rest = iam.GetAccountAuthorizationDetails(Marker=first["Marker"])
    assert (rest["UserDetailList"], [one["PolicyName"] for one in rest["Policies"]]) == ([], ["P"])


def test_authorization_details_cost_no_statement_a_row(iam, policy, django_assert_num_queries):
    def fill(*names):
        for name in names:
            iam.CreateUser(UserName=name)
            iam.AttachUserPolicy(UserName=name, PolicyArn=READ_ONLY)
            iam.PutUserPolicy(UserName=name, PolicyName="own", PolicyDocument=EVERYTHING)
            iam.CreateRole(RoleName=name, AssumeRolePolicyDocument=EC2)

    fill("a")
    iam.GetAccountAuthorizationDetails()
    with CaptureQueriesContext(connection) as few:
        call(iam.caller, "iam:GetAccountAuthorizationDetails")
    number = len(few)  # now: a request through the test client empties the log
    fill("b", "c", "d")
    iam.GetAccountAuthorizationDetails()  # a new revision is gathered once
    with django_assert_num_queries(number):
        call(iam.caller, "iam:GetAccountAuthorizationDetails")
