"""Deleting objects, folders and versions. S3 User Guide: "Deleting Amazon S3 objects"."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, pages
from iamlab.console.buckets import versions
from iamlab.console.buckets.cells import SHOWN, field, keys_in, place
from iamlab.console.buckets.reading import setting
from iamlab.console.buckets.views import question, refusal_of
from iamlab.console.session import Session, console_page

AT_ONCE = 1000  # keys that one DeleteObjects takes
TOLD = 5  # errors of one
FOR_GOOD, MARKED = "permanently delete", "delete"


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """Delete what was ticked; a folder goes with all that is in it. Each is authorised by itself."""
    sent = request.POST if request.method == "POST" else request.GET
    keys, tokens = keys_in(sent), list(dict.fromkeys(sent.getlist("version")))
    back = place(session, bucket, request.GET.get("prefix", ""), **({"versions": "on"} if tokens else {}))
    marked = not tokens and setting(session, "s3:GetBucketVersioning", bucket).get("Status") == "Enabled"
    names = [*keys, *(f"{one['Key']}, version {one['VersionId']}" for one in map(versions.of_token, tokens))]
    confirm: dict[str, Any] = {
        "title": "Delete objects?" if marked else "Permanently delete objects?",
        "cancel_url": back,
        "submit": "Delete objects",
        "danger": "A delete marker is laid over each object; its versions stay, and deleting the marker brings it back."
        if marked
        else "What is deleted here cannot be had back.",
        "consequences": names[:SHOWN] + ([f"and {len(names) - SHOWN} more"] if len(names) > SHOWN else []),
        "typed": MARKED if marked else FOR_GOOD,
        "hidden": [*map(field, keys), *(("version", one) for one in tokens)],
    }
    if request.method == "POST":
        confirm["error"] = changes.confirmed(request, confirm["typed"])
        if not confirm["error"]:
            refused = delete_all(session, bucket, keys, [versions.of_token(one) for one in tokens])
            if not refused:
                many = f"{len(names)} object{'' if len(names) == 1 else 's'}"
                return pages.done(request, back, f"Successfully deleted {many}")
            told = ((refusal_of(session, bucket, one),) for one in refused[:TOLD])
            confirm["error"] = format_html_join("; ", "{}", told)
    return question(request, session, confirm, "Delete objects")


def delete_all(session: Session, bucket: str, keys: list[str], chosen: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The errors of deleting keys, folders included, and versions."""
    wanted: list[str] = []
    for key in keys:
        wanted += keys_under(session, bucket, key) if key.endswith("/") else [key]
    objects = [{"Key": key} for key in dict.fromkeys(wanted)] + chosen
    refused: list[dict[str, Any]] = []
    for start in range(0, len(objects), AT_ONCE):
        refused += deleted(session, bucket, objects[start : start + AT_ONCE])
    return refused


def deleted(session: Session, bucket: str, objects: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The errors. One object alone is deleted by the call for one: who is refused finds that in the record as such.

    S3 User Guide, "Governance mode": the console asks to bypass it; here where a lock was in the way.
    """
    if len(objects) == 1 and "VersionId" not in objects[0]:
        session.call("s3:DeleteObject", {"Bucket": bucket, **objects[0]})
        return []
    params: dict[str, Any] = {"Bucket": bucket, "Delete": {"Objects": objects}}
    errors: list[dict[str, Any]] = session.call("s3:DeleteObjects", params)["Errors"]
    locked = [{name: one[name] for name in ("Key", "VersionId")} for one in errors if "object lock" in one["Message"]]
    if not locked:
        return errors
    params = {"Bucket": bucket, "Delete": {"Objects": locked}, "BypassGovernanceRetention": True}
    others = [one for one in errors if "object lock" not in one["Message"]]
    return [*others, *session.call("s3:DeleteObjects", params)["Errors"]]


def keys_under(session: Session, bucket: str, prefix: str) -> list[str]:
    """Every key of a folder, page by page."""
    found: list[str] = []
    params: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix}
    while True:
        listed = session.call("s3:ListObjectsV2", params)
        found += [one["Key"] for one in listed["Contents"]]
        if not listed["IsTruncated"]:
            return found
        params["ContinuationToken"] = listed["NextContinuationToken"]
