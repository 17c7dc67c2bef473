"""The endpoint: a signed request becomes a call through the door, its answer a response in the service's protocol."""

import hashlib
import logging
import secrets
import uuid
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.core.exceptions import SuspiciousOperation

from iamlab.door import authenticate, record, unread
from iamlab.door.calls import call
from iamlab.services.callers import Caller
from iamlab.services.error_names import of_service
from iamlab.services.operations import REGISTRY, AwsError, model
from iamlab.services.sts import roles
from iamlab.services.sts.messages import encoded
from iamlab.wire import (
    bodies,
    cross_origin,
    errors,
    exchanges,
    form_uploads,
    json_protocol,
    query,
    rest_xml,
    routing,
    sigv2,
    sigv4,
    throttle,
)
from iamlab.wire.answers import Answer, sendable
from iamlab.wire.facts import Facts, check_size, facts_of, renamed

log = logging.getLogger(__name__)

ENDPOINT, PUBLIC = "/aws", "/public"
# What a learner's object may do in a browser that opens it here: nothing, since it shares the site's address.
SAFE = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
# Services that iamlab lacks are refused in what their clients read: of those with a path for each operation, JSON but
# for these.
SPEAK_XML = ("cloudfront", "route53", "s3", "s3-outposts", "s3express")
UNKNOWN_FAILURE = "The request processing has failed because of an unknown error, exception or failure."


@cache
def services() -> dict[str, str]:
    """Our services on the wire by the name that signatures carry; our own models, which AWS lacks, are not."""
    found = {operation.service for operation in REGISTRY.values()}
    known = {service: model(service).metadata for service in found}
    return {model(service).signing_name: service for service, its in known.items() if its.get("signatureVersion")}


def aws(environ: dict[str, Any]) -> Answer:
    """Any service, signed; STS's operations that carry their proof in a parameter, unsigned."""
    return _answered(_begin(environ, ENDPOINT), None)


def public(environ: dict[str, Any]) -> Answer:
    """S3 for anybody: /public/<public id of a sandbox>/<bucket>/<key>, judged as anonymous."""
    public_id = environ["PATH_INFO"].removeprefix(PUBLIC + "/").partition("/")[0]
    exchange = _begin(environ, f"{PUBLIC}/{public_id}")
    exchange.service, exchange.protocol = "s3", errors.REST
    return _answered(exchange, public_id)


def _begin(environ: dict[str, Any], prefix: str) -> exchanges.Exchange:
    http = facts_of(environ)
    protocol = protocol_of(http)
    request_id = secrets.token_hex(8).upper() if protocol == errors.REST else str(uuid.uuid4())
    return exchanges.Exchange(environ, http, prefix, protocol, request_id)


def protocol_of(http: Facts) -> str:
    """The protocol that a request speaks, before its service is known."""
    if "x-amz-target" in http.headers:
        return errors.JSON
    if http.path.rstrip("/") == ENDPOINT and (http.method == "POST" or "Action=" in http.query):
        return errors.QUERY
    return errors.REST


def _answered(exchange: exchanges.Exchange, public_id: str | None) -> Answer:
    try:
        with record.recording():
            check_size(exchange.http)
            if cross_origin.asks_beforehand(exchange):
                answer = cross_origin.preflight(exchange, public_id)
            else:
                answer = _signed(exchange) if public_id is None else _public(exchange, public_id)
        answer.headers = sendable(answer.headers)
    except AwsError as error:
        if error.code == "IncompleteSignature" and exchange.protocol == errors.REST and "X-Amz-" in exchange.http.query:
            error = errors.of_a_query(error)
        answer = _refused(exchange, error)
        if error.decision is not None and error.event_id:
            answer.headers["x-iamlab-encoded-message"] = encoded(error.event_id)
        if why := unread.sentence(error):
            answer.headers["x-iamlab-why"] = why
    except SuspiciousOperation as error:
        answer = _refused(exchange, AwsError("ValidationError", str(error), 400))
    except Exception:
        log.exception("%s %s failed, request %s", exchange.http.method, exchange.http.path, exchange.request_id)
        answer = _refused(exchange, AwsError("InternalFailure", UNKNOWN_FAILURE, 500))
    answer.headers.update(SAFE | cross_origin.headers(exchange))
    if "Content-Length" not in answer.headers and answer.status not in (204, 304):
        answer.headers["Content-Length"] = str(len(answer.body))
    return answer


def _refused(exchange: exchanges.Exchange, error: AwsError) -> Answer:
    head = exchange.http.method == "HEAD"
    return errors.response(error, exchange.protocol, exchange.service, exchange.request_id, head=head)


def _version_2(exchange: exchanges.Exchange) -> Answer:
    """A presigned URL of the older scheme, which S3 alone takes."""
    exchange.service, exchange.protocol = "s3", errors.REST
    exchange.claim, exchange.http = sigv2.claimed(exchange.http, datetime.now(UTC))
    credentials = exchanges.credentials_of(exchange.claim)
    sigv2.verify(exchange.http, exchange.claim, credentials.secret, exchange.prefix)
    return _s3(exchange, credentials.caller, sigv4.UNSIGNED, credentials.secret)


