"""Roles, whom they trust, and the instance profiles and services that carry them."""

import pytest

from iamlab.services.iam.quotas import QUOTAS
from tests.services.iam.cast import ACCOUNT, EC2, EVERYTHING, READ_ONLY, document, trust

MARIO = f"arn:aws:iam::{ACCOUNT}:user/mario"


def trusted(iam, name="R"):
    return iam.GetRole(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]["Principal"]


def test_create_shows_less_than_get_and_list_least(iam):
    iam.CreatePolicy(PolicyName="B", PolicyDocument=EVERYTHING)
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/B"
    tags = [{"Key": "team", "Value": "bills"}]
    made = iam.CreateRole(
        RoleName="R", AssumeRolePolicyDocument=EC2, Path="/a/", PermissionsBoundary=boundary, Tags=tags
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/a/R"
    assert made["RoleId"].startswith("AROA")
    assert (made["Tags"], made["PermissionsBoundary"]["PermissionsBoundaryArn"]) == (tags, boundary)
    got = iam.GetRole(RoleName="r")["Role"]
    assert got == {**made, "MaxSessionDuration": 3600, "RoleLastUsed": {}}
    (listed,) = iam.ListRoles()["Roles"]
    assert set(got) - set(listed) == {"PermissionsBoundary", "Tags", "RoleLastUsed"}


def test_names_differing_in_case_are_one_role(iam):
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    refused = iam.refused("CreateRole", RoleName="r", AssumeRolePolicyDocument=EC2)
    assert refused == ("EntityAlreadyExists", "Role with name r already exists.")


def test_an_account_has_so_many_roles_at_most(iam, monkeypatch):
    monkeypatch.setitem(QUOTAS, "RolesPerAccount", 1)
    iam.CreateRole(RoleName="one", AssumeRolePolicyDocument=EC2)
    refused = iam.refused("CreateRole", RoleName="two", AssumeRolePolicyDocument=EC2)
    assert refused == ("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1")


def test_what_is_no_trust_policy_is_refused(iam):
    long = trust({"Service": "ec2.amazonaws.com"}, Sid="x" * 2048)
    assert iam.refused("CreateRole", RoleName="R", AssumeRolePolicyDocument=long) == (
        "LimitExceeded",
        "Cannot exceed quota for ACLSizePerRole: 2048",
    )
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    for text in ("{", EVERYTHING):
        refused = iam.refused("UpdateAssumeRolePolicy", RoleName="R", PolicyDocument=text)
        assert refused[0] == "MalformedPolicyDocument"
    assert trusted(iam) == {"Service": "ec2.amazonaws.com"}


def test_a_principal_must_exist(iam):
    for principal, shown in (
        ({"AWS": MARIO}, f'"AWS":"{MARIO}"'),
        ({"Service": "ec2"}, '"SERVICE":"ec2"'),
    ):
        refused = iam.refused("CreateRole", RoleName="R", AssumeRolePolicyDocument=trust(principal))
        assert refused == ("MalformedPolicyDocument", f"Invalid principal in policy: {shown}")


def test_a_deleted_principal_turns_into_its_id_and_stays_so(iam):
    unique_id = iam.CreateUser(UserName="mario")["User"]["UserId"]
    condition = {"ArnEquals": {"aws:PrincipalArn": MARIO}}
    document_ = trust({"AWS": [MARIO, ACCOUNT]}, Condition=condition)
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=document_)
    iam.UpdateUser(UserName="mario", NewUserName="Mario2")
    assert trusted(iam) == {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/Mario2", ACCOUNT]}
    iam.DeleteUser(UserName="Mario2")
    iam.CreateUser(UserName="mario")
    assert trusted(iam) == {"AWS": [unique_id, ACCOUNT]}
    kept = iam.GetRole(RoleName="R")["Role"]["AssumeRolePolicyDocument"]
    assert kept["Statement"]["Condition"] == condition


def test_an_id_is_saved_as_the_arn_that_it_stands_for_and_refused_once_nobody_has_it(iam):
    unique_id = iam.CreateUser(UserName="mario")["User"]["UserId"]
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=trust({"AWS": unique_id}))
    assert trusted(iam) == {"AWS": MARIO}
    iam.UpdateAssumeRolePolicy(RoleName="R", PolicyDocument=trust({"AWS": [unique_id, ACCOUNT]}))
    assert trusted(iam) == {"AWS": [MARIO, ACCOUNT]}
    iam.DeleteUser(UserName="mario")
    assert trusted(iam) == {"AWS": [unique_id, ACCOUNT]}
    refused = iam.refused("UpdateAssumeRolePolicy", RoleName="R", PolicyDocument=trust({"AWS": unique_id}))
    assert refused == ("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{unique_id}"')


def test_an_update_leaves_the_rest_as_it_is(iam):
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2, Description="first", MaxSessionDuration=7200)
    iam.UpdateRole(RoleName="R", Description="second")
    role = iam.GetRole(RoleName="R")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("second", 7200)
    iam.UpdateRole(RoleName="R")
    role = iam.GetRole(RoleName="R")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("second", 7200)
    assert iam.UpdateRoleDescription(RoleName="R", Description="third")["Role"]["Description"] == "third"
    assert iam.refused("UpdateRole", RoleName="R", MaxSessionDuration=60)[0] == "ValidationError"


