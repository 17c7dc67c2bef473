"""Request bodies: read within limits, unwrapped from aws-chunked, held against their checksums."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from gunicorn.http.errors import ParseException

from iamlab.services.operations import AwsError, model
from iamlab.wire import checksums, chunked, sigv4
from iamlab.wire.facts import Facts

SMALL = 2**20  # of a request of the query and JSON protocols
DOCUMENT = 4 * 2**20  # of an XML document or a policy sent to S3
DIGEST = re.compile(r"[0-9a-f]{64}")


def read(environ: Mapping[str, Any], limit: int) -> bytes:
    """The body as sent. Raises EntityTooLarge over `limit` bytes, IncompleteBody when the client ended early.

    Not Django's request.body, which stops at DATA_UPLOAD_MAX_MEMORY_SIZE and at Content-Length, which a chunked
    request lacks.
    """
    chunks = environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked" and environ.get("wsgi.input_terminated")
    length = int(environ["CONTENT_LENGTH"]) if environ.get("CONTENT_LENGTH", "").isdecimal() else 0
    if length > limit:
        raise too_large(length, limit)
    try:
        body = environ["wsgi.input"].read(limit + 1 if chunks else length)
    except (OSError, ParseException) as error:  # what the server raises for a connection cut or a broken chunk
        raise incomplete() from error
    if len(body) > limit:
        raise too_large(len(body), limit)
    if not chunks and len(body) < length:
        raise incomplete()
    return body


def small(environ: Mapping[str, Any]) -> bytes:
    """The body of a request that carries no object. Raises RequestEntityTooLarge, IncompleteBody."""
    try:
        return read(environ, SMALL)
    except AwsError as error:
        if error.code == "EntityTooLarge":
            raise AwsError("RequestEntityTooLarge", f"A request is at most {SMALL} bytes long.", 413) from error
        raise


def too_large(size: int, limit: int) -> AwsError:
    message = "Your proposed upload exceeds the maximum allowed size"
    return AwsError("EntityTooLarge", message, 400, ProposedSize=str(size), MaxSizeAllowed=str(limit))


def incomplete() -> AwsError:
    message = "You did not provide the number of bytes specified by the Content-Length HTTP header"
    return AwsError("IncompleteBody", message, 400)


def payload_of(http: Facts, claim: sigv4.Signature | None) -> str:
    """What an S3 request says its body is: a digest, UNSIGNED-PAYLOAD or STREAMING-... Raises InvalidRequest."""
    said = http.headers.get("x-amz-content-sha256")
    if said is None and claim is not None and claim.expires is not None and "X-Amz-Content-Sha256=" in http.query:
        said = dict(parse_qsl(http.query)).get("X-Amz-Content-Sha256")
    if said is None and claim is not None and claim.expires is None:
        raise AwsError("InvalidRequest", "Missing required header for this request: x-amz-content-sha256", 400)
    said = said or sigv4.UNSIGNED
    if said != sigv4.UNSIGNED and said not in chunked.STREAMING and not DIGEST.fullmatch(said):
        known = ", ".join((sigv4.UNSIGNED, *chunked.STREAMING))
        message = f"x-amz-content-sha256 must be {known} or a valid sha256 value."
        raise AwsError("InvalidArgument", message, 400, ArgumentName="x-amz-content-sha256", ArgumentValue=said)
    return said


def s3_body(
    environ: Mapping[str, Any], http: Facts, operation: str, said: str, claim: sigv4.Signature | None, secret: str
) -> tuple[bytes, Facts]:
    """The data of an S3 request, and its facts as if it had been sent plainly: trailers among the headers.

    Raises EntityTooLarge, MaxMessageLengthExceeded, IncompleteBody, MissingContentLength, BadDigest and others.
    """
    shapes = model("s3").operation_model(operation)
    limit = settings.OBJECT_BYTES if shapes.has_streaming_input else DOCUMENT
    headers = dict(http.headers)
    try:
        if said in chunked.STREAMING:
            length = _decoded_length(headers, limit)
            body, trailers = chunked.decode(read(environ, chunked.overhead(limit)), said, claim, secret)
            _check_chunks(headers, trailers, body, length)
            headers |= trailers
        else:
            body = read(environ, limit)
    except AwsError as error:
        if error.code == "EntityTooLarge" and limit == DOCUMENT:
            raise AwsError("MaxMessageLengthExceeded", "Your request was too big.", 400) from error
        raise
    if DIGEST.fullmatch(said) and hashlib.sha256(body).hexdigest() != said:
        raise _other_digest(said, body)
    if (shapes.http_checksum or {}).get("requestAlgorithmMember"):
        checksums.require(operation, headers)
        checksums.verify(headers, body)
    if "content-encoding" in headers:
        _drop_aws_chunked(headers)
    headers["content-length"] = str(len(body))
    return body, replace(http, headers=headers)


def _decoded_length(headers: dict[str, str], limit: int) -> int:
    length = headers.get("x-amz-decoded-content-length", "")
    if not length.isdecimal():
        raise AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411)
    if int(length) > limit:
        raise too_large(int(length), limit)
    return int(length)


def _check_chunks(headers: dict[str, str], trailers: dict[str, str], body: bytes, length: int) -> None:
    if len(body) != length:
        raise incomplete()
    announced = [name.strip().lower() for name in headers.get("x-amz-trailer", "").split(",") if name.strip()]
    if not all(name.startswith(checksums.PREFIX) for name in announced):
        raise AwsError("InvalidRequest", "The value specified in the x-amz-trailer header is not supported", 400)
    if any(name not in trailers for name in announced):
        raise AwsError("MalformedTrailerError", chunked.TRAILER, 400)


def _other_digest(said: str, body: bytes) -> AwsError:
    message = "The provided 'x-amz-content-sha256' header does not match what was computed."
    found = hashlib.sha256(body).hexdigest()
    return AwsError(
        "XAmzContentSHA256Mismatch", message, 400, ClientComputedContentSHA256=said, S3ComputedContentSHA256=found
    )


def _drop_aws_chunked(headers: dict[str, str]) -> None:
    """aws-chunked is how the body travelled, not how the object is encoded."""
    codings = [part.strip() for part in headers["content-encoding"].split(",")]
    left = ",".join(part for part in codings if part and part.lower() != "aws-chunked")
    if left:
        headers["content-encoding"] = left
    else:
        del headers["content-encoding"]
