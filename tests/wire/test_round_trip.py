"""What botocore writes we read, and what we write botocore reads: every operation, whether it is simulated or not."""

import io
import json
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from botocore import handlers, parsers, serialize
from botocore.awsrequest import HeadersDict, create_request_object, prepare_request_dict

from iamlab.services.operations import model
from iamlab.wire import json_protocol, query, rest_xml, routing
from iamlab.wire.facts import Facts
from tests.wire.samples import DOCUMENT, differing, sample

# Event streams, two members under one name, and the operations of other endpoints than S3's.
OTHER = {"SelectObjectContent", "GetBucketNotification", "PutBucketNotification", *routing.NOT_ROUTED}
# Deprecated operations that are asked for in the same way as those that took their place.
TWINS = {
    "GetBucketLifecycle": "GetBucketLifecycleConfiguration",
    "PutBucketLifecycle": "PutBucketLifecycleConfiguration",
    "GetBucketNotification": "GetBucketNotificationConfiguration",
    "PutBucketNotification": "PutBucketNotificationConfiguration",
}
SERVICES = ("iam", "sts", "s3", "cloudtrail", "organizations", "budgets", "ec2", "account")
OPERATIONS = {service: [name for name in model(service).operation_names if name not in OTHER] for service in SERVICES}


@contextmanager
def named(service, operation):
    """A failure within says of which operation: a test of each by itself cost ten times what it tested."""
    try:
        yield
    except Exception as error:
        error.add_note(f"This was {service}:{operation}.")
        raise


def sent(service, operation, params):
    """The request that botocore makes of parameters, as facts and a body."""
    shapes = model(service)
    serializer = serialize.create_serializer(shapes.metadata["protocol"], include_validation=False)
    request = serializer.serialize_to_request(params, shapes.operation_model(operation))
    prepare_request_dict(request, "http://testserver/aws", context={})
    prepared = create_request_object(request).prepare()
    url = urlsplit(prepared.url)
    headers = {k.lower(): v.decode() if isinstance(v, bytes) else v for k, v in prepared.headers.items()}
    body = prepared.body or b""
    return Facts(prepared.method, url.path, url.query, headers), body.encode() if isinstance(body, str) else body


def received(service, http, body):
    """The operation and parameters that we take a request for."""
    if service == "s3":
        where = routing.address(http.decoded_path.decode().removeprefix("/aws"))
        given = routing.query_of(http)
        found = routing.find(http, where, given).operation
        return found, rest_xml.parameters(found, where, given, http.headers, body)
    if model(service).metadata["protocol"] in ("json", "rest-json"):
        found = json_protocol.operation_of(service, http, "/aws")
        return found, json_protocol.parameters(service, found, body)
    given = query.fields(http, body)
    found = query.operation_of(service, given)
    return found, query.parameters(service, found, given)


@pytest.mark.parametrize("service", SERVICES)
def test_a_request_of_botocore_is_read_as_it_was_meant(service):
    for operation in OPERATIONS[service]:
        with named(service, operation):
            read_as_it_was_meant(service, operation)


def read_as_it_was_meant(service, operation):
    shape = model(service).operation_model(operation).input_shape
    params = sample(shape) if shape is not None else {}
    found, given = received(service, *sent(service, operation, params))
    assert found in (operation, TWINS.get(operation), *(old for old, new in TWINS.items() if new == operation))
    if found == operation:
        assert differing(given, params) == ""


@pytest.mark.parametrize("service", SERVICES)
def test_a_request_with_the_required_parameters_only_means_the_same_operation(service):
    for operation in OPERATIONS[service]:
        with named(service, operation):
            means_the_same_operation(service, operation)


def means_the_same_operation(service, operation):
    shape = model(service).operation_model(operation).input_shape
    params = {name: sample(shape.members[name]) for name in shape.required_members} if shape is not None else {}
    found, given = received(service, *sent(service, operation, params))
    assert TWINS.get(found, found) == TWINS.get(operation, operation)
    of_every_request = {"ContentLength": 0, "Body": b"", "Metadata": {}}
    if found == operation:
        left = {name: value for name, value in given.items() if value != of_every_request.get(name)}
        assert differing(left, {name: value for name, value in params.items() if value != b""}) == ""


def answered(service, operation, result):
    """Our answer as botocore's parser takes it."""
    if service == "s3":
        answer = rest_xml.answer(operation, result)
        return {"status_code": answer.status, "headers": HeadersDict(answer.headers), "body": answer.body}
    if model(service).metadata["protocol"] in ("json", "rest-json"):
        return {"status_code": 200, "headers": {}, "body": json_protocol.answer(service, operation, result).encode()}
    return {"status_code": 200, "headers": {}, "body": query.answer(service, operation, result, "an-id").encode()}


def decoded(value):
    """A sample as a client of IAM gets it, its documents decoded."""
    if isinstance(value, dict):
        return {name: decoded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [decoded(item) for item in value]
    return json.loads(value) if value == DOCUMENT else value


@pytest.mark.parametrize("service", SERVICES)
def test_an_answer_of_ours_is_read_as_it_was_meant(service):
    for operation in OPERATIONS[service]:
        if (service, operation) != ("s3", "GetBucketLocation"):
            with named(service, operation):
                answer_is_read_as_it_was_meant(service, operation)


def answer_is_read_as_it_was_meant(service, operation):
    found = model(service).operation_model(operation)
    result = sample(found.output_shape) if found.output_shape is not None else {}
    result.pop("EncodingType", None)
    parser = parsers.create_parser(model(service).metadata["protocol"])
    answer = answered(service, operation, result)
    if found.has_streaming_output:
        answer["body"] = io.BytesIO(answer["body"])
    parsed = parser.parse(answer, found.output_shape)
    parsed.pop("ResponseMetadata", None)
    parsed = {name: value.read() if isinstance(value, io.BytesIO) else value for name, value in parsed.items()}
    if service == "iam" and found.output_shape is not None:
        handlers.json_decode_policies(parsed, found)
        result = decoded(result)
    assert differing(parsed, result) == ""


@pytest.mark.parametrize(("region", "text"), [(None, b"/>"), ("eu-west-1", b">eu-west-1</LocationConstraint>")])
def test_a_buckets_location_is_the_text_of_the_root(region, text):
    body = rest_xml.answer("GetBucketLocation", {"LocationConstraint": region}).body
    assert body.count(b"<LocationConstraint") == 1
    assert body.replace(b"></LocationConstraint>", b"/>").endswith(text)


KEYS = ["plain", "with space", "a/b//c", "plus+percent%20", "é&<>", "line\nbreak\x01"]


@pytest.mark.parametrize("operation", ["ListObjects", "ListObjectsV2", "ListObjectVersions"])
def test_keys_that_xml_cannot_carry_travel_url_encoded(operation):
    listed = "Versions" if operation == "ListObjectVersions" else "Contents"
    result = {listed: [{"Key": key} for key in KEYS], "EncodingType": "url"}
    found = model("s3").operation_model(operation)
    parsed = parsers.create_parser("rest-xml").parse(answered("s3", operation, result), found.output_shape)
    decode = {
        "ListObjects": handlers.decode_list_object,
        "ListObjectsV2": handlers.decode_list_object_v2,
        "ListObjectVersions": handlers.decode_list_object_versions,
    }[operation]
    decode(parsed, {"encoding_type_auto_set": True})
    assert [item["Key"] for item in parsed[listed]] == KEYS
