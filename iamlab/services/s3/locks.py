"""Object Lock as writing and deleting know it: what keeps a version, and from whom. S3 User Guide: "Locking objects
with Object Lock"."""

import math
from datetime import datetime, timedelta
from typing import Any

from iamlab.services import callers
from iamlab.services.operations import AwsError, Call
from iamlab.services.s3 import errors, targets
from iamlab.services.s3.models import Bucket, Object

MODE, UNTIL, HOLD = "ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus"
MEMBERS = {MODE: "s3:GetObjectRetention", UNTIL: "s3:GetObjectRetention", HOLD: "s3:GetObjectLegalHold"}
PAST = "The retain until date must be in the future!"
LOCKED = "Access Denied because object protected by object lock."
NEEDS_SUM = "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters"
SUMS = ("ContentMD5", "ChecksumAlgorithm")


def rule_of(bucket: Bucket) -> dict[str, Any]:
    """What the bucket gives new versions that bring no retention of their own."""
    return bucket.settings.get("lock", {}).get("Rule", {}).get("DefaultRetention", {})


def context(now: datetime, mode: str | None, until: datetime | None, hold: str | None) -> dict[str, str]:
    """S3's condition keys of a lock that is asked for."""
    found = {"s3:object-lock-mode": mode, "s3:object-lock-legal-hold": hold}
    if until is not None:
        found["s3:object-lock-retain-until-date"] = until.strftime("%Y-%m-%dT%H:%M:%SZ")
        found["s3:object-lock-remaining-retention-days"] = str(math.ceil((until - now) / timedelta(days=1)))
    return {key: value for key, value in found.items() if value}


def asked(call: Call, parameters: dict[str, Any]) -> dict[str, str]:
    """The lock that a write asks for, as an object keeps it. Raises InvalidArgument, InvalidRequest."""
    mode, until = parameters.get(MODE), parameters.get(UNTIL)
    found = {name: parameters[name] for name in (MODE, HOLD) if parameters.get(name)}
    if (mode is None) != (until is None):
        message = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"
        raise errors.invalid("x-amz-object-lock-mode" if until else "x-amz-object-lock-retain-until-date", message)
    if until is not None:
        check_future(call, until, "x-amz-object-lock-retain-until-date")
        found[UNTIL] = until.isoformat()
    return found


def check_future(call: Call, until: datetime, name: str) -> None:
    if until <= call.now:
        raise errors.invalid(name, PAST, until.strftime("%a %b %d %H:%M:%S UTC %Y"))


def require_sum(call: Call, bucket: Bucket) -> None:
    """Who uploads what is to be locked says what it is. Raises InvalidRequest."""
    if call.source.entrance != "wire" or not (call.params.get(MODE) or call.params.get(HOLD) or rule_of(bucket)):
        return
    if not any(name in SUMS or name.startswith("Checksum") for name in call.params):
        raise AwsError("InvalidRequest", NEEDS_SUM, 400)


def by_default(bucket: Bucket, now: datetime) -> dict[str, str]:
    """The retention that a new version gets from its bucket."""
    rule = rule_of(bucket)
    if not rule:
        return {}
    days = rule["Days"] if "Days" in rule else rule["Years"] * 365
    return {MODE: rule["Mode"], UNTIL: (now + timedelta(days=days)).isoformat()}


def retained(found: Object, now: datetime) -> str:
    """The mode in which a version is retained now; "" for one that is not."""
    until = found.headers.get(UNTIL)  # `now` has whole seconds
    return found.headers[MODE] if until and datetime.fromisoformat(until).replace(microsecond=0) > now else ""


def protected() -> AwsError:
    return AwsError("AccessDenied", LOCKED, 403)


def require_bypass(call: Call, bucket: Bucket, key: str, found: Object | None) -> None:
    """The header that lifts governance is for those who may: who sends it is asked."""
    call.require("s3:BypassGovernanceRetention", targets.of_object(bucket, key, found))


def check_delete(call: Call, found: Object | None, bypass: bool) -> None:
    """Raises AccessDenied for a version that is held or retained."""
    if found is None:
        return
    mode = retained(found, call.now)
    if found.headers.get(HOLD) == "ON" or mode == "COMPLIANCE" or (mode and not bypass):
        raise protected()


def shown(call: Call, found: Object) -> dict[str, Any]:
    """A version's lock, as far as the caller may read it."""
    told = {}
    for name, action in MEMBERS.items():
        if name in found.headers and may(call, found, action):
            told[name] = found.headers[name]
    return told


def may(call: Call, found: Object, action: str) -> bool:
    if call.caller.kind == callers.EXAMINER:
        return True
    target = targets.of_object(call.target.loaded, found.key, found)
    return bool(call.judge(call.caller, action, target, call.context).allowed)
