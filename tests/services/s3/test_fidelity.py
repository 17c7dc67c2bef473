"""S3 as careful clients know it: codes, texts, headers and fields, from AWS's documentation and recorded answers."""

import json

import pytest

from tests import boto
from tests.services.cloud import allow, refusal

pytestmark = pytest.mark.django_db
BUCKET = "customer-bills"
KEY = "bill.txt"
WHERE = {"Bucket": BUCKET, "Key": KEY}


@pytest.fixture
def s3(cloud):
    made = cloud.client("s3")
    made.create_bucket(Bucket=BUCKET)
    return made


def error(call, **params):
    """An error as its body tells it."""
    return refusal(call, **params)["Error"]


def versioned(s3, status="Enabled"):
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": status})


def test_checksums_are_kept_computed_and_listed(s3):
    s3.put_object(**WHERE, Body=b"123456789", ChecksumAlgorithm="SHA1")
    copied = s3.copy_object(Bucket=BUCKET, Key="a", CopySource=WHERE, ChecksumAlgorithm="CRC32C")["CopyObjectResult"]
    assert copied["ChecksumCRC32C"] == "4waSgw=="
    assert "ChecksumType" not in copied  # as LocalStack recorded it in November 2025
    s3.copy_object(Bucket=BUCKET, Key="b", CopySource=WHERE, ChecksumAlgorithm="CRC64NVME")
    told = s3.head_object(Bucket=BUCKET, Key="b", ChecksumMode="ENABLED")
    assert (told["ChecksumCRC64NVME"], told["ChecksumType"]) == ("rosUhgp5mIg=", "FULL_OBJECT")
    listed = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [one["ChecksumAlgorithm"] for one in listed] == [["CRC32C"], ["CRC64NVME"], ["SHA1"]]
    assert {one["ChecksumType"] for one in listed} == {"FULL_OBJECT"}


def test_a_range_tells_the_checksum_only_where_it_is_the_whole(s3):
    s3.put_object(**WHERE, Body=b"0123456789")
    assert "ChecksumCRC32" not in s3.get_object(**WHERE, Range="bytes=0-8", ChecksumMode="ENABLED")
    assert "ChecksumCRC32" in s3.get_object(**WHERE, Range="bytes=0-100", ChecksumMode="ENABLED")


def test_a_delete_marker_says_that_it_is_one(s3):
    versioned(s3)
    s3.put_object(**WHERE, Body=b"1")
    marker = s3.delete_object(**WHERE)["VersionId"]
    gone = refusal(s3.get_object, **WHERE)
    assert gone["Error"]["Code"] == "NoSuchKey"
    assert gone["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    assert gone["ResponseMetadata"]["HTTPHeaders"]["x-amz-version-id"] == marker
    asked = refusal(s3.get_object, **WHERE, VersionId=marker)
    assert asked["ResponseMetadata"]["HTTPStatusCode"] == 405
    assert asked["ResponseMetadata"]["HTTPHeaders"]["allow"] == "DELETE"
    assert (asked["Error"]["Method"], asked["Error"]["ResourceType"]) == ("GET", "DeleteMarker")
    assert error(s3.put_object_tagging, **WHERE, Tagging={"TagSet": []})["Code"] == "MethodNotAllowed"


def test_version_ids_are_checked_before_they_are_looked_for(s3):
    s3.put_object(**WHERE, Body=b"1")
    wrong = error(s3.get_object, **WHERE, VersionId="HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")
    assert (wrong["Code"], wrong["Message"]) == ("InvalidArgument", "Invalid version id specified")
    assert wrong["ArgumentName"] == "versionId"
    assert "VersionId" not in s3.get_object(**WHERE, VersionId="null")
    versioned(s3)
    missing = error(s3.get_object, **WHERE, VersionId="HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD")
    assert missing["Code"] == "NoSuchVersion"
    assert s3.head_object(**WHERE)["VersionId"] == "null"


def test_of_many_a_version_that_is_not_there_is_an_error_and_a_key_is_none(s3):
    versioned(s3)
    s3.put_object(**WHERE, Body=b"1")
    objects = [{"Key": KEY, "VersionId": "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD"}, {"Key": "other"}]
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects})
    assert [(one["Key"], one["Code"]) for one in answer["Errors"]] == [(KEY, "NoSuchVersion")]
    assert [(one["Key"], one["DeleteMarker"]) for one in answer["Deleted"]] == [("other", True)]


