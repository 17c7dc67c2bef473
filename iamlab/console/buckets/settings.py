"""A bucket's page: objects, properties, permissions; and the forms that change what they show."""

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup
from iamlab.console import changes, pages, questions, regions
from iamlab.console.buckets import kept, lifecycle, locks
from iamlab.console.buckets.blocks import SETTINGS
from iamlab.console.buckets.cells import moment
from iamlab.console.buckets.editing import edit
from iamlab.console.buckets.encryption import in_words
from iamlab.console.buckets.forms import ENFORCED, OWNED, AbacForm, BucketTagsForm, OwnershipForm, VersioningForm
from iamlab.console.buckets.objects import object_table
from iamlab.console.buckets.reading import enforced, region_of, setting
from iamlab.console.buckets.views import crumbs
from iamlab.console.changes import Change
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.session import Session, console_page

TABS = (
    ("objects", "Objects"),
    ("properties", "Properties"),
    ("permissions", "Permissions"),
    ("management", "Management"),
)


@require_safe
@console_page
def bucket(request: HttpRequest, session: Session, bucket: str, tab: str = "objects") -> HttpResponse:
    if tab not in dict(TABS):
        raise Http404
    tabs = [{"label": text, "url": session.url("bucket", bucket, key), "current": key == tab} for key, text in TABS]
    listed: dict[str, Callable[..., dict[str, Any]]] = {"objects": object_table, "management": lifecycle.management}
    made: dict[str, Callable[..., dict[str, Any]]] = {"properties": properties, "permissions": permissions}
    more = listed[tab](request, session, bucket) if tab in listed else made[tab](session, bucket)
    context = {"bucket": bucket, "tabs": tabs, "arn": f"arn:aws:s3:::{bucket}", **more}
    template = f"console/buckets/{tab}.html"
    return pages.render(
        request, session, template, context, title=bucket, crumbs=crumbs(session, (bucket, None)), service="s3"
    )


def properties(session: Session, bucket: str) -> dict[str, Any]:
    encryption = setting(session, "s3:GetBucketEncryption", bucket)
    lock = setting(session, "s3:GetObjectLockConfiguration", bucket)
    events = setting(session, "s3:GetBucketNotificationConfiguration", bucket)
    return {
        "facts": overview(session, bucket),
        "versioning": setting(session, "s3:GetBucketVersioning", bucket),
        "abac": setting(session, "s3:GetBucketAbac", bucket),
        "tags": setting(session, "s3:GetBucketTagging", bucket),
        "encryption": encryption,
        "encrypted": in_words(encryption.get("ServerSideEncryptionConfiguration", {})),
        "lock": lock,
        "kept": [{**one, "url": session.url(one["page"], bucket)} for one in kept.panels(session, bucket)],
        "events": events,
        "event_text": json.dumps(events.answer, indent=4),
        "locked": locks.in_words(lock.get("ObjectLockConfiguration", {})),
    }


def overview(session: Session, bucket: str) -> list[tuple[str, Any]]:
    """The creation date is told by the list of buckets alone."""
    location = setting(session, "s3:GetBucketLocation", bucket)
    listed = panel(session, "s3:ListBuckets", {"Prefix": bucket, "MaxBuckets": 1})
    created = next((one["CreationDate"] for one in listed.get("Buckets", []) if one["Name"] == bucket), None)
    date = refused_cell(listed) if not listed.stands else moment(created) if created else markup.NOTHING
    return [
        ("AWS Region", regions.shown_name(region_of(location)) if location.stands else refused_cell(location)),
        ("Amazon Resource Name (ARN)", markup.copy(f"arn:aws:s3:::{bucket}", "ARN")),
        ("Creation date", date),
    ]


