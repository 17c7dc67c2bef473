"""What S3 refuses in lifecycle rules. S3 User Guide: "Lifecycle configuration elements", "Transitioning objects using
Amazon S3 Lifecycle", "Expiring objects"."""

import uuid
from datetime import datetime
from typing import Any

from iamlab.services.operations import AwsError
from iamlab.services.s3.errors import invalid, malformed_xml

INFREQUENT, SOONEST = ("STANDARD_IA", "ONEZONE_IA"), 30  # days before objects may be moved there
MOST, MOST_NEWER = 1000, 100
ACTIONS = (
    "Expiration", "Transitions", "NoncurrentVersionTransitions", "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)  # fmt: skip
# Lists of transitions, the action that each is, and its member of days.
MOVES = (
    ("Transitions", "Transition", "Days"),
    ("NoncurrentVersionTransitions", "NoncurrentVersionTransition", "NoncurrentDays"),
)
# Days that are positive where an action has them.
POSITIVE = (
    ("Expiration", "Days"),
    ("NoncurrentVersionExpiration", "NoncurrentDays"),
    ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
)
Document = dict[str, Any]


def lifecycle(document: Document) -> Document:
    """Rules with ids where they had none. Raises MalformedXML, InvalidArgument, InvalidRequest."""
    rules = document.get("Rules") or []
    if not 1 <= len(rules) <= MOST:
        raise malformed_xml()
    for rule in rules:
        _rule(rule)
    if len({rule.get("Filter") is None for rule in rules}) > 1:
        raise refused("Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.")
    named = [rule["ID"] for rule in rules if rule.get("ID")]
    if len(set(named)) != len(named):
        raise invalid("ID", "Rule ID must be unique. Found same ID for more than one rule")
    return {"Rules": [{**rule, "ID": rule.get("ID") or str(uuid.uuid4())} for rule in rules]}


def refused(message: str) -> AwsError:
    return AwsError("InvalidRequest", message, 400)


def _rule(rule: Document) -> None:
    found = rule.get("Filter")
    if (found is None) == (rule.get("Prefix") is None) or len(found or {}) > 1:
        raise malformed_xml()
    if len(rule.get("ID") or "") > 255:
        raise invalid("ID", "ID length should not exceed allowed limit of 255", rule["ID"])
    if not any(rule.get(name) for name in ACTIONS):
        raise refused("At least one action needs to be specified in a rule")
    _filter(rule, found or {})
    _days(rule)
    for name, action, days in MOVES:
        _moves(rule, rule.get(name) or [], action, days)
    _order(rule)


def _filter(rule: Document, found: Document) -> None:
    both: Document = found.get("And") or {}
    tags = [tag["Key"] for tag in both.get("Tags") or []]
    if len(set(tags)) != len(tags):
        raise refused("Duplicate Tag Keys are not allowed.")
    over, under = both.get("ObjectSizeGreaterThan"), both.get("ObjectSizeLessThan")
    if over is not None and under is not None and over >= under:
        raise refused("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")
    if "Tag" not in found and not tags:
        return
    if rule.get("AbortIncompleteMultipartUpload"):
        raise refused("AbortIncompleteMultipartUpload cannot be specified with Tags.")
    if "ExpiredObjectDeleteMarker" in (rule.get("Expiration") or {}):
        raise refused("ExpiredObjectDeleteMarker cannot be specified with Tags.")


def _days(rule: Document) -> None:
    """How long objects, versions and uploads are left."""
    expiration = rule.get("Expiration")
    if expiration is not None:
        if len([name for name in ("Days", "Date", "ExpiredObjectDeleteMarker") if name in expiration]) != 1:
            raise malformed_xml()
        at_midnight(expiration)
    for action, days in POSITIVE:
        given = (rule.get(action) or {}).get(days, 1)
        if given < 1:
            raise invalid(days, f"'{days}' for {action} action must be a positive integer", str(given))
    newer = (rule.get("NoncurrentVersionExpiration") or {}).get("NewerNoncurrentVersions", 1)
    if not 1 <= newer <= MOST_NEWER:
        message = f"'NewerNoncurrentVersions' must be an integer from 1 to {MOST_NEWER}"
        raise invalid("NewerNoncurrentVersions", message, str(newer))


def at_midnight(action: Document) -> None:
    date = action.get("Date")
    if isinstance(date, datetime) and date.timetuple()[3:6] != (0, 0, 0):
        raise invalid("Date", "'Date' must be at midnight GMT")


def _moves(rule: Document, transitions: list[Document], action: str, days: str) -> None:
    """S3 User Guide: "Constraints and considerations for transitions"."""
    for one in transitions:
        if (days in one) == ("Date" in one) or "StorageClass" not in one:
            raise malformed_xml()
        at_midnight(one)
        kind = one["StorageClass"]
        if one.get(days, 0) < 0:
            raise invalid(days, f"'{days}' in {action} action must be nonnegative", str(one[days]))
        if kind in INFREQUENT and one.get(days, SOONEST) < SOONEST:
            message = (
                f"'{days}' in {action} action must be greater than or equal to {SOONEST} for storageClass '{kind}'"
            )
            raise invalid(days, message, str(one[days]))
    if len({one["StorageClass"] for one in transitions}) != len(transitions):
        raise refused(f"'StorageClass' must be different for '{action}' actions in same 'Rule' with {where(rule)}")
    if len({days in one for one in transitions}) > 1:
        raise refused(f"Found mixed 'Date' and 'Days' based {action} actions in lifecycle rule for {where(rule)}")


def _order(rule: Document) -> None:
    """Objects expire after they are moved, and both are told in days or both as dates."""
    expiration = rule.get("Expiration") or {}
    for unit, other in (("Days", "Date"), ("Date", "Days")):
        moved = [one[unit] for one in rule.get("Transitions") or [] if unit in one]
        if moved and other in expiration:
            message = "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for"
            raise refused(f"{message} {where(rule)}")
        if moved and unit in expiration and str_or_number(expiration[unit]) <= max(map(str_or_number, moved)):
            message = f"'{unit}' in the Expiration action for {where(rule)} must be greater than '{unit}' in the "
            raise invalid(unit, f"{message}Transition action", str(expiration[unit]))


def str_or_number(value: Any) -> Any:
    """A date as text that sorts, whether it was sent just now or kept; days as they are."""
    return value.isoformat() if isinstance(value, datetime) else value


def where(rule: Document) -> str:
    """Which objects a rule is for, as S3's messages say it."""
    found = rule.get("Filter")
    if found is None:
        return f"prefix '{rule['Prefix']}'"
    return f"filter '(prefix={(found.get('And') or found).get('Prefix') or ''})'"
