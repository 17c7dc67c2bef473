"""Uploads from an HTML form: POST to a bucket. S3 API Reference: "Browser-Based Uploads Using POST"."""

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from email.parser import HeaderParser
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree.ElementTree import Element

from django.conf import settings

from iamlab.services.error_names import MISMATCH
from iamlab.services.operations import AwsError
from iamlab.services.s3.errors import invalid
from iamlab.wire import bodies, elements, errors, sigv4
from iamlab.wire.facts import Facts

MOST_FIELDS = 20 * 1024  # bytes of what stands before the file
BOUNDARY = re.compile(r'multipart/form-data\s*;.*?boundary="?([^";]{1,70})"?', re.IGNORECASE | re.DOTALL)
CREDENTIAL = re.compile(r"([^/]+)/(\d{8})/([^/]+)/s3/aws4_request")
# Fields that are a header of PutObject under another name; the others that S3 knows are headers as they are.
HEADERS = {"acl": "x-amz-acl"}
HEADER = re.compile(r"x-amz-.*|content-(type|disposition|encoding|language)|cache-control|expires")
VERSION_2, VERSION_4 = ("AWSAccessKeyId", "signature"), ("x-amz-signature", "x-amz-credential", "x-amz-date")
NO_HEADERS = re.compile(r"x-amz-(algorithm|credential|date|signature|security-token)")


@dataclass(frozen=True, slots=True)
class Form:
    """A form's fields by their names in lower case, and its file."""

    fields: dict[str, str]
    data: bytes

    @property
    def key(self) -> str:
        return self.fields["key"]


def enclosed(http: Facts) -> bytes:
    """The boundary of a form's parts. Raises PreconditionFailed for what is no form with a file."""
    match = BOUNDARY.match(http.headers.get("content-type", ""))
    if match is None:
        condition = "Bucket POST must be of the enclosure-type multipart/form-data"
        message = "At least one of the pre-conditions you specified did not hold"
        raise AwsError("PreconditionFailed", message, 412, Condition=condition)
    return match[1].encode("latin-1", "replace")


def read(environ: dict[str, Any], http: Facts) -> Form:
    """Fields up to the file; what follows it is not looked at. Raises MalformedPOSTRequest, InvalidArgument."""
    boundary = enclosed(http)
    body = bodies.read(environ, settings.OBJECT_BYTES + 2 * MOST_FIELDS)
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary)[1:]
    if not pieces or not pieces[-1].startswith(b"--"):
        message = "The body of your POST request is not well-formed multipart/form-data."
        raise AwsError("MalformedPOSTRequest", message, 400)
    fields: dict[str, str] = {}
    for piece in pieces[:-1]:
        head, _, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        said = HeaderParser().parsestr(head.decode("utf-8", "replace").replace("\r\n", "\n"))
        name = str(said.get_param("name", "", "content-disposition")).lower()
        if name == "file":
            return _whole(fields, data, said.get_filename())
        fields[name] = data.decode("utf-8", "replace")
        if sum(map(len, fields.values())) > MOST_FIELDS:
            message = "Your POST request fields preceding the upload file was too large."
            raise AwsError("MaxPostPreDataLengthExceeded", message, 400, MaxPostPreDataLengthBytes=str(MOST_FIELDS))
    raise invalid("file", "POST requires exactly one file upload per request.", "0")


def _needed(fields: dict[str, str], *names: str) -> None:
    """Raises InvalidArgument."""
    for name in names:
        if not fields.get(name.lower()):
            order = "If it is specified, please check the order of the fields."
            raise invalid(name, f"Bucket POST must contain a field named '{name}'.  {order}", "")


def _whole(fields: dict[str, str], data: bytes, file_name: str | None) -> Form:
    _needed(fields, "key")
    if file_name is not None:
        own = re.split(r"[/\\]", file_name)[-1]
        fields = {**fields, "key": fields["key"].replace("${filename}", own)}
    return Form(fields, data)


def headers(form: Form) -> dict[str, str]:
    """The fields as headers of PutObject."""
    found = {HEADERS.get(name, name): value for name, value in form.fields.items()}
    found = {name: value for name, value in found.items() if HEADER.fullmatch(name) and not NO_HEADERS.fullmatch(name)}
    if form.fields.get("tagging"):
        found["x-amz-tagging"] = _tags(elements.parse(form.fields["tagging"].encode()))
    return {**found, "content-length": str(len(form.data))}


def _tags(root: Element) -> str:
    return urlencode([(tag.findtext("Key", ""), tag.findtext("Value", "")) for tag in root.iter("Tag")])


def claimed(form: Form, now: datetime) -> sigv4.Signature | None:
    """The signature over the form's policy; None for a form without one. Raises InvalidArgument."""
    fields = form.fields
    if "policy" not in fields:
        return None
    second = "awsaccesskeyid" in fields
    _needed(
        fields, *(("AWSAccessKeyId", "signature") if second else ("x-amz-signature", "x-amz-credential", "x-amz-date"))
    )
    token = fields.get("x-amz-security-token", "")
    stamp = f"{now:%Y%m%dT%H%M%SZ}"
    if second:
        key, signature = fields["awsaccesskeyid"], fields["signature"]
        return sigv4.Signature(key, stamp[:8], "us-east-1", "s3", (), signature, stamp, token, algorithm="AWS")
    match = CREDENTIAL.fullmatch(fields["x-amz-credential"])
    if match is None or fields.get("x-amz-algorithm") != sigv4.ALGORITHM:
        raise invalid("x-amz-credential", errors.MALFORMED, fields["x-amz-credential"])
    return sigv4.Signature(match[1], match[2], match[3], "s3", (), fields["x-amz-signature"], stamp, token)


def verify(form: Form, claim: sigv4.Signature, secret: str) -> None:
    """Raises SignatureDoesNotMatch."""
    text = form.fields["policy"].encode()
    if claim.algorithm == "AWS":
        expected = base64.b64encode(hmac.digest(secret.encode(), text, "sha1"))
    else:
        expected = hmac.digest(sigv4.signing_key(secret, claim.date, claim.region, "s3"), text, "sha256").hex().encode()
    if not hmac.compare_digest(expected, claim.signature.encode("utf-8", "replace")):
        more = {"AWSAccessKeyId": claim.access_key_id, "StringToSign": form.fields["policy"]}
        raise AwsError("SignatureDoesNotMatch", MISMATCH, 403, SignatureProvided=claim.signature, **more)


def redirect(form: Form, bucket: str, etag: str) -> str:
    """Where the browser is sent afterwards; "" where nowhere, or to no address of the web."""
    address = form.fields.get("success_action_redirect") or form.fields.get("redirect") or ""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    told = urlencode({"bucket": bucket, "key": form.key, "etag": etag})
    return parts._replace(query=f"{parts.query}&{told}" if parts.query else told).geturl()


def status(form: Form) -> int:
    asked = form.fields.get("success_action_status")
    return int(asked) if asked in ("200", "201") else 204


def document(location: str, bucket: str, key: str, etag: str) -> str:
    """What is answered to those who asked for 201."""
    told = {"Location": location, "Bucket": bucket, "Key": key, "ETag": etag}
    text = "".join(f"<{name}>{elements.escape(value)}</{name}>" for name, value in told.items())
    return f"{elements.DECLARATION}<PostResponse>{text}</PostResponse>"


def path_of(bucket: str, key: str) -> str:
    return f"/{bucket}/{quote(key)}"
