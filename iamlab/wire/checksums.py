"""The checksums that S3 clients send with a body. S3 User Guide: "Checking object integrity"."""

import base64
import binascii
import hashlib
import sys
import zlib
from array import array
from collections.abc import Callable, Mapping
from functools import cache

from iamlab.services.operations import AwsError

PREFIX = "x-amz-checksum-"
NOT_SUMS = ("x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type")


@cache
def _table(polynomial: int) -> list[int]:
    """What each two bytes do to a reflected CRC; two at a time, since this is plain Python."""
    single = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (polynomial if byte & 1 else 0)
        single.append(byte)
    return [single[(single[pair & 255] ^ pair >> 8) & 255] ^ single[pair & 255] >> 8 for pair in range(65536)]


def _crc(polynomial: int, bits: int, data: bytes) -> bytes:
    table, ones = _table(polynomial), (1 << bits) - 1
    value = ones
    even = len(data) & ~1
    pairs = array("H", data[:even])
    if sys.byteorder == "big":
        pairs.byteswap()
    for pair in pairs:
        value = table[(value ^ pair) & 65535] ^ value >> 16
    for byte in data[even:]:
        for _ in range(8):
            value = value >> 1 ^ (polynomial if (value ^ byte) & 1 else 0)
            byte >>= 1
    return (value ^ ones).to_bytes(bits // 8, "big")


def _hash(name: str) -> Callable[[bytes], bytes]:
    return lambda data: hashlib.new(name, data, usedforsecurity=False).digest()


ALGORITHMS: dict[str, Callable[[bytes], bytes]] = {
    "crc32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "crc32c": lambda data: _crc(0x82F63B78, 32, data),
    "crc64nvme": lambda data: _crc(0x9A6C9329AC4BC9B5, 64, data),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
    "md5": _hash("md5"),
}


def verify(headers: Mapping[str, str], data: bytes) -> None:
    """Compare a body with the sums sent for it. Raises BadDigest, InvalidDigest, InvalidRequest."""
    given = [name for name in headers if name.startswith(PREFIX) and name not in NOT_SUMS]
    if len(given) > 1:
        message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        raise AwsError("InvalidRequest", message, 400)
    for name in given:
        _verify(name, headers[name], data)
    if "content-md5" in headers:
        _verify_md5(headers["content-md5"], data)


def _verify(header: str, value: str, data: bytes) -> None:
    algorithm = header.removeprefix(PREFIX)
    if algorithm not in ALGORITHMS:
        raise AwsError("NotImplemented", f"The checksum {algorithm} is not simulated by iamlab.", 501, Header=header)
    expected = ALGORITHMS[algorithm](data)
    given = _decoded(value)
    if given is None or len(given) != len(expected):
        raise AwsError("InvalidRequest", f"Value for {header} header is invalid.", 400)
    if given != expected:
        message = f"The {algorithm.upper()} you specified did not match the calculated checksum."
        raise AwsError("BadDigest", message, 400)


def _verify_md5(value: str, data: bytes) -> None:
    given, expected = _decoded(value), ALGORITHMS["md5"](data)
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
