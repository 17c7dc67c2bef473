"""What a trail logs, as the console's form holds it and as CloudTrail's event selectors say it."""

import re
from typing import Any

NONE, ALL, SOME = "none", "all", "some"
EVERY_BUCKET = "arn:aws:s3"
OBJECTS = "AWS::S3::Object"
KINDS = [("All", "Read and write"), ("ReadOnly", "Read only"), ("WriteOnly", "Write only")]
USUAL = {"management": True, "management_kind": "All", "objects": NONE, "objects_buckets": "", "objects_kind": "All"}


def buckets(text: str) -> list[str]:
    """The names in a field, each once."""
    return list(dict.fromkeys(filter(None, re.split(r"[,\s]+", text))))


def written(form: dict[str, Any]) -> list[dict[str, Any]]:
    """EventSelectors: one where both kinds of events log the same calls, else one for each."""
    resources = []
    if form["objects"] != NONE:
        chosen = [f"arn:aws:s3:::{bucket}/" for bucket in buckets(form["objects_buckets"])]
        resources = [{"Type": OBJECTS, "Values": [EVERY_BUCKET] if form["objects"] == ALL else chosen}]
    kinds = [form["management_kind"]] if form["management"] else []
    if resources and form["objects_kind"] not in kinds:
        kinds.append(form["objects_kind"])
    return [
        {
            "ReadWriteType": kind,
            "IncludeManagementEvents": form["management"] and kind == form["management_kind"],
            "DataResources": resources if kind == form["objects_kind"] else [],
        }
        for kind in kinds
    ]


def read(found: dict[str, Any]) -> dict[str, Any] | None:
    """The form's values; None for selectors that say more than the form can."""
    basic = found.get("EventSelectors")
    if not basic or any(one.get("ExcludeManagementEventSources") for one in basic):
        return None
    management = [one["ReadWriteType"] for one in basic if one.get("IncludeManagementEvents")]
    data = [(one["ReadWriteType"], each) for one in basic for each in one.get("DataResources") or ()]
    if len(management) > 1 or len(data) > 1:
        return None
    form = {**USUAL, "management": bool(management), "management_kind": (management or ["All"])[0]}
    if not data:
        return form
    ((kind, resource),) = data
    values = resource.get("Values") or []
    if resource["Type"] != OBJECTS or not values:
        return None
    form |= {"objects_kind": kind, "objects": ALL}
    if any(value in (EVERY_BUCKET, f"{EVERY_BUCKET}:::") for value in values):
        return form if len(values) == 1 else None
    parts = [value.removeprefix("arn:aws:s3:::").partition("/") for value in values]
    if any(prefix or not slash for _, slash, prefix in parts):
        return None
    return {**form, "objects": SOME, "objects_buckets": ", ".join(bucket for bucket, *_ in parts)}


def words(form: dict[str, Any]) -> list[tuple[str, str]]:
    """Management and data events in a line each."""
    kinds = dict(KINDS)
    where = {ALL: "all buckets", SOME: ", ".join(buckets(form["objects_buckets"]))}
    data = f"{kinds[form['objects_kind']]}, {where[form['objects']]}" if form["objects"] != NONE else "None"
    return [
        ("Management events", kinds[form["management_kind"]] if form["management"] else "None"),
        ("S3 data events", data),
    ]
