"""Managed policies: what is made, versioned, counted and deleted."""

import json

import pytest

from iamlab.services.iam.quotas import QUOTAS
from tests.services.iam.cast import ACCOUNT, EC2, EVERYTHING, READ_ONLY, document

ARN = f"arn:aws:iam::{ACCOUNT}:policy/P"
S3 = document("s3:*")


@pytest.fixture
def policy(iam):
    return iam.CreatePolicy(PolicyName="P", PolicyDocument=EVERYTHING)["Policy"]


def test_a_policy_begins_with_version_one(iam, policy):
    assert policy["Arn"] == ARN
    assert policy["PolicyId"].startswith("ANPA")
    assert policy["DefaultVersionId"] == "v1"
    assert "Tags" not in policy
    version = iam.GetPolicyVersion(PolicyArn=ARN, VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(EVERYTHING)
    assert version["IsDefaultVersion"]


def test_get_policy_shows_description_and_tags(iam):
    tags = [{"Key": "team", "Value": "bills"}]
    made = iam.CreatePolicy(PolicyName="P", PolicyDocument=EVERYTHING, Path="/a/", Description="All", Tags=tags)
    assert made["Policy"]["Tags"] == tags
    shown = iam.GetPolicy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/a/P")["Policy"]
    assert (shown["Description"], shown["Tags"], shown["Path"]) == ("All", tags, "/a/")


def test_names_differing_in_case_are_one_policy(iam, policy):
    refused = iam.refused("CreatePolicy", PolicyName="p", PolicyDocument=EVERYTHING)
    assert refused == ("EntityAlreadyExists", "A policy called p already exists. Duplicate names are not allowed.")


def test_a_document_that_is_no_policy_is_refused(iam, policy):
    assert iam.refused("CreatePolicy", PolicyName="Q", PolicyDocument="{")[0] == "MalformedPolicyDocument"
    assert iam.refused("CreatePolicyVersion", PolicyArn=ARN, PolicyDocument="{")[0] == "MalformedPolicyDocument"


def test_size_counts_without_white_space(iam, monkeypatch):
    monkeypatch.setitem(QUOTAS, "PolicySize", 100)
    iam.CreatePolicy(PolicyName="P", PolicyDocument=EVERYTHING.replace(" ", " " * 20))
    long = document(resource="arn:aws:s3:::" + "x" * 100)
    refused = iam.refused("CreatePolicy", PolicyName="Q", PolicyDocument=long)
    assert refused == ("LimitExceeded", "Cannot exceed quota for PolicySize: 100")
    monkeypatch.setitem(QUOTAS, "PolicySize", len("".join(long.split())))  # no space stands in a value
    assert iam.CreatePolicy(PolicyName="Q", PolicyDocument=long)["Policy"]["PolicyName"] == "Q"


def test_missing_policies_and_what_is_no_arn(iam):
    assert iam.refused("GetPolicy", PolicyArn=ARN) == ("NoSuchEntity", f"Policy {ARN} was not found.")
    assert iam.refused("DeletePolicy", PolicyArn=ARN)[0] == "NoSuchEntity"
    text = "nothing that is an ARN"
    assert iam.refused("GetPolicy", PolicyArn=text) == ("InvalidInput", f"ARN {text} is not valid.")


def test_a_new_version_becomes_the_default_when_asked(iam, policy):
    made = iam.CreatePolicyVersion(PolicyArn=ARN, PolicyDocument=S3)["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"], "Document" in made) == ("v2", False, False)
    iam.SetDefaultPolicyVersion(PolicyArn=ARN, VersionId="v2")
    assert iam.GetPolicy(PolicyArn=ARN)["Policy"]["DefaultVersionId"] == "v2"
    assert iam.CreatePolicyVersion(PolicyArn=ARN, PolicyDocument=S3, SetAsDefault=True)["PolicyVersion"][
        "IsDefaultVersion"
    ]
    versions = iam.ListPolicyVersions(PolicyArn=ARN)["Versions"]
    assert [(one["VersionId"], one["IsDefaultVersion"]) for one in versions] == [
        ("v3", True),
        ("v2", False),
        ("v1", False),
    ]


def test_version_numbers_are_never_used_again(iam, policy):
    iam.CreatePolicyVersion(PolicyArn=ARN, PolicyDocument=S3)
    iam.DeletePolicyVersion(PolicyArn=ARN, VersionId="v2")
    assert iam.CreatePolicyVersion(PolicyArn=ARN, PolicyDocument=S3)["PolicyVersion"]["VersionId"] == "v3"


def test_five_versions_at_most(iam, policy):
    for _ in range(4):
        iam.CreatePolicyVersion(PolicyArn=ARN, PolicyDocument=S3)
    code, message = iam.refused("CreatePolicyVersion", PolicyArn=ARN, PolicyDocument=S3)
    assert code == "LimitExceeded"
    assert message == (
        "A managed policy can have up to 5 versions. "
        "Before you create a new version, you must delete an existing version."
    )


def test_the_default_version_stays(iam, policy):
    refused = iam.refused("DeletePolicyVersion", PolicyArn=ARN, VersionId="v1")
    assert refused == ("DeleteConflict", "Cannot delete the default version of a policy.")
    missing = ("NoSuchEntity", f"Policy {ARN} version v9 does not exist or is not attachable.")
    assert iam.refused("GetPolicyVersion", PolicyArn=ARN, VersionId="v9") == missing
    assert iam.refused("SetDefaultPolicyVersion", PolicyArn=ARN, VersionId="v9") == missing
    assert iam.refused("DeletePolicyVersion", PolicyArn=ARN, VersionId="v9") == missing


