"""The policy of an upload form: what its fields may say. S3 API Reference: "POST Policy"."""

import base64
import json
from datetime import datetime
from typing import Any

from iamlab.services.operations import AwsError
from iamlab.wire import values

# Fields that need no condition.
FREE = ("x-amz-signature", "signature", "awsaccesskeyid", "policy", "file")
RANGE = "content-length-range"


def _malformed(why: str) -> AwsError:
    return AwsError("InvalidPolicyDocument", f"Invalid Policy: {why}", 400)


def _refused(why: str) -> AwsError:
    return AwsError("AccessDenied", f"Invalid according to Policy: {why}", 403)


def check(fields: dict[str, str], bucket: str, size: int, now: datetime) -> None:
    """Raises InvalidPolicyDocument, AccessDenied, EntityTooLarge, EntityTooSmall."""
    policy = _parsed(fields["policy"])
    if _expiration(policy) <= now:
        raise _refused("Policy expired.")
    given = {**fields, "bucket": bucket}
    named = set()
    for condition in [_triple(one) for one in policy["conditions"]]:
        _check(condition, given, size)
        named.add(str(condition[1]).lower().removeprefix("$"))
    extra = [name for name in fields if name not in named and name not in FREE and not name.startswith("x-ignore-")]
    if extra:
        raise _refused(f"Extra input fields: {', '.join(extra)}")


def _parsed(text: str) -> dict[str, Any]:
    try:
        policy = json.loads(base64.b64decode(text, validate=True))
    except (ValueError, RecursionError) as error:
        raise _malformed("Invalid JSON.") from error
    if not isinstance(policy, dict):
        raise _malformed("Invalid JSON.")
    for name in ("expiration", "conditions"):
        if name not in policy:
            raise _malformed(f"Policy missing {name}.")
    if not isinstance(policy["conditions"], list):
        raise _malformed("Invalid 'conditions' value: must be a List.")
    return policy


def _expiration(policy: dict[str, Any]) -> datetime:
    try:
        return values.moment(str(policy["expiration"]))
    except ValueError as error:
        raise _malformed(f"Invalid 'expiration' value: '{policy['expiration']}'") from error


def _triple(condition: Any) -> list[Any]:
    """A condition as operator, field and value."""
    if isinstance(condition, dict):
        if len(condition) != 1:
            raise _malformed("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")
        ((name, value),) = condition.items()
        return ["eq", f"${name}", value]
    if not isinstance(condition, list) or len(condition) != 3:
        raise _malformed("Invalid Condition: a condition is a list of three or an object of one property.")
    return condition


def _check(condition: list[Any], given: dict[str, str], size: int) -> None:
    how, name, value = condition
    if str(how).lower() == RANGE:
        _check_size(condition, size)
        return
    field = given.get(str(name).lower().removeprefix("$")) if str(name).startswith("$") else None
    wanted = str(value)
    holds = field is not None and (field == wanted if str(how).lower() == "eq" else field.startswith(wanted))
    if str(how).lower() not in ("eq", "starts-with") or not holds:
        raise _refused(f"Policy Condition failed: {json.dumps(condition)}")


def _check_size(condition: list[Any], size: int) -> None:
    least, most = (str(one) for one in condition[1:])
    if not (least.isdecimal() and most.isdecimal()):
        raise _refused(f"Policy Condition failed: {json.dumps([RANGE, least, most])}")
    if size < int(least):
        message = "Your proposed upload is smaller than the minimum allowed size"
        raise AwsError("EntityTooSmall", message, 400, ProposedSize=str(size), MinSizeAllowed=least)
    if size > int(most):
        message = "Your proposed upload exceeds the maximum allowed size"
        raise AwsError("EntityTooLarge", message, 400, ProposedSize=str(size), MaxSizeAllowed=most)
