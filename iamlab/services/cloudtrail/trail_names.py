"""Which trail a call means. CloudTrail User Guide: "Naming requirements for CloudTrail resources"."""

import re
from typing import Any

from iamlab.services.cloudtrail.models import Trail
from iamlab.services.operations import AwsError, Call, Target

ARN = re.compile(r"arn:aws:cloudtrail:([a-z0-9-]+):(\d{12}):trail/(.+)")
RULES = (
    (re.compile(r"[A-Za-z0-9].*", re.DOTALL), "Trail name must starts with a letter or number."),
    (re.compile(r".*[A-Za-z0-9]", re.DOTALL), "Trail name must ends with a letter or number."),
    (
        re.compile(r"[A-Za-z0-9._-]+"),
        "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), "
        "and underscores (_).",
    ),
    (re.compile(r"(?!.*[._-]{2}).*"), "Trail name cannot have adjacent periods (.), hyphens (-), or underscores (_)."),
    (re.compile(r"(?!\d{1,3}(\.\d{1,3}){3}$).*"), "Trail name must not be formatted as an IP address."),
)


def arn_of(call: Call, name: str) -> str:
    return f"arn:aws:cloudtrail:{call.source.region}:{call.account_id}:trail/{name}"


def check(name: str) -> None:
    """Raises InvalidTrailNameException."""
    if not 3 <= len(name) <= 128:
        bound = "short. Minimum allowed length: 3" if len(name) < 3 else "long. Maximum allowed length: 128"
        raise invalid(f"Trail name too {bound} characters. Specified name length: {len(name)} characters.")
    for rule, message in RULES:
        if not rule.fullmatch(name):
            raise invalid(message)


def invalid(message: str) -> AwsError:
    return AwsError("InvalidTrailNameException", message)


def find(call: Call, name: str) -> Target:
    """A trail by its name, in this Region or over all, or by its ARN; the reads of a page share it. Raises
    InvalidTrailName, CloudTrailARNInvalid.
    """
    by_arn = name.startswith("arn:")
    if by_arn and not ARN.fullmatch(name):
        raise AwsError("CloudTrailARNInvalidException", f"The trail ARN {name} is not valid.")
    if not by_arn:
        check(name)
    kept, region = call.kept_rows(Trail), call.source.region
    if f"{region} {name}" not in kept:
        row = kept[f"{region} {name}"] = _row(call, name)
        if row is not None:
            kept[f"{region} {row.arn}"] = row
    row = kept[f"{region} {name}"]
    arn = row.arn if row else name if by_arn else arn_of(call, name)
    return Target(arn=arn, row=row, tags=row.tags if row else {})


def _row(call: Call, name: str) -> Trail | None:
    rows, match = Trail.objects.filter(account_id=call.account_id), ARN.fullmatch(name)
    if match:
        return rows.filter(region=match[1], name=match[3]).first() if match[2] == call.account_id else None
    found = [row for row in rows.filter(name=name) if here(call, row)]
    return min(found, key=lambda row: row.region != call.source.region, default=None)


def here(call: Call, row: Trail) -> bool:
    """Whether the trail shows in the call's Region: it is at home there, or covers all Regions."""
    return row.region == call.source.region or bool(row.settings.get("IsMultiRegionTrail"))


def named(call: Call, Name: str, **_: Any) -> Target:
    return find(call, Name)


def listed(many: list[dict[str, Any]], call: Call) -> list[Target]:
    """The trails that the cells of a list name by ARN; `loaded` says so, since a list makes no deliveries."""
    rows = {row.arn: row for row in Trail.objects.filter(account_id=call.account_id)}
    found = [(params["Name"], rows.get(params["Name"])) for params in many]
    return [Target(arn=arn, row=row, tags=row.tags if row else {}, loaded=True) for arn, row in found]


def of_selectors(call: Call, TrailName: str, **_: Any) -> Target:
    return find(call, TrailName)


def existing(call: Call, name: str) -> Trail:
    """The target's row. Raises TrailNotFoundException."""
    if call.target.row is None:
        raise AwsError("TrailNotFoundException", f"Unknown trail: {name} for the user: {call.account_id}")
    return call.target.row


def at_home(call: Call, name: str) -> Trail:
    """The same for a change, which is made in the trail's home Region. Raises InvalidHomeRegionException too."""
    row = existing(call, name)
    if row.region != call.source.region:
        message = f"The trail {row.arn} can only be changed in its home Region, {row.region}."
        raise AwsError("InvalidHomeRegionException", message)
    return row
