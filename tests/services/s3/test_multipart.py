"""Uploads in parts: checksums, order, pages, idempotence. S3 User Guide: "Uploading objects using multipart upload"."""

import base64
import hashlib

import pytest

from iamlab.services.s3 import completing
from tests.services.cloud import refusal

pytestmark = pytest.mark.django_db
BUCKET, KEY = "customer-bills", "big"
WHERE = {"Bucket": BUCKET, "Key": KEY}


@pytest.fixture
def s3(cloud, monkeypatch):
    monkeypatch.setattr(completing, "LEAST", 4)
    made = cloud.client("s3")
    made.create_bucket(Bucket=BUCKET)
    return made


def begun(s3, key=KEY, **params):
    return s3.create_multipart_upload(Bucket=BUCKET, Key=key, **params)["UploadId"]


def uploaded(s3, upload, bodies=(b"1234", b"5"), **params):
    """The parts as CompleteMultipartUpload wants them."""
    parts = []
    for number, body in enumerate(bodies, 1):
        part = s3.upload_part(**WHERE, UploadId=upload, PartNumber=number, Body=body, **params)
        sums = {name: value for name, value in part.items() if name.startswith("Checksum")}
        parts.append({"PartNumber": number, "ETag": part["ETag"], **sums})
    return {"Parts": parts}


def complete(s3, upload, parts, **more):
    return s3.complete_multipart_upload(**WHERE, UploadId=upload, MultipartUpload=parts, **more)


def test_a_composite_checksum_is_that_of_the_parts_checksums(s3):
    upload = begun(s3, ChecksumAlgorithm="SHA256")
    done = complete(s3, upload, uploaded(s3, upload, ChecksumAlgorithm="SHA256"))
    digests = hashlib.sha256(b"1234").digest() + hashlib.sha256(b"5").digest()
    whole = base64.b64encode(hashlib.sha256(digests).digest()).decode()
    assert (done["ChecksumSHA256"], done["ChecksumType"]) == (f"{whole}-2", "COMPOSITE")
    told = s3.get_object_attributes(**WHERE, ObjectAttributes=["Checksum", "ObjectParts"])
    assert told["Checksum"]["ChecksumSHA256"] == whole
    assert told["ObjectParts"]["TotalPartsCount"] == 2
    assert [part["Size"] for part in told["ObjectParts"]["Parts"]] == [4, 1]


def test_without_a_wish_the_object_has_s3s_own_checksum(s3):
    upload = begun(s3)
    done = complete(s3, upload, uploaded(s3, upload, (b"12345", b"6789")))
    assert (done["ChecksumCRC64NVME"], done["ChecksumType"]) == ("rosUhgp5mIg=", "FULL_OBJECT")
    assert done["Location"] == f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{KEY}"


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"ChecksumAlgorithm": "SHA1"}, "expected checksum Type: sha256, actual checksum Type: sha1"),
    ],
)
def test_a_part_with_another_checksum_is_refused(s3, part, message):
    upload = begun(s3, ChecksumAlgorithm="SHA256")
    refused = refusal(s3.upload_part, **WHERE, UploadId=upload, PartNumber=1, Body=b"1", **part)["Error"]
    assert refused["Code"] == "InvalidRequest"
    assert refused["Message"].endswith(message)


def test_a_composite_upload_is_completed_with_the_checksum_of_each_part(s3):
    upload = begun(s3, ChecksumAlgorithm="SHA256")
    parts = uploaded(s3, upload, ChecksumAlgorithm="SHA256")
    bare = {"Parts": [{"PartNumber": one["PartNumber"], "ETag": one["ETag"]} for one in parts["Parts"]]}
    refused = refusal(complete, s3=s3, upload=upload, parts=bare)["Error"]
    assert refused["Message"].endswith("It was missing for part 1 in the request.")


def test_completing_again_answers_the_same(s3):
    upload = begun(s3)
    parts = uploaded(s3, upload)
    first = complete(s3, upload, parts)
    assert complete(s3, upload, parts, IfNoneMatch="*")["ETag"] == first["ETag"]


def test_a_part_of_the_object_can_be_read(s3):
    upload = begun(s3)
    complete(s3, upload, uploaded(s3, upload))
    second = s3.get_object(**WHERE, PartNumber=2)
    assert (second["Body"].read(), second["PartsCount"], second["ContentRange"]) == (b"5", 2, "bytes 4-4/5")
    assert s3.head_object(**WHERE, PartNumber=1)["ContentLength"] == 4
    refused = refusal(s3.get_object, **WHERE, PartNumber=3)
    assert (refused["Error"]["Code"], refused["ResponseMetadata"]["HTTPStatusCode"]) == ("InvalidPartNumber", 416)


