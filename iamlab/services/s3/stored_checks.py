"""What S3 refuses in the settings that are only kept. S3 User Guide: "Elements of a CORS configuration"
and others."""

import uuid
from typing import Any

from iamlab.services.operations import AwsError
from iamlab.services.s3.errors import invalid, malformed_xml
from iamlab.services.s3.models import Bucket

METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
MOST_CORS = 100
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
