"""Answers of STS that show what they show whatever was asked, and its words for wrong parameters."""

import json

import pytest

from tests.services.cloud import ACCOUNT, allow, refusal


def said(call, **params):
    error = refusal(call, **params)["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("key_id", "account"),
    [
        ("AKIAZZZZZZZZZZZZZZZZ", "673894223475"),
        ("ASIA2222222222222222", "744830457525"),
        ("AKIAQAAAAAABAAAAAAAA", "000000000002"),
    ],
)
def test_an_unknown_keys_id_carries_its_account(cloud, key_id, account):
    assert cloud.client("sts").get_access_key_info(AccessKeyId=key_id)["Account"] == account


def test_the_sandboxs_own_keys_are_known(cloud):
    key = cloud.user("mario")
    assert cloud.client("sts").get_access_key_info(AccessKeyId=key["AccessKeyId"])["Account"] == ACCOUNT


@pytest.mark.parametrize("key_id", ["AKIAIOSFODNN7EXAMPLE", "ABIAZZZZZZZZZZZZZZZZ", "A" * 128])
def test_an_id_that_carries_none_is_refused(cloud, key_id):
    refused = said(cloud.client("sts").get_access_key_info, AccessKeyId=key_id)
    assert refused == ("ValidationError", "Access key ID is not valid.")


def test_values_are_quoted_the_pattern_first(cloud):
    assert said(cloud.client("sts", None).get_access_key_info, AccessKeyId="a-b-c-d-e-f-g-h-i")[1] == (
        "1 validation error detected: Value 'a-b-c-d-e-f-g-h-i' at 'accessKeyId' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w]*"
    )


def test_a_federated_session_says_how_full_it_is(cloud):
    assert cloud.client("sts").get_federation_token(Name="guest")["PackedPolicySize"] == 0


def test_a_roles_arn_is_looked_at_first(cloud):
    arn = f"arn:aws:iam::{ACCOUNT}:user/mario"
    refused = said(cloud.client("sts").assume_role, RoleArn=arn, RoleSessionName="bills")
    assert refused == ("ValidationError", f"{arn} is invalid")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}], "TransitiveTagKeys": ["b"]},
            "The specified transitive tag key must be included in the requested tags.",
        ),
    ],
)
def test_session_tags_that_cannot_be(cloud, params, message):
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    role = cloud.role("reader", trust)
    sts = cloud.client("sts", cloud.user("mario", allow("sts:*")))
    refused = said(sts.assume_role, RoleArn=role, RoleSessionName="bills", **params)
    assert refused == ("InvalidParameterValue", message)


def test_tags_handed_down_cannot_be_given_again(cloud):
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    first, second = cloud.role("first", trust, allow("sts:*")), cloud.role("second", trust)
    sts = cloud.client("sts", cloud.user("mario", allow("sts:*")))
    tag = [{"Key": "team", "Value": "bills"}]
    session = sts.assume_role(RoleArn=first, RoleSessionName="a1", Tags=tag, TransitiveTagKeys=["team"])
    again = json.loads(json.dumps(tag).replace("team", "Team"))
    chained = cloud.client("sts", session["Credentials"])
    assert said(chained.assume_role, RoleArn=second, RoleSessionName="b1", Tags=again) == (
        "InvalidParameterValue",
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the "
        "calling session.",
    )


@pytest.mark.parametrize("name", ["policy/Nowhere", "role/reader"])
def test_a_session_policy_that_does_not_exist_is_refused(cloud, name):
    arn = f"arn:aws:iam::{ACCOUNT}:{name}"
    refused = said(cloud.client("sts").get_federation_token, Name="guest", PolicyArns=[{"arn": arn}])
    assert refused[0] == "ValidationError" and arn in refused[1]


def test_managed_session_policies_narrow_a_session(cloud):
    own = json.dumps({"Version": "2012-10-17", "Statement": allow("s3:ListAllMyBuckets")})
    made = cloud.client("iam").create_policy(PolicyName="lists", PolicyDocument=own)["Policy"]["Arn"]
    arns = [{"arn": made}, {"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}]
    session = cloud.client("sts").get_federation_token(Name="guest", PolicyArns=arns)
    assert cloud.client("s3", session["Credentials"]).list_buckets()["Buckets"] == []
    assert session["PackedPolicySize"] > 0


def test_whom_the_root_user_federates_may_what_the_session_policy_says(cloud):
    own = json.dumps({"Version": "2012-10-17", "Statement": allow("s3:ListAllMyBuckets")})
    session = cloud.client("sts").get_federation_token(Name="guest", Policy=own)
    assert cloud.client("s3", session["Credentials"]).list_buckets()["Buckets"] == []
    assert said(cloud.client("s3", session["Credentials"]).create_bucket, Bucket="bills-of-2026")[0] == "AccessDenied"
    without = cloud.client("sts").get_federation_token(Name="guest")
    assert said(cloud.client("s3", without["Credentials"]).list_buckets)[0] == "AccessDenied"
