"""What the server could not read as HTTP, refused in the protocol that its beginning speaks."""

import re
import secrets
import uuid

from iamlab.services.operations import AwsError, model
from iamlab.wire import errors, facts, views
from iamlab.wire.answers import Answer

SCOPE = re.compile(r"/([a-z0-9-]+)/aws4_request")


def answer(request: bytes, status: int) -> Answer | None:
    """To as much of a request as had come; None where its address is not the wire's."""
    text = request.decode("latin-1")
    method, _, rest = text.partition("\r\n")[0].partition(" ")
    path, _, query = rest.partition(" ")[0].partition("?")
    public = path.startswith(f"{views.PUBLIC}/")
    if not public and path != views.ENDPOINT and not path.startswith(f"{views.ENDPOINT}/"):
        return None
    headers = {"x-amz-target": ""} if "\r\nx-amz-target:" in text.lower() else {}
    signed = SCOPE.search(text)
    service = views.services().get(signed[1], "") if signed and not public else ""
    protocol = views.protocol_of(facts.Facts(method, path, query, headers))
    if service:
        protocol = model(service).metadata["protocol"]
    request_id = secrets.token_hex(8).upper() if protocol == errors.REST else str(uuid.uuid4())
    return errors.response(refusal(status), protocol, service, request_id, head=method == "HEAD")


def refusal(status: int) -> AwsError:
    """IAM's and S3's lists of common errors; `status` is what the server says."""
    if status in (414, 431):
        return facts.too_large()
    if status == 501:
        return AwsError("NotImplemented", "A header you provided implies functionality that is not implemented.", 501)
    if status >= 500:
        return AwsError("InternalFailure", views.UNKNOWN_FAILURE, status)
    return AwsError("MalformedHttpRequestException", "The request could not be read as HTTP.", 400)
