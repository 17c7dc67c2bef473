"""What a trail logs, as the console's form holds it and as CloudTrail's event selectors say it."""

from typing import Any

NONE, ALL, ONE = "none", "all", "one"
EVERY_BUCKET = "arn:aws:s3"
OBJECTS = "AWS::S3::Object"
KINDS = [("All", "Read and write"), ("ReadOnly", "Read only"), ("WriteOnly", "Write only")]
USUAL = {"management": True, "management_kind": "All", "objects": NONE, "objects_bucket": "", "objects_kind": "All"}


def written(form: dict[str, Any]) -> list[dict[str, Any]]:
    """EventSelectors: one where both kinds of events log the same calls, else one for each."""
    resources = []
    if form["objects"] != NONE:
        bucket = f"arn:aws:s3:::{form['objects_bucket']}/"
        resources = [{"Type": OBJECTS, "Values": [EVERY_BUCKET if form["objects"] == ALL else bucket]}]
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
    if resource["Type"] != OBJECTS or len(values) != 1:
        return None
    form |= {"objects_kind": kind, "objects": ALL}
    if values[0] in (EVERY_BUCKET, f"{EVERY_BUCKET}:::"):
        return form
    bucket, slash, prefix = values[0].removeprefix("arn:aws:s3:::").partition("/")
    return {**form, "objects": ONE, "objects_bucket": bucket} if slash and not prefix else None


def words(form: dict[str, Any]) -> list[tuple[str, str]]:
    """Management and data events in a line each."""
    kinds = dict(KINDS)
    where = {ALL: "all buckets", ONE: form["objects_bucket"]}
    data = f"{kinds[form['objects_kind']]}, {where[form['objects']]}" if form["objects"] != NONE else "None"
    return [
        ("Management events", kinds[form["management_kind"]] if form["management"] else "None"),
        ("S3 data events", data),
    ]
