"""Calls with the keys that a learner typed: authenticated at the door, refused in each service's own words."""

import hmac
from collections.abc import Mapping
from typing import Any

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.labs.commandline.profiles import Credentials
from iamlab.labs.commandline.session import Call, Connect
from iamlab.sandbox import controls
from iamlab.services.callers import Caller, Source
from iamlab.services.operations import AwsError, model

SIGNED = "The request signature we calculated does not match the signature you provided."
SECRET = "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
# By a service's protocol: the refusal of a wrong secret, and of a key that is nobody's.
WRONG_SECRET = {
    "query": ("SignatureDoesNotMatch", f"{SIGNED} {SECRET}"),
    "json": ("InvalidSignatureException", f"{SIGNED} {SECRET}"),
    "rest-xml": ("SignatureDoesNotMatch", f"{SIGNED} Check your key and signing method."),
}
UNKNOWN_KEY = {
    "query": ("InvalidClientTokenId", "The security token included in the request is invalid."),
    "json": ("UnrecognizedClientException", "The security token included in the request is invalid."),
    "rest-xml": ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
}
# Unsigned calls: S3 decides by its policies, STS takes an identity provider's token.
UNSIGNED = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")


def connector(sandbox: Any, source: Source) -> Connect:
    """How a command line of this sandbox gets from credentials to calls."""

    def connect(credentials: Credentials | None, region: str) -> Call:
        def made(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
            service = operation.partition(":")[0]
            if credentials is not None:
                caller = caller_of(credentials, service)
            elif service == "s3" or operation in UNSIGNED:
                caller = authenticate.anonymous(controls.world(sandbox))
            else:
                raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
            return call(caller, operation, params, source_in(source, region))

        return made

    return connect


def source_in(source: Source, region: str) -> Source:
    return Source(source.ip, source.user_agent, source.entrance, source.host, source.secure, region)


def caller_of(credentials: Credentials, service: str) -> Caller:
    """Who holds the keys. Raises AwsError as the service tells that nobody does, or that the secret is wrong."""
    protocol = protocol_of(service)
    try:
        found = authenticate.credentials(credentials.access_key_id, credentials.session_token)
    except AwsError as error:
        if error.code != "InvalidClientTokenId":
            raise
        raise AwsError(*UNKNOWN_KEY[protocol], 403) from error
    if not hmac.compare_digest(found.secret.encode(), credentials.secret_access_key.encode()):
        raise AwsError(*WRONG_SECRET[protocol], 403)
    return found.caller


def protocol_of(service: str) -> str:
    """How a service's requests are written: query (IAM, STS), json, or rest-xml (S3)."""
    protocol = model(service).metadata.get("protocol", "json")
    return protocol if protocol in UNKNOWN_KEY else "query" if protocol == "ec2" else "json"
