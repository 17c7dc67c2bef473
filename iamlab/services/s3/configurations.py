"""Configurations of which a bucket has many, each with an id: analytics, intelligent tiering, inventory, metrics. They
are kept and shown, and have no further effect. S3 API Reference: "PutBucketMetricsConfiguration" and its kin."""

import base64
import re
from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import targets
from iamlab.services.s3.errors import malformed_xml
from iamlab.services.s3.listing import decode
from iamlab.services.s3.stored import put

MOST, A_PAGE = 1000, 100
Document = dict[str, Any]
BUCKET = re.compile(r"arn:aws[a-z-]*:s3:::.+")


def _put(call: Call, kind: str, Id: str, document: Document) -> Document:
    kept = call.target.row.settings.get(kind, {})
    if Id not in kept and len(kept) >= MOST:
        message = (
            "You are attempting to create a new configuration but have already reached the 1,000-configuration limit."
        )
        raise AwsError("TooManyConfigurations", message, 400)
    return put(call, kind, {**kept, Id: {**document, "Id": Id}})


def _get(call: Call, kind: str, Id: str) -> Document:
    kept = call.target.row.settings.get(kind, {})
    if Id not in kept:
        raise AwsError("NoSuchConfiguration", "The specified configuration does not exist.", 404)
    return {f"{kind}Configuration": kept[Id]}


def _delete(call: Call, kind: str, Id: str) -> Document:
    _get(call, kind, Id)
    return put(call, kind, {key: one for key, one in call.target.row.settings[kind].items() if key != Id})


def _list(call: Call, kind: str, token: str | None) -> Document:
    """By id, a hundred a page."""
    kept = call.target.row.settings.get(kind, {})
    start = decode(token) if token else ""
    ids = [one for one in sorted(kept) if one > start]
    answer: Document = {"IsTruncated": len(ids) > A_PAGE}
    answer[f"{kind}ConfigurationList"] = [kept[one] for one in ids[:A_PAGE]]
    if token:
        answer["ContinuationToken"] = token
    if answer["IsTruncated"]:
        answer["NextContinuationToken"] = base64.urlsafe_b64encode(ids[A_PAGE - 1].encode()).decode()
    return answer


def check_same(Id: str, document: Document) -> None:
    """The address and the document name one configuration. Raises MalformedXML."""
    if document.get("Id") != Id:
        raise malformed_xml()


def inventory_context(call: Call, InventoryConfiguration: Document, **_: Any) -> dict[str, list[str]]:
    fields = InventoryConfiguration.get("OptionalFields")
    return {"s3:InventoryAccessibleOptionalFields": list(fields)} if fields else {}


@operation("s3:PutBucketAnalyticsConfiguration", action="s3:PutAnalyticsConfiguration", target=targets.bucket)
def put_analytics(call: Call, Bucket: str, Id: str, AnalyticsConfiguration: Document) -> Document:
    check_same(Id, AnalyticsConfiguration)
    return _put(call, "Analytics", Id, AnalyticsConfiguration)


@operation("s3:GetBucketAnalyticsConfiguration", action="s3:GetAnalyticsConfiguration", target=targets.bucket)
def get_analytics(call: Call, Bucket: str, Id: str) -> Document:
    return _get(call, "Analytics", Id)


@operation("s3:DeleteBucketAnalyticsConfiguration", action="s3:PutAnalyticsConfiguration", target=targets.bucket)
def delete_analytics(call: Call, Bucket: str, Id: str) -> Document:
    return _delete(call, "Analytics", Id)


@operation("s3:ListBucketAnalyticsConfigurations", action="s3:GetAnalyticsConfiguration", target=targets.bucket)
def list_analytics(call: Call, Bucket: str, ContinuationToken: str | None = None) -> Document:
    return _list(call, "Analytics", ContinuationToken)


TIERING = "IntelligentTieringConfiguration"


@operation(f"s3:PutBucket{TIERING}", action=f"s3:Put{TIERING}", target=targets.bucket)
def put_tiering(call: Call, Bucket: str, Id: str, IntelligentTieringConfiguration: Document) -> Document:
    check_same(Id, IntelligentTieringConfiguration)
    return _put(call, "IntelligentTiering", Id, IntelligentTieringConfiguration)


@operation(f"s3:GetBucket{TIERING}", action=f"s3:Get{TIERING}", target=targets.bucket)
def get_tiering(call: Call, Bucket: str, Id: str) -> Document:
    return _get(call, "IntelligentTiering", Id)


@operation(f"s3:DeleteBucket{TIERING}", action=f"s3:Put{TIERING}", target=targets.bucket)
def delete_tiering(call: Call, Bucket: str, Id: str) -> Document:
    return _delete(call, "IntelligentTiering", Id)


@operation(f"s3:ListBucket{TIERING}s", action=f"s3:Get{TIERING}", target=targets.bucket)
def list_tiering(call: Call, Bucket: str, ContinuationToken: str | None = None) -> Document:
    return _list(call, "IntelligentTiering", ContinuationToken)


@operation(
    "s3:PutBucketInventoryConfiguration",
    action="s3:PutInventoryConfiguration",
    target=targets.bucket,
    context=inventory_context,
)
def put_inventory(call: Call, Bucket: str, Id: str, InventoryConfiguration: Document) -> Document:
    """Raises IdMismatch, InvalidS3DestinationBucket."""
    if InventoryConfiguration.get("Id") != Id:
        raise AwsError("IdMismatch", "Document ID does not match the specified configuration ID.", 400)
    if not BUCKET.fullmatch(InventoryConfiguration["Destination"]["S3BucketDestination"]["Bucket"]):
        raise AwsError("InvalidS3DestinationBucket", "Invalid bucket ARN.", 400)
    return _put(call, "Inventory", Id, InventoryConfiguration)


@operation("s3:GetBucketInventoryConfiguration", action="s3:GetInventoryConfiguration", target=targets.bucket)
def get_inventory(call: Call, Bucket: str, Id: str) -> Document:
    return _get(call, "Inventory", Id)


@operation("s3:DeleteBucketInventoryConfiguration", action="s3:PutInventoryConfiguration", target=targets.bucket)
def delete_inventory(call: Call, Bucket: str, Id: str) -> Document:
    return _delete(call, "Inventory", Id)


@operation("s3:ListBucketInventoryConfigurations", action="s3:GetInventoryConfiguration", target=targets.bucket)
def list_inventory(call: Call, Bucket: str, ContinuationToken: str | None = None) -> Document:
    return _list(call, "Inventory", ContinuationToken)


@operation("s3:PutBucketMetricsConfiguration", action="s3:PutMetricsConfiguration", target=targets.bucket)
def put_metrics(call: Call, Bucket: str, Id: str, MetricsConfiguration: Document) -> Document:
    return _put(call, "Metrics", Id, MetricsConfiguration)


@operation("s3:GetBucketMetricsConfiguration", action="s3:GetMetricsConfiguration", target=targets.bucket)
def get_metrics(call: Call, Bucket: str, Id: str) -> Document:
    return _get(call, "Metrics", Id)


@operation("s3:DeleteBucketMetricsConfiguration", action="s3:PutMetricsConfiguration", target=targets.bucket)
def delete_metrics(call: Call, Bucket: str, Id: str) -> Document:
    return _delete(call, "Metrics", Id)


@operation("s3:ListBucketMetricsConfigurations", action="s3:GetMetricsConfiguration", target=targets.bucket)
def list_metrics(call: Call, Bucket: str, ContinuationToken: str | None = None) -> Document:
    return _list(call, "Metrics", ContinuationToken)
