"""A bucket's properties, and the pages that change them."""

import re
from html import unescape

import pytest

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
WHERE = {"Bucket": "customer-bills"}


@pytest.fixture
def bucket(root):
    root.call("s3:CreateBucket", WHERE)
    return "customer-bills"


def page(browser, root, tab="properties"):
    html = browser.get(root.url("bucket", "customer-bills", tab)).content.decode()
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.mark.parametrize("constraint", ["eu-west-1", "EU"])
def test_the_overview_tells_region_arn_and_creation_date(browser_of, root, constraint):
    region = {"CreateBucketConfiguration": {"LocationConstraint": constraint}}
    root.call("s3:CreateBucket", {**WHERE, **region}, region="eu-west-1")
    text = page(browser_of, root)
    assert "Europe (Ireland) eu-west-1" in text and "arn:aws:s3:::customer-bills" in text
    assert f"Creation date {root.call('s3:ListBuckets')['Buckets'][0]['CreationDate']:%B %d, %Y}" in text


def test_each_panel_is_refused_by_itself(browser_of, bucket, user):
    html = browser_of.get(user("mario").url("bucket", bucket, "properties")).content.decode()
    for action in ("GetBucketVersioning", "GetBucketTagging", "GetEncryptionConfiguration", "GetBucketAbac"):
        assert f"s3:{action}" in html
    assert "s3:GetBucketObjectLockConfiguration" in html


def test_default_encryption_is_edited(browser_of, root, bucket):
    url = root.url("bucket-encryption", bucket)
    assert "(SSE-S3)" in page(browser_of, root)
    sent = {"encryption": "aws:kms", "kms_key": KEY, "bucket_key": "off"}
    assert browser_of.post(url, {**sent, "kms_key": KEY.replace("us-east-1", "eu-west-1")}).status_code == 422
    assert browser_of.post(url, sent).status_code == 302
    rules = root.call("s3:GetBucketEncryption", WHERE)["ServerSideEncryptionConfiguration"]["Rules"]
    usual = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    assert rules == [{"ApplyServerSideEncryptionByDefault": usual, "BucketKeyEnabled": False}]
    assert "(SSE-KMS)" in page(browser_of, root) and "Bucket Key Disabled" in page(browser_of, root)
    form = browser_of.get(url).context["form"]
    assert [form[name].value() for name in sent] == list(sent.values())


def test_object_lock_is_enabled_for_good_and_gets_a_default_retention(browser_of, root, bucket):
    url = root.url("bucket-lock", bucket)
    sent = {"retention": "on", "mode": "GOVERNANCE", "period": "30", "unit": "Days"}
    assert browser_of.post(url, sent).context["form"].errors.keys() == {"acknowledged"}
    refused = browser_of.post(url, {**sent, "acknowledged": "on"})
    assert refused.status_code == 422 and "Versioning must be" in unescape(refused.content.decode())
    root.call("s3:PutBucketVersioning", {**WHERE, "VersioningConfiguration": {"Status": "Enabled"}})
    assert browser_of.post(url, {**sent, "acknowledged": "on"}).status_code == 302
    found = root.call("s3:GetObjectLockConfiguration", WHERE)["ObjectLockConfiguration"]
    assert found["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 30}
    assert "Default retention period 30 days" in page(browser_of, root)
    assert "acknowledged" not in browser_of.get(url).context["form"].fields
    browser_of.post(url, {**sent, "retention": "off"})
    assert "Rule" not in root.call("s3:GetObjectLockConfiguration", WHERE)["ObjectLockConfiguration"]


@pytest.mark.parametrize("period", ["", "0", "-1", "36501", "x"])
def test_a_retention_without_a_possible_period_is_told(browser_of, root, bucket, period):
    sent = {"acknowledged": "on", "retention": "on", "mode": "COMPLIANCE", "period": period, "unit": "Days"}
    assert browser_of.post(root.url("bucket-lock", bucket), sent).context["form"].errors.keys() == {"period"}


def test_suspending_versioning_is_acknowledged(browser_of, root, bucket):
    url = root.url("bucket-versioning", bucket)
    browser_of.post(url, {"Status": "Enabled"})
    assert browser_of.post(url, {"Status": "Suspended"}).context["form"].errors.keys() == {"acknowledged"}
    assert root.call("s3:GetBucketVersioning", WHERE)["Status"] == "Enabled"
    browser_of.post(url, {"Status": "Suspended", "acknowledged": "on"})
    assert root.call("s3:GetBucketVersioning", WHERE)["Status"] == "Suspended"


def test_enabling_acls_is_acknowledged(browser_of, root, bucket):
    url = root.url("bucket-ownership", bucket)
    wanted = {"ObjectOwnership": "BucketOwnerPreferred"}
    assert browser_of.post(url, wanted).context["form"].errors.keys() == {"restored"}
    browser_of.post(url, {**wanted, "restored": "on"})
    assert root.call("s3:GetBucketOwnershipControls", WHERE)["OwnershipControls"]["Rules"] == [wanted]


def test_block_public_access_is_changed_once_the_word_is_typed(browser_of, root, bucket):
    url = root.url("bucket-block", bucket)

    def blocked():
        return root.call("s3:GetPublicAccessBlock", WHERE)["PublicAccessBlockConfiguration"]

    asked = browser_of.post(url, {"BlockPublicAcls": "on", "IgnorePublicAcls": "on"})
    assert asked.context["confirm"]["typed"] == "confirm" and all(blocked().values())
    sent = dict(asked.context["confirm"]["hidden"])
    assert browser_of.post(url, {**sent, "typed": "Confirm"}).context["confirm"]["error"]
    assert all(blocked().values())
    assert browser_of.post(url, {**sent, "typed": "confirm"}).url == root.url("bucket", bucket, "permissions")
    assert {name for name, on in blocked().items() if on} == {"BlockPublicAcls", "IgnorePublicAcls"}
    sent = dict(browser_of.post(url, {"BlockAll": "on"}).context["confirm"]["hidden"])
    browser_of.post(url, {**sent, "typed": "confirm"})
    assert all(blocked().values())


def test_bucket_abac_makes_tags_count(browser_of, root, bucket):
    browser_of.post(root.url("bucket-tags", bucket), {"tags-key": "department", "tags-value": "billing"})
    browser_of.post(root.url("bucket-abac", bucket), {"Status": "Enabled"})
    assert root.call("s3:GetBucketAbac", WHERE)["AbacStatus"] == {"Status": "Enabled"}
    assert "Bucket ABAC" in page(browser_of, root)
    refused = browser_of.post(root.url("bucket-tags", bucket), {"tags-key": "a", "tags-value": "b"})
    assert "Use TagResource and UntagResource" in unescape(refused.content.decode())


def test_no_tag_left_takes_the_tags_away(browser_of, root, bucket):
    url = root.url("bucket-tags", bucket)
    browser_of.post(url, {"tags-key": ["a", "b"], "tags-value": ["1", ""]})
    assert root.call("s3:GetBucketTagging", WHERE)["TagSet"] == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
    browser_of.post(url, {})
    assert "No tags" in page(browser_of, root)


def test_the_tab_takes_few_queries(browser_of, root, bucket, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        page(browser_of, root)


def test_mario_is_refused_with_why_where_he_saves(browser_of, root, bucket, user):
    response = browser_of.post(user("mario").url("bucket-versioning", bucket), {"Status": "Enabled"})
    assert response.status_code == 422 and response.context["denial"]["action"] == "s3:PutBucketVersioning"
    assert "/why/" in response.content.decode()
    assert "Status" not in root.call("s3:GetBucketVersioning", WHERE)
