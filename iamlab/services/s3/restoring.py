"""Restoring archived objects, which here takes no time. S3 API Reference: "RestoreObject"."""

from datetime import datetime, timedelta
from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import errors, targets
from iamlab.services.s3.models import Object

ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")
UNTIL = "RestoredUntil"  # among an object's headers
HEADER = 'ongoing-request="false", expiry-date="{:%a, %d %b %Y %H:%M:%S GMT}"'


def until(found: Object, now: datetime) -> datetime | None:
    """When the restored copy of an archived object is gone again; None where there is none now."""
    kept = found.headers.get(UNTIL)
    expiry = datetime.fromisoformat(kept) if kept else None
    return expiry if expiry is not None and expiry > now else None


def shown(found: Object, now: datetime) -> dict[str, str]:
    expiry = until(found, now)
    return {"Restore": HEADER.format(expiry)} if expiry is not None else {}


def away(found: Object, now: datetime) -> bool:
    """Whether an object is archived, and no copy of it is there to be read."""
    return found.headers.get("StorageClass") in ARCHIVED and until(found, now) is None


@operation("s3:RestoreObject", target=targets.object_, data_event=True)
def restore_object(
    call: Call, Bucket: str, Key: str, RestoreRequest: dict[str, Any] | None = None, VersionId: str | None = None
) -> dict[str, Any]:
    """A copy for some days, to the next midnight (User Guide: "Restoring an archived object"); again moves its end."""
    found = targets.existing(call, Key, "POST")
    kind = found.headers.get("StorageClass", "STANDARD")
    if kind not in ARCHIVED:
        message = "Restore is not allowed for the object's current storage class"
        raise AwsError("InvalidObjectState", message, 403, StorageClass=kind)
    days = (RestoreRequest or {}).get("Days")
    if (RestoreRequest or {}).get("SelectParameters"):
        raise AwsError("NotImplemented", "S3 Select is not simulated by iamlab.", 501)
    if days is None or days < 1:
        raise errors.malformed_xml()
    again = until(found, call.now) is not None
    end = (call.now + timedelta(days=days + 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    found.headers = {**found.headers, UNTIL: end.isoformat()}
    found.save(update_fields=["headers"])
    return {"HTTPStatusCode": 200 if again else 202}