def test_tagging_a_version_is_an_action_of_its_own(cloud, s3):
    versioned(s3)
    version = s3.put_object(**WHERE, Body=b"1")["VersionId"]
    mario = cloud.client("s3", cloud.user("mario", allow("s3:PutObjectVersionTagging")))
    tags = {"TagSet": [{"Key": "a", "Value": "1"}]}
    assert mario.put_object_tagging(**WHERE, VersionId=version, Tagging=tags)["VersionId"] == version
    refused = error(mario.put_object_tagging, **WHERE, Tagging=tags)
    assert "s3:PutObjectTagging" in refused["Message"]


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ([("a", "1"), ("a", "2")], "Cannot provide multiple Tags with the same key"),
        ([("a,b", "1")], "The TagKey you have provided is invalid"),
        ([("a", "1,2")], "The TagValue you have provided is invalid"),
        ([("aws:a", "1")], "System tags cannot be added/updated by requester"),
    ],
)
def test_a_buckets_tags_are_refused_in_s3s_words(s3, tags, message):
    wrong = error(s3.put_bucket_tagging, Bucket=BUCKET, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags]})
    assert (wrong["Code"], wrong["Message"], wrong["TagKey"]) == ("InvalidTag", message, tags[0][0])


def test_the_tagging_header_must_be_a_query(s3):
    wrong = error(s3.put_object, **WHERE, Body=b"", Tagging="key1=val1&key1=val2")
    assert (wrong["Code"], wrong["ArgumentName"]) == ("InvalidArgument", "x-amz-tagging")
    assert wrong["Message"].endswith("without tag name duplicates.")


@pytest.mark.parametrize(
    ("conditions", "header"),
    [
        ({"IfNoneMatch": '"etag"'}, "If-None-Match"),
        ({"IfMatch": "*"}, "If-Match"),
        ({"IfMatch": '"etag"', "IfNoneMatch": "*"}, "If-Match,If-None-Match"),
    ],
)
def test_conditions_that_writes_do_not_take(s3, conditions, header):
    answer = refusal(s3.put_object, **WHERE, Body=b"", **conditions)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert (answer["Error"]["Code"], answer["Error"]["Header"]) == ("NotImplemented", header)


def test_deleting_on_a_condition(s3):
    etag = s3.put_object(**WHERE, Body=b"1")["ETag"]
    assert error(s3.delete_object, **WHERE, IfMatch="other")["Condition"] == "If-Match"
    s3.delete_object(**WHERE, IfMatch=etag)
    assert error(s3.delete_object, **WHERE, IfMatch=etag)["Code"] == "NoSuchKey"


def test_a_copy_on_a_condition_of_its_source(s3):
    etag = s3.put_object(**WHERE, Body=b"1")["ETag"]
    copy = {"Bucket": BUCKET, "Key": "copy", "CopySource": WHERE}
    failed = error(s3.copy_object, **copy, CopySourceIfNoneMatch=etag)
    assert (failed["Code"], failed["Condition"]) == ("PreconditionFailed", "x-amz-copy-source-If-None-Match")
    s3.copy_object(**copy, CopySourceIfMatch=etag)


def test_a_copy_takes_neither_storage_class_nor_redirect_from_its_source(s3):
    s3.put_object(**WHERE, Body=b"1", StorageClass="STANDARD_IA", WebsiteRedirectLocation="/x", CacheControl="no-store")
    versioned(s3)
    answer = s3.copy_object(Bucket=BUCKET, Key="copy", CopySource=WHERE)
    assert answer["CopySourceVersionId"] == "null"
    copied = s3.head_object(Bucket=BUCKET, Key="copy")
    assert copied["CacheControl"] == "no-store"
    assert "StorageClass" not in copied and "WebsiteRedirectLocation" not in copied


