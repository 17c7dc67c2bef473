"""What is in a bucket: list by folders, upload, open, download, make a folder, delete."""

from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.encoding import iri_to_uri
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import pages
from iamlab.console.buckets.forms import FolderForm, UploadForm
from iamlab.console.buckets.views import crumbs, question
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session, console_page

SIZE = 100
AT_ONCE = 1000  # keys that one DeleteObjects takes
COLUMNS = [
    tables.column("name", "Name"),
    tables.column("type", "Type"),
    tables.column("modified", "Last modified"),
    tables.column("size", "Size"),
    tables.column("storage", "Storage class"),
]


def place(session: Session, bucket: str, prefix: str = "", **query: str) -> str:
    """The address of a folder."""
    return session.url("bucket", bucket, "objects", **({"prefix": prefix} if prefix else {}), **query)


def size_text(size: int) -> str:
    """Bytes as the console writes them: 6.0 B, 1.2 KB."""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{amount:.1f} {unit}"
        amount /= 1024
    return ""


def object_table(request: HttpRequest, session: Session, bucket: str) -> dict[str, Any]:
    """The objects panel of a bucket's page: folders first, as S3 lists them, a page at a time."""
    prefix, after = request.GET.get("prefix", ""), request.GET.get("after", "")
    params = {"Bucket": bucket, "Prefix": prefix, "Delimiter": "/", "MaxKeys": SIZE}
    found = panel(session, "s3:ListObjectsV2", {**params, **({"ContinuationToken": after} if after else {})})
    rows = [folder_row(session, bucket, prefix, one["Prefix"]) for one in found.get("CommonPrefixes", [])]
    rows += [object_row(session, bucket, prefix, one) for one in found.get("Contents", []) if one["Key"] != prefix]
    table = tables.table(
        request,
        id="objects",
        title="Objects",
        description="Objects are the files in a bucket. Folders are beginnings of their names.",
        columns=COLUMNS,
        tools=False,
        rows=rows,
        select="many",
        name="key",
        denial=found.denial,
        failure=found.failure,
        empty_text="There is nothing here yet.",
    )
    token = found.get("NextContinuationToken", "")
    return {
        "table": table,
        "prefix": prefix,
        "next_url": place(session, bucket, prefix, after=token) if token else "",
        "trail": trail(session, bucket, prefix),
        "found": found,
    }


def trail(session: Session, bucket: str, prefix: str) -> list[tuple[str, str]]:
    """The folders on the way to a prefix, each with its address."""
    parts = prefix.split("/")[:-1]
    return [(part, place(session, bucket, "/".join(parts[: at + 1]) + "/")) for at, part in enumerate(parts)]


def folder_row(session: Session, bucket: str, prefix: str, key: str) -> dict[str, Any]:
    name = key[len(prefix) :]
    return tables.row(key, [markup.link(place(session, bucket, key), name), "Folder", "-", "-", "-"], label=name)


def object_row(session: Session, bucket: str, prefix: str, one: dict[str, Any]) -> dict[str, Any]:
    name = one["Key"][len(prefix) :]
    url = session.url("object", bucket, key=one["Key"])
    kind = name.rpartition(".")[2] if "." in name else "-"
    modified = f"{one['LastModified']:%B %d, %Y, %H:%M:%S} (UTC)"
    cells = [markup.link(url, name), kind, modified, size_text(one["Size"]), one["StorageClass"].title()]
    return tables.row(one["Key"], cells, label=name)


