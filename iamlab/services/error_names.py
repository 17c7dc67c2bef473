"""What each protocol calls the errors that all services share: the wire and the terminal say them alike."""

import re

from iamlab.services.operations import AwsError

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
# The JSON services' names; their status is always 400.
JSON_NAMES = {
    "AccessDenied": "AccessDeniedException",
    "ExpiredToken": "ExpiredTokenException",
    "IncompleteSignature": "IncompleteSignatureException",
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
    "InternalFailure": ("InternalError", "We encountered an internal error. Please try again.", 500),
    "InvalidAction": ("NotImplemented", "", 501),
    "InvalidClientTokenId": (
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        403,
    ),
    "MalformedHttpRequestException": ("BadRequest", "An error occurred when parsing the HTTP request.", 400),
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


# EC2's; every failure to tell who calls is one to it.
NOT_VALIDATED = ("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
EC2_NAMES: dict[str, tuple[str, str, int]] = {
    "ExpiredToken": ("RequestExpired", "Request has expired.", 400),
    "IncompleteSignature": NOT_VALIDATED,
    "InternalFailure": ("InternalError", "An internal error has occurred", 500),
    "InvalidClientTokenId": NOT_VALIDATED,
    "MissingAuthenticationToken": NOT_VALIDATED,
    "SignatureDoesNotMatch": NOT_VALIDATED,
    "Throttling": ("RequestLimitExceeded", "Request limit exceeded.", 503),
    "ValidationError": ("InvalidParameterValue", "", 400),
}
MISSING = re.compile(r"Value null at '(?:.*\.)?(\w+)' failed to satisfy constraint: Member must not be null")


def named(protocol: str, code: str, message: str, status: int) -> tuple[str, str, int]:
    """Code, message and HTTP status of an error in a protocol: "query", "json", "rest-xml" or "ec2"."""
    if protocol == "json" and code in JSON_NAMES:
        return JSON_NAMES[code], message, 400
    if protocol == "ec2" and code == "ValidationError" and (missing := MISSING.search(message)):
        return (
            "MissingParameter",
            f"The request must contain the parameter {missing[1][0].upper()}{missing[1][1:]}",
            400,
        )
    if protocol == "ec2" and code in EC2_NAMES:
        name, text, its_status = EC2_NAMES[code]
        return name, text or message, its_status
    if protocol == "rest-xml" and code in S3_NAMES:
        name, text, its_status = S3_NAMES[code]
        # A mismatch with a text of its own says something more exact than the service's sentence.
        kept = not text or (code == "SignatureDoesNotMatch" and message != MISMATCH)
        return name, message if kept else text, its_status
    return code, message, status


CONSTRAINT = re.compile(r"Value '?(.*?)'? at '([\w.]+)' failed to satisfy constraint: Member must (.*)", re.DOTALL)
# Organizations tells the kind of what is wrong with a parameter: by how the constraint begins, reason and text.
ORGANIZATIONS = {
    "satisfy enum": ("INVALID_ENUM", "You specified an invalid value."),
    "satisfy regular": ("INVALID_PATTERN", "You provided a value that does not match the required pattern."),
    "have length greater": ("MIN_LENGTH_EXCEEDED", "You provided a string parameter that is shorter than allowed."),
    "have length less": ("MAX_LENGTH_EXCEEDED", "You provided a string parameter that is longer than allowed."),
    "have value greater": (
        "MIN_VALUE_EXCEEDED",
        "You provided a numeric parameter that has a smaller value than allowed.",
    ),
    "have value less": ("MAX_VALUE_EXCEEDED", "You provided a numeric parameter that has a larger value than allowed."),
    "not be null": ("INPUT_REQUIRED", "You must include a value for all required parameters."),
}
# CloudTrail has an exception for each of these parameters.
CLOUDTRAIL = {
    "maxResults": (
        "InvalidMaxResultsException",
        "A value of {} for MaxResults is not valid. Specify max results between 1 and 50.",
    ),
    "attributeKey": ("InvalidLookupAttributesException", "{} is not a valid attribute key."),
    "eventCategory": ("InvalidEventCategoryException", "{} is not a valid event category."),
}


def of_service(service: str, error: AwsError) -> AwsError:
    """What is wrong with a parameter, as its service says it; the error itself where it has no words of its own."""
    match = CONSTRAINT.search(error.message) if error.code == "ValidationError" else None
    if match is None:
        return error
    value, path, constraint = match.groups()
    if service == "organizations":
        for beginning, (reason, message) in ORGANIZATIONS.items():
            if constraint.startswith(beginning):
                return AwsError("InvalidInputException", message, Reason=reason)
    if service == "cloudtrail" and (known := CLOUDTRAIL.get(path.rpartition(".")[2])):
        return AwsError(known[0], known[1].format(value))
    return error