def test_what_is_archived_is_not_read_or_copied(s3):
    s3.put_object(**WHERE, Body=b"1", StorageClass="GLACIER")
    refused = refusal(s3.get_object, **WHERE)
    assert refused["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert (refused["Error"]["Code"], refused["Error"]["StorageClass"]) == ("InvalidObjectState", "GLACIER")
    assert error(s3.copy_object, Bucket=BUCKET, Key="copy", CopySource=WHERE)["Code"] == "InvalidObjectState"


def test_whose_bucket_it_must_be(s3):
    s3.put_object(**WHERE, Body=b"1", ExpectedBucketOwner="111122223333")
    assert error(s3.get_object, **WHERE, ExpectedBucketOwner="999999999999")["Code"] == "AccessDenied"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ObjectLockMode": "GOVERNANCE"}, "InvalidRequest"),
        ({"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0" * 32}, "NotImplemented"),
        ({"StorageClass": "PINK"}, "InvalidStorageClass"),
        ({"WebsiteRedirectLocation": "elsewhere"}, "InvalidRedirectLocation"),
        ({"Metadata": {"a": "b" * 2048}}, "MetadataTooLarge"),
        ({"Key": "k" * 1025}, "KeyTooLongError"),
    ],
)
def test_what_cannot_be_honoured_is_refused(s3, params, code):
    s3.meta.events.unregister("before-parameter-build.s3.PutObject")
    assert error(s3.put_object, **{**WHERE, "Body": b"", **params})["Code"] == code


