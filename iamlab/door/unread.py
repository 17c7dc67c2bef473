"""Refused before any policy was read: nobody was known as whose request to judge. Such a refusal leaves no event, as at
AWS, so that it is explained where it is answered."""

from typing import Any

from iamlab.services.operations import AwsError

EXPIRED = "session expired"
KEY = "the access key is inactive or deleted, or its id is not right"
TOKEN = "the session token is not the one that came with the key"
SIGNATURE = "signature wrong: the secret is not that of the key, or the request was changed on its way"
UNSIGNED = "it was not signed"
NOT_WHOLE = "its signature is not whole"
TIME = "its time is too far from the server's"
# By the codes of all protocols (iamlab/services/error_names.py).
REASONS = {
    "ExpiredToken": EXPIRED,
    "ExpiredTokenException": EXPIRED,
    "InvalidClientTokenId": KEY,
    "UnrecognizedClientException": KEY,
    "InvalidAccessKeyId": KEY,
    "InvalidToken": TOKEN,
    "SignatureDoesNotMatch": SIGNATURE,
    "InvalidSignatureException": SIGNATURE,
    "AuthFailure": "the access key is inactive or not right, or its secret is another's",
    "RequestExpired": f"{EXPIRED}, or the request is too old",
    "RequestExpiredException": "the request is too old",
    "RequestTimeTooSkewed": TIME,
    "MissingAuthenticationToken": UNSIGNED,
    "MissingAuthenticationTokenException": UNSIGNED,
    "IncompleteSignature": NOT_WHOLE,
    "IncompleteSignatureException": NOT_WHOLE,
    "AuthorizationHeaderMalformed": NOT_WHOLE,
    "AuthorizationQueryParametersError": NOT_WHOLE,
}
INACTIVE = "key inactive"


def said(reason: str) -> str:
    return f"The request was refused before any policy was read: {reason}."


def sentence(error: AwsError) -> str:
    """Why an answer of the endpoint refused a request unread; "" for what was refused or failed later."""
    reason = error.unread or ("" if error.event_id else REASONS.get(error.code, ""))
    return said(reason) if reason else ""


def of_record(record: dict[str, Any]) -> str:
    """The same of an event: a sign-in that failed, and temporary credentials that are not good for a service."""
    if record.get("eventName") == "ConsoleLogin" and record.get("errorMessage"):
        return said("the sign-in failed, since name, password or second factor was wrong")
    if record.get("errorCode", "").startswith("InvalidClientTokenId"):  # as CloudTrail writes it, with Exception
        return said("temporary credentials of this kind cannot call this service")
    return ""
