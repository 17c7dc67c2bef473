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
}
LONG_TERM, TEMPORARY = "AKIA", "ASIA"


def key_id(prefix: str, account_id: str) -> str:
    """A new access key id, which tells its account as AWS's do: a bit that is set, 40 bits of account, 39 of chance."""
    bits = 1 << 79 | int(account_id) << 39 | secrets.randbits(39)
    return prefix + base64.b32encode(bits.to_bytes(10, "big")).decode()


def account_in(key: str) -> str:
    """The account that an access key id tells, "" where it tells none."""
    values = [max(ALPHABET.find(letter), 0) for letter in key[4:13]]
    if not key.startswith((LONG_TERM, TEMPORARY)) or len(key) > 25 or values[0] < 16:
        return ""
    bits = 0
    for value in values:
        bits = bits << 5 | value
    return f"{bits >> 4 & (1 << 40) - 1:012}"


def unique_id(kind: str) -> str:
    """A new id such as AIDA... (21 characters), or that of a public key (20): random, so never used twice."""
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
