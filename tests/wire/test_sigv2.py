"""Presigned URLs of Signature Version 2: what boto3 and `aws s3 presign` write where nobody names a version."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from iamlab.sandbox import lab_accounts
from iamlab.services.cloudtrail.models import Event
from tests import boto
from tests.services.cloud import Cloud, allow

pytestmark = pytest.mark.django_db
BUCKET, KEY = "customer-bills", "2026/bill 1+2.txt"
WHERE = {"Bucket": BUCKET, "Key": KEY}


@pytest.fixture
def root():
    return lab_accounts.open_account("111122223333", reset=True)


@pytest.fixture
def s3(root):
    made = boto.client("s3", root)
    made.create_bucket(Bucket=BUCKET)
    made.put_object(**WHERE, Body=b"42 EUR")
    return made


def url(s3, operation="get_object", seconds=60, **params):
    made = s3.generate_presigned_url(operation, Params={**WHERE, **params}, ExpiresIn=seconds)
    assert "AWSAccessKeyId" in parse_qs(urlsplit(made).query)
    return made


def asked(address, method="GET", body=b"", content_type="", **headers):
    path = "/" + address.split("/", 3)[3]
    return Client().generic(method, address, body, content_type, RAW_URI=path, **headers)


def test_what_botocore_signs_is_read(s3):
    answer = asked(url(s3))
    assert (answer.status_code, answer.content) == (200, b"42 EUR")


@pytest.mark.parametrize(("operation", "tag"), [("list_objects_v2", b"ListBucketResult"), ("get_bucket_acl", b"Acc")])
def test_a_url_for_a_bucket_is_read(s3, operation, tag):
    """S3 signs a bucket with a slash behind its name, as botocore's remove_bucket_from_url_paths_from_model says."""
    address = s3.generate_presigned_url(operation, Params={"Bucket": BUCKET}, ExpiresIn=60)
    answer = asked(address)
    assert (answer.status_code, tag in answer.content) == (200, True)


@pytest.mark.parametrize("left_out", ["Signature", "Expires", "AWSAccessKeyId"])
def test_a_url_that_lacks_a_parameter_is_refused_in_s3s_words(s3, left_out):
    """As LocalStack recorded it: AccessDenied, 403."""
    start, _, query = url(s3).partition("?")
    left = "&".join(part for part in query.split("&") if not part.startswith(f"{left_out}="))
    answer = asked(f"{start}?{left}")
    assert answer.status_code == 403
    expected = b"Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
    assert b"<Code>AccessDenied</Code>" in answer.content
    assert expected in answer.content


def test_what_botocore_signs_is_written_with_its_headers(s3):
    written = asked(url(s3, "put_object", ContentType="text/plain"), "PUT", b"43 EUR", "text/plain")
    assert written.status_code == 200
    told = s3.head_object(**WHERE)
    assert (told["ContentLength"], told["ContentType"]) == (6, "text/plain")


@pytest.mark.parametrize("content_type", ["", "text/html"])
def test_a_content_type_that_was_signed_must_be_sent(s3, content_type):
    refused = asked(url(s3, "put_object", ContentType="text/plain"), "PUT", b"43 EUR", content_type)
    assert (refused.status_code, b"<Code>SignatureDoesNotMatch</Code>" in refused.content) == (403, True)


def test_an_answers_headers_may_be_signed_for(s3):
    answer = asked(url(s3, ResponseContentDisposition='attachment; filename="a b.txt"'))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="a b.txt"'


def test_temporary_credentials_sign_too(root, s3):
    cloud = Cloud(root)
    key = cloud.user("mario", allow("s3:GetObject"))
    session = boto.client("sts", key).get_session_token()["Credentials"]
    assert asked(url(boto.client("s3", session))).status_code == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("bill%201", "bill%202"),
        ("Expires=", "Expires=9"),
        ("Signature=", "Signature=A"),
        ("&Expires", "&versionId=null&Expires"),
    ],
)
def test_a_url_that_was_changed_is_refused(s3, old, new):
    made = url(s3)
    assert old in made
    answer = asked(made.replace(old, new, 1))
    assert answer.status_code == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in answer.content


def test_a_url_is_for_its_method_and_headers(s3):
    assert asked(url(s3), "PUT", b"x").status_code == 403
    assert asked(url(s3, "put_object"), "PUT", b"x", HTTP_X_AMZ_ACL="public-read").status_code == 403
    assert asked(url(s3, "put_object"), "PUT", b"x", "text/plain").status_code == 403


@pytest.mark.parametrize("seconds", [-1, -10_000])
def test_a_url_ends(s3, seconds):
    answer = asked(url(s3, seconds=seconds))
    assert (answer.status_code, b"Request has expired" in answer.content) == (403, True)


@pytest.mark.parametrize("expires", ["soon", "9" * 400, "-1", ""])
def test_times_that_are_none(s3, expires):
    answer = asked(f"http://testserver/aws/{BUCKET}/k?AWSAccessKeyId=AKIA&Signature=x&Expires={expires}")
    assert answer.status_code == 403


def test_a_key_that_nobody_has(s3):
    answer = asked(url(boto.client("s3", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x"})))
    assert (answer.status_code, b"<Code>InvalidAccessKeyId</Code>" in answer.content) == (403, True)


def test_who_signed_is_judged_and_recorded(root, s3):
    mario = boto.client("s3", Cloud(root).user("mario"))
    answer = asked(url(mario))
    assert (answer.status_code, b"<Code>AccessDenied</Code>" in answer.content) == (403, True)
    assert Event.objects.filter(name="GetObject", username="mario", error="AccessDenied").exists()
