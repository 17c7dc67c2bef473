"""The sandbox's own OpenID Connect identity provider: signs identity tokens for any provider created in an account.

It stands for every address, since nothing is fetched from outside; each provider's key is derived, never stored.
IAM User Guide: "OIDC federation".
"""

import base64
import binascii
import hashlib
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
HEADER = {"alg": "ES256", "typ": "JWT"}


class NotAToken(Exception):
    """The text is no JSON Web Token."""


@lru_cache(maxsize=256)
def _key(account_id: str, url: str) -> ec.EllipticCurvePrivateKey:
    name = f"identity provider {account_id} {url}".encode()
    digest = hmac.digest(settings.SECRET_KEY.encode(), name, hashlib.sha512)
    return ec.derive_private_key(int.from_bytes(digest) % (ORDER - 1) + 1, ec.SECP256R1())


def issue(account_id: str, url: str, claims: dict[str, Any]) -> str:
    """A signed token of the provider with this address (without scheme) in this account."""
    body = f"{_part(json.dumps(HEADER).encode())}.{_part(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(_key(account_id, url).sign(body.encode(), ec.ECDSA(SHA256())))
    return f"{body}.{_part(r.to_bytes(32) + s.to_bytes(32))}"


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token, not yet verified. Raises NotAToken."""
    parts = token.split(".")
    if len(parts) != 3:
        raise NotAToken
    try:
        header, claims = (json.loads(_bytes(part)) for part in parts[:2])
    except (ValueError, RecursionError) as error:
        raise NotAToken from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise NotAToken
    return header, claims


def is_signed(account_id: str, url: str, token: str) -> bool:
    """Whether the provider of this account signed the token."""
    body, _, signature = token.rpartition(".")
    try:
        raw = _bytes(signature)
        if len(raw) != 64:
            return False
        both = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        _key(account_id, url).public_key().verify(both, body.encode(), ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(part: str) -> bytes:
    """Raises ValueError."""
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64url") from error
