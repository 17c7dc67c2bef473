"""What is in a bucket: list by folders, upload, make a folder."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from iamlab.components import markup, tables
from iamlab.console import pages, told
from iamlab.console.buckets import versions
from iamlab.console.buckets.cells import SIZE, class_text, field, folder_row, kind_of, moment, place, size_text
from iamlab.console.buckets.forms import FolderForm
from iamlab.console.buckets.object_page import ACTIONS, EDITS, public_url
from iamlab.console.buckets.views import crumbs
from iamlab.console.buckets.writing import UploadForm
from iamlab.console.panels import panel
from iamlab.console.session import Session, console_page

COLUMNS = [
    tables.column("name", "Name"),
    tables.column("type", "Type"),
    tables.column("modified", "Last modified"),
    tables.column("size", "Size"),
    tables.column("storage", "Storage class"),
]


def object_table(request: HttpRequest, session: Session, bucket: str) -> dict[str, Any]:
    """The objects panel of a bucket's page: folders first, as S3 lists them, a page at a time."""
    prefix, after, find = (request.GET.get(name, "") for name in ("prefix", "after", "find"))
    switch = {"prefix": prefix, "find": find, "trail": trail(session, bucket, prefix), **doors(session, bucket, prefix)}
    if request.GET.get("versions"):
        shown = versions.of_folder(request, session, bucket, prefix, find)
        return {**switch, "versions": True, "switch_url": place(session, bucket, prefix), **shown}
    params = {"Bucket": bucket, "Prefix": prefix + find, "Delimiter": "/", "MaxKeys": SIZE}
    found = panel(session, "s3:ListObjectsV2", {**params, **({"ContinuationToken": after} if after else {})})
    rows = [folder_row(session, bucket, prefix, one["Prefix"]) for one in found.get("CommonPrefixes", [])]
    rows += [object_row(session, bucket, prefix, one) for one in found.get("Contents", []) if one["Key"] != prefix]
    token = found.get("NextContinuationToken", "")
    table = tables.table(
        request,
        id="objects",
        title="Objects",
        description="Objects are the files in a bucket. Folders are beginnings of their names.",
        columns=COLUMNS,
        tools=False,
        counted=True,
        uncounted=bool(token or after),
        rows=rows,
        select="many",
        name="key",
        denial=found.denial,
        failure=found.failure,
        empty_text="No object's key begins so." if find else "There is nothing here yet.",
    )
    return {
        **switch,
        "table": table,
        "public_url": public_url(request, session, bucket),
        "next_url": place(session, bucket, prefix, **({"find": find} if find else {}), after=token) if token else "",
        "switch_url": place(session, bucket, prefix, versions="on"),
        "found": found,
    }


def doors(session: Session, bucket: str, prefix: str) -> dict[str, Any]:
    """Where the list's buttons lead: {delete_url, folder_url, upload_url, actions [(label, url, needs)]}. Pages about
    several objects lead back to the folder that one is in."""
    within = {"prefix": prefix} if prefix else {}

    def url(page: str) -> str:
        return session.url(page, bucket, **within)

    many = [(text, url(one), "some") if one.startswith("objects-") else (text, session.url(one, bucket), "one")
            for one, text in (*ACTIONS, *EDITS)]  # fmt: skip
    urls = {"delete_url": "objects-delete", "folder_url": "folder-create", "upload_url": "upload"}
    return {**{name: url(page) for name, page in urls.items()}, "actions": many}


def trail(session: Session, bucket: str, prefix: str) -> list[tuple[str, str]]:
    """The folders on the way to a prefix, each with its address."""
    parts = prefix.split("/")[:-1]
    return [(part, place(session, bucket, "/".join(parts[: at + 1]) + "/")) for at, part in enumerate(parts)]


def object_row(session: Session, bucket: str, prefix: str, one: dict[str, Any]) -> dict[str, Any]:
    name = one["Key"][len(prefix) :]
    link = markup.link(session.url("object", bucket, key=one["Key"]), name)
    size, storage = size_text(one["Size"]), class_text(one["StorageClass"])
    told = [link, kind_of(name), moment(one["LastModified"]), size, storage]
    sent_as, value = field(one["Key"])
    return tables.row(value, told, label=name, name=sent_as)


@require_http_methods(["GET", "POST"])
@console_page
def upload(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """One PutObject a file; each may be refused by itself, and the page says which."""
    prefix = request.GET.get("prefix", "")
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    more: dict[str, Any] = {}
    results: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        more = {"Bucket": bucket, **form.more()}
        files = form.cleaned_data["chosen"]
        results = [
            put(session, {**more, "Key": prefix + name}, one)
            for name, one in zip(names(request, files), files, strict=True)
        ]
    failed = sum(not result["panel"].stands for result in results)
    too_large = any(result["panel"].code == "EntityTooLarge" for result in results)
    context = {
        "form": form,
        "bucket": bucket,
        "destination": f"s3://{bucket}/{prefix}",
        "results": results,
        "failed": failed,
        "commands": [told.upload({**more, "Key": result["key"]}) for result in results[: told.MOST]],
        "summary": [
            ("Destination", f"s3://{bucket}/{prefix}"),
            ("Succeeded", count(len(results) - failed)),
            ("Failed", count(failed)),
        ],
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


def names(request: HttpRequest, files: list[Any]) -> list[str]:
    """Each file's name with the folders that it came with, as far as a script could tell them."""
    paths = [path.strip("/") for path in request.POST.getlist("path")]
    return paths if len(paths) == len(files) and all(paths) else [one.name for one in files]


def count(files: int) -> str:
    return f"{files} file{'' if files == 1 else 's'}"


def put(session: Session, where: dict[str, Any], file: Any) -> dict[str, Any]:
    body = file.read(settings.OBJECT_BYTES + 1)  # of one that is too big no more than shows it
    url = session.url("object", where["Bucket"], key=where["Key"])
    found = panel(session, "s3:PutObject", {**where, "Body": body, "ContentType": file.content_type})
    return {"key": where["Key"], "url": url, "size": size_text(file.size), "panel": found}


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
