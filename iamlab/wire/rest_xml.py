"""The REST XML protocol of S3: parameters in address, headers and body; answers in headers and body."""

import base64
from collections.abc import Mapping
from functools import cache, partial
from typing import Any
from urllib.parse import quote

from botocore.model import ListShape, Shape, StructureShape

from iamlab.services.operations import AwsError, model
from iamlab.services.s3.errors import bad_value
from iamlab.wire import elements, values
from iamlab.wire.answers import Answer
from iamlab.wire.routing import Address

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
# Root elements of answers that the model does not name.
ROOTS = {
    "ListBuckets": "ListAllMyBucketsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListParts": "ListPartsResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketTagging": "Tagging",
    "GetObjectTagging": "Tagging",
    "GetBucketAcl": "AccessControlPolicy",
    "GetObjectAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetObjectAttributes": "GetObjectAttributesResponse",
    "ListBucketAnalyticsConfigurations": "ListBucketAnalyticsConfigurationResult",
    "ListBucketIntelligentTieringConfigurations": "ListBucketIntelligentTieringConfigurationsOutput",
    "ListBucketInventoryConfigurations": "ListInventoryConfigurationsResult",
    "ListBucketMetricsConfigurations": "ListMetricsConfigurationsResult",
}
# Answers whose status the model does not tell.
STATUSES = {"PutBucketTagging": 204, "PutBucketPolicy": 204, "PutBucketMetricsConfiguration": 204}
# Answers whose root element is the value of their one member.
BARE = {"GetBucketLocation": "LocationConstraint"}
# Members that EncodingType=url encodes, by the names of their shapes.
ENCODED = {
    "ObjectKey", "Prefix", "Delimiter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker", "StartAfter",
}  # fmt: skip
CONTROL = dict.fromkeys((*range(32), 127), " ")


@cache
def _members(operation: str, direction: str) -> tuple[dict[str, Shape], str | None, Shape | None]:
    """The members of an operation's input or output, the one that is the body, and the whole shape."""
    found = model("s3").operation_model(operation)
    shape = found.input_shape if direction == "in" else found.output_shape
    if shape is None:
        return {}, None, None
    return dict(shape.members), shape.serialization.get("payload"), shape


def parameters(
    operation: str, where: Address, query: Mapping[str, str], headers: Mapping[str, str], body: bytes
) -> dict[str, Any]:
    """The operation's parameters. Raises MalformedXML, InvalidArgument, MissingRequestBodyError."""
    members, payload, shape = _members(operation, "in")
    found: dict[str, Any] = {}
    for name, member in members.items():
        how = member.serialization
        location, wire_name = how.get("location"), how.get("name", name)
        if location == "uri":
            found[name] = where.bucket if wire_name == "Bucket" else where.key
        elif location == "querystring" and wire_name in query:
            found[name] = _value(member, wire_name, query[wire_name])
        elif location == "header" and wire_name.lower() in headers:
            found[name] = _value(member, wire_name, headers[wire_name.lower()])
        elif location == "headers":
            prefix = wire_name.lower()
            given = {k[len(prefix) :]: _text(v) for k, v in headers.items() if k.startswith(prefix)}
            if given:
                found[name] = given
    if payload is not None:
        _read_payload(members[payload], payload, shape, body, found)
    return found


def _text(value: str) -> str:
    """A header's value: the server decoded it as latin-1, clients that go beyond ASCII write UTF-8."""
    try:
        return value if value.isascii() else value.encode("latin-1").decode()
    except ValueError:
        return value


def _value(shape: Shape, name: str, text: str) -> Any:
    if isinstance(shape, ListShape):
        return [_value(shape.member, name, part.strip()) for part in text.split(",") if part.strip()]
    try:
        return values.value_of(shape, _text(text))
    except ValueError as error:
        if name.lower().startswith("if-"):
            return None  # RFC 9110: a date that is none is ignored
        message = f"Provided argument {name} is no {shape.type_name}."
        raise AwsError("InvalidArgument", message, 400, ArgumentName=name, ArgumentValue=text) from error


def _read_payload(member: Shape, name: str, shape: Shape | None, body: bytes, found: dict[str, Any]) -> None:
    if isinstance(member, StructureShape):
        if body.strip():
            root = elements.parse(body)
            if root.tag != member.serialization.get("name", member.name):
                raise elements.malformed()
            found[name] = elements.read(member, root)
        elif isinstance(shape, StructureShape) and name in shape.required_members:
            raise AwsError("MissingRequestBodyError", "Request body is empty.", 400)
    elif member.type_name == "blob":
        found[name] = body
    else:
        try:
            found[name] = body.decode()
        except UnicodeDecodeError as error:
            raise elements.malformed() from error


