"""One object: its properties, its permissions, its versions; its tags; its bytes."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup
from iamlab.console import changes, pages, questions
from iamlab.console.buckets import versions
from iamlab.console.buckets.cells import class_text, keys_in, kind_of, moment, place, size_text
from iamlab.console.buckets.encryption import TYPES
from iamlab.console.buckets.forms import ObjectTagsForm
from iamlab.console.buckets.reading import enforced
from iamlab.console.buckets.views import crumbs
from iamlab.console.changes import Change
from iamlab.console.panels import Panel, panel, refused_cell
from iamlab.console.session import Session, console_page

TABS = (("properties", "Properties"), ("permissions", "Permissions"), ("versions", "Versions"))
ACTIONS = (
    ("object-share", "Share with a presigned URL"),
    ("objects-size", "Calculate total size"),
    ("objects-copy", "Copy"),
    ("objects-move", "Move"),
    ("object-rename", "Rename object"),
    ("objects-public", "Make public using ACL"),
)
EDITS = (
    ("objects-storage", "Edit storage class"),
    ("objects-encryption", "Edit server-side encryption"),
    ("object-metadata", "Edit metadata"),
    ("object-tags", "Edit tags"),
)
HEADERS = ("ContentType", "ContentEncoding", "ContentLanguage", "ContentDisposition", "CacheControl", "Expires")


def which(request: HttpRequest, bucket: str) -> dict[str, str]:
    """The object, or the version of it, that an address names, as its calls take it."""
    version = request.GET.get("versionId", "")
    return {"Bucket": bucket, "Key": "".join(keys_in(request.GET)[:1]), **({"VersionId": version} if version else {})}


def url_of(session: Session, thing: dict[str, str], page: str = "object", **query: str) -> str:
    version = {"versionId": thing["VersionId"]} if "VersionId" in thing else {}
    return session.url(page, thing["Bucket"], key=thing["Key"], **version, **query)


@require_safe
@console_page
def detail(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """What HEAD tells stands above; each tab asks for what it shows."""
    thing = which(request, bucket)
    asked = request.GET.get("tab", "")
    tab = asked if asked in dict(TABS) else "properties"
    found: Panel = panel(session, "s3:HeadObject", thing)
    context = {
        "found": found,
        "key": thing["Key"],
        "version": thing.get("VersionId", ""),
        "tabs": [{"label": text, "url": url_of(session, thing, tab=one), "current": one == tab} for one, text in TABS],
        "uri": f"s3://{bucket}/{thing['Key']}",
        "download_url": url_of(session, thing, "object-download"),
        "open_url": url_of(session, thing, "object-open"),
        "edits": [] if "VersionId" in thing else [(text, url_of(session, thing, one)) for one, text in EDITS],
        "actions": [(text, url_of(session, thing, one)) for one, text in actions_of(thing)],
        "delete_url": delete_url(session, thing),
        **{"properties": properties, "permissions": permissions, "versions": versions.of_object}[tab](
            request, session, thing, found
        ),
    }
    folder = thing["Key"].rpartition("/")[0]
    trail = crumbs(session, (bucket, place(session, bucket, f"{folder}/" if folder else "")), (thing["Key"], None))
    template = f"console/buckets/object_{tab}.html"
    return pages.render(request, session, template, context, title=thing["Key"], crumbs=trail, service="s3")


def actions_of(thing: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """A version that is not the object can be shared, and read; what else is done, is done to the object."""
    return ACTIONS[:1] if "VersionId" in thing else ACTIONS


def delete_url(session: Session, thing: dict[str, str]) -> str:
    """The question whether to delete this object, or this version of it."""
    chosen = {"version": versions.token(thing)} if "VersionId" in thing else {"key": thing["Key"]}
    return session.url("objects-delete", thing["Bucket"], **chosen)


def properties(request: HttpRequest, session: Session, thing: dict[str, str], found: Panel) -> dict[str, Any]:
    if not found.stands:
        return {}
    lock = panel(session, "s3:GetObjectLockConfiguration", {"Bucket": thing["Bucket"]})
    return {
        "facts": overview(request, session, thing, found),
        "storage": class_text(found.get("StorageClass", "STANDARD")),
        "encryption": encryption(found),
        "tags": panel(session, "s3:GetObjectTagging", thing),
        "tags_url": url_of(session, thing, "object-tags"),
        "metadata": metadata(found),
        "locks": lock.stands,
        "hold": "Enabled" if found.get("ObjectLockLegalHoldStatus") == "ON" else "Disabled",
        "retention": retention(found),
        "hold_url": url_of(session, thing, "object-hold"),
        "retention_url": url_of(session, thing, "object-retention"),
    }


def overview(request: HttpRequest, session: Session, thing: dict[str, str], found: Panel) -> list[tuple[str, Any]]:
    bucket, key = thing["Bucket"], thing["Key"]
    acl = panel(session, "s3:GetObjectAcl", thing)
    url = public_url(request, session, bucket) + quote(key, safe="/~")
    facts = [
        ("Owner", acl["Owner"]["ID"] if acl.stands else refused_cell(acl)),
        ("Last modified", moment(found["LastModified"])),
        ("Size", size_text(found["ContentLength"])),
        ("Type", kind_of(key)),
        ("Key", markup.copy(key, "key")),
        ("S3 URI", markup.copy(f"s3://{bucket}/{key}", "S3 URI")),
        ("Amazon Resource Name (ARN)", markup.copy(f"arn:aws:s3:::{bucket}/{key}", "ARN")),
        ("Entity tag (ETag)", markup.copy(found["ETag"].strip('"'), "ETag")),
        ("Object URL", markup.link(url, url, external=True)),
    ]
    return [*facts, ("Version ID", found["VersionId"])] if found.get("VersionId") else facts


def public_url(request: HttpRequest, session: Session, bucket: str) -> str:
    """Where anybody may ask for a bucket's objects, up to the key."""
    return request.build_absolute_uri(f"/public/{session.account.sandbox.public_id}/{bucket}/")


