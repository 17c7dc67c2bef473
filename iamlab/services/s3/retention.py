"""Object Lock's own operations: a bucket's configuration, a version's retention and legal hold. S3 API Reference:
"PutObjectLockConfiguration", "PutObjectRetention", "PutObjectLegalHold"."""

from datetime import datetime
from typing import Any

from iamlab.services.operations import AwsError, Call, operation
from iamlab.services.s3 import errors, locks, targets
from iamlab.services.s3.models import Object
from iamlab.services.s3.stored import put

LONGEST_DAYS, LONGEST_YEARS = 36_500, 100


@operation("s3:GetObjectLockConfiguration", action="s3:GetBucketObjectLockConfiguration", target=targets.bucket)
def get_object_lock_configuration(call: Call, Bucket: str) -> dict[str, Any]:
    lock = call.target.row.settings.get("lock")
    if lock is None:
        message = "Object Lock configuration does not exist for this bucket"
        raise AwsError("ObjectLockConfigurationNotFoundError", message, 404, BucketName=Bucket)
    return {"ObjectLockConfiguration": lock}


@operation("s3:PutObjectLockConfiguration", action="s3:PutBucketObjectLockConfiguration", target=targets.bucket)
def put_object_lock_configuration(
    call: Call, Bucket: str, ObjectLockConfiguration: dict[str, Any] | None = None
) -> dict[str, Any]:
    if ObjectLockConfiguration is None:
        raise AwsError("MissingRequestBodyError", "Request Body is empty", 400)
    wanted = ObjectLockConfiguration
    if wanted.get("ObjectLockEnabled") != "Enabled":
        raise errors.malformed_xml()
    if "Rule" in wanted:
        _check_rule(wanted["Rule"].get("DefaultRetention") or {})
    if call.target.row.versioning != "Enabled":
        message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        raise AwsError("InvalidBucketState", message, 409)
    return put(call, "lock", wanted)


def _check_rule(rule: dict[str, Any]) -> None:
    """Raises MalformedXML, InvalidArgument."""
    if not rule.get("Mode") or ("Days" in rule) == ("Years" in rule):
        raise errors.malformed_xml()
    name = "Days" if "Days" in rule else "Years"
    if rule[name] < 1:
        raise errors.invalid(name, "Default retention period must be a positive integer value.", str(rule[name]))
    if rule[name] > (LONGEST_DAYS if name == "Days" else LONGEST_YEARS):
        raise errors.invalid(name, "Default retention period too large", str(rule[name]))


def existing(call: Call, key: str, method: str) -> Object:
    """The version asked for. Raises InvalidRequest for a bucket without Object Lock, NoSuchKey and others."""
    found = targets.existing(call, key, method)
    if "lock" not in call.target.loaded.settings:
        raise errors.no_lock()
    return found


def no_configuration() -> AwsError:
    message = "The specified object does not have a ObjectLock configuration"
    return AwsError("NoSuchObjectLockConfiguration", message, 404)


def _keep(found: Object, **members: str | None) -> None:
    found.headers = {name: value for name, value in {**found.headers, **members}.items() if value is not None}
    found.save(update_fields=["headers"])


def retention_context(call: Call, Retention: dict[str, Any] | None = None, **_: Any) -> dict[str, str]:
    wanted = Retention or {}
    return locks.context(call.now, wanted.get("Mode"), wanted.get("RetainUntilDate"), None)


@operation("s3:PutObjectRetention", target=targets.object_, context=retention_context, data_event=True)
def put_object_retention(
    call: Call,
    Bucket: str,
    Key: str,
    Retention: dict[str, Any] | None = None,
    VersionId: str | None = None,
    BypassGovernanceRetention: bool = False,
) -> dict[str, Any]:
    found = existing(call, Key, "PUT")
    wanted = Retention or {}
    mode, until = wanted.get("Mode"), wanted.get("RetainUntilDate")
    if (mode is None) != (until is None):
        raise errors.malformed_xml()
    if until is not None:
        locks.check_future(call, until, "RetainUntilDate")
    if BypassGovernanceRetention:
        locks.require_bypass(call, call.target.loaded, Key, found)
    if weaker(call, found, mode, until):
        kept = locks.retained(found, call.now)
        if kept == "COMPLIANCE" or not BypassGovernanceRetention:
            raise locks.protected()
    _keep(found, **{locks.MODE: mode, locks.UNTIL: until.isoformat() if until else None})
    return {}


def weaker(call: Call, found: Object, mode: str | None, until: datetime | None) -> bool:
    """Whether what is wanted keeps the version for a shorter time, or less strictly, than it is kept now."""
    kept = locks.retained(found, call.now)
    if not kept:
        return False
    shorter = until is None or until < datetime.fromisoformat(found.headers[locks.UNTIL])
    return shorter or (kept == "COMPLIANCE" and mode != "COMPLIANCE")


@operation("s3:GetObjectRetention", target=targets.object_, data_event=True)
def get_object_retention(call: Call, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    found = existing(call, Key, "GET")
    if locks.UNTIL not in found.headers:
        raise no_configuration()
    return {"Retention": {"Mode": found.headers[locks.MODE], "RetainUntilDate": found.headers[locks.UNTIL]}}


def hold_context(call: Call, LegalHold: dict[str, Any] | None = None, **_: Any) -> dict[str, str]:
    return locks.context(call.now, None, None, (LegalHold or {}).get("Status"))


@operation("s3:PutObjectLegalHold", target=targets.object_, context=hold_context, data_event=True)
def put_object_legal_hold(
    call: Call, Bucket: str, Key: str, LegalHold: dict[str, Any] | None = None, VersionId: str | None = None
) -> dict[str, Any]:
    found = existing(call, Key, "PUT")
    status = (LegalHold or {}).get("Status")
    if status is None:
        raise errors.malformed_xml()
    _keep(found, **{locks.HOLD: status})
    return {}


@operation("s3:GetObjectLegalHold", target=targets.object_, data_event=True)
def get_object_legal_hold(call: Call, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    found = existing(call, Key, "GET")
    if locks.HOLD not in found.headers:
        raise no_configuration()
    return {"LegalHold": {"Status": found.headers[locks.HOLD]}}
