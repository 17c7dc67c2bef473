"""Create bucket: its page, the calls that it makes, and what stands when one of them is refused."""

import json
import re
from html import unescape

import pytest

from iamlab.services.operations import AwsError

KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
# What the page sends when only a name was typed into it.
USUAL = {
    "region": "us-east-1",
    "Bucket": "customer-bills",
    "ObjectOwnership": "BucketOwnerEnforced",
    "BlockAll": "on",
    **dict.fromkeys(BLOCKS, "on"),
    "versioning": "off",
    "encryption": "AES256",
    "bucket_key": "on",
    "lock": "off",
}
PUBLIC = {name: value for name, value in USUAL.items() if name != "BlockAll" and name not in BLOCKS}


@pytest.fixture
def create_url(browser_of, root):
    """The page's address."""
    return browser_of.get(root.url("bucket-create-start")).url


def calls_of(session, name="customer-bills"):
    """The changes to a bucket that the event history of its Region has, oldest first."""
    found = session.call(
        "cloudtrail:LookupEvents", {}, region=session.call("s3:HeadBucket", {"Bucket": name})["BucketRegion"]
    )
    return [one["EventName"] for one in reversed(found["Events"]) if one["ReadOnly"] == "false"]


def told(response):
    return unescape(response.content.decode())


def test_the_page_opens_with_awss_defaults(browser_of, create_url):
    form = browser_of.get(create_url).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    assert [shown[name] for name in ("BlockAll", *BLOCKS)] == [True] * 5
    assert shown["ObjectOwnership"] == "BucketOwnerEnforced"
    assert (shown["versioning"], shown["encryption"], shown["bucket_key"], shown["lock"]) == (
        "off",
        "AES256",
        "on",
        "off",
    )
    assert len(form.fields["region"].choices) == 17


def test_with_the_defaults_one_call_makes_the_bucket(browser_of, root, create_url):
    response = browser_of.post(create_url, USUAL)
    assert response.url == root.url("buckets")
    assert "Successfully created bucket “customer-bills”" in told(browser_of.get(response.url))
    assert calls_of(root) == ["CreateBucket"]
    answer = root.call("s3:GetPublicAccessBlock", {"Bucket": "customer-bills"})
    assert answer["PublicAccessBlockConfiguration"] == dict.fromkeys(BLOCKS, True)
    assert "Status" not in root.call("s3:GetBucketVersioning", {"Bucket": "customer-bills"})


def test_who_may_only_create_buckets_makes_one_with_the_defaults(browser_of, root, user):
    statement = {"Effect": "Allow", "Action": "s3:CreateBucket", "Resource": "*"}
    mario = user("mario", own=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    browser_of.post(browser_of.get(mario.url("bucket-create-start")).url, USUAL)
    assert root.call("s3:HeadBucket", {"Bucket": "customer-bills"})["BucketRegion"] == "us-east-1"


def test_everything_that_can_be_set_is_set_by_its_call(browser_of, root, create_url):
    sent = {
        **PUBLIC,
        "region": "eu-central-1",
        "ObjectOwnership": "ObjectWriter",
        "BlockPublicAcls": "on",
        "acknowledged": "on",
        "versioning": "on",
        "tags-key": ["department"],
        "tags-value": ["billing"],
        "encryption": "aws:kms",
        "kms_key": KEY,
    }
    browser_of.post(create_url, sent)
    where = {"Bucket": "customer-bills"}
    assert root.call("s3:GetBucketLocation", where) == {"LocationConstraint": "eu-central-1"}
    assert root.call("s3:GetBucketOwnershipControls", where)["OwnershipControls"]["Rules"] == [
        {"ObjectOwnership": "ObjectWriter"}
    ]
    blocks = root.call("s3:GetPublicAccessBlock", where)["PublicAccessBlockConfiguration"]
    assert blocks == {**dict.fromkeys(BLOCKS, False), "BlockPublicAcls": True}
    assert root.call("s3:GetBucketVersioning", where)["Status"] == "Enabled"
    assert root.call("s3:GetBucketTagging", where)["TagSet"] == [{"Key": "department", "Value": "billing"}]
    assert root.call("s3:GetBucketEncryption", where)["ServerSideEncryptionConfiguration"]["Rules"] == [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
            "BucketKeyEnabled": True,
        }
    ]
    made = ["CreateBucket", "PutBucketPublicAccessBlock", "PutBucketVersioning", "PutBucketEncryption"]
    assert calls_of(root) == made


