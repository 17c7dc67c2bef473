"""Listing versions and delete markers. S3 API Reference: "ListObjectVersions"."""

from typing import Any

from iamlab.services.operations import Call, operation
from iamlab.services.s3 import errors, owners, targets
from iamlab.services.s3.listing import MOST, answer_of, common_prefix, describe, list_context, size_of, with_prefix
from iamlab.services.s3.models import Object


@operation("s3:ListObjectVersions", action="s3:ListBucketVersions", target=targets.bucket, context=list_context)
def list_object_versions(
    call: Call,
    Bucket: str,
    Prefix: str = "",
    Delimiter: str | None = None,
    MaxKeys: int = MOST,
    KeyMarker: str = "",
    VersionIdMarker: str | None = None,
    EncodingType: str | None = None,
) -> dict[str, Any]:
    """Every version and delete marker, newest first for each key."""
    most = size_of(MaxKeys)
    check_markers(call, KeyMarker, VersionIdMarker)
    owner = owners.owner(call.target.account_id)
    rows = with_prefix(Object.objects.filter(bucket=call.target.row), Prefix)
    found = [row for row in rows.defer("acl", "parts").order_by("key", "-modified", "-pk") if row.key >= KeyMarker]
    versions: list[dict[str, Any]] = []
    markers: list[dict[str, Any]] = []
    prefixes: dict[str, None] = {}
    answer = answer_of(call, Bucket, Prefix, Delimiter, most, False)
    last: dict[str, str] = {}
    passed = common_prefix(KeyMarker, Prefix, Delimiter) if KeyMarker.startswith(Prefix) else None
    for row in behind(found, KeyMarker, VersionIdMarker or ""):
        common = common_prefix(row.key, Prefix, Delimiter)
        if common is not None and (common in prefixes or common == passed):
            continue
        if len(versions) + len(markers) + len(prefixes) >= most:
            answer |= {"IsTruncated": most > 0, **last}
            break
        if common is not None:
            prefixes[common] = None
            last = {"NextKeyMarker": common}
        else:
            (markers if row.marker else versions).append(describe_version(row, owner))
            last = {"NextKeyMarker": row.key, "NextVersionIdMarker": row.version}
    return {
        **answer,
        "KeyMarker": KeyMarker,
        "VersionIdMarker": VersionIdMarker or "",
        "Versions": versions,
        "DeleteMarkers": markers,
        "CommonPrefixes": [{"Prefix": p} for p in prefixes],
    }


def check_markers(call: Call, key: str, version_id: str | None) -> None:
    """Raises InvalidArgument."""
    if version_id is None:
        return
    if not key:
        message = "A version-id marker cannot be specified without a key marker."
        raise errors.invalid("version-id-marker", message, version_id)
    if not version_id:
        raise errors.invalid("version-id-marker", "A version-id marker cannot be empty.", version_id)
    if version_id != "null" and not targets.VERSION.fullmatch(version_id):
        raise errors.invalid("version-id-marker", "Invalid version id specified", version_id)


def behind(rows: list[Object], key: str, version: str) -> list[Object]:
    if not key:
        return rows
    if not version:
        return [row for row in rows if row.key > key]
    seen = next((i for i, row in enumerate(rows) if (row.key, row.version) == (key, version)), None)
    return rows[seen + 1 :] if seen is not None else [row for row in rows if row.key > key]


def describe_version(row: Object, owner: dict[str, str]) -> dict[str, Any]:
    entry = {
        "Key": row.key,
        "VersionId": row.version,
        "IsLatest": row.latest,
        "LastModified": row.modified,
        "Owner": owner,
    }
    return entry if row.marker else {**describe(row), **entry}
