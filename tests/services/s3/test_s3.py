"""S3 by boto3: versions, pages, parts, copies, conditions, ranges, tags, ACLs, public access, cross-account."""

import json

import pytest
from botocore.exceptions import ClientError

from iamlab.sandbox import lab_accounts
from tests import boto
from tests.services.cloud import allow

pytestmark = pytest.mark.django_db
BUCKET = "customer-bills"
MIB = 2**20


@pytest.fixture
def s3():
    made = boto.client("s3", lab_accounts.open_account("111122223333", reset=True))
    made.create_bucket(Bucket=BUCKET)
    return made


def refused(code, call, **params):
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code
    return error.value.response


def put(s3, key="bill.txt", body=b"42 EUR", **more):
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body, **more)


def read(s3, key="bill.txt", **more):
    return s3.get_object(Bucket=BUCKET, Key=key, **more)["Body"].read()


def test_an_object_comes_back_with_its_headers(s3):
    put(s3, ContentType="text/plain", Metadata={"from": "mario"}, CacheControl="no-store")
    answer = s3.head_object(Bucket=BUCKET, Key="bill.txt")
    assert answer["ContentLength"] == 6
    assert (answer["ContentType"], answer["CacheControl"], answer["Metadata"]) == (
        "text/plain",
        "no-store",
        {"from": "mario"},
    )
    assert read(s3) == b"42 EUR"


def test_ranges_are_cut(s3):
    put(s3, body=b"0123456789")
    assert read(s3, Range="bytes=2-4") == b"234"
    assert read(s3, Range="bytes=-3") == b"789"
    assert read(s3, Range="bytes=8-") == b"89"
    refused("InvalidRange", s3.get_object, Bucket=BUCKET, Key="bill.txt", Range="bytes=10-")


def test_conditions_hold(s3):
    etag = put(s3)["ETag"]
    assert read(s3, IfMatch=etag) == b"42 EUR"
    refused("PreconditionFailed", s3.get_object, Bucket=BUCKET, Key="bill.txt", IfMatch='"other"')
    refused("304", s3.get_object, Bucket=BUCKET, Key="bill.txt", IfNoneMatch=etag)
    refused("PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="bill.txt", Body=b"", IfNoneMatch="*")


def test_versions_are_kept_and_markers_laid(s3):
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    first = put(s3, body=b"one")["VersionId"]
    put(s3, body=b"two")
    gone = s3.delete_object(Bucket=BUCKET, Key="bill.txt")
    assert gone["DeleteMarker"] is True
    refused("NoSuchKey", s3.get_object, Bucket=BUCKET, Key="bill.txt")
    assert read(s3, VersionId=first) == b"one"
    s3.delete_object(Bucket=BUCKET, Key="bill.txt", VersionId=gone["VersionId"])
    assert read(s3) == b"two"
    listed = s3.list_object_versions(Bucket=BUCKET)
    assert [version["IsLatest"] for version in listed["Versions"]] == [True, False]


def test_lists_have_folders_and_pages(s3):
    for key in ("a/1", "a/2", "b/1", "c", "d"):
        put(s3, key)
    answer = s3.list_objects_v2(Bucket=BUCKET, Delimiter="/")
    assert [one["Prefix"] for one in answer["CommonPrefixes"]] == ["a/", "b/"]
    assert [one["Key"] for one in answer["Contents"]] == ["c", "d"]
    pages = list(
        s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Delimiter="/", PaginationConfig={"PageSize": 1})
    )
    assert len(pages) == 4
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="a/")["KeyCount"] == 2


def test_an_upload_in_parts_is_one_object(s3):
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="big")["UploadId"]
    bodies = [b"a" * (5 * MIB), b"b"]
    parts = []
    for number, body in enumerate(bodies, 1):
        part = s3.upload_part(Bucket=BUCKET, Key="big", UploadId=upload, PartNumber=number, Body=body)
        parts.append({"PartNumber": number, "ETag": part["ETag"]})
    done = s3.complete_multipart_upload(Bucket=BUCKET, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    assert done["ETag"].endswith('-2"')
    assert read(s3, "big") == b"".join(bodies)
    refused("NoSuchUpload", s3.list_parts, Bucket=BUCKET, Key="big", UploadId=upload)


def test_a_part_is_copied_from_an_object(s3):
    put(s3, body=b"0123456789")
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="copy")["UploadId"]
    source = {"Bucket": BUCKET, "Key": "bill.txt"}
    wanted = {"Bucket": BUCKET, "Key": "copy", "UploadId": upload, "PartNumber": 1, "CopySource": source}
    part = s3.upload_part_copy(**wanted, CopySourceRange="bytes=2-5")["CopyPartResult"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket=BUCKET, Key="copy", UploadId=upload, MultipartUpload=parts)
    assert read(s3, "copy") == b"2345"


@pytest.mark.parametrize(
    ("parts", "code"),
    [([], "MalformedXML"), ([{"PartNumber": 1, "ETag": '"0"'}], "InvalidPart")],
)
def test_parts_that_do_not_fit_are_refused(s3, parts, code):
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="big")["UploadId"]
    params = {"Bucket": BUCKET, "Key": "big", "UploadId": upload, "MultipartUpload": {"Parts": parts}}
    refused(code, s3.complete_multipart_upload, **params)
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    assert [one["UploadId"] for one in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] == [upload]


