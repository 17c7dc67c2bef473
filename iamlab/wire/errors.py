"""Errors in each protocol's shape, under the names that each protocol has for what is common to all."""

import json

from iamlab.services.error_names import named
from iamlab.services.operations import AwsError, model, status_of
from iamlab.wire import elements, json_protocol
from iamlab.wire.answers import Answer

MALFORMED = (
    "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
    '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
)
NEEDED = (
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
    "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
# How S3 says of a presigned URL what the other services say of it, by how that begins.
IN_A_QUERY = {"Credential must have": MALFORMED, "AWS query-string parameters must include": NEEDED}
QUERY, JSON, REST, EC2 = "query", "json", "rest-xml", "ec2"


def response(error: AwsError, protocol: str, service: str, request_id: str, *, head: bool = False) -> Answer:
    """The answer to a refused or failed request of a service ("" where none is known). A HEAD's has no body."""
    status = error.status or status_of(service, error.code)
    if protocol == JSON:
        return _json(error, service, request_id, status)
    if protocol == QUERY:
        return _query(error, service, request_id, status)
    if protocol == EC2:
        return _ec2(error, request_id, status)
    return _rest(error, request_id, status, head)


def of_a_query(error: AwsError) -> AwsError:
    """What is wrong with the authentication in an S3 address, in S3's words."""
    said = next((words for start, words in IN_A_QUERY.items() if error.message.startswith(start)), error.message)
    return AwsError("AuthorizationQueryParametersError", said, 400)


def _json(error: AwsError, service: str, request_id: str, status: int) -> Answer:
    code, message, status = named(JSON, error.code, error.message, status)
    extra = error.extra if code == error.code else {}
    body = json.dumps({"__type": code, "message": message, **extra})
    headers = {
        "x-amzn-RequestId": request_id,
        "x-amzn-ErrorType": code,
        "Content-Type": json_protocol.content_type(service) if service else "application/x-amz-json-1.1",
    }
    return Answer(status, headers, body.encode())


def _query(error: AwsError, service: str, request_id: str, status: int) -> Answer:
    space = model(service).metadata.get("xmlNamespace", "") if service else ""
    opening = f'<ErrorResponse xmlns="{space}">' if space else "<ErrorResponse>"
    code, kind = elements.escape(error.code), "Sender" if status < 500 else "Receiver"
    message = f"<Message>{elements.escape(error.message)}</Message>" if error.message else ""
    body = (
        f"{opening}<Error><Type>{kind}</Type><Code>{code}</Code>{message}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Answer(status, {"x-amzn-RequestId": request_id, "Content-Type": "text/xml"}, body.encode())


def _ec2(error: AwsError, request_id: str, status: int) -> Answer:
    code, message, status = named(EC2, error.code, error.message, status)
    body = (
        f"{elements.DECLARATION}<Response><Errors><Error><Code>{elements.escape(code)}</Code>"
        f"<Message>{elements.escape(message)}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>"
    )
    return Answer(status, {"x-amzn-RequestId": request_id, "Content-Type": "text/xml"}, body.encode())


def _rest(error: AwsError, request_id: str, status: int, head: bool) -> Answer:
    code, message, status = named(REST, error.code, error.message, status)
    host_id = host_id_of(request_id)
    headers = {
        "x-amz-request-id": request_id,
        "x-amz-id-2": host_id,
        "Content-Type": "application/xml",
        **error.headers,
    }
    if head or status == 304:
        return Answer(status, headers)
    extra = "".join(f"<{name}>{elements.escape(str(value))}</{name}>" for name, value in error.extra.items())
    body = (
        f"{elements.DECLARATION}<Error><Code>{elements.escape(code)}</Code><Message>{elements.escape(message)}</Message>"
        f"{extra}<RequestId>{request_id}</RequestId><HostId>{host_id}</HostId></Error>"
    )
    return Answer(status, headers, body.encode())


def host_id_of(request_id: str) -> str:
    """S3's second id of a request, which names the machine that answered: here there is one."""
    return f"iamlab/{request_id}"
