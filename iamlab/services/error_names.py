"""What each protocol calls the errors that all services share: the wire and the terminal say them alike."""

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
# The JSON services' names; their status is always 400.
JSON_NAMES = {
    "AccessDenied": "AccessDeniedException",
    "ExpiredToken": "ExpiredTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
    "InternalError": "InternalFailure",
    "InvalidAction": "UnknownOperationException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "RequestExpired": "RequestExpiredException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "Throttling": "ThrottlingException",
    "ValidationError": "ValidationException",
}
# S3's names, texts and statuses; without a text or status the error's own stands.
S3_NAMES: dict[str, tuple[str, str, int]] = {
    "ExpiredToken": ("ExpiredToken", "The provided token has expired.", 400),
    "IncompleteSignature": ("AuthorizationHeaderMalformed", "", 400),
    "InvalidAction": ("NotImplemented", "", 501),
    "InvalidClientTokenId": (
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        403,
    ),
    "MissingAuthenticationToken": ("AccessDenied", "Access Denied", 403),
    "SignatureDoesNotMatch": (
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing "
        "method.",
        403,
    ),
    "Throttling": ("SlowDown", "Please reduce your request rate.", 503),
    "ValidationError": ("InvalidArgument", "", 400),
}


def named(protocol: str, code: str, message: str, status: int) -> tuple[str, str, int]:
    """Code, message and HTTP status of an error in a protocol: "query", "json" or "rest-xml"."""
    if protocol == "json" and code in JSON_NAMES:
        return JSON_NAMES[code], message, 400
    if protocol == "rest-xml" and code in S3_NAMES:
        name, text, its_status = S3_NAMES[code]
        # A mismatch with a text of its own says something more exact than the service's sentence.
        kept = not text or (code == "SignatureDoesNotMatch" and message != MISMATCH)
        return name, message if kept else text, its_status
    return code, message, status