def test_boundaries_come_and_go(iam):
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    iam.PutRolePermissionsBoundary(RoleName="R", PermissionsBoundary=READ_ONLY)
    assert "PermissionsBoundary" in iam.GetRole(RoleName="R")["Role"]
    iam.DeleteRolePermissionsBoundary(RoleName="R")
    assert "PermissionsBoundary" not in iam.GetRole(RoleName="R")["Role"]
    assert iam.refused("DeleteRolePermissionsBoundary", RoleName="R")[0] == "NoSuchEntity"
    nowhere = f"arn:aws:iam::{ACCOUNT}:policy/Nowhere"
    refused = iam.refused("PutRolePermissionsBoundary", RoleName="R", PermissionsBoundary=nowhere)
    assert refused == ("NoSuchEntity", f"Scope ARN: {nowhere} does not exist or is not attachable.")


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        (lambda iam: iam.AttachRolePolicy(RoleName="R", PolicyArn=READ_ONLY), "must detach all policies first"),
        (
            lambda iam: iam.PutRolePolicy(RoleName="R", PolicyName="own", PolicyDocument=EVERYTHING),
            "must delete policies first",
        ),
        (
            lambda iam: iam.AddRoleToInstanceProfile(InstanceProfileName="P", RoleName="R"),
            "must remove roles from instance profile first",
        ),
    ],
)
def test_a_role_goes_when_nothing_hangs_on_it(iam, fill, message):
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    iam.CreateInstanceProfile(InstanceProfileName="P")
    fill(iam)
    assert iam.refused("DeleteRole", RoleName="R") == ("DeleteConflict", f"Cannot delete entity, {message}.")


def test_tag_keys_of_roles_ignore_case(iam):
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2, Tags=[{"Key": "Team", "Value": "a"}])
    iam.TagRole(RoleName="R", Tags=[{"Key": "team", "Value": "b"}])
    assert iam.ListRoleTags(RoleName="R")["Tags"] == [{"Key": "team", "Value": "b"}]
    twice = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
    message = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    assert iam.refused("TagRole", RoleName="R", Tags=twice) == ("InvalidInput", message)
    iam.UntagRole(RoleName="R", TagKeys=["TEAM"])
    assert iam.ListRoleTags(RoleName="R")["Tags"] == []