def test_the_calls_go_to_the_regions_endpoint(browser_of, root, user):
    """A policy with aws:RequestedRegion judges them by it. IAM User Guide: "AWS global condition context keys"."""
    statement = {
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
    }
    mario = user("mario", own=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    create_url = browser_of.get(mario.url("bucket-create-start")).url
    assert "is not authorized to perform: s3:CreateBucket" in str(root_refusal(browser_of, create_url, USUAL))
    browser_of.post(create_url, {**USUAL, "region": "eu-west-1", "versioning": "on"})
    assert root.call("s3:GetBucketVersioning", {"Bucket": "customer-bills"})["Status"] == "Enabled"
    assert browser_of.get(mario.url("bucket", "customer-bills", "objects")).context["found"].stands


def root_refusal(browser, create_url, sent):
    """What the page tells of its call's refusal."""
    return browser.get(browser.post(create_url, sent).url).context["refusal"]["message"]


def test_object_lock_brings_versions_along(browser_of, root, create_url):
    assert browser_of.post(create_url, {**USUAL, "lock": "on"}).status_code == 422
    browser_of.post(create_url, {**USUAL, "lock": "on", "lock_acknowledged": "on", "versioning": "on"})
    where = {"Bucket": "customer-bills"}
    assert (
        root.call("s3:GetObjectLockConfiguration", where)["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"
    )
    assert root.call("s3:GetBucketVersioning", where)["Status"] == "Enabled"
    assert calls_of(root) == ["CreateBucket"]


def test_dual_layer_encryption_has_no_bucket_key(browser_of, root, create_url):
    browser_of.post(create_url, {**USUAL, "encryption": "aws:kms:dsse"})
    rule = root.call("s3:GetBucketEncryption", {"Bucket": "customer-bills"})["ServerSideEncryptionConfiguration"][
        "Rules"
    ]
    assert rule == [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms:dsse"}, "BucketKeyEnabled": False}]


@pytest.mark.parametrize("key", ["1234abcd", KEY, "arn:aws:iam::111122223333:role/Clerk"])
def test_a_key_is_an_arn_of_the_buckets_region(browser_of, create_url, key):
    response = browser_of.post(create_url, {**USUAL, "encryption": "aws:kms", "kms_key": key})
    assert response.status_code == 422 and response.context["form"].errors.keys() == {"kms_key"}


def test_a_bucket_that_may_become_public_is_acknowledged(browser_of, root, create_url):
    response = browser_of.post(create_url, PUBLIC)
    assert response.status_code == 422 and response.context["form"].errors.keys() == {"acknowledged"}
    with pytest.raises(AwsError, match="does not exist"):
        root.call("s3:HeadBucket", {"Bucket": "customer-bills"})
    browser_of.post(create_url, {**PUBLIC, "acknowledged": "on"})
    answer = root.call("s3:GetPublicAccessBlock", {"Bucket": "customer-bills"})
    assert answer["PublicAccessBlockConfiguration"] == dict.fromkeys(BLOCKS, False)


def test_the_box_for_all_settings_wins(browser_of, root, create_url):
    """Without a script the four boxes do not follow it."""
    browser_of.post(create_url, {**PUBLIC, "BlockAll": "on"})
    answer = root.call("s3:GetPublicAccessBlock", {"Bucket": "customer-bills"})
    assert answer["PublicAccessBlockConfiguration"] == dict.fromkeys(BLOCKS, True)


@pytest.mark.parametrize("name", ["Big", "a", "192.168.0.1", "test"])
def test_a_bad_or_taken_name_is_told_in_its_field_and_nothing_typed_is_lost(browser_of, root, create_url, name):
    sent = {**USUAL, "Bucket": name, "versioning": "on", "tags-key": ["department"], "tags-value": ["billing"]}
    response = browser_of.post(create_url, sent, follow=True)
    form = response.context["form"]
    assert form.errors.keys() == {"Bucket"}
    assert (form["Bucket"].value(), form["versioning"].value()) == (name, "on")
    assert form["tags"].value() == [{"Key": "department", "Value": "billing"}]
    with pytest.raises(AwsError, match="does not exist"):
        root.call("s3:HeadBucket", {"Bucket": name})


def test_the_calls_are_shown_before_they_are_made(browser_of, root, create_url):
    sent = {**USUAL, "region": "eu-west-1", "versioning": "on", "preview": "1"}
    text = told(browser_of.post(create_url, sent))
    create = (
        "aws s3api create-bucket --bucket customer-bills --create-bucket-configuration LocationConstraint=eu-west-1 "
        "--region eu-west-1"
    )
    assert create in re.sub(r"<[^>]+>", "", text)
    assert "s3:PutBucketVersioning" in text and "s3:PutBucketEncryption" not in text
    with pytest.raises(AwsError, match="does not exist"):
        root.call("s3:HeadBucket", {"Bucket": "customer-bills"})


def test_a_refused_setting_leaves_the_bucket_and_can_be_left_out_or_tried_again(browser_of, root, user):
    statement = {"Effect": "Allow", "Action": ["s3:CreateBucket", "s3:PutEncryptionConfiguration"], "Resource": "*"}
    mario = user("mario", own=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    create_url = browser_of.get(mario.url("bucket-create-start")).url
    sent = {**USUAL, "versioning": "on", "encryption": "aws:kms"}
    stopped = browser_of.post(create_url, sent, follow=True)
    states = [(one["operation"], one["outcome"]) for one in stopped.context["calls"]]
    assert states == [("s3:CreateBucket", "made"), ("s3:PutBucketVersioning", "failed"), ("s3:PutBucketEncryption", "")]
    assert "s3:PutBucketVersioning" in told(stopped) and "/why/" in told(stopped)
    assert "Step 1" not in told(stopped)  # of one page there is no list of steps
    done = browser_of.post(stopped.request["PATH_INFO"], {"skip": "1"})
    assert done.url == mario.url("buckets")
    where = {"Bucket": "customer-bills"}
    assert "Status" not in root.call("s3:GetBucketVersioning", where)
    rule = root.call("s3:GetBucketEncryption", where)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def test_settings_are_copied_from_another_bucket_and_looked_at_first(browser_of, root, create_url):
    where = {"Bucket": "old-bills"}
    tags = [{"Key": "department", "Value": "billing"}]
    root.call(
        "s3:CreateBucket", {**where, "ObjectOwnership": "ObjectWriter", "CreateBucketConfiguration": {"Tags": tags}}
    )
    root.call("s3:PutBucketVersioning", {**where, "VersioningConfiguration": {"Status": "Enabled"}})
    root.call("s3:DeletePublicAccessBlock", where)
    unread = browser_of.post(create_url, {**USUAL, "copy_from": "old-bills"})
    assert unread.status_code == 422 and unread.context["form"].errors.keys() == {"copy_from"}
    form = browser_of.post(create_url, {**USUAL, "copy_from": "old-bills", "look": "copy"}).context["form"]
    shown = {
        name: form[name].value() for name in ("Bucket", "copied", "ObjectOwnership", "versioning", "tags", "BlockAll")
    }
    assert list(shown.values()) == ["customer-bills", "old-bills", "ObjectWriter", "on", tags, False]
    back = browser_of.post(create_url, {**USUAL, "copy_from": "old-bills", "copied": "old-bills", "look": "defaults"})
    assert (
        back.context["form"]["BlockAll"].value() is True and back.context["form"]["Bucket"].value() == "customer-bills"
    )
    assert "Find buckets by name" not in told(browser_of.get(create_url))
    choosing = browser_of.post(create_url, {**USUAL, "look": "choose"})
    assert 'name="copy_bucket" value="old-bills"' in told(choosing)
    chosen = browser_of.post(create_url, {**USUAL, "copy_bucket": "old-bills", "look": "copy"}).context["form"]
    assert (chosen["copied"].value(), chosen["versioning"].value()) == ("old-bills", "on")
    lost = browser_of.post(create_url, {**USUAL, "copy_from": "no-such-bills", "look": "copy"})
    assert "The specified bucket does not exist" in told(lost)
