"""Nobody waits for those who are slow: connections that say nothing, half a request, half a body, or do not read."""

import contextlib
import socket
import subprocess
import time
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from iamlab.serving import CALL, LONG, MOST, PAGE, PART, arrived
from tools.scratch import free_port, wait_for
from tools.serve import ROOT, gunicorn

pytestmark = [pytest.mark.cli, pytest.mark.slow]
MANY = 80  # more than the server has processes and threads
ASK = b"GET /aws HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SOON = 30  # seconds: what waits for somebody slow would take a minute


@pytest.fixture
def crowd(server):
    """Open many connections that send the same and then nothing more."""
    with contextlib.ExitStack() as stack:

        def opened(begin=b"", many=MANY):
            wires = [stack.enter_context(connected(server)) for _ in range(many)]
            for wire in wires:
                wire.sendall(begin)
            return wires

        yield opened


def connected(server):
    place = urlsplit(server[0])
    return socket.create_connection((place.hostname, place.port), timeout=120)


def one_answer(wire):
    """An answer's head and body, read from a connection that stays open."""
    with wire.makefile("rb") as file:
        head = b"".join(iter(file.readline, b"\r\n"))
        length = next(int(line.split(b":")[1]) for line in head.splitlines() if line.startswith(b"Content-Length"))
        return head, file.read(length)


def signed(server):
    """GetCallerIdentity as it goes over the line."""
    endpoint, key = server
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", endpoint, form, "Action=GetCallerIdentity&Version=2011-06-15")
    SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "sts", "us-east-1").add_auth(request)
    headers = {"Host": urlsplit(endpoint).netloc, "Content-Length": str(len(request.data)), **request.headers}
    lines = ["POST /aws HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", request.data]).encode()


@pytest.fixture(autouse=True, scope="module")
def warm(server):
    """Each process has answered before, most likely, and read what it reads once."""
    answered(server)


def answered_soon(server):
    began = time.monotonic()
    answered(server)
    assert time.monotonic() - began < SOON


def answered(server):
    """A call and a page, a few times over connections of their own."""
    for _ in range(5):
        with connected(server) as call, connected(server) as page:
            call.sendall(signed(server))
            page.sendall(ASK)
            assert one_answer(page)[0].startswith(b"HTTP/1.1 403")
            head, body = one_answer(call)
            assert head.startswith(b"HTTP/1.1 200") and b":root</Arn>" in body


@pytest.mark.parametrize(
    "begin",
    [
        b"",
        b"GET /aws HTTP/1.1\r\nHost: 127.0",
        b"POST /aws HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nAction=",
        b"PUT /aws/bills/a HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 30000000\r\n\r\nhalf",
        b"PUT /aws/bills/a HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf",
        b"PUT /aws/bills/a HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 20\r\n\r\n",
    ],
    ids=["nothing", "half a header", "half a form", "half an object", "half a chunk", "no body yet"],
)
def test_who_sends_slowly_keeps_nobody_waiting(server, crowd, begin):
    crowd(begin)
    answered_soon(server)


def test_who_reads_slowly_keeps_nobody_waiting_and_gets_all(server, crowd):
    endpoint, key = server
    names = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    s3 = boto3.client("s3", "us-east-1", endpoint_url=endpoint, **names)
    body = bytes(range(256)) * 40_000
    s3.create_bucket(Bucket="slowly-read")
    s3.put_object(Bucket="slowly-read", Key="a", Body=body)
    place = urlsplit(s3.generate_presigned_url("get_object", {"Bucket": "slowly-read", "Key": "a"}))
    wires = crowd(f"GET {place.path}?{place.query} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode(), MANY // 4)
    answered_soon(server)
    for wire in wires[:3]:
        head, got = one_answer(wire)
        assert head.startswith(b"HTTP/1.1 200") and got == body
        wire.sendall(ASK)  # the connection goes on
        assert one_answer(wire)[0].startswith(b"HTTP/1.1 403")


def test_a_request_in_pieces_is_answered(server):
    with connected(server) as wire:
        for letter in ASK:
            wire.sendall(bytes([letter]))
            time.sleep(0.001)
        assert one_answer(wire)[0].startswith(b"HTTP/1.1 403")


def test_a_body_that_nobody_reads_is_not_taken_for_the_next_request(server):
    body = ASK * 20
    head = b"POST /nothing-here/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
    with connected(server) as wire:
        for sent in (head % len(body) + body, ASK, head % len(body) + body + ASK):
            wire.sendall(sent)
            assert one_answer(wire)[0].startswith((b"HTTP/1.1 403", b"HTTP/1.1 404"))


@pytest.mark.parametrize("path", [b"/aws", b"/sign-in/"])
def test_a_body_that_is_refused_by_its_length_ends_the_connection_and_the_answer_says_so(server, path):
    """RFC 9112, 9.6: a server that closes after an answer sends Connection: close with it."""
    head = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: 900000000\r\n\r\n"
    with connected(server) as wire, wire.makefile("rb") as file:
        wire.sendall(head % path + b"a" * 1000)
        told = b"".join(iter(file.readline, b"\r\n"))
        assert told.startswith(b"HTTP/1.1 413") and b"Connection: close" in told


def test_requests_that_come_together_are_all_answered(server):
    many = 1_500
    with connected(server) as wire, wire.makefile("rb") as file:
        wire.sendall(ASK * many + ASK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert file.read().count(b"HTTP/1.1 403") == many + 1


def test_a_connection_ends_after_some_requests_so_that_another_process_may_have_the_next(server):
    with connected(server) as wire, wire.makefile("rb") as file:
        for _ in range(19):
            wire.sendall(signed(server))
            assert b"Connection: keep-alive" in one_answer(wire)[0]
        wire.sendall(signed(server))
        assert b"Connection: close" in one_answer(wire)[0]
        assert file.read() == b""


def test_a_server_stops_though_connections_are_open(server):
    port = free_port()
    running = subprocess.Popen(gunicorn(f"127.0.0.1:{port}", application="bench.bare.wsgi"), cwd=ROOT)
    try:
        wait_for(port, running)
        with socket.create_connection(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)) as half:
            half.sendall(b"GET /bare/json HTTP")
            time.sleep(0.3)
            running.terminate()
            assert running.wait(timeout=20) == 0
    finally:
        running.kill()


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"", PART),
        (b"GET / HTTP/1.1\r\nHost: a\r\n", PART),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", PAGE),
        (b"POST / HTTP/1.1\r\nCONTENT-LENGTH:  3\r\n\r\nab", PART),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", PAGE),
        (b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /", PAGE),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % MOST, LONG),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", LONG),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", LONG),
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", LONG),
        (b"POST /aws HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a\r\nContent-Length: 3\r\n\r\nabc", CALL),
        (b"POST /aws HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a\r\nContent-Length: 3\r\n\r\nab", PART),
        (b"POST /aws HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256\r\nContent-Length: 13\r\n\r\nNewPassword=a", PAGE),
        (b"GET /classes/1/ HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 Credential=a\r\n\r\n", PAGE),
        (b"a" * MOST, LONG),
    ],
)
def test_how_much_of_a_request_is_there(request_, expected):
    assert arrived(request_)[0] == expected