def test_encryption_is_told_as_the_bucket_is_set(s3):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    put = s3.put_object(**WHERE, Body=b"1")
    assert (put["ServerSideEncryption"], put["BucketKeyEnabled"]) == ("aws:kms", True)
    assert put["SSEKMSKeyId"].startswith("arn:aws:kms:us-east-1:111122223333:key/")
    assert s3.head_object(**WHERE)["SSEKMSKeyId"] == put["SSEKMSKeyId"]
    rule["ApplyServerSideEncryptionByDefault"] = {"SSEAlgorithm": "AES256", "KMSMasterKeyID": "a-key"}
    wrong = error(s3.put_bucket_encryption, Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert wrong["Message"].startswith("a KMSMasterKeyID is not applicable")


@pytest.mark.parametrize(
    ("region", "constraint", "code"),
    [
        ("eu-west-1", None, "IllegalLocationConstraintException"),
        ("eu-west-1", "eu-west-2", "IllegalLocationConstraintException"),
        ("eu-west-1", "us-east-1", "IllegalLocationConstraintException"),
        ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
        ("us-east-1", "mars-north-1", "InvalidLocationConstraint"),
    ],
)
def test_a_bucket_is_made_where_the_request_goes(cloud, region, constraint, code):
    s3 = boto.client("s3", cloud.root, region=region)
    where = {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}
    assert error(s3.create_bucket, Bucket="other-bills", **where)["Code"] == code


def test_buckets_are_listed_in_pages_that_tell_their_regions(s3):
    s3.create_bucket(Bucket="a-bills", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert "BucketRegion" not in s3.list_buckets()["Buckets"][0]
    first = s3.list_buckets(MaxBuckets=1)
    assert [(one["Name"], one["BucketRegion"]) for one in first["Buckets"]] == [("a-bills", "eu-west-1")]
    second = s3.list_buckets(MaxBuckets=1, ContinuationToken=first["ContinuationToken"])
    assert [one["Name"] for one in second["Buckets"]] == [BUCKET]
    assert "ContinuationToken" not in second


def test_lists_say_which_argument_is_wrong(s3):
    for token in ("?", ""):
        wrong = error(s3.list_objects_v2, Bucket=BUCKET, ContinuationToken=token)
        assert wrong["Message"] == "The continuation token provided is incorrect"
    wrong = error(s3.list_object_versions, Bucket=BUCKET, VersionIdMarker="null")
    assert wrong["Message"] == "A version-id marker cannot be specified without a key marker."
    wrong = error(s3.list_objects, Bucket=BUCKET, MaxKeys=-1)
    assert (wrong["ArgumentName"], wrong["ArgumentValue"]) == ("maxKeys", "-1")


def test_versions_come_in_pages_with_folders(s3):
    versioned(s3)
    for key in ("a/1", "a/2", "b", "c/1"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=BUCKET, Delimiter="/", PaginationConfig={"PageSize": 1}
    )
    found = [
        [one["Key"] for one in page.get("Versions", [])] + [one["Prefix"] for one in page.get("CommonPrefixes", [])]
        for page in pages
    ]
    assert found == [["a/"], ["b"], ["c/"]]


def test_attributes_need_both_permissions(cloud, s3):
    s3.put_object(**WHERE, Body=b"123456789")
    wanted = {**WHERE, "ObjectAttributes": ["ETag", "ObjectSize", "StorageClass", "ObjectParts", "Checksum"]}
    told = s3.get_object_attributes(**wanted)
    assert (told["ETag"], told["ObjectSize"], told["StorageClass"]) == (
        "25f9e794323b453885f5181f1b624d0b",
        9,
        "STANDARD",
    )
    assert told["Checksum"]["ChecksumCRC32"] == "y/Q5Jg=="
    assert "ObjectParts" not in told
    mario = cloud.client("s3", cloud.user("mario", allow("s3:GetObject")))
    assert "s3:GetObjectAttributes" in error(mario.get_object_attributes, **wanted)["Message"]


def test_acls_by_headers_and_their_errors(s3):
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.delete_public_access_block(Bucket=BUCKET)
    everybody = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
    s3.put_object(**WHERE, Body=b"", GrantRead=everybody)
    assert s3.get_object_acl(**WHERE)["Grants"][1]["Permission"] == "READ"
    both = error(s3.put_object_acl, **WHERE, ACL="private", GrantRead=everybody)
    assert both["Message"] == "Specifying both Canned ACLs and Header Grants is not allowed"
    assert error(s3.put_object_acl, **WHERE)["MissingHeaderName"] == "x-amz-acl"
    assert error(s3.put_object_acl, **WHERE, GrantRead='uri="http://x"')["Message"] == "Invalid group uri"


def test_a_bucket_is_not_made_public(cloud):
    s3 = cloud.client("s3")
    refused = error(s3.create_bucket, Bucket=BUCKET, ACL="public-read", ObjectOwnership="ObjectWriter")
    assert refused["Code"] == "InvalidBucketAclWithBlockPublicAccessError"
    assert error(s3.create_bucket, Bucket=BUCKET, ACL="public-read")["Code"] == "InvalidBucketAclWithObjectOwnership"


def test_policies_are_put_with_204_and_refused_where_they_are_no_policies(s3):
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": f"arn:aws:s3:::{BUCKET}"}
        ],
    }
    put = s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    assert put["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert error(s3.put_bucket_policy, Bucket=BUCKET, Policy="{}")["Message"] == "Missing required field Statement"


def test_a_list_tells_the_buckets_region(s3):
    s3.create_bucket(Bucket="far-bills", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for ask in (s3.list_objects_v2, s3.list_objects, s3.head_bucket):
        assert ask(Bucket="far-bills")["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "eu-west-1"


def test_the_old_name_of_ireland_is_told_back(s3):
    s3.create_bucket(Bucket="old-bills", CreateBucketConfiguration={"LocationConstraint": "EU"})
    assert s3.get_bucket_location(Bucket="old-bills")["LocationConstraint"] == "EU"
    assert s3.head_bucket(Bucket="old-bills")["BucketRegion"] == "eu-west-1"


def test_a_bucket_may_be_open_to_log_delivery(s3):
    s3.create_bucket(Bucket="log-bills", ObjectOwnership="ObjectWriter")
    s3.put_bucket_acl(Bucket="log-bills", ACL="log-delivery-write")
    group = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}
    expected = [{"Grantee": group, "Permission": one} for one in ("WRITE", "READ_ACP")]
    assert s3.get_bucket_acl(Bucket="log-bills")["Grants"][1:] == expected


@pytest.mark.parametrize("marker", ["folder/inner/", "folder/inner/1"])
def test_a_list_of_versions_goes_on_behind_a_common_prefix(s3, marker):
    """A marker within one passes it, too, as LocalStack recorded it at AWS."""
    for key in ("folder/inner/1", "folder/inner/2", "folder/file"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"1")
    found = s3.list_object_versions(Bucket=BUCKET, Prefix="folder/", Delimiter="/", KeyMarker=marker)
    assert "CommonPrefixes" not in found
    found = s3.list_object_versions(Bucket=BUCKET, Prefix="folder/", Delimiter="/", KeyMarker="folder/file")
    assert [one["Prefix"] for one in found["CommonPrefixes"]] == ["folder/inner/"]
