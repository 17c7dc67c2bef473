"""The application that the server is given: what it answers of AWS's API, past Django's handler."""

from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from django.db import connection
from django.test import RequestFactory

from iamlab.wsgi import application
from tests import boto

# It closes connections that a test's open transaction has in another state than it expects.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask(root):
    """Asks the application as a server would: status, headers and body."""

    def asking(method, path, body=b"", *, signed=True, host=boto.HOST, **headers):
        wanted = AWSRequest(method, f"http://{host}{path}", headers, body)
        if signed:
            S3SigV4Auth(Credentials(root["AccessKeyId"], root["SecretAccessKey"]), "s3", "us-east-1").add_auth(wanted)
        return served(wanted)

    return asking


def served(wanted):
    prepared = wanted.prepare()
    sent = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in prepared.headers.items()}
    sent = {name: value.decode() if isinstance(value, bytes) else value for name, value in sent.items()}
    sent.setdefault("HTTP_HOST", prepared.url.split("/")[2])
    address = "/" + prepared.url.split("/", 3)[3]
    environ = RequestFactory().generic(prepared.method, address, prepared.body or b"", "").environ | sent
    started = {}

    def start_response(status, headers, exc_info=None):
        started.update(status=status, headers=dict(headers))

    body = application(environ, start_response)
    try:
        return started["status"], started["headers"], b"".join(body)
    finally:
        getattr(body, "close", bool)()


def test_a_call_is_answered(ask):
    assert ask("PUT", "/aws/customer-bills")[0] == "200 OK"
    status, headers, body = ask("GET", "/aws/")
    assert status == "200 OK"
    assert headers["Content-Type"] == "application/xml"
    assert headers["Content-Length"] == str(len(body))
    assert b"<Name>customer-bills</Name>" in body


def test_a_refusal_is_answered_in_the_protocols_shape(ask):
    status, headers, body = ask("GET", "/aws/customer-bills/bill.txt", signed=False)
    assert status == "403 Forbidden"
    assert headers["Content-Type"] == "application/xml"
    assert b"<Code>AccessDenied</Code>" in body


def test_a_host_that_is_not_served_is_refused(ask):
    status, _, body = ask("GET", "/aws/", host="elsewhere.example")
    assert status == "400 Bad Request"
    assert b"elsewhere.example" in body


def test_metadata_in_any_script_travel_as_a_header_can(ask, s3):
    s3.put_object(Bucket="customer-bills", Key="bill.txt", Body=b"12 euro")
    name = quote('attachment; filename="Rechnung in €.txt"', safe="")
    status, headers, body = ask("GET", f"/aws/customer-bills/bill.txt?response-content-disposition={name}")
    assert (status, body) == ("200 OK", b"12 euro")
    assert headers["Content-Disposition"].isascii()


def test_nothing_ends_a_header_line(ask, s3):
    s3.put_object(Bucket="customer-bills", Key="bill.txt", Body=b"12 euro")
    status, headers, _ = ask("GET", "/aws/customer-bills/bill.txt?response-content-type=a%0D%0ASet-Cookie%3A%20b")
    assert status == "200 OK"
    assert "Set-Cookie" not in headers
    assert not any("\r" in value or "\n" in value for value in headers.values())


def test_head_tells_the_length_and_sends_no_body(ask, s3):
    s3.put_object(Bucket="customer-bills", Key="bill.txt", Body=b"12 euro")
    status, headers, body = ask("HEAD", "/aws/customer-bills/bill.txt")
    assert (status, headers["Content-Length"], body) == ("200 OK", "7", b"")


def test_public_objects_are_its_own_and_all_else_is_djangos(ask):
    assert b"<Code>NoSuchBucket</Code>" in ask("GET", "/public/nowhere/bucket/key", signed=False)[2]
    status, headers, _ = ask("GET", "/awsome", signed=False)
    assert status == "404 Not Found"
    assert headers["Content-Type"].startswith("text/html")


def test_a_connection_past_its_age_is_closed_behind_a_call(ask):
    ask("GET", "/aws/")
    assert connection.connection is not None
    connection.close_at = 0
    ask("GET", "/aws/")
    assert connection.connection is None
