"""What the door tells policies about a caller and a resource. IAM User Guide: "AWS global condition context keys"."""

import json

import pytest

from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.sandbox import controls
from iamlab.services.operations import AwsError
from tests.services.cloud import ACCOUNT, allow, refusal

pytestmark = pytest.mark.django_db
BILL = {"Bucket": "customer-bills", "Key": "bill.txt"}


def test_a_code_grows_old_with_the_sandboxs_clock(cloud, with_mfa):
    """aws:MultiFactorAuthAge: the seconds since the principal was authorized with MFA."""
    fresh = {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}
    session = with_mfa("mario", allow("s3:ListAllMyBuckets", Condition=fresh))
    s3 = cloud.client("s3", session)
    cloud.move(minutes=59)
    assert s3.list_buckets()["Buckets"] == []
    cloud.move(minutes=61)
    assert refusal(s3.list_buckets)["Error"]["Code"] == "AccessDenied"


def test_a_session_tag_comes_before_the_roles_of_the_same_key_in_any_case(cloud):
    """IAM User Guide, "Pass session tags": a session tag overrides the role's of the same key; case does not count."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    red, blue = ({"StringEquals": {"aws:PrincipalTag/Team": team}} for team in ("red", "blue"))
    own = allow("iam:ListUsers", Condition=red), allow("s3:ListAllMyBuckets", Condition=blue)
    role = cloud.role("painter", trust, *own)
    cloud.client("iam").tag_role(RoleName="painter", Tags=[{"Key": "Team", "Value": "red"}])
    sts = cloud.client("sts", cloud.user("mario", allow("sts:*")))
    tags = [{"Key": "team", "Value": "blue"}]
    session = sts.assume_role(RoleArn=role, RoleSessionName="one", Tags=tags)["Credentials"]
    assert cloud.client("s3", session).list_buckets()["Buckets"] == []
    assert refusal(cloud.client("iam", session).list_users)["Error"]["Code"] == "AccessDenied"


class Two:
    """Two accounts in one sandbox: the boss's bucket is open to the other account's user mario."""

    def __init__(self):
        self.world = controls.world(controls.create(None, "tests", throttled=False))
        self.boss, self.other = (self.register(name) for name in ("Boss", "Other"))
        self.do(self.other, "iam:CreateUser", UserName="mario")
        self.do(self.boss, "s3:CreateBucket", Bucket=BILL["Bucket"])
        self.do(self.boss, "s3:PutObject", **BILL, Body=b"42")
        mario = {"AWS": f"arn:aws:iam::{self.other}:user/mario"}
        policy = document(allow("s3:GetObject", "arn:aws:s3:::customer-bills/*", Principal=mario))
        self.do(self.boss, "s3:PutBucketPolicy", Bucket=BILL["Bucket"], Policy=policy)

    def register(self, name):
        params = {"Email": f"{name}@bills.example", "AccountName": name, "Password": "Long-and-good-1"}
        return call(caller_as(self.world, "", "visitor"), "accounts:RegisterAccount", params)["AccountId"]

    def do(self, account, operation, who="root", **params):
        return call(caller_as(self.world, account, who), operation, params)

    def allow_mario(self, *statements):
        policy = document(*statements)
        self.do(self.other, "iam:PutUserPolicy", UserName="mario", PolicyName="own", PolicyDocument=policy)

    def refused(self, **params):
        with pytest.raises(AwsError) as refusal:
            self.do(self.other, "s3:GetObject", "user/mario", **params)
        return refusal.value


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def two(db):
    return Two()


def test_a_resource_is_of_its_owners_account_not_of_the_callers(two):
    two.allow_mario(allow("s3:GetObject", Condition={"StringEquals": {"aws:ResourceAccount": two.boss}}))
    assert two.do(two.other, "s3:GetObject", "user/mario", **BILL)["ContentLength"] == 2
    two.allow_mario(allow("s3:GetObject", Condition={"StringEquals": {"aws:ResourceAccount": two.other}}))
    assert two.refused(**BILL).code == "AccessDenied"