@require_http_methods(["GET", "POST"])
@console_page
def upload(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """One PutObject a file; each may be refused by itself, and the page says which."""
    prefix = request.GET.get("prefix", "")
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    results: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        results = [put(session, bucket, prefix + one.name, one) for one in form.cleaned_data["chosen"]]
    failed = sum(not result["panel"].stands for result in results)
    too_large = any(result["panel"].code == "EntityTooLarge" for result in results)
    context = {
        "form": form,
        "bucket": bucket,
        "destination": f"s3://{bucket}/{prefix}",
        "results": results,
        "failed": failed,
        "limit": f"At most {size_text(settings.OBJECT_BYTES)} a file.",
        "cancel_url": place(session, bucket, prefix),
    }
    return pages.render(
        request,
        session,
        "console/buckets/upload.html",
        context,
        title="Upload",
        crumbs=crumbs(session, (bucket, place(session, bucket)), ("Upload", None)),
        service="s3",
        status=422 if form.is_bound and not form.is_valid() else 413 if too_large else 200,
    )


def put(session: Session, bucket: str, key: str, file: Any) -> dict[str, Any]:
    body = file.read(settings.OBJECT_BYTES + 1)  # of one that is too big no more than shows it
    params = {"Bucket": bucket, "Key": key, "Body": body, "ContentType": file.content_type}
    return {"key": key, "size": size_text(file.size), "panel": panel(session, "s3:PutObject", params)}


@require_http_methods(["GET", "POST"])
@console_page
def folder(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """A folder is an empty object whose key ends in a slash."""
    prefix = request.GET.get("prefix", "")
    form = FolderForm(request.POST or None)
    confirm: dict[str, Any] = {
        "title": "Create folder",
        "cancel_url": place(session, bucket, prefix),
        "submit": "Create folder",
    }
    if request.method == "POST" and form.is_valid():
        key = f"{prefix}{form.cleaned_data['name']}/"
        session.call("s3:PutObject", {"Bucket": bucket, "Key": key, "Body": b""})
        # Who may put objects but not list them has no other way in.
        said = format_html(
            'Successfully created folder “{}”. <a href="{}">Open it</a>', key, place(session, bucket, key)
        )
        return pages.done(request, place(session, bucket, prefix), said)
    return pages.render(
        request,
        session,
        "console/buckets/folder.html",
        {"confirm": confirm, "form": form},
        title="Create folder",
        crumbs=crumbs(session, (bucket, place(session, bucket)), ("Create folder", None)),
        service="s3",
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """Delete the chosen objects; a folder goes with all that is in it. Each is authorised by itself."""
    keys = request.POST.getlist("key") or request.GET.getlist("key")
    prefix = request.GET.get("prefix", "")
    confirm: dict[str, Any] = {
        "title": "Delete objects",
        "cancel_url": place(session, bucket, prefix),
        "submit": "Delete objects",
        "danger": "Deleted objects are gone, unless the bucket keeps versions.",
        "consequences": keys[:20] + ([f"and {len(keys) - 20} more"] if len(keys) > 20 else []),
        "typed": "permanently delete",
        "hidden": [("key", key) for key in keys],
    }
    if request.method == "POST":
        if request.POST.get("typed") != "permanently delete":
            confirm["error"] = "Type “permanently delete” exactly."
        else:
            refused = delete_keys(session, bucket, keys)
            if not refused:
                return pages.done(request, place(session, bucket, prefix), f"Successfully deleted {len(keys)} objects")
            confirm["error"] = "; ".join(f"{one['Key']}: {one['Message']}" for one in refused[:5])
    return question(request, session, confirm, "Delete objects")


def delete_keys(session: Session, bucket: str, keys: list[str]) -> list[dict[str, Any]]:
    """The errors of deleting keys, folders included."""
    wanted: list[str] = []
    for key in keys:
        if key.endswith("/"):
            wanted += keys_under(session, bucket, key)
        else:
            wanted.append(key)
    objects = [{"Key": key} for key in dict.fromkeys(wanted)]
    refused: list[dict[str, Any]] = []
    for start in range(0, len(objects), AT_ONCE):
        some = {"Objects": objects[start : start + AT_ONCE]}
        refused += session.call("s3:DeleteObjects", {"Bucket": bucket, "Delete": some})["Errors"]
    return refused


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


def enforced(ownership: Panel) -> bool:
    """Whether ACLs grant nothing: the bucket's owner owns all objects."""
    rules = ownership.get("OwnershipControls", {}).get("Rules", [])
    return any(rule["ObjectOwnership"] == "BucketOwnerEnforced" for rule in rules)


@require_safe
@console_page
def detail(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """One object: what HEAD tells, its tags, and the way to its bytes."""
    key = request.GET.get("key", "")
    found: Panel = panel(session, "s3:HeadObject", {"Bucket": bucket, "Key": key})
    tags = panel(session, "s3:GetObjectTagging", {"Bucket": bucket, "Key": key}) if found.stands else Panel()
    acl = panel(session, "s3:GetObjectAcl", {"Bucket": bucket, "Key": key}) if found.stands else Panel()
    facts: list[tuple[str, Any]] = []
    if found.stands:
        facts = [
            ("S3 URI", markup.copy(f"s3://{bucket}/{key}", "S3 URI")),
            ("Amazon Resource Name (ARN)", markup.copy(f"arn:aws:s3:::{bucket}/{key}", "ARN")),
            ("Entity tag (ETag)", found["ETag"].strip('"')),
            ("Size", size_text(found["ContentLength"])),
            ("Type", found.get("ContentType", "-")),
            ("Last modified", f"{found['LastModified']:%B %d, %Y, %H:%M:%S} (UTC)"),
            ("Server-side encryption", found.get("ServerSideEncryption", "-")),
        ]
    context = {
        "found": found,
        "facts": facts,
        "tags": tags,
        "acl": acl,
        "enforced": enforced(panel(session, "s3:GetBucketOwnershipControls", {"Bucket": bucket})),
        "acl_url": session.url("object-acl", bucket, key=key),
        "key": key,
        "download_url": session.url("object-download", bucket, key=key),
    }
    return pages.render(
        request,
        session,
        "console/buckets/object.html",
        context,
        title=key,
        crumbs=crumbs(session, (bucket, place(session, bucket)), (key, None)),
        service="s3",
    )


@require_safe
@console_page
def download(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """The bytes, always as a download: a learner's HTML must not run here."""
    key = request.GET.get("key", "")
    answer = session.call("s3:GetObject", {"Bucket": bucket, "Key": key})
    response = HttpResponse(answer["Body"], content_type="application/octet-stream")
    name = quote(key.rpartition("/")[2] or "object")
    response["Content-Disposition"] = iri_to_uri(f"attachment; filename*=UTF-8''{name}")
    return response
