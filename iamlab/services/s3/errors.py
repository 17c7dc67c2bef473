"""S3's errors in its own words. S3 API Reference: "Error responses"."""

import re

from iamlab.services.operations import AwsError, Call

CONSTRAINT = re.compile(r"Value '(.*?)' at '([\w.]+?)(?:\.\d+\.member)?' failed to satisfy constraint", re.DOTALL)
PROTOCOL = (
    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically."
)
ACCOUNT = re.compile(r"\w{12}")
# A header's value that the model does not allow: its parameter, then code, message, and the argument's name if told.
BAD_VALUES = {
    "createBucketConfiguration.locationConstraint": (
        "InvalidLocationConstraint",
        "The specified location-constraint is not valid",
        "",
    ),
    "storageClass": ("InvalidStorageClass", "The storage class you specified is not valid", ""),
    "aCL": ("InvalidArgument", "", "x-amz-acl"),
    "encodingType": ("InvalidArgument", "Invalid Encoding Method specified in Request", "encoding-type"),
    "objectOwnership": ("InvalidArgument", "Invalid x-amz-object-ownership header: {}", "x-amz-object-ownership"),
    "metadataDirective": ("InvalidArgument", "Unknown metadata directive.", "x-amz-metadata-directive"),
    "taggingDirective": ("InvalidArgument", "Unknown tagging directive.", "x-amz-tagging-directive"),
    "serverSideEncryption": (
        "InvalidArgument",
        "The encryption method specified is not supported",
        "x-amz-server-side-encryption",
    ),
    "objectLockMode": ("InvalidArgument", "Unknown wormMode directive.", "x-amz-object-lock-mode"),
    "copySource": ("InvalidArgument", "Invalid copy source object key", "x-amz-copy-source"),
    "objectAttributes": ("InvalidArgument", "Invalid attribute name specified.", "x-amz-object-attributes"),
    "transitionDefaultMinimumObjectSize": (
        "InvalidRequest",
        "Invalid TransitionDefaultMinimumObjectSize found: {}",
        "",
    ),
    "checksumAlgorithm": (
        "InvalidRequest",
        "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
        "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
        "",
    ),
}


def malformed_xml() -> AwsError:
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return AwsError("MalformedXML", message, 400)


def invalid(name: str, message: str, value: str | None = None) -> AwsError:
    """InvalidArgument, with the argument's name and value."""
    extra = {"ArgumentName": name} | ({} if value is None else {"ArgumentValue": value})
    return AwsError("InvalidArgument", message, 400, **extra)


def not_implemented(header: str, more: str = "") -> AwsError:
    """What S3 says of a header that it has no use for in this request."""
    extra = {"Header": header} | ({"additionalMessage": more} if more else {})
    message = "A header you provided implies functionality that is not implemented"
    return AwsError("NotImplemented", message, 501, **extra)


def no_such_bucket(name: str) -> AwsError:
    return AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)


def no_such_key(key: str) -> AwsError:
    return AwsError("NoSuchKey", "The specified key does not exist.", 404, Key=key)


def no_such_version(key: str, version_id: str) -> AwsError:
    return AwsError("NoSuchVersion", "The specified version does not exist.", 404, Key=key, VersionId=version_id)


def method_not_allowed(method: str) -> AwsError:
    """What may not be done with a delete marker."""
    message = "The specified method is not allowed against this resource."
    return AwsError("MethodNotAllowed", message, 405, Method=method, ResourceType="DeleteMarker")


def access_denied() -> AwsError:
    return AwsError("AccessDenied", "Access Denied", 403)


def check_owner(call: Call, parameter: str, account_id: str) -> None:
    """The owner that the bucket must have, if the request names one. Raises InvalidBucketOwnerAWSAccountID,
    AccessDenied for another.
    """
    wanted = call.given.get(parameter)
    if wanted is not None and not ACCOUNT.fullmatch(wanted):
        message = f"The value of the expected bucket owner parameter must be an AWS Account ID... [{wanted}]"
        raise AwsError("InvalidBucketOwnerAWSAccountID", message, 400)
    if wanted not in (None, account_id):
        raise access_denied()


def other_region(wanted: str | None) -> AwsError:
    """A bucket of another Region than the endpoint's, which is asked before whether there is such a Region."""
    which = f"The {wanted or 'unspecified'} location constraint"
    message = f"{which} is incompatible for the region specific endpoint this request was sent to."
    return AwsError("IllegalLocationConstraintException", message, 400)


def no_attributes() -> AwsError:
    message = "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty"
    return AwsError("InvalidRequest", message, 400)


def bad_value(error: AwsError, region: str) -> AwsError:
    """A parameter that the model refuses, in S3's words for that header; the error itself where there are none."""
    if "Value null at 'objectAttributes'" in error.message:
        return no_attributes()
    match = CONSTRAINT.search(error.message) if error.code == "ValidationError" else None
    if match is not None and match[2].startswith("notificationConfiguration.") and ".event" in match[2]:
        return invalid("Event", "A specified event is not supported for notifications.", match[1])
    if match is not None and "filterRules." in match[2] and match[2].endswith(".name"):
        return invalid("FilterRule.Name", "filter rule name must be either prefix or suffix", match[1])
    if match is not None and match[2].startswith("websiteConfiguration.") and match[2].endswith(".protocol"):
        return AwsError("InvalidRequest", PROTOCOL, 400)
    if match is None or match[2] not in BAD_VALUES:
        return error
    code, message, name = BAD_VALUES[match[2]]
    if code == "InvalidLocationConstraint" and region not in ("us-east-1", match[1]):
        return other_region(match[1])
    extra = {"ArgumentName": name} if name else {}
    if name in ("x-amz-acl", "encoding-type", "x-amz-object-lock-mode"):
        extra["ArgumentValue"] = match[1]
    elif name == "x-amz-copy-source":
        extra["ArgumentValue"] = name  # S3 tells no more
    elif code == "InvalidLocationConstraint":
        extra["LocationConstraint"] = match[1]
    return AwsError(code, message.format(match[1]), 400, **extra)


# Parameters that would change what happens and that nothing here can honour.
UNHEARD = {
    "SSECustomerAlgorithm": "x-amz-server-side-encryption-customer-algorithm",
    "SSECustomerKey": "x-amz-server-side-encryption-customer-key",
    "CopySourceSSECustomerAlgorithm": "x-amz-copy-source-server-side-encryption-customer-algorithm",
    "WriteOffsetBytes": "x-amz-write-offset-bytes",
    "IfMatchInitiatedTime": "x-amz-if-match-initiated-time",
    "IfMatchLastModifiedTime": "x-amz-if-match-last-modified-time",
    "IfMatchSize": "x-amz-if-match-size",
}
LOCKS = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus")
BYPASS = "x-amz-bypass-governance-retention"


def no_lock() -> AwsError:
    return AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration", 400)


def refuse_unheard(call: Call, locked: bool) -> None:
    """Refuse what would otherwise be passed over in silence. Raises NotImplemented, InvalidRequest, InvalidArgument."""
    for name in call.given:
        if name in UNHEARD:
            raise not_implemented(UNHEARD[name])
        if name in LOCKS and not locked:
            raise no_lock()
        if name == "BypassGovernanceRetention" and not locked and call.operation.api_name != "PutObjectRetention":
            raise invalid(BYPASS, f"{BYPASS} is only applicable to Object Lock enabled buckets.")