def permissions(session: Session, bucket: str) -> dict[str, Any]:
    blocks = setting(session, "s3:GetPublicAccessBlock", bucket)
    found = blocks.get("PublicAccessBlockConfiguration", {})
    policy = setting(session, "s3:GetBucketPolicy", bucket)
    ownership = setting(session, "s3:GetBucketOwnershipControls", bucket)
    rules = ownership.get("OwnershipControls", {}).get("Rules", [])
    cors = setting(session, "s3:GetBucketCors", bucket)
    return {
        "blocks": blocks,
        "blocked": [(label, bool(found.get(name))) for name, label, _ in SETTINGS],
        "all_blocked": bool(found) and all(found.values()),
        "policy": policy,
        "status": setting(session, "s3:GetBucketPolicyStatus", bucket) if policy.stands else Panel(missing=True),
        "ownership": ownership,
        "owned": OWNED[rules[0]["ObjectOwnership"] if rules else "ObjectWriter"],
        "enforced": enforced(ownership),
        "acl": setting(session, "s3:GetBucketAcl", bucket),
        "cors": cors,
        "cors_text": json.dumps(cors.get("CORSRules", []), indent=4),
        "who_can": session.url("who-can", action="s3:PutObject", resource=f"arn:aws:s3:::{bucket}/*"),
    }


@require_http_methods(["GET", "POST"])
@console_page
def edit_ownership(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    now = setting(session, "s3:GetBucketOwnershipControls", bucket).get("OwnershipControls", {})
    initial = next(iter(now.get("Rules", [])), {"ObjectOwnership": "ObjectWriter"})
    off = initial["ObjectOwnership"] == ENFORCED
    form = OwnershipForm(request.POST or None, initial=initial, enforced=off)

    def save() -> str:
        rules = [{"ObjectOwnership": form.cleaned_data["ObjectOwnership"]}]
        session.call("s3:PutBucketOwnershipControls", {"Bucket": bucket, "OwnershipControls": {"Rules": rules}})
        return "Object Ownership was saved."

    back = session.url("bucket", bucket, "permissions")
    template = "console/buckets/ownership.html"
    return edit(request, session, bucket, form, "Edit Object Ownership", back, save, template)


@require_http_methods(["GET", "POST"])
@console_page
def edit_versioning(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    now = setting(session, "s3:GetBucketVersioning", bucket).get("Status", "Suspended")
    form = VersioningForm(request.POST or None, initial={"Status": now}, enabled=now == "Enabled")

    def save() -> str:
        params = {"Bucket": bucket, "VersioningConfiguration": {"Status": form.cleaned_data["Status"]}}
        session.call("s3:PutBucketVersioning", params)
        return "Bucket Versioning was saved."

    back = session.url("bucket", bucket, "properties")
    return edit(request, session, bucket, form, "Edit Bucket Versioning", back, save)


@require_http_methods(["GET", "POST"])
@console_page
def edit_abac(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    now = setting(session, "s3:GetBucketAbac", bucket).get("AbacStatus", {})
    form = AbacForm(request.POST or None, initial=now)

    def save() -> str:
        session.call("s3:PutBucketAbac", {"Bucket": bucket, "AbacStatus": {"Status": form.cleaned_data["Status"]}})
        return "Bucket ABAC was saved."

    return edit(request, session, bucket, form, "Edit Bucket ABAC", session.url("bucket", bucket, "properties"), save)


@require_http_methods(["GET", "POST"])
@console_page
def edit_tags(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """None left takes the tag set away."""
    back = session.url("bucket", bucket, "properties")
    now = setting(session, "s3:GetBucketTagging", bucket).get("TagSet", [])
    trail = crumbs(session, (bucket, back))
    form = questions.picked(
        request, session, BucketTagsForm, "Edit bucket tags", back, trail, "Save changes", initial={"tags": now}
    )
    if isinstance(form, HttpResponse):
        return form
    where, wanted = {"Bucket": bucket}, form.cleaned_data["tags"]
    change = Change("s3:DeleteBucketTagging", where, "Delete the tags")
    if wanted:
        change = Change("s3:PutBucketTagging", {**where, "Tagging": {"TagSet": wanted}}, "Set the tags")
    made = changes.make(session, [change])
    return changes.answer(request, session, made, back, "The tags were saved.", "Edit bucket tags")
