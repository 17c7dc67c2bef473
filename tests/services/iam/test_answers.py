"""Which fields an answer has, and in which words parameters are refused, as AWS's own answers have them."""

import pytest

from tests.services.iam.cast import ACCOUNT, document, trust

EC2 = trust({"Service": "ec2.amazonaws.com"})
READS = document("s3:GetObject")
ROLE = {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
POLICY = {
    *("PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId", "AttachmentCount", "PermissionsBoundaryUsageCount"),
    *("IsAttachable", "CreateDate", "UpdateDate"),
}
PROFILE = {"Path", "InstanceProfileName", "InstanceProfileId", "Arn", "CreateDate", "Roles"}
OWN = f"arn:aws:iam::{ACCOUNT}:policy/reads"


def test_a_role_shows_more_when_it_is_asked_for(iam):
    made = iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2, Description="first", MaxSessionDuration=7200)
    assert set(made["Role"]) == ROLE
    assert set(iam.GetRole(RoleName="R")["Role"]) == ROLE | {"Description", "MaxSessionDuration", "RoleLastUsed"}
    assert set(iam.ListRoles()["Roles"][0]) == ROLE | {"Description", "MaxSessionDuration"}
    assert set(iam.UpdateRoleDescription(RoleName="R", Description="second")["Role"]) == ROLE | {"Description"}


def test_a_policy_shows_its_description_and_tags_alone(iam):
    assert set(iam.CreatePolicy(PolicyName="reads", PolicyDocument=READS, Description="of bills")["Policy"]) == POLICY
    assert set(iam.ListPolicies(Scope="Local")["Policies"][0]) == POLICY
    shown = iam.GetPolicy(PolicyArn=OWN)["Policy"]
    assert set(shown) == POLICY | {"Description", "Tags"}
    assert shown["Tags"] == []


def test_an_instance_profile_shows_its_tags_even_without_any(iam):
    assert set(iam.CreateInstanceProfile(InstanceProfileName="web")["InstanceProfile"]) == PROFILE
    assert iam.GetInstanceProfile(InstanceProfileName="web")["InstanceProfile"]["Tags"] == []
    assert set(iam.ListInstanceProfiles()["InstanceProfiles"][0]) == PROFILE
    tagged = iam.CreateInstanceProfile(InstanceProfileName="tagged", Tags=[{"Key": "a", "Value": "b"}])
    assert tagged["InstanceProfile"]["Tags"] == [{"Key": "a", "Value": "b"}]


def test_a_role_that_is_not_in_the_profile_is_named_with_it(iam):
    iam.CreateInstanceProfile(InstanceProfileName="web")
    refused = iam.refused("RemoveRoleFromInstanceProfile", InstanceProfileName="web", RoleName="R")
    assert refused == ("NoSuchEntity", "The role with name R cannot be found.")
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    refused = iam.refused("RemoveRoleFromInstanceProfile", InstanceProfileName="web", RoleName="R")
    assert refused == ("NoSuchEntity", "Role R in Instance Profile web cannot be found.")


@pytest.mark.parametrize("name", ["GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"])
def test_a_missing_version_is_named_with_its_policy(iam, name):
    said = ("NoSuchEntity", f"Policy {OWN} version v9 does not exist or is not attachable.")
    assert iam.refused(name, PolicyArn=OWN, VersionId="v9") == said
    iam.CreatePolicy(PolicyName="reads", PolicyDocument=READS)
    assert iam.refused(name, PolicyArn=OWN, VersionId="v9") == said


def test_only_users_and_roles_fold_the_case_of_their_tags(iam):
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    iam.CreatePolicy(PolicyName="reads", PolicyDocument=READS)
    both = [{"Key": "team", "Value": "1"}, {"Key": "Team", "Value": "2"}]
    said = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    assert iam.refused("TagRole", RoleName="R", Tags=both) == ("InvalidInput", said)
    iam.TagPolicy(PolicyArn=OWN, Tags=both)
    assert [tag["Key"] for tag in iam.ListPolicyTags(PolicyArn=OWN)["Tags"]] == ["Team", "team"]
    refused = iam.refused("TagPolicy", PolicyArn=OWN, Tags=[both[0], both[0]])
    assert refused == ("InvalidInput", "Duplicate tag keys found.")


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]}, "'tags' {} length less than or equal to 50"),
        ({"Tags": [{"Key": "a" * 129, "Value": ""}]}, "'tags.1.member.key' {} length less than or equal to 128"),
        ({"Tags": [{"Key": "a", "Value": "a" * 257}]}, "'tags.1.member.value' {} length less than or equal to 256"),
    ],
)
def test_a_refused_value_is_not_quoted(iam, params, says):
    where, _, must = says.partition(" {} ")
    said = f"1 validation error detected: Value at {where} failed to satisfy constraint: Member must have {must}"
    refused = iam.refused("CreateUser", UserName="mario", **params)
    assert refused == ("ValidationError", said)


def test_a_list_of_texts_is_refused_as_one_value(iam):
    iam.CreateUser(UserName="mario")
    rules = (
        "Member must have length less than or equal to 128, Member must have length greater than or equal to 1, "
        r"Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null"
    )
    refused = iam.refused("UntagUser", UserName="mario", TagKeys=["a" * 129, "no!"])
    assert refused[1] == (
        "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: "
        f"Member must satisfy constraint: [{rules}]"
    )


def test_several_errors_come_in_awss_order(iam):
    refused = iam.refused(
        "UpdateAccountPasswordPolicy", MaxPasswordAge=1096, PasswordReusePrevention=25, MinimumPasswordLength=129
    )
    must = "failed to satisfy constraint: Member must have value less than or equal to"
    assert refused[1] == (
        f"3 validation errors detected: Value at 'minimumPasswordLength' {must} 128; "
        f"Value at 'passwordReusePrevention' {must} 24; Value at 'maxPasswordAge' {must} 1095"
    )


@pytest.mark.parametrize("path", ["team", "/team", "team/"])
def test_paths_have_a_sentence_of_their_own(iam, path):
    said = (
        "The specified value for path is invalid. "
        "It must begin and end with / and contain only alphanumeric characters and/or / characters."
    )
    assert iam.refused("CreateUser", UserName="mario", Path=path) == ("ValidationError", said)
    assert iam.refused("CreateVirtualMFADevice", VirtualMFADeviceName="a", Path=path) == ("ValidationError", said)
