"""A request on its way to its answer: what is known of it, who sent it, and how it came."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from iamlab.door import authenticate
from iamlab.services.callers import Source, World
from iamlab.services.operations import AwsError
from iamlab.wire import errors, forms, sigv4
from iamlab.wire.facts import Facts, host_of, secure

UNSIGNED_HINT = (
    "Unsigned requests for public objects go to the sandbox's own address, /public/<sandbox>/<bucket>/<key>."
)


@dataclass(slots=True)
class Exchange:
    """A request on its way to its answer. `service` is empty until it is known, and for one that iamlab lacks."""

    environ: dict[str, Any]
    http: Facts
    prefix: str
    protocol: str
    request_id: str
    service: str = ""
    claim: sigv4.Signature | None = None
    form: forms.Form | None = None
    world: World | None = None  # of a request to S3 that was authenticated


def credentials_of(claim: sigv4.Signature) -> authenticate.Credentials:
    try:
        return authenticate.credentials(claim.access_key_id, claim.token)
    except AwsError as error:
        if claim.service == "s3" and error.code == "InvalidClientTokenId":
            if claim.token:
                message = "The provided token is malformed or otherwise invalid."
                raise AwsError("InvalidToken", message, 400) from error
            error.extra["AWSAccessKeyId"] = claim.access_key_id
        raise


def ids(exchange: Exchange) -> dict[str, str]:
    return {"x-amz-request-id": exchange.request_id, "x-amz-id-2": errors.host_id_of(exchange.request_id)}


def source_of(exchange: Exchange) -> Source:
    environ, claim = exchange.environ, exchange.claim
    context = _signature_context(exchange.http, claim) if exchange.service == "s3" else {}
    if claim is not None and exchange.form is not None:
        context["s3:authType"] = "POST"
    return Source(
        ip=environ.get("REMOTE_ADDR") or "127.0.0.1",
        user_agent=exchange.http.headers.get("user-agent", "")[:512],
        entrance="wire",
        host=host_of(environ),
        secure=secure(environ),
        region=claim.region if claim is not None else "us-east-1",
        request_id=exchange.request_id,
        context=context,
    )


def _signature_context(http: Facts, claim: sigv4.Signature | None) -> dict[str, str]:
    """S3's condition keys about the signature. S3 API Reference: "Amazon S3 Signature Version 4 policy keys"."""
    if claim is None:
        return {}
    context = {
        "s3:authType": "REST-HEADER" if claim.expires is None else "REST-QUERY-STRING",
        "s3:signatureversion": claim.algorithm,
    }
    if claim.algorithm == sigv4.ALGORITHM:
        context["s3:signatureAge"] = str(int((datetime.now(UTC) - claim.moment).total_seconds() * 1000))
    if "x-amz-content-sha256" in http.headers:
        context["s3:x-amz-content-sha256"] = http.headers["x-amz-content-sha256"]
    return context
