"""Presigned URLs of Signature Version 2, which `aws s3 presign` and boto3 still write where nobody names a version.
S3 User Guide: "Signing and authenticating REST requests (AWS signature version 2)"."""

import base64
import hmac
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote

from iamlab.services.error_names import MISMATCH
from iamlab.services.operations import AwsError
from iamlab.wire.facts import Facts
from iamlab.wire.sigv4 import Signature

NEEDED = ("AWSAccessKeyId", "Signature", "Expires")
IN_PART = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
STANDARD = ("content-md5", "content-type")
# What of the query is signed as part of the resource.
SIGNED = frozenset((
    "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location",
    "logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
    "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
    "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
))  # fmt: skip


def presigned(http: Facts) -> bool:
    return "authorization" not in http.headers and all(f"{name}=" in http.query for name in NEEDED)


def in_part(http: Facts) -> bool:
    """Whether some of the parameters are there, which together would sign the URL."""
    given = dict(parse_qsl(http.query, keep_blank_values=True))
    return "authorization" not in http.headers and 0 < len(set(NEEDED) & set(given)) < len(NEEDED)


def claimed(http: Facts, now: datetime) -> tuple[Signature, Facts]:
    """What such a URL claims, and the request's facts with the headers that its query carries.

    Raises AccessDenied for one whose time is over.
    """
    given = dict(parse_qsl(http.query, keep_blank_values=True))
    carried = {name: value for name, value in given.items() if name.startswith("x-amz-")}
    expires = given["Expires"]
    if not expires.isdecimal() or len(expires) > 11:
        raise AwsError("AccessDenied", f"Invalid date (should be seconds since epoch): {expires}", 403)
    until = datetime.fromtimestamp(int(expires), UTC)
    if until <= now:
        iso = "%Y-%m-%dT%H:%M:%SZ"
        more = {"Expires": until.strftime(iso), "ServerTime": now.strftime(iso)}
        raise AwsError("AccessDenied", "Request has expired", 403, **more)
    claim = Signature(
        access_key_id=given["AWSAccessKeyId"],
        date=f"{now:%Y%m%d}",
        region="us-east-1",
        service="s3",
        signed_headers=(),
        signature=given["Signature"],
        stamp=f"{now:%Y%m%dT%H%M%SZ}",
        token=carried.get("x-amz-security-token", ""),
        expires=int(expires),
        algorithm="AWS",
    )
    return claim, replace(http, headers={**carried, **http.headers})


def verify(http: Facts, claim: Signature, secret: str, prefix: str) -> None:
    """Raise SignatureDoesNotMatch unless the URL was signed with `secret` as it stands.

    `prefix` is the path of the endpoint, which clients leave out: they sign /bucket/key, however it is addressed.
    """
    path = http.path.removeprefix(prefix) or "/"
    if path.count("/") == 1 and path != "/":
        path += "/"  # a bucket's name is signed with a slash behind it, however it was sent
    text = string_to_sign(replace(http, path=path), str(claim.expires))
    expected = base64.b64encode(hmac.digest(secret.encode(), text.encode("utf-8", "replace"), "sha1"))
    if not hmac.compare_digest(expected, claim.signature.encode("utf-8", "replace")):
        raise AwsError(
            "SignatureDoesNotMatch", MISMATCH, 403,
            AWSAccessKeyId=claim.access_key_id, StringToSign=text, SignatureProvided=claim.signature,
        )  # fmt: skip


def string_to_sign(http: Facts, expires: str) -> str:
    standard = [http.headers.get(name, "").strip() for name in STANDARD]
    own = [f"{name}:{http.headers[name].strip()}\n" for name in sorted(http.headers) if name.startswith("x-amz-")]
    return "\n".join([http.method, *standard, expires, "".join(own) + _resource(http)])


def _resource(http: Facts) -> str:
    """The path as sent, with those parts of the query that say what of it is meant."""
    pairs = sorted(
        (part.partition("=") for part in http.query.split("&") if part.partition("=")[0] in SIGNED),
        key=lambda part: part[0],
    )
    said = "&".join(name + equals + unquote(value) for name, equals, value in pairs)
    return f"{http.path}?{said}" if said else http.path
