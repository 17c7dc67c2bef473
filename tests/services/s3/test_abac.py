"""A bucket's tags as condition keys. S3 User Guide: "Enabling ABAC in general purpose buckets"."""

import pytest

from tests.services.cloud import allow, refusal

BUCKET = "customer-bills"
HERE = {"Bucket": BUCKET}
TAGS = {"TagSet": [{"Key": "team", "Value": "bills"}]}


@pytest.fixture
def s3(cloud):
    made = cloud.client("s3")
    made.create_bucket(**HERE)
    made.put_bucket_tagging(**HERE, Tagging=TAGS)
    made.put_object(**HERE, Key="a", Body=b"1")
    return made


def switch(s3, status):
    s3.put_bucket_abac(**HERE, AbacStatus={"Status": status})


def test_it_is_off_until_it_is_switched_on(s3):
    assert s3.get_bucket_abac(**HERE)["AbacStatus"] == {"Status": "Disabled"}
    switch(s3, "Enabled")
    assert s3.get_bucket_abac(**HERE)["AbacStatus"] == {"Status": "Enabled"}
    switch(s3, "Disabled")
    assert s3.get_bucket_abac(**HERE)["AbacStatus"] == {"Status": "Disabled"}
    assert refusal(s3.put_bucket_abac, **HERE, AbacStatus={"Status": "On"})["Error"]["Code"] == "MalformedXML"


@pytest.mark.parametrize("key", ["aws:ResourceTag/team", "s3:BucketTag/team"])
def test_tags_count_only_while_it_is_on(cloud, s3, key):
    """Service Authorization Reference, "Amazon S3": both keys for buckets and for objects."""
    by_tag = allow("s3:GetObject", Condition={"StringEquals": {key: "bills"}})
    mario = cloud.client("s3", cloud.user("mario", by_tag))
    assert refusal(mario.get_object, **HERE, Key="a")["Error"]["Code"] == "AccessDenied"
    switch(s3, "Enabled")
    assert mario.get_object(**HERE, Key="a")["Body"].read() == b"1"
    luigi = cloud.client("s3", cloud.user("luigi", allow("s3:ListBucket", Condition={"StringEquals": {key: "other"}})))
    assert refusal(luigi.list_objects_v2, **HERE)["Error"]["Code"] == "AccessDenied"


def test_tags_are_not_put_while_it_is_on(s3):
    """S3 API Reference: "PutBucketTagging", "DeleteBucketTagging": no longer usable with ABAC enabled."""
    switch(s3, "Enabled")
    assert refusal(s3.put_bucket_tagging, **HERE, Tagging=TAGS)["Error"]["Code"] == "InvalidRequest"
    assert refusal(s3.delete_bucket_tagging, **HERE)["Error"]["Code"] == "InvalidRequest"
    assert s3.get_bucket_tagging(**HERE)["TagSet"] == TAGS["TagSet"]


def test_a_bucket_is_made_with_tags_by_who_may_give_them(cloud):
    """S3 API Reference: "CreateBucketConfiguration": "You must have the s3:TagResource permission"."""
    asked = {"StringEquals": {"aws:RequestTag/team": "bills"}}
    maker = cloud.user("mario", allow("s3:CreateBucket"), allow("s3:TagResource", Condition=asked))
    mario = cloud.client("s3", maker)
    mario.create_bucket(**HERE, CreateBucketConfiguration={"Tags": TAGS["TagSet"]})
    other = {"Tags": [{"Key": "team", "Value": "audit"}]}
    wrong = refusal(mario.create_bucket, Bucket="other-bills", CreateBucketConfiguration=other)["Error"]
    assert wrong["Code"] == "AccessDenied"
    assert "s3:TagResource" in wrong["Message"]


def test_select_is_closed_to_new_accounts(s3):
    """S3 Select is no longer available to new customers (July 2024): the method is not allowed."""
    wrong = refusal(
        s3.select_object_content,
        **HERE,
        Key="a",
        ExpressionType="SQL",
        Expression="SELECT * FROM s3object",
        InputSerialization={"CSV": {}},
        OutputSerialization={"CSV": {}},
    )
    assert wrong["ResponseMetadata"]["HTTPStatusCode"] == 405
    assert wrong["Error"]["Code"] == "MethodNotAllowed"
    assert wrong["Error"]["Message"] == "The specified method is not allowed against this resource."
