"""The checksums that S3 clients send with a body. S3 User Guide: "Checking object integrity"."""

import base64
import binascii
from collections.abc import Mapping

from iamlab.services.operations import AwsError
from iamlab.services.s3.checksums import DIGESTS

PREFIX = "x-amz-checksum-"
NOT_SUMS = ("x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type")
# Of which the API Reference says that Content-MD5 is required; botocore's model says it of more.
SUMMED = ("DeleteObjects", "PutBucketCors", "PutBucketLifecycleConfiguration", "PutBucketTagging")


def verify(headers: Mapping[str, str], data: bytes) -> None:
    """Compare a body with the sums sent for it. Raises BadDigest, InvalidDigest, InvalidRequest."""
    given = [name for name in headers if name.startswith(PREFIX) and name not in NOT_SUMS]
    if len(given) > 1:
        message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        raise AwsError("InvalidRequest", message, 400)
    if not given and "x-amz-sdk-checksum-algorithm" in headers:
        message = (
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers "
            "were found."
        )
        raise AwsError("InvalidRequest", message, 400)
    for name in given:
        _verify(name, headers[name], data)
    if "content-md5" in headers:
        _verify_md5(headers["content-md5"], data)


def require(operation: str, headers: Mapping[str, str]) -> None:
    """A document that deletes or replaces much comes with a sum. Raises InvalidRequest."""
    told = "content-md5" in headers or any(name.startswith(PREFIX) and name not in NOT_SUMS for name in headers)
    if operation in SUMMED and not told:
        message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
        raise AwsError("InvalidRequest", message, 400)


def _verify(header: str, value: str, data: bytes) -> None:
    algorithm = header.removeprefix(PREFIX).upper()
    if algorithm not in DIGESTS:
        message = f"The checksum {algorithm.lower()} is not simulated by iamlab."
        raise AwsError("NotImplemented", message, 501, Header=header)
    expected = DIGESTS[algorithm](data)
    given = _decoded(value)
    if given is None or len(given) != len(expected):
        raise AwsError("InvalidRequest", f"Value for {header} header is invalid.", 400)
    if given != expected:
        message = f"The {algorithm} you specified did not match the calculated checksum."
        raise AwsError("BadDigest", message, 400)


def _verify_md5(value: str, data: bytes) -> None:
    given, expected = _decoded(value), DIGESTS["MD5"](data)
    if given is None or len(given) != 16:
        raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400)
    if given != expected:
        message = "The Content-MD5 you specified did not match what we received."
        raise AwsError(
            "BadDigest", message, 400, ExpectedDigest=value, CalculatedDigest=base64.b64encode(expected).decode()
        )


def _decoded(value: str) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