def test_a_policy_in_use_is_not_deleted(iam, policy):
    in_use = ("DeleteConflict", "Cannot delete a policy attached to entities.")
    iam.CreateUser(UserName="mario")
    iam.AttachUserPolicy(UserName="mario", PolicyArn=ARN)
    assert iam.refused("DeletePolicy", PolicyArn=ARN) == in_use
    iam.DetachUserPolicy(UserName="mario", PolicyArn=ARN)
    iam.PutUserPermissionsBoundary(UserName="mario", PermissionsBoundary=ARN)
    assert iam.refused("DeletePolicy", PolicyArn=ARN) == in_use
    iam.DeleteUserPermissionsBoundary(UserName="mario")
    iam.CreatePolicyVersion(PolicyArn=ARN, PolicyDocument=S3)
    code, message = iam.refused("DeletePolicy", PolicyArn=ARN)
    assert (code, message[:44]) == ("DeleteConflict", "This policy has more than one version. Befor")
    iam.DeletePolicyVersion(PolicyArn=ARN, VersionId="v2")
    iam.DeletePolicy(PolicyArn=ARN)
    assert iam.refused("GetPolicy", PolicyArn=ARN)[0] == "NoSuchEntity"


def test_uses_are_counted(iam, policy):
    iam.CreateUser(UserName="mario", PermissionsBoundary=ARN)
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2, PermissionsBoundary=ARN)
    iam.AttachRolePolicy(RoleName="R", PolicyArn=ARN)
    shown = iam.GetPolicy(PolicyArn=ARN)["Policy"]
    assert (shown["AttachmentCount"], shown["PermissionsBoundaryUsageCount"]) == (1, 2)


def names(answer):
    return [policy["PolicyName"] for policy in answer["Policies"]]


def test_lists_by_scope_use_and_path(iam, policy):
    iam.CreatePolicy(PolicyName="Q", PolicyDocument=S3, Path="/q/")
    iam.CreateUser(UserName="mario", PermissionsBoundary=ARN)
    iam.AttachUserPolicy(UserName="mario", PolicyArn=READ_ONLY)
    assert names(iam.ListPolicies(Scope="Local")) == ["P", "Q"]
    assert names(iam.ListPolicies(Scope="Local", PathPrefix="/q/")) == ["Q"]
    assert names(iam.ListPolicies(OnlyAttached=True)) == ["P", "ReadOnlyAccess"]
    assert names(iam.ListPolicies(PolicyUsageFilter="PermissionsPolicy")) == ["ReadOnlyAccess"]
    assert names(iam.ListPolicies(PolicyUsageFilter="PermissionsBoundary")) == ["P"]


def test_awss_policies_are_listed_in_pages(iam, policy):
    found, marker = [], None
    while True:
        page = iam.ListPolicies(MaxItems=1000, **({"Marker": marker} if marker else {}))
        found += names(page)
        if not page["IsTruncated"]:
            break
        marker = page["Marker"]
    assert {"P", "AdministratorAccess", "Billing"} <= set(found)
    assert found == sorted(found)
    assert len(iam.ListPolicies(Scope="AWS")["Policies"]) == 100


@pytest.mark.slow
def test_pages_of_all_policies_leave_out_none_and_repeat_none(iam, policy):
    """API Reference, "ListPolicies": Marker. The account's own stand among AWS's, and may be called alike."""
    for name in ("AdministratorAccess", "PowerUserAccess", "zzz"):
        iam.CreatePolicy(PolicyName=name, PolicyDocument=S3)
    found, more = [], {}
    while not found or more:
        page = iam.ListPolicies(MaxItems=97, **more)
        found += [one["Arn"] for one in page["Policies"]]
        assert len(page["Policies"]) == 97 or not page["IsTruncated"]
        more = {"Marker": page["Marker"]} if page["IsTruncated"] else {}
    assert len(found) == len(set(found))
    assert len(found) == sum(len(names_of_all(iam, scope)) for scope in ("Local", "AWS"))
    own = [arn for arn in found if ":policy/" in arn and "::aws:" not in arn]
    assert [arn.rpartition("/")[2] for arn in own] == ["AdministratorAccess", "P", "PowerUserAccess", "zzz"]


def names_of_all(iam, scope):
    return iam.client.get_paginator("list_policies").paginate(Scope=scope).build_full_result()["Policies"]


def test_awss_policies_are_read_but_never_changed(iam):
    shown = iam.GetPolicy(PolicyArn=READ_ONLY)["Policy"]
    version = iam.GetPolicyVersion(PolicyArn=READ_ONLY, VersionId=shown["DefaultVersionId"])["PolicyVersion"]
    assert "Statement" in version["Document"]
    assert shown["PolicyId"] == iam.GetPolicy(PolicyArn=READ_ONLY)["Policy"]["PolicyId"]
    assert iam.refused("DeletePolicy", PolicyArn=READ_ONLY)[0] == "AccessDenied"
    assert iam.refused("CreatePolicyVersion", PolicyArn=READ_ONLY, PolicyDocument=S3)[0] == "AccessDenied"
    assert iam.refused("TagPolicy", PolicyArn=READ_ONLY, Tags=[{"Key": "a", "Value": "b"}])[0] == "AccessDenied"


def test_tag_keys_of_policies_keep_their_case(iam, policy):
    iam.TagPolicy(PolicyArn=ARN, Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
    iam.UntagPolicy(PolicyArn=ARN, TagKeys=["a"])
    assert iam.ListPolicyTags(PolicyArn=ARN) == {"Tags": [{"Key": "A", "Value": "2"}], "IsTruncated": False}
