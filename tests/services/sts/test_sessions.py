"""What temporary credentials are good for, what they carry, and whose keys are."""

import json
from base64 import b32decode

import pytest

from tests.services.cloud import ACCOUNT, allow, refusal

TRUST = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
}
NO_IAM = ("InvalidClientTokenId", "The security token included in the request is invalid.")


def said(call, **params):
    error = refusal(call, **params)["Error"]
    return error["Code"], error["Message"]


def test_a_session_token_without_mfa_is_no_good_for_iam(cloud):
    """STS API Reference, "GetSessionToken": no IAM operation unless MFA authentication information is included, and of
    STS AssumeRole and GetCallerIdentity only. That IAM says InvalidClientTokenId: github.com/cloudyr/aws.iam, issue 15.
    """
    role = cloud.role("visitor", TRUST)
    key = cloud.user("mario", allow("*"))
    for session in (cloud.client("sts", key).get_session_token(), cloud.client("sts").get_session_token()):
        credentials = session["Credentials"]
        sts = cloud.client("sts", credentials)
        assert said(cloud.client("iam", credentials).list_users) == NO_IAM
        assert cloud.client("s3", credentials).list_buckets()["Buckets"] == []
        assert sts.get_caller_identity()["Account"] == ACCOUNT
        for name, call, params in (
            ("GetSessionToken", sts.get_session_token, {}),
            ("GetFederationToken", sts.get_federation_token, {"Name": "bob"}),
            ("GetAccessKeyInfo", sts.get_access_key_info, {"AccessKeyId": key["AccessKeyId"]}),
        ):
            assert said(call, **params) == ("AccessDenied", f"Cannot call {name} with session credentials")
    mario = cloud.client("sts", cloud.client("sts", key).get_session_token()["Credentials"])
    inside = mario.assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    assert said(cloud.client("iam", inside).list_users)[0] == "AccessDenied"  # the role's own want of permission


def test_a_session_token_with_mfa_is_good_for_iam(cloud, with_mfa):
    session = with_mfa("mario", allow("iam:ListUsers"))
    assert [user["UserName"] for user in cloud.client("iam", session).list_users()["Users"]] == ["mario"]


def test_a_federation_token_is_no_good_for_iam(cloud):
    """STS API Reference, "GetFederationToken": no IAM operation by the CLI or the API, and of STS GetCallerIdentity."""
    key = cloud.user("mario", allow("*"))
    every = json.dumps({"Version": "2012-10-17", "Statement": allow("*")})
    session = cloud.client("sts", key).get_federation_token(Name="bob", Policy=every)["Credentials"]
    assert said(cloud.client("iam", session).list_users) == NO_IAM
    assert cloud.client("s3", session).list_buckets()["Buckets"] == []
    sts = cloud.client("sts", session)
    assert sts.get_caller_identity()["Arn"].endswith(":federated-user/bob")
    assert said(sts.get_federation_token, Name="bob")[0] == "AccessDenied"


def test_a_role_cannot_ask_for_a_federation_token(cloud):
    """The text is AWS's: github.com/hashicorp/vault, pull request 4108."""
    role = cloud.role("visitor", TRUST, allow("*"))
    sts = cloud.client("sts", cloud.user("mario", allow("sts:AssumeRole")))
    session = sts.assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    assert said(cloud.client("sts", session).get_federation_token, Name="bob") == (
        "AccessDenied",
        "Cannot call GetFederationToken with session credentials",
    )


@pytest.mark.parametrize("tag", [{"Key": "aws:team", "Value": "red"}, {"Key": "team", "Value": "AWS:red"}])
def test_session_tags_cannot_begin_as_awss_own(cloud, tag):
    """IAM User Guide, "Tags for IAM resources": no tag key or value begins with aws:, whatever its case."""
    role = cloud.role("visitor", TRUST)
    sts = cloud.client("sts", cloud.user("mario", allow("sts:*")))
    assert said(sts.assume_role, RoleArn=role, RoleSessionName="visit", Tags=[tag])[0] == "InvalidParameterValue"
    assert said(sts.get_federation_token, Name="bob", Tags=[tag])[0] == "InvalidParameterValue"
    assert said(cloud.client("iam").tag_user, UserName="mario", Tags=[tag])[0] == "InvalidInput"


def test_a_federated_users_tags_are_compared_without_regard_to_case(cloud):
    """As AssumeRole's: LocalStack's recording test_sts, "duplicate-tag-keys-different-casing"."""
    sts = cloud.client("sts", cloud.user("mario", allow("sts:*")))
    tags = [{"Key": "team", "Value": "red"}, {"Key": "Team", "Value": "blue"}]
    assert said(sts.get_federation_token, Name="bob", Tags=tags) == (
        "InvalidParameterValue",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )


def account_of(key_id):
    """As tools outside read it: the 40 bits behind the first, in the base32 text behind the prefix."""
    return f"{int.from_bytes(b32decode(key_id[4:])[:6], 'big') >> 7 & (1 << 40) - 1:012}"


def test_a_keys_id_tells_its_account_to_anybody(cloud):
    """STS API Reference, "GetAccessKeyInfo": the account of a long-term (AKIA) and of a temporary (ASIA) key."""
    role = cloud.role("visitor", TRUST)
    key = cloud.user("mario", allow("sts:*"))
    sts = cloud.client("sts", key)
    keys = [
        cloud.root["AccessKeyId"],
        key["AccessKeyId"],
        sts.get_session_token()["Credentials"]["AccessKeyId"],
        sts.assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]["AccessKeyId"],
    ]
    assert [one[:4] for one in keys] == ["AKIA", "AKIA", "ASIA", "ASIA"]
    assert {len(one) for one in keys} == {20}
    assert [sts.get_access_key_info(AccessKeyId=one)["Account"] for one in keys] == [ACCOUNT] * 4
    assert [account_of(one) for one in keys] == [ACCOUNT] * 4
    assert said(sts.get_access_key_info, AccessKeyId="AKIAIOSFODNN7EXAMPLE") == (
        "ValidationError",
        "Access key ID is not valid.",
    )