def test_an_instance_profile_holds_one_role(iam):
    made = iam.CreateInstanceProfile(InstanceProfileName="P", Path="/web/")["InstanceProfile"]
    assert (made["Arn"], made["Roles"]) == (f"arn:aws:iam::{ACCOUNT}:instance-profile/web/P", [])
    assert made["InstanceProfileId"].startswith("AIPA")
    for name in ("R", "S"):
        iam.CreateRole(RoleName=name, AssumeRolePolicyDocument=EC2)
    iam.AddRoleToInstanceProfile(InstanceProfileName="P", RoleName="R")
    refused = iam.refused("AddRoleToInstanceProfile", InstanceProfileName="P", RoleName="S")
    assert refused == ("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    (profile,) = iam.ListInstanceProfilesForRole(RoleName="R")["InstanceProfiles"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["R"]
    assert iam.ListInstanceProfiles(PathPrefix="/web/")["InstanceProfiles"] == [profile]
    assert iam.refused("DeleteInstanceProfile", InstanceProfileName="P") == (
        "DeleteConflict",
        "Cannot delete entity, must remove roles from instance profile first.",
    )
    assert iam.refused("RemoveRoleFromInstanceProfile", InstanceProfileName="P", RoleName="S")[0] == "NoSuchEntity"
    iam.RemoveRoleFromInstanceProfile(InstanceProfileName="P", RoleName="R")
    iam.DeleteInstanceProfile(InstanceProfileName="p")
    missing = ("NoSuchEntity", "Instance Profile P cannot be found.")
    assert iam.refused("GetInstanceProfile", InstanceProfileName="P") == missing


def test_an_instance_profile_comes_once(iam):
    iam.CreateInstanceProfile(InstanceProfileName="P")
    refused = iam.refused("CreateInstanceProfile", InstanceProfileName="p")
    assert refused == ("EntityAlreadyExists", "Instance Profile p already exists.")


def test_a_role_in_a_profile_must_be_passed(iam):
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    iam.CreateInstanceProfile(InstanceProfileName="P")
    mario = iam.user("mario", document("iam:AddRoleToInstanceProfile"))
    code, message = mario.refused("AddRoleToInstanceProfile", InstanceProfileName="P", RoleName="R")
    assert (code, "iam:PassRole" in message) == ("AccessDenied", True)
    to = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    passing = document("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/R", Condition=to)
    iam.PutUserPolicy(UserName="mario", PolicyName="pass", PolicyDocument=passing)
    assert mario.refused("AddRoleToInstanceProfile", InstanceProfileName="P", RoleName="R")[0] == "AccessDenied"
    iam.PutUserPolicy(UserName="mario", PolicyName="pass", PolicyDocument=passing.replace("lambda", "ec2"))
    mario.AddRoleToInstanceProfile(InstanceProfileName="P", RoleName="R")


def test_a_service_linked_role_is_awss(iam):
    made = iam.CreateServiceLinkedRole(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="x")["Role"]
    name = made["RoleName"]
    assert made["Arn"] == (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_x"
    )
    assert len(iam.ListAttachedRolePolicies(RoleName=name)["AttachedPolicies"]) == 1
    message = f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
    for operation, more in (
        ("DeleteRole", {}),
        ("UpdateAssumeRolePolicy", {"PolicyDocument": EC2}),
        ("AttachRolePolicy", {"PolicyArn": READ_ONLY}),
        ("PutRolePolicy", {"PolicyName": "own", "PolicyDocument": EVERYTHING}),
    ):
        assert iam.refused(operation, RoleName=name, **more) == ("UnmodifiableEntity", message)
    task = iam.DeleteServiceLinkedRole(RoleName=name)["DeletionTaskId"]
    assert iam.GetServiceLinkedRoleDeletionStatus(DeletionTaskId=task) == {"Status": "SUCCEEDED"}
    assert iam.refused("GetRole", RoleName=name)[0] == "NoSuchEntity"


def test_service_linked_roles_that_cannot_be(iam):
    beanstalk = {"AWSServiceName": "elasticbeanstalk.amazonaws.com"}
    iam.CreateServiceLinkedRole(**beanstalk)
    code, message = iam.refused("CreateServiceLinkedRole", **beanstalk)
    assert (code, "has been taken in this account" in message) == ("InvalidInput", True)
    suffixed = iam.refused("CreateServiceLinkedRole", **beanstalk, CustomSuffix="x")
    assert suffixed == ("InvalidInput", "Custom suffix is not allowed for elasticbeanstalk.amazonaws.com")
    assert iam.refused("CreateServiceLinkedRole", AWSServiceName="nothing.amazonaws.com")[0] == "InvalidInput"
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    assert iam.refused("DeleteServiceLinkedRole", RoleName="R")[0] == "NoSuchEntity"