def encryption(found: Panel) -> list[tuple[str, Any]]:
    kind = found.get("ServerSideEncryption", "")
    facts: list[tuple[str, Any]] = [("Encryption type", dict(TYPES).get(kind, kind or markup.NOTHING))]
    if found.get("SSEKMSKeyId"):
        facts.append(("Encryption key ARN", markup.copy(found["SSEKMSKeyId"], "key ARN")))
        facts.append(("Bucket Key", "Enabled" if found.get("BucketKeyEnabled") else "Disabled"))
    return facts


def metadata(found: Panel) -> list[tuple[str, str, str]]:
    """Type, key and value of each, as the console lists them."""
    system = [("System defined", header_name(one), str(found[one])) for one in HEADERS if found.get(one)]
    return [
        *system,
        *(("User defined", f"x-amz-meta-{name}", text) for name, text in found.get("Metadata", {}).items()),
    ]


def header_name(member: str) -> str:
    """Content-Type for ContentType."""
    return "".join(f"-{letter}" if at and letter.isupper() else letter for at, letter in enumerate(member))


def retention(found: Panel) -> list[tuple[str, str]]:
    if not found.get("ObjectLockMode"):
        return [("Retention", "Disabled")]
    until = str(found["ObjectLockRetainUntilDate"])[:19].replace("T", " ")
    return [("Retention mode", found["ObjectLockMode"].title()), ("Retain until date", f"{until} (UTC)")]


def permissions(request: HttpRequest, session: Session, thing: dict[str, str], found: Panel) -> dict[str, Any]:
    bucket = {"Bucket": thing["Bucket"]}
    return {
        "acl": panel(session, "s3:GetObjectAcl", thing) if found.stands else Panel(),
        "enforced": enforced(panel(session, "s3:GetBucketOwnershipControls", bucket)),
        "acl_url": url_of(session, thing, "object-acl"),
        "who_can": session.url(
            "who-can", action="s3:GetObject", resource=f"arn:aws:s3:::{thing['Bucket']}/{thing['Key']}"
        ),
    }


@require_http_methods(["GET", "POST"])
@console_page
def tags(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """At most ten. None left takes the tag set away."""
    thing = which(request, bucket)
    back = url_of(session, thing)
    now = session.call("s3:GetObjectTagging", thing)["TagSet"]
    trail = crumbs(session, (bucket, place(session, bucket)), (thing["Key"], back))
    form = questions.picked(
        request, session, ObjectTagsForm, "Edit tags", back, trail, "Save changes", initial={"tags": now}
    )
    if isinstance(form, HttpResponse):
        return form
    wanted = form.cleaned_data["tags"]
    change = Change("s3:DeleteObjectTagging", thing, "Delete the tags")
    if wanted:
        change = Change("s3:PutObjectTagging", {**thing, "Tagging": {"TagSet": wanted}}, "Set the tags")
    return changes.answer(request, session, changes.make(session, [change]), back, "The tags were saved.", "Edit tags")


@require_safe
@console_page
def download(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """The bytes, always as a download: a learner's HTML must not run here."""
    thing = which(request, bucket)
    if thing["Key"].endswith("/"):
        return pages.done(request, place(session, bucket, thing["Key"]), "A folder is not downloaded.", "warning")
    answer = session.call("s3:GetObject", thing)
    response = HttpResponse(answer["Body"], content_type="application/octet-stream")
    name = content_disposition_header(True, thing["Key"].rpartition("/")[2])
    response["Content-Disposition"] = name or "attachment"
    return response