def test_parts_that_are_too_small_or_out_of_order_are_named(s3):
    upload = begun(s3)
    small = uploaded(s3, upload, (b"1", b"2"))
    refused = refusal(complete, s3=s3, upload=upload, parts=small)["Error"]
    assert (refused["Code"], refused["PartNumber"], refused["ProposedSize"]) == ("EntityTooSmall", "1", "1")
    turned = {"Parts": list(reversed(small["Parts"]))}
    assert refusal(complete, s3=s3, upload=upload, parts=turned)["Error"]["Code"] == "InvalidPartOrder"


def test_an_upload_fails_where_its_condition_does(s3):
    upload = begun(s3)
    parts = uploaded(s3, upload)
    s3.put_object(**WHERE, Body=b"x")
    refused = refusal(complete, s3=s3, upload=upload, parts=parts, IfNoneMatch="*")["Error"]
    assert (refused["Code"], refused["Condition"]) == ("PreconditionFailed", "If-None-Match")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("bytes=1-", "InvalidArgument"),
        ("bytes=-2", "InvalidArgument"),
        ("0-8", "InvalidArgument"),
        ("bytes=0-100", "InvalidArgument"),
        ("bytes=100-200", "InvalidRequest"),
    ],
)
def test_a_part_is_copied_from_a_whole_range_only(s3, given, code):
    s3.put_object(Bucket=BUCKET, Key="source", Body=b"0123456789")
    source = {"Bucket": BUCKET, "Key": "source"}
    wanted = {**WHERE, "UploadId": begun(s3), "PartNumber": 1, "CopySource": source, "CopySourceRange": given}
    assert refusal(s3.upload_part_copy, **wanted)["Error"]["Code"] == code


def test_uploads_are_listed_in_pages_with_folders(s3):
    first, second = begun(s3, "a"), begun(s3, "a")
    third = begun(s3, "folder/b")
    begun(s3, "folder/c")
    page = s3.list_multipart_uploads(Bucket=BUCKET, MaxUploads=1)
    assert [one["UploadId"] for one in page["Uploads"]] == [first]
    assert (page["NextKeyMarker"], page["NextUploadIdMarker"], page["IsTruncated"]) == ("a", first, True)
    page = s3.list_multipart_uploads(Bucket=BUCKET, MaxUploads=1, KeyMarker="a", UploadIdMarker=first)
    assert [one["UploadId"] for one in page["Uploads"]] == [second]
    page = s3.list_multipart_uploads(Bucket=BUCKET, Delimiter="/")
    assert [one["Prefix"] for one in page["CommonPrefixes"]] == ["folder/"]
    wrong = refusal(s3.list_multipart_uploads, Bucket=BUCKET, KeyMarker="a", UploadIdMarker=third)["Error"]
    assert wrong["Message"] == "Invalid uploadId marker"


def test_parts_are_listed_in_pages(s3):
    upload = begun(s3)
    uploaded(s3, upload, (b"1", b"2", b"3"))
    page = s3.list_parts(**WHERE, UploadId=upload, MaxParts=2)
    assert ([part["PartNumber"] for part in page["Parts"]], page["NextPartNumberMarker"]) == ([1, 2], 2)
    assert page["Initiator"]["ID"] == page["Owner"]["ID"]
    rest = s3.list_parts(**WHERE, UploadId=upload, PartNumberMarker=2)
    assert ([part["PartNumber"] for part in rest["Parts"]], rest["IsTruncated"]) == ([3], False)
    wrong = refusal(s3.list_parts, **WHERE, UploadId=upload, MaxParts=-1)["Error"]
    assert wrong["Message"] == "Argument max-parts must be an integer between 0 and 2147483647"


def test_a_condition_does_not_survive_what_happens_while_the_parts_come(s3):
    def half():
        upload = {**WHERE, "UploadId": s3.create_multipart_upload(**WHERE)["UploadId"]}
        part = s3.upload_part(**upload, PartNumber=1, Body=b"1")["ETag"]
        return {**upload, "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part}]}}

    etag = s3.put_object(**WHERE, Body=b"43 EUR")["ETag"]
    gone = half()
    s3.delete_object(**WHERE)
    wrong = refusal(s3.complete_multipart_upload, **gone, IfNoneMatch="*")
    assert wrong["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert (wrong["Error"]["Code"], wrong["Error"]["Condition"]) == ("ConditionalRequestConflict", "If-None-Match")
    s3.complete_multipart_upload(**half(), IfNoneMatch="*")
    s3.put_object(**WHERE, Body=b"43 EUR")
    overtaken = half()
    s3.put_object(**WHERE, Body=b"43 EUR")
    wrong = refusal(s3.complete_multipart_upload, **overtaken, IfMatch=etag)["Error"]
    assert (wrong["Code"], wrong["Condition"]) == ("ConditionalRequestConflict", "If-Match")
    s3.complete_multipart_upload(**half(), IfMatch=etag)
