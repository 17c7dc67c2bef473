"""Unsigned requests through a sandbox's public address."""

import json

import pytest

from iamlab.services.accounts.models import Account
from iamlab.services.cloudtrail.models import Event
from tests import boto
from tests.wire.conftest import ACCOUNT, element, request

OPEN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::customer-bills/open/*",
        }
    ],
}


@pytest.fixture
def public(s3):
    """The sandbox's address, its bucket with one folder open to everybody."""
    for key in ("open/bill.txt", "closed/bill.txt"):
        s3.put_object(Bucket="customer-bills", Key=key, Body=b"12 EUR", ContentType="text/plain")
    s3.delete_public_access_block(Bucket="customer-bills")
    s3.put_bucket_policy(Bucket="customer-bills", Policy=json.dumps(OPEN))
    return f"/public/{Account.objects.get(pk=ACCOUNT).sandbox.public_id}"


def ask(path, method="GET", **more):
    return request("s3", None, method=method, path=path, **more)


def test_what_is_open_to_everybody_is_there_for_everybody(public):
    answer = ask(f"{public}/customer-bills/open/bill.txt")
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, b"12 EUR", "text/plain")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert ask(f"{public}/customer-bills/open/bill.txt", "HEAD").headers["Content-Length"] == "6"
    event = json.loads(Event.objects.filter(name="GetObject").get().record)
    assert event["userIdentity"] == {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/customer-bills/closed/bill.txt"),
        ("PUT", "/customer-bills/open/bill.txt"),
        ("DELETE", "/customer-bills/open/bill.txt"),
        ("GET", "/customer-bills"),
        ("GET", "/"),
    ],
)
def test_what_is_not_open_is_refused(public, s3, method, path):
    answer = ask(public + path, method, body=b"mine" if method == "PUT" else b"")
    assert (answer.status_code, element(answer, "Code")) == (403, "AccessDenied")
    assert element(answer, "Message") == "Access Denied"
    assert s3.get_object(Bucket="customer-bills", Key="open/bill.txt")["Body"].read() == b"12 EUR"


def test_no_other_sandbox_is_seen(public):
    for elsewhere in ("/public/0123456789abcdef", "/public/"):
        answer = ask(f"{elsewhere}/customer-bills/open/bill.txt")
        assert (answer.status_code, element(answer, "Code")) == (404, "NoSuchBucket")


def test_signed_requests_have_another_address(public, root):
    answer = request("s3", root, method="GET", path=f"{public}/customer-bills/open/bill.txt")
    assert (answer.status_code, element(answer, "Code")) == (400, "InvalidRequest")
    assert "/aws" in element(answer, "Message")


def test_an_sdk_without_keys_may_use_the_address(public):
    from botocore import UNSIGNED

    anybody = boto.client("s3", base=f"http://{boto.HOST}{public}", signature_version=UNSIGNED)
    assert anybody.get_object(Bucket="customer-bills", Key="open/bill.txt")["Body"].read() == b"12 EUR"
