"""What only a real server shows: chunks, Expect, connections cut; by plain sockets."""

import base64
import contextlib
import socket
import zlib
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

pytestmark = [pytest.mark.cli, pytest.mark.slow]
TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


class Streaming(S3SigV4Auth):
    """Signs as clients do that stream: the body is not known yet."""

    def payload(self, request):
        return TRAILER

    def _modify_request_before_signing(self, request):
        SigV4Auth._modify_request_before_signing(self, request)
        request.headers["X-Amz-Content-SHA256"] = TRAILER


def head_of(server, path, size):
    endpoint, key = server
    headers = {
        "Content-Encoding": "aws-chunked",
        "X-Amz-Decoded-Content-Length": str(size),
        "X-Amz-Trailer": "x-amz-checksum-crc32",
    }
    request = AWSRequest("PUT", endpoint + path, headers, b"")
    Streaming(Credentials(key["AccessKeyId"], key["SecretAccessKey"]), "s3", "us-east-1").add_auth(request)
    lines = [f"PUT {urlsplit(endpoint).path}{path} HTTP/1.1", f"Host: {urlsplit(endpoint).netloc}"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, "Transfer-Encoding: chunked", "Expect: 100-continue", "Connection: close", "", ""])


def aws_chunked(data):
    crc = base64.b64encode(zlib.crc32(data).to_bytes(4, "big"))
    return b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (len(data), data, crc)


def sent(server, path, size, body):
    """The server's interim answer and its last one; `body` is sent after the former."""
    place = urlsplit(server[0])
    with socket.create_connection((place.hostname, place.port), timeout=120) as wire:
        wire.sendall(head_of(server, path, size).encode())
        interim = wire.recv(100)
        wire.sendall(body)
        wire.shutdown(socket.SHUT_WR)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while more := wire.recv(65536):
                answer += more
    return interim, answer


def framed(data, size=1000):
    """HTTP's own chunks round a body."""
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def test_a_streamed_upload_is_taken(root, server):
    root("s3", "mb", "s3://streamed")
    data = b"12 EUR\n" * 5000
    interim, answer = sent(server, "/streamed/bill.txt", len(data), framed(aws_chunked(data)))
    assert interim.startswith(b"HTTP/1.1 100 Continue")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    root("s3", "cp", "s3://streamed/bill.txt", "back.txt")
    assert (root.home / "back.txt").read_bytes() == data


def test_an_upload_that_is_cut_leaves_nothing(root, server):
    root("s3", "mb", "s3://cut-short")
    data = b"12 EUR\n" * 5000
    _, answer = sent(server, "/cut-short/bill.txt", len(data), framed(aws_chunked(data))[:20_000])
    assert b" 200 OK" not in answer
    assert root("s3", "ls", "s3://cut-short") == ""


def test_names_of_metadata_keep_their_underscores(root):
    """Servers take a header's underscore for a hyphen; the signature says which it was."""
    root("s3", "mb", "s3://described")
    described = ("--bucket", "described", "--key", "bill.txt")
    root("s3api", "put-object", *described, "--metadata", "due_date=monday,paid-by=mario")
    assert root("s3api", "head-object", *described)["Metadata"] == {"due_date": "monday", "paid-by": "mario"}
