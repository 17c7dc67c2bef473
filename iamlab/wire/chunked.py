"""aws-chunked bodies. S3 API Reference: "Transferring Payload in Multiple Chunks", "... with trailing headers"."""

import hashlib
import hmac
import re
from collections.abc import Callable

from iamlab.services.error_names import MISMATCH
from iamlab.services.operations import AwsError
from iamlab.wire.sigv4 import Signature, signing_key

EMPTY = hashlib.sha256(b"").hexdigest()
CHUNK = re.compile(rb"([0-9a-fA-F]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?")
STREAMING = {  # what x-amz-content-sha256 may say: are the chunks signed, does a trailer follow?
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER": (False, True),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": (True, False),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": (True, True),
}
TRAILER = "The request contained trailing data that was not well-formed or did not conform to our published schema."


def overhead(limit: int) -> int:
    """Bytes that a body of `limit` bytes may take as chunks, the smallest usual chunk being 8 KiB."""
    return limit + limit // 64 + 4096


def decode(body: bytes, kind: str, signature: Signature | None, secret: str) -> tuple[bytes, dict[str, str]]:
    """The data and the trailing headers of an aws-chunked body.

    Raises IncompleteBody, InvalidRequest, MalformedTrailerError, or SignatureDoesNotMatch for a chunk that was changed.
    """
    signed, trailing = STREAMING[kind]
    if signed and signature is None:
        raise AwsError("AccessDenied", "Access Denied", 403)
    check = _chain(signature, secret) if signed and signature is not None else None
    data: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at, at + 200)
        match = CHUNK.fullmatch(body[at:end]) if end >= 0 else None
        if match is None:
            raise _cut()
        size, start = int(match.group(1), 16), end + 2
        chunk = body[start : start + size]
        if len(chunk) < size:
            raise _cut()
        if check is not None:
            check("PAYLOAD", EMPTY + "\n" + hashlib.sha256(chunk).hexdigest(), (match.group(2) or b"").decode())
        if size == 0:
            break
        if body[start + size : start + size + 2] != b"\r\n":
            raise _cut()
        data.append(chunk)
        at = start + size + 2
    rest = body[start:]
    return b"".join(data), _trailer(rest, check) if trailing else _none(rest)


def _cut() -> AwsError:
    return AwsError("IncompleteBody", "The request body terminated unexpectedly", 400)


def _none(rest: bytes) -> dict[str, str]:
    if rest.strip():
        raise AwsError("MalformedTrailerError", TRAILER, 400)
    return {}


def _chain(signature: Signature, secret: str) -> Callable[[str, str, str], None]:
    """A check in which each chunk's signature covers the one before it."""
    key = signing_key(secret, signature.date, signature.region, signature.service)
    before = signature.signature

    def check(kind: str, digests: str, given: str) -> None:
        nonlocal before
        text = f"AWS4-HMAC-SHA256-{kind}\n{signature.stamp}\n{signature.scope}\n{before}\n{digests}"
        expected = hmac.digest(key, text.encode(), "sha256").hex()
        if not hmac.compare_digest(expected.encode(), given.encode()):
            raise AwsError("SignatureDoesNotMatch", MISMATCH, 403, AWSAccessKeyId=signature.access_key_id)
        before = expected

    return check


def _trailer(rest: bytes, check: Callable[[str, str, str], None] | None) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in rest.replace(b"\r\n", b"\n").split(b"\n"):
        name, colon, value = line.partition(b":")
        if line.strip() and not colon:
            raise AwsError("MalformedTrailerError", TRAILER, 400)
        if colon:
            headers[name.decode("latin-1").strip().lower()] = value.decode("latin-1").strip()
    given = headers.pop("x-amz-trailer-signature", "")
    if check is not None:
        text = "".join(f"{name}:{value}\n" for name, value in headers.items())
        check("TRAILER", hashlib.sha256(text.encode("latin-1")).hexdigest(), given)
    return headers