def _signed(exchange: exchanges.Exchange) -> Answer:
    if sigv2.presigned(exchange.http):
        return _version_2(exchange)
    claim = exchange.claim = sigv4.claimed(exchange.http)
    if claim is None:
        return _unsigned(exchange)
    exchange.service = services().get(claim.service, "")
    if exchange.service:
        protocol = model(exchange.service).metadata["protocol"]
        exchange.protocol = errors.JSON if protocol == json_protocol.REST else protocol
    elif exchange.protocol == errors.REST and claim.service not in SPEAK_XML:
        exchange.protocol = errors.JSON
    exchange.http = renamed(exchange.http, claim.signed_headers)
    sigv4.check_time(claim, datetime.now(UTC))
    credentials = exchanges.credentials_of(claim)
    if exchange.service == "s3":
        said = bodies.payload_of(exchange.http, claim)
        sigv4.verify(exchange.http, claim, credentials.secret, said)
        return _s3(exchange, credentials.caller, said, credentials.secret)
    body = bodies.small(exchange.environ)
    sigv4.verify(exchange.http, claim, credentials.secret, hashlib.sha256(body).hexdigest())
    return _performed(exchange, credentials.caller, body)


def _unsigned(exchange: exchanges.Exchange) -> Answer:
    """Only what carries its own proof is performed: operations whose model says that nobody signs them."""
    if exchange.protocol == errors.QUERY:
        body = bodies.small(exchange.environ)
        given = query.fields(exchange.http, body)
        operation = given.get("Action", "")
        shapes = model("sts")
        if operation in shapes.operation_names and shapes.operation_model(operation).auth_type == "none":
            exchange.service = "sts"
            world = authenticate.world_of(roles.parts_of(given.get("RoleArn", ""), operation)[0])
            if world is None:
                raise AwsError("AccessDenied", f"Not authorized to perform sts:{operation}", 403)
            return _performed(exchange, authenticate.anonymous(world), body)
    if bucket := form_uploads.bucket_of(exchange):
        return form_uploads.upload(exchange, bucket, None)
    if exchange.protocol == errors.REST and sigv2.in_part(exchange.http):
        raise AwsError("AccessDenied", sigv2.IN_PART, 403)
    extra = {"Hint": exchanges.UNSIGNED_HINT} if exchange.protocol == errors.REST else {}
    raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403, **extra)


def _performed(exchange: exchanges.Exchange, caller: Caller, body: bytes) -> Answer:
    """A call of the query protocol, EC2's or the JSON protocol."""
    throttle.check(caller.world)
    service, http = exchange.service, exchange.http
    if exchange.protocol == errors.JSON and service:
        operation = json_protocol.operation_of(service, http, exchange.prefix)
        params = json_protocol.parameters(service, operation, body)
        try:
            result = call(caller, f"{service}:{operation}", params, exchanges.source_of(exchange))
        except AwsError as error:
            raise of_service(service, error) from error
        text, kind = json_protocol.answer(service, operation, result), json_protocol.content_type(service)
    elif exchange.protocol in (errors.QUERY, errors.EC2) and service:
        if http.method not in ("POST", "GET"):
            raise AwsError("MethodNotAllowed", f"{service} is asked by POST or GET.", 405)
        given = query.fields(http, body)
        operation = query.operation_of(service, given)
        params = query.parameters(service, operation, given)
        result = call(caller, f"{service}:{operation}", params, exchanges.source_of(exchange))
        text, kind = query.answer(service, operation, result, exchange.request_id), query.CONTENT_TYPE
    else:
        name = exchange.claim.service if exchange.claim else ""
        raise AwsError("InvalidAction", f"The service {name} is not simulated by iamlab.", 400)
    return Answer(200, {"x-amzn-RequestId": exchange.request_id, "Content-Type": kind}, text.encode())


def _public(exchange: exchanges.Exchange, public_id: str) -> Answer:
    if sigv4.claimed(exchange.http) is not None:
        message = f"This address takes unsigned requests only. Signed ones go to {ENDPOINT}."
        raise AwsError("InvalidRequest", message, 400)
    world = authenticate.world_at(public_id)
    if world is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    if bucket := form_uploads.bucket_of(exchange):
        return form_uploads.upload(exchange, bucket, authenticate.anonymous(world))
    said = bodies.payload_of(exchange.http, None)
    return _s3(exchange, authenticate.anonymous(world), said, "")


def _s3(exchange: exchanges.Exchange, caller: Caller, said: str, secret: str) -> Answer:
    exchange.world = caller.world
    throttle.check(caller.world)
    http = exchange.http
    try:
        path = http.decoded_path.decode()
    except UnicodeDecodeError as error:
        raise AwsError("InvalidURI", "Couldn't parse the specified URI.", 400) from error
    if "\0" in path or "%00" in http.query:
        raise AwsError("InvalidURI", "Couldn't parse the specified URI.", 400)
    where, given = routing.address(path.removeprefix(exchange.prefix)), routing.query_of(http)
    operation = routing.operation_of(http, where, given)
    body, plain = bodies.s3_body(exchange.environ, http, operation, said, exchange.claim, secret)
    params = rest_xml.parameters(operation, where, given, plain.headers, body)
    source = exchanges.source_of(exchange)
    try:
        result = call(caller, f"s3:{operation}", params, source)
    except AwsError as error:
        raise rest_xml.as_s3_says(operation, error, source.region) from error
    answer = rest_xml.answer(operation, result)
    return Answer(answer.status, {**exchanges.ids(exchange), **answer.headers}, answer.body)
