"""What is no HTTP is refused in the words of the protocol that it would have spoken, and once."""

import http.client
import io
import json
import socket
from types import SimpleNamespace
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

pytestmark = [pytest.mark.cli, pytest.mark.slow]
SCOPE = "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261130/us-east-1/{}/aws4_request"
LONG = "X-Long: " + "a" * 40_000
# S3's list of error codes, and what it says of a request that it cannot parse.
UNREADABLE = ("BadRequest", "An error occurred when parsing the HTTP request.")


def sent(server, *lines, body=""):
    """The one answer to a request of these lines and that body, after which the server closes."""
    place = urlsplit(server[0])
    with socket.create_connection((place.hostname, place.port), timeout=120) as wire:
        wire.sendall("\r\n".join([*lines, "", body]).encode("latin-1"))
        got = b"".join(iter(lambda: wire.recv(65536), b""))
    assert got.count(b"HTTP/1.1 ") == 1
    answer = http.client.HTTPResponse(SimpleNamespace(makefile=lambda _: io.BytesIO(got)), method=lines[0].split()[0])
    answer.begin()
    return SimpleNamespace(status=answer.status, reason=answer.reason, headers=answer.headers, body=answer.read())


def code_of(answer):
    root = ElementTree.fromstring(answer.body)
    return next(one.text for one in root.iter() if one.tag.endswith("Code"))


@pytest.mark.parametrize(
    "lines",
    [
        ["GET /aws/bills/a b HTTP/1.1", "Host: 127.0.0.1"],
        ["GET /aws/bills/a HTTP/7.7", "Host: 127.0.0.1"],
        ["GET /aws/bills/a HTTP/1.1", "Host: 127.0.0.1", "no colon"],
        ["GET /aws/bills/a HTTP/1.1", "Host: 127.0.0.1", "Folded: a", " b"],
        ["PUT /aws/bills/a HTTP/1.1", "Host: 127.0.0.1", "Content-Length: two"],
        ["PUT /aws/bills/a HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 3", "Content-Length: 4"],
        ["PUT /public/nobody/bills/a HTTP/1.1", "Host: 127.0.0.1", "Content-Length: -1"],
    ],
)
def test_s3_is_heard_where_a_request_cannot_be_read(server, lines):
    answer = sent(server, *lines, body="abc")
    assert (answer.status, answer.reason) == (400, "Bad Request")
    assert answer.headers["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(answer.body)
    assert (root.findtext("Code"), root.findtext("Message")) == UNREADABLE
    assert root.findtext("RequestId") == answer.headers["x-amz-request-id"]


def test_a_head_request_is_refused_without_a_body(server):
    answer = sent(server, "HEAD /aws/bills/a HTTP/1.1", "no colon")
    assert (answer.status, answer.body) == (400, b"")


def test_iam_is_heard_where_a_request_cannot_be_read(server):
    answer = sent(server, "POST /aws HTTP/1.1", "Host: 127.0.0.1", SCOPE.format("iam"), "Content-Length: two")
    assert answer.status == 400 and code_of(answer) == "MalformedHttpRequestException"
    assert answer.body.startswith(b'<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">')


def test_a_json_service_is_heard_where_a_request_cannot_be_read(server):
    target = "X-Amz-Target: com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails"
    answer = sent(server, "POST /aws HTTP/1.1", target, "Content-Length: two")
    assert answer.status == 400 and answer.headers["Content-Type"] == "application/x-amz-json-1.1"
    assert json.loads(answer.body)["__type"] == "MalformedHttpRequestException"


@pytest.mark.parametrize(
    "lines",
    [
        ["GET /aws/bills/a HTTP/1.1", LONG],
        ["POST /aws HTTP/1.1", SCOPE.format("iam"), LONG],
        [f"GET /aws/bills/{'a' * 9_000} HTTP/1.1"],
        ["GET /aws/bills/a HTTP/1.1", *(f"X-{number}: 1" for number in range(200))],
    ],
)
def test_what_is_too_long_is_refused_as_the_wire_refuses_it(server, lines):
    answer = sent(server, *lines)
    assert answer.status == 400 and code_of(answer) == "RequestHeaderSectionTooLarge"


@pytest.mark.parametrize(("line", "status"), [("GARBAGE", 400), ("GET /learn HTTP/1.1\r\nno colon", 400)])
def test_elsewhere_the_answer_is_a_line_of_text(server, line, status):
    answer = sent(server, line)
    assert (answer.status, answer.body) == (status, b"400 Bad Request\n")
    assert answer.headers["Content-Type"] == "text/plain"


def test_a_broken_chunk_of_a_body_that_nobody_wants_is_answered_once(server):
    answer = sent(
        server, "PUT /aws/bills/a HTTP/1.1", "Host: 127.0.0.1", "Transfer-Encoding: chunked", body="zz\r\nabc\r\n"
    )
    assert answer.status == 403 and code_of(answer) == "AccessDenied"


def test_a_broken_chunk_of_an_object_is_an_incomplete_body(server):
    endpoint, key = server
    wanted = AWSRequest("PUT", f"{endpoint}/bills/a", {"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"})
    wanted.context["payload_signing_enabled"] = False
    S3SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "s3", "us-east-1").add_auth(wanted)
    headers = [f"{name}: {value}" for name, value in wanted.headers.items()]
    lines = ["PUT /aws/bills/a HTTP/1.1", f"Host: {urlsplit(endpoint).netloc}", *headers, "Transfer-Encoding: chunked"]
    answer = sent(server, *lines, body="zz\r\nabc\r\n")
    assert answer.status == 400 and code_of(answer) == "IncompleteBody"
