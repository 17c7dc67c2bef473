"""What S3 refuses in the settings that are only kept. S3 User Guide: "Lifecycle configuration elements", "Elements of a
CORS configuration" and others."""

import uuid
from datetime import datetime
from typing import Any

from iamlab.services.operations import AwsError
from iamlab.services.s3.errors import invalid, malformed_xml
from iamlab.services.s3.models import Bucket

METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
INFREQUENT, SOONEST = ("STANDARD_IA", "ONEZONE_IA"), 30  # days before objects may be moved there
MOST_CORS, MOST_LIFECYCLE = 100, 1000
ACTIONS = (
    "Expiration", "Transitions", "NoncurrentVersionTransitions", "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)  # fmt: skip
# Where events may go: the ARN of each, its service, and what S3 calls it.
DESTINATIONS = {
    "TopicConfigurations": ("TopicArn", "sns", "Topic"),
    "QueueConfigurations": ("QueueArn", "sqs", "Queue"),
    "LambdaFunctionConfigurations": ("LambdaFunctionArn", "lambda", "CloudFunction"),
}
Document = dict[str, Any]


def cors(document: Document) -> Document:
    """Raises MalformedXML, InvalidRequest."""
    rules = document.get("CORSRules") or []
    if not 1 <= len(rules) <= MOST_CORS:
        raise malformed_xml()
    for method in (method for rule in rules for method in rule["AllowedMethods"]):
        if method not in METHODS:
            message = f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            raise AwsError("InvalidRequest", message, 400)
    for origin in (origin for rule in rules for origin in rule["AllowedOrigins"]):
        if origin.count("*") > 1:
            message = f'AllowedOrigin "{origin}" can not have more than one wildcard.'
            raise AwsError("InvalidRequest", message, 400)
    for header in (header for rule in rules for header in rule.get("AllowedHeaders", ())):
        if header.count("*") > 1:
            message = f'AllowedHeader "{header}" can not have more than one wildcard.'
            raise AwsError("InvalidRequest", message, 400)
    for header in (header for rule in rules for header in rule.get("ExposeHeaders", ())):
        if "*" in header:
            message = (
                f'ExposeHeader "{header}" contains wildcard. We currently do not support wildcard for ExposeHeader.'
            )
            raise AwsError("InvalidRequest", message, 400)
    return document


def lifecycle(document: Document) -> Document:
    """Rules with ids where they had none. Raises MalformedXML, InvalidArgument, InvalidRequest."""
    rules = document.get("Rules") or []
    if not 1 <= len(rules) <= MOST_LIFECYCLE:
        raise malformed_xml()
    for rule in rules:
        _lifecycle_rule(rule)
    named = [rule["ID"] for rule in rules if rule.get("ID")]
    if len(set(named)) != len(named):
        raise invalid("ID", "Rule ID must be unique. Found same ID for more than one rule")
    return {"Rules": [{**rule, "ID": rule.get("ID") or str(uuid.uuid4())} for rule in rules]}


def _lifecycle_rule(rule: Document) -> None:
    found = rule.get("Filter")
    if (found is None) == (rule.get("Prefix") is None) or len(found or {}) > 1:
        raise malformed_xml()
    if len(rule.get("ID") or "") > 255:
        raise invalid("ID", "ID length should not exceed allowed limit of 255", rule["ID"])
    tags = [tag["Key"] for tag in ((found or {}).get("And") or {}).get("Tags") or []]
    if len(set(tags)) != len(tags):
        raise AwsError("InvalidRequest", "Duplicate Tag Keys are not allowed.", 400)
    if not any(rule.get(name) for name in ACTIONS):
        raise AwsError("InvalidRequest", "At least one action needs to be specified in a rule", 400)
    expiration = rule.get("Expiration")
    if expiration is not None:
        _expiration(expiration)
    if tagged(found or {}) and rule.get("AbortIncompleteMultipartUpload"):
        raise AwsError("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags.", 400)
    for transition in rule.get("NoncurrentVersionTransitions") or []:
        if "NoncurrentDays" not in transition or "StorageClass" not in transition:
            raise malformed_xml()
        _not_too_soon("NoncurrentDays", "NoncurrentVersionTransition", transition)
    for transition in rule.get("Transitions") or []:
        if ("Days" in transition) == ("Date" in transition) or "StorageClass" not in transition:
            raise malformed_xml()
        _not_too_soon("Days", "Transition", transition)


def tagged(found: Document) -> bool:
    """Whether a rule's filter names tags."""
    return "Tag" in found or bool((found.get("And") or {}).get("Tags"))


def _not_too_soon(days: str, action: str, transition: Document) -> None:
    """S3 User Guide: "Constraints and considerations for transitions"."""
    kind = transition["StorageClass"]
    if kind in INFREQUENT and transition.get(days, SOONEST) < SOONEST:
        message = f"'{days}' in {action} action must be greater than or equal to {SOONEST} for storageClass '{kind}'"
        raise invalid(days, message, str(transition[days]))


def _expiration(given: Document) -> None:
    if len([name for name in ("Days", "Date", "ExpiredObjectDeleteMarker") if name in given]) != 1:
        raise malformed_xml()
    if given.get("Days", 1) < 1:
        raise invalid("Days", "'Days' for Expiration action must be a positive integer", str(given["Days"]))
    date = given.get("Date")
    if isinstance(date, datetime) and date.timetuple()[3:6] != (0, 0, 0):
        raise invalid("Date", "'Date' must be at midnight GMT")


def website(document: Document) -> Document:
    """Raises InvalidArgument, InvalidRequest."""
    everything = document.get("RedirectAllRequestsTo")
    if everything is not None:
        if len(document) > 1:
            message = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
            raise invalid("RedirectAllRequestsTo", message, "not null")
        return document
    if not document.get("IndexDocument"):
        message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        raise invalid("IndexDocument", message, "null")
    suffix = document["IndexDocument"]["Suffix"]
    if not suffix or "/" in suffix:
        raise invalid("IndexDocument", "The IndexDocument Suffix is not well formed", suffix)
    if document.get("RoutingRules") is not None:
        _routing(document["RoutingRules"])
    return document


def _routing(rules: list[Document]) -> None:
    """Raises MalformedXML, InvalidRequest."""
    if not rules:
        raise malformed_xml()
    for rule in rules:
        redirect = rule["Redirect"]
        if redirect.get("ReplaceKeyPrefixWith") is not None and redirect.get("ReplaceKeyWith") is not None:
            message = "You can only define ReplaceKeyPrefix or ReplaceKey but not both."
            raise AwsError("InvalidRequest", message, 400)
        if rule.get("Condition") is not None and not any(rule["Condition"].values()):
            message = (
                "Condition cannot be empty. To redirect all requests without a condition, the condition element "
                "shouldn't be present."
            )
            raise AwsError("InvalidRequest", message, 400)


def logging(row: Bucket, document: Document) -> Document:
    """Raises InvalidTargetBucketForLogging, CrossLocationLoggingProhibitted: S3 spells it so."""
    wanted = document.get("LoggingEnabled")
    if wanted is None:
        return {}
    name = wanted["TargetBucket"]
    found = Bucket.objects.filter(account_id=row.account_id, name=name).first()
    if found is None:
        message = "The target bucket for logging does not exist"
        raise AwsError("InvalidTargetBucketForLogging", message, 400, TargetBucket=name)
    if found.region != row.region:
        message = "Cross S3 location logging not allowed. "
        where = {"TargetBucketLocation": found.region}
        if row.region != "us-east-1":
            where = {"SourceBucketLocation": row.region, **where}
        raise AwsError("CrossLocationLoggingProhibitted", message, 403, **where)
    return document


def notification(row: Bucket, document: Document, unchecked: bool) -> Document:
    """Where a bucket's events go. There are no topics, queues and functions here: none that is named can be found."""
    for name in DESTINATIONS:
        for one in document.get(name) or []:
            _destination(row, name, one, unchecked)
    found = {name: value for name, value in document.items() if value is not None and name not in DESTINATIONS}
    for name in DESTINATIONS:
        given = [{**_filter(one), "Id": one.get("Id") or str(uuid.uuid4())} for one in document.get(name) or []]
        found |= {name: given} if given else {}
    return found


def _destination(row: Bucket, name: str, one: Document, unchecked: bool) -> None:
    """Raises InvalidArgument."""
    member, service, title = DESTINATIONS[name]
    arn = one[member]
    parts = arn.split(":")
    if parts[:3] != ["arn", "aws", service] or len(parts) < 6:
        raise invalid(f"{title} ARN", "The ARN is not well formed", arn)
    if parts[3] != row.region:
        message = "The notification destination service region is not valid for the bucket location constraint"
        raise invalid(arn, message, arn)
    if not unchecked:
        kind = {"Topic": "topic", "Queue": "queue"}.get(title, "Lambda")
        message = "Unable to validate the following destination configurations"
        raise invalid(arn, message, f"The destination {kind} does not exist")


def _filter(one: Document) -> Document:
    """Which keys' events are told, with S3's spelling of what they are compared with. Raises MalformedXML."""
    rules = ((one.get("Filter") or {}).get("Key") or {}).get("FilterRules")
    if not rules:
        return one
    if any(rule.get("Name") is None or rule.get("Value") is None for rule in rules):
        raise malformed_xml()
    return {**one, "Filter": {"Key": {"FilterRules": [{**rule, "Name": rule["Name"].capitalize()} for rule in rules]}}}


def accelerate(bucket: str, document: Document, kept: Document | None) -> Document:
    """Raises InvalidRequest, MalformedXML."""
    if "." in bucket:
        message = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"
        raise AwsError("InvalidRequest", message, 400)
    if not document.get("Status"):
        raise malformed_xml()
    return {} if document["Status"] == "Suspended" and not kept else document
