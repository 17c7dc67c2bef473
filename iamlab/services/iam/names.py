"""Unique ids and access key material. User Guide: "IAM identifiers"."""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache

from django.conf import settings

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PREFIXES = {
    "user": "AIDA",
    "group": "AGPA",
    "role": "AROA",
    "policy": "ANPA",
    "instance-profile": "AIPA",
    "certificate": "ASCA",
    "public-key": "APKA",
    "service-credential": "ACCA",
    "access-key": "AKIA",
    "session-key": "ASIA",
}


def unique_id(kind: str) -> str:
    """A new id such as AIDA... (21 characters), or a key id (20): random, so never used twice."""
    return PREFIXES[kind] + random_letters(16 if kind.endswith("-key") else 17)


def random_letters(length: int) -> str:
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(length))


def lasting_id(kind: str, arn: str) -> str:
    """The id of something of AWS's own, which is in no table: always the same for the same ARN."""
    digest = hashlib.sha256(arn.encode()).digest()
    return PREFIXES[kind] + base64.b32encode(digest).decode()[:17]


def secret_of(key_id: str) -> str:
    """The 40-character secret of an access key: derived from the server's key, so that no table could leak it."""
    return _derived(settings.SECRET_KEY, key_id)


@lru_cache(maxsize=4096)
def _derived(server_key: str, key_id: str) -> str:
    digest = hmac.digest(server_key.encode(), b"access key " + key_id.encode(), "sha256")
    return base64.b64encode(digest).decode()[:40]
