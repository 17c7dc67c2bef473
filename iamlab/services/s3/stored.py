"""Settings of a bucket that are checked, kept and shown, and but for CORS have no further effect: lifecycle, website,
logging, notifications, acceleration, who pays. S3 API Reference: "PutBucketCors" and its kin."""

from datetime import datetime
from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import targets
from iamlab.services.s3.lifecycle_checks import lifecycle
from iamlab.services.s3.stored_checks import accelerate, cors, logging, notification, website

MISSING = {
    "cors": ("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    "lifecycle": ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    "website": ("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
}
SMALLEST = "all_storage_classes_128K"


def plain(value: Any) -> Any:
    """A document as JSON can keep it: times as text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def put(call: Call, name: str, document: dict[str, Any]) -> dict[str, Any]:
    """Keep a setting; an empty one is gone."""
    row = call.target.row
    row.settings = {key: value for key, value in {**row.settings, name: plain(document)}.items() if value}
    row.save(update_fields=["settings"])
    return {}


def get(call: Call, name: str) -> dict[str, Any]:
    """A setting as it was put. Raises the error that S3 has for one that was never put."""
    row = call.target.row
    if name not in row.settings and name in MISSING:
        code, message = MISSING[name]
        raise AwsError(code, message, 404, BucketName=row.name)
    return dict(row.settings.get(name, {}))


@operation("s3:PutBucketCors", action="s3:PutBucketCORS", target=targets.bucket)
def put_bucket_cors(call: Call, Bucket: str, CORSConfiguration: dict[str, Any]) -> dict[str, Any]:
    return put(call, "cors", cors(CORSConfiguration))


@operation("s3:GetBucketCors", action="s3:GetBucketCORS", target=targets.bucket)
def get_bucket_cors(call: Call, Bucket: str) -> dict[str, Any]:
    return get(call, "cors")


@operation("s3:DeleteBucketCors", action="s3:PutBucketCORS", target=targets.bucket)
def delete_bucket_cors(call: Call, Bucket: str) -> dict[str, Any]:
    return put(call, "cors", {})


@operation("s3:PutBucketLifecycleConfiguration", action="s3:PutLifecycleConfiguration", target=targets.bucket)
def put_bucket_lifecycle_configuration(
    call: Call,
    Bucket: str,
    LifecycleConfiguration: dict[str, Any] | None = None,
    TransitionDefaultMinimumObjectSize: str = SMALLEST,
) -> dict[str, Any]:
    size = {"TransitionDefaultMinimumObjectSize": TransitionDefaultMinimumObjectSize}
    put(call, "lifecycle", {**lifecycle(LifecycleConfiguration or {}), **size})
    return size


@operation("s3:GetBucketLifecycleConfiguration", action="s3:GetLifecycleConfiguration", target=targets.bucket)
def get_bucket_lifecycle_configuration(call: Call, Bucket: str) -> dict[str, Any]:
    return get(call, "lifecycle")


@operation("s3:DeleteBucketLifecycle", action="s3:PutLifecycleConfiguration", target=targets.bucket)
def delete_bucket_lifecycle(call: Call, Bucket: str) -> dict[str, Any]:
    return put(call, "lifecycle", {})


@operation("s3:PutBucketWebsite", target=targets.bucket)
def put_bucket_website(call: Call, Bucket: str, WebsiteConfiguration: dict[str, Any]) -> dict[str, Any]:
    return put(call, "website", website(WebsiteConfiguration))


@operation("s3:GetBucketWebsite", target=targets.bucket)
def get_bucket_website(call: Call, Bucket: str) -> dict[str, Any]:
    return get(call, "website")


@operation("s3:DeleteBucketWebsite", target=targets.bucket)
def delete_bucket_website(call: Call, Bucket: str) -> dict[str, Any]:
    return put(call, "website", {})


@operation("s3:PutBucketLogging", target=targets.bucket)
def put_bucket_logging(call: Call, Bucket: str, BucketLoggingStatus: dict[str, Any]) -> dict[str, Any]:
    return put(call, "logging", logging(call.target.row, BucketLoggingStatus))


@operation("s3:GetBucketLogging", target=targets.bucket)
def get_bucket_logging(call: Call, Bucket: str) -> dict[str, Any]:
    return get(call, "logging")


@operation("s3:PutBucketNotificationConfiguration", action="s3:PutBucketNotification", target=targets.bucket)
def put_bucket_notification_configuration(
    call: Call, Bucket: str, NotificationConfiguration: dict[str, Any], SkipDestinationValidation: bool = False
) -> dict[str, Any]:
    return put(
        call, "notification", notification(call.target.row, NotificationConfiguration, SkipDestinationValidation)
    )


@operation("s3:GetBucketNotificationConfiguration", action="s3:GetBucketNotification", target=targets.bucket)
def get_bucket_notification_configuration(call: Call, Bucket: str) -> dict[str, Any]:
    return get(call, "notification")


@operation("s3:PutBucketAccelerateConfiguration", action="s3:PutAccelerateConfiguration", target=targets.bucket)
def put_bucket_accelerate_configuration(
    call: Call, Bucket: str, AccelerateConfiguration: dict[str, Any]
) -> dict[str, Any]:
    kept = call.target.row.settings.get("accelerate")
    return put(call, "accelerate", accelerate(Bucket, AccelerateConfiguration, kept))


@operation("s3:GetBucketAccelerateConfiguration", action="s3:GetAccelerateConfiguration", target=targets.bucket)
def get_bucket_accelerate_configuration(call: Call, Bucket: str) -> dict[str, Any]:
    return get(call, "accelerate")


@operation("s3:PutBucketRequestPayment", target=targets.bucket)
def put_bucket_request_payment(call: Call, Bucket: str, RequestPaymentConfiguration: dict[str, Any]) -> dict[str, Any]:
    return put(call, "payment", RequestPaymentConfiguration)


@operation("s3:GetBucketRequestPayment", target=targets.bucket)
def get_bucket_request_payment(call: Call, Bucket: str) -> dict[str, Any]:
    return {"Payer": "BucketOwner", **get(call, "payment")}
