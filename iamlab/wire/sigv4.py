"""Signature Version 4, verified: pure functions. IAM User Guide: "AWS Signature Version 4 for API requests"."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from iamlab.services.error_names import MISMATCH
from iamlab.services.operations import AwsError
from iamlab.wire.facts import Facts

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED = "UNSIGNED-PAYLOAD"
SKEW = timedelta(minutes=15)
LONGEST = 604_800  # seconds that a presigned URL may live
HEADER = re.compile(
    rf"{ALGORITHM} +Credential=([^/, ]+)/(\d{{8}})/([^/, ]+)/([^/, ]+)/aws4_request, *"
    r"SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})"
)
STAMP = re.compile(r"\d{8}T\d{6}Z")
OLD = (
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256. "
    "(With the aws CLI or boto3: signature_version = s3v4.)"
)


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request claims. `expires` is a presigned URL's life in seconds, None for a signed header."""

    access_key_id: str
    date: str  # of the credential scope, YYYYMMDD
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    stamp: str  # YYYYMMDDTHHMMSSZ
    token: str = ""
    expires: int | None = None
    algorithm: str = ALGORITHM

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"

    @property
    def moment(self) -> datetime:
        s = self.stamp
        return datetime(int(s[:4]), int(s[4:6]), int(s[6:8]), int(s[9:11]), int(s[11:13]), int(s[13:15]), tzinfo=UTC)


def claimed(http: Facts) -> Signature | None:
    """The signature that a request carries, None when it is unsigned.

    Raises IncompleteSignature, SignatureDoesNotMatch (a scope of another day) or InvalidRequest (an older scheme).
    Presigned URLs of Signature Version 2 are in sigv2.
    """
    header = http.headers.get("authorization")
    presigned = "X-Amz-" in http.query and ("X-Amz-Signature=" in http.query or "X-Amz-Algorithm=" in http.query)
    if header is not None and presigned:
        message = (
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header"
        )
        raise AwsError("InvalidArgument", message + " should be specified", 400)
    if presigned:
        found = _from_query(dict(parse_qsl(http.query, keep_blank_values=True)))
    elif header is not None:
        found = _from_header(header, http.headers)
    else:
        return None
    try:
        at = found.moment
    except ValueError as error:
        raise _incomplete(f"Date must be in ISO-8601 'basic format'. Got '{found.stamp}'.") from error
    if found.date != found.stamp[:8]:
        message = (
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{found.date}' != '{found.stamp[:8]}', from '{_compact(at)}'."
        )
        raise AwsError("SignatureDoesNotMatch", message, 403)
    if "host" not in found.signed_headers:
        message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        raise AwsError("SignatureDoesNotMatch", message, 403)
    return found


def _incomplete(message: str) -> AwsError:
    return AwsError("IncompleteSignature", message, 400)


def _from_header(header: str, headers: Mapping[str, str]) -> Signature:
    match = HEADER.fullmatch(header.strip())
    if match is None:
        raise _broken(header)
    key, date, region, service, names, signature = match.groups()
    stamp = headers.get("x-amz-date") or _stamp_of(headers.get("date", ""))
    if not STAMP.fullmatch(stamp):
        raise _incomplete(
            f"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
            f"Authorization={header.partition(' ')[0]}"
        )
    token = headers.get("x-amz-security-token", "")
    return Signature(key, date, region, service, tuple(names.split(";")), signature, stamp, token)


def _stamp_of(date: str) -> str:
    """A Date header in the form that is signed."""
    if STAMP.fullmatch(date):
        return date
    try:
        return _compact(parsedate_to_datetime(date).astimezone(UTC))
    except ValueError:
        return ""


def _broken(header: str) -> AwsError:
    """What is wrong with an Authorization header."""
    algorithm, _, rest = header.strip().partition(" ")
    if algorithm == "AWS":
        return AwsError("InvalidRequest", OLD, 400)
    if algorithm != ALGORITHM:
        return _incomplete(f"Unsupported AWS 'algorithm': '{algorithm[:40]}'.")
    given = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    missing = [name for name in ("Credential", "Signature", "SignedHeaders") if not given.get(name)]
    if missing:
        texts = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        return _incomplete(f"{texts} Authorization={algorithm}")
    return _bad_credential(given["Credential"]) or AwsError("SignatureDoesNotMatch", MISMATCH, 403)


def _bad_credential(credential: str) -> AwsError | None:
    parts = credential.split("/")
    if len(parts) != 5 or not all(parts):
        return _incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{credential[:200]}'"
        )
    if parts[4] != "aws4_request":
        message = f"Credential should be scoped with a valid terminator: 'aws4_request', not '{parts[4][:40]}'."
        return AwsError("SignatureDoesNotMatch", message, 403)
    return None


