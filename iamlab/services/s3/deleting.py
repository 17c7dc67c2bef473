"""Deleting objects, versions and delete markers. S3 User Guide: "Deleting object versions"."""

from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import conditional, errors, locks, targets
from iamlab.services.s3.models import Bucket, Object
from iamlab.services.s3.reading import version_context

MOST = 1000  # keys in one DeleteObjects


def remove(call: Call, bucket: Bucket, key: str, version_id: str | None) -> dict[str, Any]:
    """Delete an object, a version, or lay a delete marker over it; deleting what is not there succeeds."""
    rows = Object.objects.filter(bucket=bucket, key=key)
    if version_id is not None:
        return _remove_version(bucket, rows, version_id)
    if not bucket.versioning:
        rows.delete()
        return {}
    rows.filter(latest=True).update(latest=False)
    number = targets.new_version(key) if bucket.versioning == "Enabled" else "null"
    if number == "null":
        rows.filter(version="null").delete()
    Object.objects.create(
        account_id=bucket.account_id, bucket=bucket, key=key, version=number, marker=True, modified=call.now
    )
    return {"DeleteMarker": True, "VersionId": number}


def _remove_version(bucket: Bucket, rows: Any, version_id: str) -> dict[str, Any]:
    found = rows.filter(version=version_id).first()
    answer: dict[str, Any] = {"VersionId": version_id} if bucket.versioning else {}
    if found is None:
        return answer
    if found.marker:
        answer["DeleteMarker"] = True
    found.delete()
    if found.latest and (before := rows.order_by("-modified", "-pk").first()) is not None:
        before.latest = True
        before.save(update_fields=["latest"])
    return answer


def check_lock(call: Call, bucket: Bucket, key: str, version_id: str | None, found: Object | None) -> None:
    """A version that is locked stays; a delete marker can be laid over it. Raises AccessDenied."""
    bypass = call.params.get("BypassGovernanceRetention", False)
    if bypass:
        locks.require_bypass(call, bucket, key, found)
    if version_id is not None:
        locks.check_delete(call, found, bypass)


@operation("s3:DeleteObject", target=targets.object_, context=version_context, data_event=True)
def delete_object(
    call: Call,
    Bucket: str,
    Key: str,
    VersionId: str | None = None,
    IfMatch: str | None = None,
    BypassGovernanceRetention: bool = False,
) -> dict[str, Any]:
    conditional.check_delete(Key, call.target.row, IfMatch)
    check_lock(call, call.target.loaded, Key, VersionId, call.target.row)
    return remove(call, call.target.loaded, Key, VersionId)


@operation("s3:DeleteObjects", unauthorised=True, target=targets.bucket, data_event=True)
def delete_objects(
    call: Call, Bucket: str, Delete: dict[str, Any], BypassGovernanceRetention: bool = False
) -> dict[str, Any]:
    """Each key is authorised by itself; one that is refused does not stop the others."""
    bucket, quiet = call.target.row, Delete.get("Quiet", False)
    deleted: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    if not 1 <= len(Delete["Objects"]) <= MOST:
        raise errors.malformed_xml()
    for item in Delete["Objects"]:
        try:
            deleted.append(_delete_one(call, bucket, item))
        except AwsError as error:
            version = {"VersionId": item["VersionId"]} if item.get("VersionId") else {}
            failed.append({"Key": item["Key"], **version, "Code": error.code, "Message": error.message})
    return {"Deleted": [] if quiet else deleted, "Errors": failed}


def _delete_one(call: Call, bucket: Bucket, item: dict[str, Any]) -> dict[str, Any]:
    """One key of many. A version that never was is an error here, and none in DeleteObject."""
    key, number = item["Key"], item.get("VersionId") or None
    action = "s3:DeleteObject" if number is None else "s3:DeleteObjectVersion"
    found = targets.version(bucket, key, number)
    call.require(action, targets.of_object(bucket, key, found, action))
    if number is not None and found is None:
        if number == "null" or targets.was_version(key, number):
            return {"Key": key, "VersionId": number}
        raise errors.no_such_version(key, number)
    if item.get("Size") is not None or item.get("LastModifiedTime") is not None:
        raise errors.not_implemented("Size" if item.get("Size") is not None else "LastModifiedTime")
    conditional.check_delete(key, found, item.get("ETag"))
    check_lock(call, bucket, key, number, found)
    answer = remove(call, bucket, key, number)
    entry: dict[str, Any] = {"Key": key}
    if number is not None:
        entry["VersionId"] = number
    if answer.get("DeleteMarker"):
        entry |= {"DeleteMarker": True, "DeleteMarkerVersionId": answer["VersionId"]}
    return entry
