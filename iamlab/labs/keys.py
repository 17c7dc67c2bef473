"""Calls with the keys that a learner typed: authenticated at the door, refused in each service's own words."""

import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from iamlab.door import authenticate, unread
from iamlab.door.calls import call
from iamlab.labs.commandline.profiles import Credentials
from iamlab.labs.commandline.session import Call, Connect
from iamlab.sandbox import controls
from iamlab.services.callers import Caller, Source
from iamlab.services.error_names import MISMATCH, named
from iamlab.services.operations import AwsError, model, status_of


def connector(sandbox: Any, source: Source) -> Connect:
    """How a command line of this sandbox gets from credentials to calls."""

    def connect(credentials: Credentials | None, region: str) -> Call:
        def made(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
            service, _, name = operation.partition(":")
            try:
                caller = unsigned(sandbox, service, name) if credentials is None else holder_of(credentials)
                return call(caller, operation, params, replace(source, region=region))
            except AwsError as error:
                raise in_its_words(error, service) from error

        return made

    return connect


def holder_of(credentials: Credentials) -> Caller:
    """Who holds the keys. Raises InvalidClientTokenId, ExpiredToken, SignatureDoesNotMatch."""
    try:
        found = authenticate.credentials(credentials.access_key_id, credentials.session_token)
    except AwsError as error:
        if authenticate.is_inactive(credentials.access_key_id, credentials.secret_access_key):
            error.unread = unread.INACTIVE
        raise
    if not hmac.compare_digest(found.secret.encode(), credentials.secret_access_key.encode()):
        raise AwsError("SignatureDoesNotMatch", MISMATCH, 403)
    return found.caller


def unsigned(sandbox: Any, service: str, name: str) -> Caller:
    """Nobody: S3 judges that by its policies, and some operations carry their own proof. Raises otherwise."""
    shapes = model(service)
    known = name in shapes.operation_names
    if service == "s3" or (known and shapes.operation_model(name).auth_type == "none"):
        return authenticate.anonymous(controls.world(sandbox))
    raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)


def in_its_words(error: AwsError, service: str) -> AwsError:
    """The error as the service's protocol has it."""
    protocol = model(service).metadata.get("protocol", "json")
    status = error.status or status_of(service, error.code)
    code, message, its_status = named(protocol, error.code, error.message, status)
    told = AwsError(code, message, its_status, **error.extra)
    told.decision, told.event_id, told.unread = error.decision, error.event_id, error.unread
    return told