def test_copies_keep_or_replace_headers_and_tags(s3):
    put(s3, ContentType="text/plain", Tagging="a=1")
    source = {"Bucket": BUCKET, "Key": "bill.txt"}
    s3.copy_object(Bucket=BUCKET, Key="kept", CopySource=source)
    s3.copy_object(
        Bucket=BUCKET,
        Key="new",
        CopySource=source,
        MetadataDirective="REPLACE",
        TaggingDirective="REPLACE",
        Tagging="b=2",
    )
    assert s3.head_object(Bucket=BUCKET, Key="kept")["ContentType"] == "text/plain"
    tags = [s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"] for key in ("kept", "new")]
    assert tags == [[{"Key": "a", "Value": "1"}], [{"Key": "b", "Value": "2"}]]
    refused("InvalidRequest", s3.copy_object, Bucket=BUCKET, Key="bill.txt", CopySource=source)


def test_many_are_deleted_at_once(s3):
    put(s3, "a")
    put(s3, "b")
    objects = [{"Key": "a"}, {"Key": "b"}, {"Key": "not there"}]
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects})
    assert len(answer["Deleted"]) == 3
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_a_bucket_with_objects_is_not_deleted(s3):
    put(s3)
    refused("BucketNotEmpty", s3.delete_bucket, Bucket=BUCKET)
    assert read(s3) == b"42 EUR"
    s3.delete_object(Bucket=BUCKET, Key="bill.txt")
    s3.delete_bucket(Bucket=BUCKET)
    refused("NoSuchBucket", s3.list_objects_v2, Bucket=BUCKET)
    assert s3.list_buckets()["Buckets"] == []


def test_an_object_over_the_limit_is_refused_and_nothing_kept(s3, settings):
    settings.OBJECT_BYTES = 10
    refused("EntityTooLarge", s3.put_object, Bucket=BUCKET, Key="big", Body=b"x" * 11)
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_the_room_of_a_sandbox_is_one_for_all_its_buckets(s3, settings):
    settings.SANDBOX_BYTES = 10
    put(s3, body=b"x" * 8)
    response = refused("EntityTooLarge", s3.put_object, Bucket=BUCKET, Key="more", Body=b"xxx")
    assert "Delete some objects first" in response["Error"]["Message"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Upper", "InvalidBucketName"),
        ("10.0.0.1", "InvalidBucketName"),
        ("a..b", "InvalidBucketName"),
        ("test", "BucketAlreadyExists"),
    ],
)
def test_bad_and_taken_bucket_names(s3, name, code):
    s3.meta.events.unregister("before-parameter-build.s3")
    refused(code, s3.create_bucket, Bucket=name)
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == [BUCKET]


def test_acls_are_off_by_default_and_grant_when_they_are_on(s3):
    refused("AccessControlListNotSupported", s3.put_bucket_acl, Bucket=BUCKET, ACL="public-read")
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    put(s3, ACL="public-read")
    grants = s3.get_object_acl(Bucket=BUCKET, Key="bill.txt")["Grants"]
    assert grants[1]["Grantee"]["URI"].endswith("/AllUsers")


def test_public_acls_are_refused_while_they_are_blocked(s3):
    s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    put(s3)
    refused("AccessDenied", s3.put_object_acl, Bucket=BUCKET, Key="bill.txt", ACL="public-read")
    grants = s3.get_object_acl(Bucket=BUCKET, Key="bill.txt")["Grants"]
    assert [(one["Grantee"]["Type"], one["Permission"]) for one in grants] == [("CanonicalUser", "FULL_CONTROL")]


def test_a_bucket_policy_that_denies_everybody_can_be_mended_by_root(s3):
    put(s3)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{BUCKET}"]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": deny}))
    refused("AccessDenied", s3.list_objects_v2, Bucket=BUCKET)
    s3.delete_bucket_policy(Bucket=BUCKET)
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["bill.txt"]


def test_what_is_not_configured_says_so(s3):
    for call, code in (
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
        (s3.get_bucket_tagging, "NoSuchTagSet"),
        (s3.get_bucket_website, "NoSuchWebsiteConfiguration"),
    ):
        answer = refused(code, call, Bucket=BUCKET)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 404
        assert answer["Error"]["BucketName"] == BUCKET


def test_the_number_of_tags_is_told_to_those_who_may_read_them(cloud):
    root, where = cloud.client("s3"), {"Bucket": "tagged-bills", "Key": "bill.txt"}
    root.create_bucket(Bucket="tagged-bills")
    root.put_object(**where, Body=b"42 EUR", Tagging="paid=no&year=2026")
    reader = cloud.client("s3", cloud.user("mario", allow("s3:GetObject")))
    teller = cloud.client("s3", cloud.user("luigi", allow(["s3:GetObject", "s3:GetObjectTagging"])))
    assert [teller.get_object(**where)["TagCount"], teller.head_object(**where)["TagCount"]] == [2, 2]
    assert "TagCount" not in reader.get_object(**where)
    assert "TagCount" not in reader.head_object(**where)