def _from_query(query: dict[str, str]) -> Signature:
    names = ("Algorithm", "Credential", "Signature", "SignedHeaders", "Date", "Expires")
    missing = [name for name in names if not query.get(f"X-Amz-{name}")]
    # Signed STS and IAM URLs of some SDKs leave the life out; S3's never do.
    if missing and missing != ["Expires"]:
        texts = " ".join(f"AWS query-string parameters must include 'X-Amz-{name}'." for name in missing)
        raise _incomplete(f"{texts} Re-examine the query-string parameters.")
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise _incomplete(f"Unsupported AWS 'algorithm': '{query['X-Amz-Algorithm'][:40]}'.")
    problem = _bad_credential(query["X-Amz-Credential"])
    if problem is not None:
        raise problem
    if not STAMP.fullmatch(query["X-Amz-Date"]):
        raise _incomplete(f"Date must be in ISO-8601 'basic format'. Got '{query['X-Amz-Date'][:40]}'.")
    key, date, region, service, _ = query["X-Amz-Credential"].split("/")
    return Signature(
        access_key_id=key,
        date=date,
        region=region,
        service=service,
        signed_headers=tuple(query["X-Amz-SignedHeaders"].split(";")),
        signature=query["X-Amz-Signature"],
        stamp=query["X-Amz-Date"],
        token=query.get("X-Amz-Security-Token", ""),
        expires=_life(query.get("X-Amz-Expires", "900")),
    )


def _life(text: str) -> int:
    if not (text.isascii() and text.removeprefix("-").isdecimal()):
        raise _incomplete("X-Amz-Expires should be a number")
    seconds = int(text)
    if seconds < 0:
        raise _incomplete("X-Amz-Expires must be non-negative")
    if seconds > LONGEST:
        raise _incomplete(
            f"X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less "
            f"than {LONGEST} seconds"
        )
    return seconds


def _compact(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def check_time(signature: Signature, now: datetime) -> None:
    """A signed header is good for 15 minutes either way, a presigned URL from its date on for its life.

    Raises SignatureDoesNotMatch or RequestExpired, for S3 RequestTimeTooSkewed or AccessDenied.
    """
    at = signature.moment
    life = SKEW if signature.expires is None else timedelta(seconds=signature.expires)
    early, late = at - now > SKEW, now - at > life
    if not early and not late:
        return
    if signature.service == "s3":
        raise _too_late_for_s3(signature, now, early)
    if late and signature.expires is not None:
        raise AwsError("RequestExpired", f"Request has expired. It was good until {_iso(at + life)}.", 400)
    here = f"{_compact(now)} {'+' if early else '-'} 15 min."
    edge = _compact(now + SKEW if early else now - SKEW)
    text = "not yet current" if early else "expired"
    relation = "still later than" if early else "now earlier than"
    raise AwsError("SignatureDoesNotMatch", f"Signature {text}: {_compact(at)} is {relation} {edge} ({here})", 403)


def _too_late_for_s3(signature: Signature, now: datetime, early: bool) -> AwsError:
    at = signature.moment
    if signature.expires is None:
        message = "The difference between the request time and the current time is too large."
        return AwsError(
            "RequestTimeTooSkewed", message, 403,
            RequestTime=_compact(at), ServerTime=_iso(now), MaxAllowedSkewMilliseconds="900000",
        )  # fmt: skip
    if early:
        return AwsError("AccessDenied", "Request is not yet valid", 403, ServerTime=_iso(now))
    until = _iso(at + timedelta(seconds=signature.expires))
    more = {"X-Amz-Expires": str(signature.expires), "Expires": until, "ServerTime": _iso(now)}
    return AwsError("AccessDenied", "Request has expired", 403, **more)


@lru_cache(maxsize=4096)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def verify(http: Facts, signature: Signature, secret: str, payload: str) -> None:
    """Raise SignatureDoesNotMatch unless the request was signed with `secret` as it stands.

    `payload` is the body's SHA-256 in hex or what the request says in its place (UNSIGNED-PAYLOAD, STREAMING-...).
    Raises AccessDenied when S3 is sent x-amz- headers that nobody signed.
    """
    signed = signature.signed_headers
    loose = [name for name in http.headers if name.startswith("x-amz-") and name not in signed]
    if loose and signature.service == "s3":
        message = "There were headers present in the request which were not signed"
        raise AwsError("AccessDenied", message, 403, HeadersNotSigned=", ".join(sorted(loose)))
    canonical = canonical_request(http, signature, payload)
    to_sign = string_to_sign(signature, canonical)
    key = signing_key(secret, signature.date, signature.region, signature.service)
    expected = hmac.digest(key, to_sign.encode(), "sha256").hex()
    if loose or not hmac.compare_digest(expected.encode(), signature.signature.encode()):
        raise AwsError(
            "SignatureDoesNotMatch", MISMATCH, 403,
            AWSAccessKeyId=signature.access_key_id, StringToSign=to_sign,
            SignatureProvided=signature.signature, CanonicalRequest=canonical,
        )  # fmt: skip


def string_to_sign(signature: Signature, canonical: str) -> str:
    digest = hashlib.sha256(canonical.encode("latin-1", "replace")).hexdigest()
    return f"{ALGORITHM}\n{signature.stamp}\n{signature.scope}\n{digest}"


def canonical_request(http: Facts, signature: Signature, payload: str) -> str:
    path = quote(http.decoded_path, safe="/-_.~") or "/"
    if signature.service != "s3":
        path = quote(path, safe="/-_.~")
    values = "".join(f"{name}:{' '.join(http.headers.get(name, '').split())}\n" for name in signature.signed_headers)
    query = canonical_query(http.query) if http.query else ""
    return f"{http.method}\n{path}\n{query}\n{values}\n{';'.join(signature.signed_headers)}\n{payload}"


def canonical_query(query: str) -> str:
    """Decoded, encoded anew, sorted by name and value; without the signature itself."""
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if part and name != "X-Amz-Signature":
            pairs.append((_encode(name), _encode(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encode(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")
