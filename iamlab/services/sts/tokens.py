"""Temporary credentials without a table: a signed token that names the principal's unique id."""

import base64
import binascii
import hashlib
import hmac
import json
import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from iamlab.services.iam import names
from iamlab.services.iam.names import secret_of
from iamlab.services.operations import AwsError

MARK = "IAMLAB1"  # AWS's tokens are opaque; ours say at a glance that they open nothing outside


@dataclass(frozen=True, slots=True)
class Temporary:
    access_key_id: str
    secret: str
    token: str

    def shown(self, expires: int) -> dict[str, Any]:
        """As STS answers them; `expires` in epoch seconds."""
        return {
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret,
            "SessionToken": self.token,
            "Expiration": datetime.fromtimestamp(expires, UTC),
        }

    def recorded(self, expires: int) -> dict[str, str]:
        """As an event shows them: the token, which AWS's events hold, would be a secret in ours."""
        moment = datetime.fromtimestamp(expires, UTC)
        return {"accessKeyId": self.access_key_id, "expiration": f"{moment:%b %-d, %Y, %-I:%M:%S %p}"}


def _sign(body: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), b"session token " + body.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def issue(claims: dict[str, Any], clock_offset: int = 0) -> Temporary:
    """New credentials for `claims`: account, kind, principal (unique id), issued, expires (epoch seconds), more.

    `issued` is the second in which the call began. `part` is what has passed since, by a clock that is moved by
    `clock_offset`: sessions can be ended and begun anew within one second, and a call may last into the next one.
    """
    key_id = names.key_id(names.TEMPORARY, claims["account"])
    whole = {**claims, "key": key_id, "part": round(max(time.time() + clock_offset - claims["issued"], 0), 6)}
    packed = zlib.compress(json.dumps(whole, separators=(",", ":")).encode())
    body = MARK + base64.urlsafe_b64encode(packed).decode()
    return Temporary(key_id, secret_of(key_id), f"{body}.{_sign(body)}")


def peek(token: str) -> str:
    """The key id that a token was issued for, of tokens that are kept here and need no key beside them."""
    return read("", token)["key"]


def read(key_id: str, token: str) -> dict[str, Any]:
    """The claims of a token that was issued here for this key. Raises InvalidClientTokenId."""
    body, _, signature = token.rpartition(".")
    invalid = AwsError("InvalidClientTokenId", "The security token included in the request is invalid.")
    if (
        not body.isascii()
        or not body.startswith(MARK)
        or not hmac.compare_digest(_sign(body).encode(), signature.encode())
    ):
        raise invalid
    try:
        claims = json.loads(zlib.decompress(base64.urlsafe_b64decode(body[len(MARK) :])))
    except (ValueError, binascii.Error, zlib.error) as error:
        raise invalid from error
    if key_id and claims["key"] != key_id:
        raise invalid
    return claims