def as_s3_says(operation: str, error: AwsError, region: str) -> AwsError:
    """What is wrong within a document, S3 calls MalformedXML; of headers it says what is wrong with each."""
    payload = _members(operation, "in")[1]
    said = bad_value(error, region)
    if said is error and payload and error.code == "ValidationError":
        within = f"at '{payload[:1].lower()}{payload[1:]}." in error.message
        return elements.malformed() if within else error
    return said


def answer(operation: str, result: dict[str, Any]) -> Answer:
    """An answer's status, headers and body."""
    members, payload, shape = _members(operation, "out")
    headers: dict[str, str] = {}
    told = int(model("s3").operation_model(operation).http.get("responseCode", 200))
    status = result.get("HTTPStatusCode") or STATUSES.get(operation, told)
    if "ContentRange" in result:
        status = 206
    for name, member in members.items():
        value = result.get(name)
        location = member.serialization.get("location")
        if value is None or location is None:
            continue
        wire_name = member.serialization.get("name", name)
        if location == "header":
            headers[wire_name] = _header(member, value)
        elif location == "headers":
            headers.update({wire_name + key: _metadata(item) for key, item in value.items()})
        elif location == "statusCode":
            status = int(value)
    headers.update(result.get("ResponseMetadata", {}).get("HTTPHeaders", {}))  # what the model does not name
    if shape is None:
        return Answer(status, headers, b"")
    if payload is not None:
        return Answer(status, headers, _payload(members[payload], payload, result.get(payload), headers))
    if all(member.serialization.get("location") for member in members.values()):
        if operation == "HeadBucket":  # what GET would say of its document
            headers["Content-Type"] = "application/xml"
        return Answer(status, headers, b"")
    headers["Content-Type"] = "application/xml"
    return Answer(status, headers, _document(operation, shape, result))


def _header(shape: Shape, value: Any) -> str:
    if isinstance(shape, ListShape):
        return ",".join(_header(shape.member, item) for item in value)
    return _clean(values.text_of(shape, "rfc822", value))


def _metadata(value: str) -> str:
    """A value that is not ASCII as S3 tells it: the bytes that were sent, taken for latin-1, in the words of RFC 2047.
    S3 User Guide: "Working with object metadata".
    """
    if value.isascii():
        return _clean(value)
    sent = value.encode("utf-8", "surrogatepass").decode("latin-1")
    return f"=?UTF-8?B?{base64.b64encode(sent.encode()).decode()}?="


def _clean(value: str) -> str:
    """A line break would end the header."""
    return value.translate(CONTROL)


def _payload(member: Shape, name: str, value: Any, headers: dict[str, str]) -> bytes:
    if isinstance(member, StructureShape):
        headers["Content-Type"] = "application/xml"
        return _xml(_writer(member), value or {}, member.serialization.get("name", member.name))
    if isinstance(value, str):
        if "Content-Type" not in headers:
            headers["Content-Type"] = "application/json"  # a bucket policy
        return value.encode()
    return value or b""


_writer = cache(partial(elements.writer, time=values.iso_milliseconds))


def _xml(write: elements.Write, value: Any, tag: str) -> bytes:
    text = write(value, tag).replace(f"<{tag}", f'<{tag} xmlns="{NAMESPACE}"', 1)
    return (elements.DECLARATION + text).encode()


def _document(operation: str, shape: Shape, result: dict[str, Any]) -> bytes:
    if operation in BARE:
        value = result.get(BARE[operation]) or ""
        text = f'<{BARE[operation]} xmlns="{NAMESPACE}">{elements.escape(value)}</{BARE[operation]}>'
        return (elements.DECLARATION + text).encode()
    if result.get("EncodingType") == "url":
        result = encoded(shape, result)
    tag = ROOTS.get(operation) or shape.serialization.get("name") or shape.name
    return _xml(_body_writer(operation), result, tag)


@cache
def _body_writer(operation: str) -> elements.Write:
    """The writer of those members that are in the body."""
    members, _, shape = _members(operation, "out")
    write = _writer(shape)
    headers = frozenset(name for name, member in members.items() if member.serialization.get("location"))
    if not headers:
        return write

    def write_body(value: Any, tag: str) -> str:
        return write({name: item for name, item in value.items() if name not in headers}, tag)

    return write_body


def encoded(shape: Shape, value: Any) -> Any:
    """A list's answer with its keys URL-encoded, as EncodingType=url asks, so that XML can carry any of them."""
    if isinstance(shape, StructureShape):
        return {k: encoded(shape.members[k], v) for k, v in value.items() if k in shape.members and v is not None}
    if isinstance(shape, ListShape):
        return [encoded(shape.member, item) for item in value]
    return quote(value, safe="/-_.~*") if shape.name in ENCODED else value
