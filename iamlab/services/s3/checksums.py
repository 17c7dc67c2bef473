"""Checksums of objects: how they are computed, given and kept. S3 User Guide: "Checking object integrity"."""

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from awscrt import checksums as crt

from iamlab.services.operations import AwsError

FULL, COMPOSITE = "FULL_OBJECT", "COMPOSITE"
DEFAULT = "CRC64NVME"  # what S3 computes where the client gave none


def _hash(name: str) -> Callable[[bytes], bytes]:
    return lambda data: hashlib.new(name, data, usedforsecurity=False).digest()


DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "CRC32C": lambda data: crt.crc32c(data).to_bytes(4, "big"),
    "CRC64NVME": lambda data: crt.crc64nvme(data).to_bytes(8, "big"),
    "SHA1": _hash("sha1"),
    "SHA256": _hash("sha256"),
    "SHA512": _hash("sha512"),
    "MD5": _hash("md5"),
}
MEMBERS = {f"Checksum{name}": name for name in DIGESTS}
# Sums that can be put together from those of parts, and those that cannot.
ONLY_FULL, ONLY_COMPOSITE = ("CRC64NVME",), ("SHA1", "SHA256", "SHA512", "MD5")


def of(algorithm: str, data: bytes) -> dict[str, str]:
    """A body's checksum as API member: {"ChecksumCRC32": "..."}."""
    return {f"Checksum{algorithm}": base64.b64encode(DIGESTS[algorithm](data)).decode()}


def given(parameters: Mapping[str, Any]) -> dict[str, str]:
    """The checksum members among parameters."""
    return {name: parameters[name] for name in MEMBERS if parameters.get(name) is not None}


def kept(parameters: Mapping[str, Any], data: bytes, algorithm: str | None = None) -> dict[str, str]:
    """What an object written in one piece keeps: the checksum sent, the one asked for, or S3's own.

    That a sum that was sent is right, the wire has found out; the console sends none.
    """
    found = given(parameters) or of(algorithm or DEFAULT, data)
    return {**found, "ChecksumType": FULL}


def shown(headers: Mapping[str, Any]) -> dict[str, Any]:
    """An object's checksum and its type, for answers that tell them."""
    return {name: headers[name] for name in (*MEMBERS, "ChecksumType") if name in headers}


def listed(headers: Mapping[str, Any]) -> dict[str, Any]:
    """The same as lists tell it: by algorithm."""
    algorithms = [algorithm for name, algorithm in MEMBERS.items() if name in headers]
    return {"ChecksumAlgorithm": algorithms, "ChecksumType": headers.get("ChecksumType", FULL)} if algorithms else {}


def type_of(algorithm: str | None, wanted: str | None) -> str:
    """The type of an upload's checksum. Raises InvalidRequest for one that the algorithm cannot have."""
    name = algorithm or DEFAULT
    usual = FULL if name in ONLY_FULL else COMPOSITE
    if algorithm is None and wanted is not None:
        message = "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
        raise AwsError("InvalidRequest", message, 400)
    impossible = (wanted == FULL and name in ONLY_COMPOSITE) or (wanted == COMPOSITE and name in ONLY_FULL)
    if impossible:
        message = f"The {wanted} checksum type cannot be used with the {name.lower()} checksum algorithm."
        raise AwsError("InvalidRequest", message, 400)
    return wanted or usual


def together(algorithm: str, kind: str, parts: list[str], data: bytes) -> dict[str, str]:
    """The checksum of an object made of parts: over all its bytes, or over its parts' sums, with their number."""
    if kind == FULL:
        return {**of(algorithm, data), "ChecksumType": FULL}
    joined = DIGESTS[algorithm](b"".join(base64.b64decode(part) for part in parts))
    return {f"Checksum{algorithm}": f"{base64.b64encode(joined).decode()}-{len(parts)}", "ChecksumType": COMPOSITE}
