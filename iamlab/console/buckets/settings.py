"""A bucket's page: objects, properties, permissions; and the forms that change what they show."""

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup
from iamlab.console import pages
from iamlab.console.buckets.blocks import SETTINGS
from iamlab.console.buckets.editing import edit
from iamlab.console.buckets.forms import ENFORCED, OWNED, OwnershipForm, TagsForm, VersioningForm
from iamlab.console.buckets.objects import enforced, object_table
from iamlab.console.buckets.reading import setting
from iamlab.console.buckets.views import crumbs
from iamlab.console.panels import Panel
from iamlab.console.session import Session, console_page

TABS = (("objects", "Objects"), ("properties", "Properties"), ("permissions", "Permissions"))


@require_safe
@console_page
def bucket(request: HttpRequest, session: Session, bucket: str, tab: str = "objects") -> HttpResponse:
    if tab not in dict(TABS):
        raise Http404
    tabs = [{"label": text, "url": session.url("bucket", bucket, key), "current": key == tab} for key, text in TABS]
    made: dict[str, Callable[..., dict[str, Any]]] = {"properties": properties, "permissions": permissions}
    more = object_table(request, session, bucket) if tab == "objects" else made[tab](session, bucket)
    context = {"bucket": bucket, "tabs": tabs, "arn": f"arn:aws:s3:::{bucket}", **more}
    template = f"console/buckets/{tab}.html"
    return pages.render(
        request, session, template, context, title=bucket, crumbs=crumbs(session, (bucket, None)), service="s3"
    )


def properties(session: Session, bucket: str) -> dict[str, Any]:
    return {
        "versioning": setting(session, "s3:GetBucketVersioning", bucket),
        "tags": setting(session, "s3:GetBucketTagging", bucket),
        "encryption": setting(session, "s3:GetBucketEncryption", bucket),
        "location": setting(session, "s3:GetBucketLocation", bucket),
        "copy_arn": markup.copy(f"arn:aws:s3:::{bucket}", "ARN"),
    }


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
    now = setting(session, "s3:GetBucketVersioning", bucket)
    form = VersioningForm(request.POST or None, initial={"Status": now.get("Status", "Suspended")})

    def save() -> str:
        params = {"Bucket": bucket, "VersioningConfiguration": {"Status": form.cleaned_data["Status"]}}
        session.call("s3:PutBucketVersioning", params)
        return "Bucket Versioning was saved."

    return edit(
        request, session, bucket, form, "Edit Bucket Versioning", session.url("bucket", bucket, "properties"), save
    )


@require_http_methods(["GET", "POST"])
@console_page
def edit_tags(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    now = setting(session, "s3:GetBucketTagging", bucket).get("TagSet", [])
    lines = "\n".join(f"{tag['Key']} = {tag['Value']}" for tag in now)
    form = TagsForm(request.POST if request.method == "POST" else None, initial={"tags": lines})

    def save() -> str:
        tags = form.cleaned_data["tags"]
        if tags:
            session.call("s3:PutBucketTagging", {"Bucket": bucket, "Tagging": {"TagSet": tags}})
        else:
            session.call("s3:DeleteBucketTagging", {"Bucket": bucket})
        return "The tags were saved."

    return edit(request, session, bucket, form, "Edit tags", session.url("bucket", bucket, "properties"), save)
