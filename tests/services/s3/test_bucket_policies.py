"""What a bucket policy may say, and whom it means."""

import json

import pytest

from tests.services.cloud import ACCOUNT, allow, refusal

pytestmark = pytest.mark.django_db
BUCKET = "customer-bills"
OBJECTS = f"arn:aws:s3:::{BUCKET}/*"
MARIO = f"arn:aws:iam::{ACCOUNT}:user/mario"


@pytest.fixture
def s3(cloud):
    made = cloud.client("s3")
    made.create_bucket(Bucket=BUCKET)
    made.put_object(Bucket=BUCKET, Key="bill.txt", Body=b"42 EUR")
    return made


def policy(**statement):
    usual = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject", "Resource": OBJECTS}
    said = {name: value for name, value in (usual | statement).items() if value}
    return json.dumps({"Version": "2012-10-17", "Statement": [said]})


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ({"Resource": "arn:aws:s3:::other-bills/*"}, "Policy has invalid resource"),
        ({"Resource": [OBJECTS, "*"]}, "Policy has invalid resource"),
        ({"Resource": f"arn:aws:s3:::{BUCKET}*"}, "Policy has invalid resource"),
        ({"Action": "s3:GetBill"}, "Policy has invalid action"),
        ({"Action": "iam:GetUser"}, "Policy has invalid action"),
        ({"Action": ["s3:GetObject", "s3:ListBucket"]}, "Action does not apply to any resource(s) in statement"),
        ({"Resource": f"arn:aws:s3:::{BUCKET}"}, "Action does not apply to any resource(s) in statement"),
        (
            {"Condition": {"StringEquals": {"s3:prefix": "a"}}},
            "Conditions do not apply to combination of actions and resources in statement",
        ),
        ({"Principal": {"AWS": MARIO}}, "Invalid principal in policy"),
        ({"Principal": {"AWS": "mario"}}, "Invalid principal in policy"),
    ],
)
def test_what_a_policy_may_not_say(s3, statement, message):
    s3.delete_public_access_block(Bucket=BUCKET)
    wrong = refusal(s3.put_bucket_policy, Bucket=BUCKET, Policy=policy(**statement))["Error"]
    assert (wrong["Code"], wrong["Message"]) == ("MalformedPolicy", message)


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "s3:*", "Resource": [f"arn:aws:s3:::{BUCKET}", OBJECTS]},
        {"Action": "S3:getobject", "Resource": f"arn:aws:s3:::{BUCKET}/${{aws:username}}/*"},
        {"Action": "s3:List*", "Resource": f"arn:aws:s3:::{BUCKET}", "Condition": {"StringLike": {"s3:prefix": "a*"}}},
        {"Action": None, "NotAction": "s3:DeleteBucket"},
        {"Condition": {"StringEquals": {"s3:ExistingObjectTag/team": "bills", "aws:PrincipalTag/team": "bills"}}},
        {"Principal": {"AWS": "arn:aws:iam::999988887777:user/of-another-company"}},
        {"Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject"},
    ],
)
def test_what_a_policy_may_say(s3, statement):
    said = policy(**statement)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=said)
    assert json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"]) == json.loads(said)


def test_a_policy_is_found_wrong_before_it_is_found_public(s3):
    wrong = policy(Principal="*", Resource="arn:aws:s3:::other-bills/*")
    assert refusal(s3.put_bucket_policy, Bucket=BUCKET, Policy=wrong)["Error"]["Code"] == "MalformedPolicy"


def test_a_namesake_made_later_is_not_meant(cloud, s3):
    iam, where = cloud.client("iam"), {"Bucket": BUCKET, "Key": "bill.txt"}
    first = iam.create_user(UserName="mario")["User"]["UserId"]
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(Principal={"AWS": MARIO}))
    key = iam.create_access_key(UserName="mario")["AccessKey"]
    assert cloud.client("s3", key).get_object(**where)["Body"].read() == b"42 EUR"
    iam.delete_access_key(UserName="mario", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="mario")
    kept = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert kept["Statement"][0]["Principal"] == {"AWS": first}
    again = refusal(s3.put_bucket_policy, Bucket=BUCKET, Policy=json.dumps(kept))["Error"]
    assert (again["Code"], again["Message"]) == ("MalformedPolicy", "Invalid principal in policy")
    namesake = cloud.client("s3", cloud.user("mario"))
    assert refusal(namesake.get_object, **where)["Error"]["Code"] == "AccessDenied"


def test_a_user_who_is_renamed_is_still_meant(cloud, s3):
    iam = cloud.client("iam")
    key = cloud.user("mario")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy(Principal={"AWS": [MARIO]}))
    iam.update_user(UserName="mario", NewUserName="luigi")
    kept = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert kept["Statement"][0]["Principal"] == {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/luigi"]}
    assert cloud.client("s3", key).get_object(Bucket=BUCKET, Key="bill.txt")["ContentLength"] == 6


def test_a_refusal_quotes_what_was_asked_for(cloud, s3):
    mario = cloud.client("s3", cloud.user("mario", allow("s3:ListBucket")))
    refused = refusal(mario.get_object, Bucket=BUCKET, Key="bill.txt")["Error"]
    assert refused["Message"] == (
        f"User: {MARIO} is not authorized to perform: s3:GetObject on resource: "
        f'"arn:aws:s3:::{BUCKET}/bill.txt" because no identity-based policy allows the s3:GetObject action'
    )
