"""Versions of objects: in a bucket's list, and on an object's page."""

import re
from typing import Any
from urllib.parse import quote, unquote

from django.http import HttpRequest

from iamlab.components import markup, tables
from iamlab.console.buckets import cells
from iamlab.console.panels import Panel, panel
from iamlab.console.session import Session

BROKEN = re.compile(r"[\r\n%]")
COLUMNS = [
    tables.column("name", "Name"),
    tables.column("type", "Type"),
    tables.column("version", "Version ID"),
    tables.column("modified", "Last modified"),
    tables.column("size", "Size"),
    tables.column("storage", "Storage class"),
]


def token(one: dict[str, Any]) -> str:
    """A version in a form's field; no version id has a colon. Browsers send every line break as the same one."""
    return f"{one['VersionId']}:{BROKEN.sub(lambda found: quote(found[0]), one['Key'])}"


def of_token(text: str) -> dict[str, str]:
    version, _, key = text.partition(":")
    return {"Key": unquote(key), "VersionId": version}


def merged(found: Panel) -> list[dict[str, Any]]:
    """Versions and delete markers in one list, by key and the newest first, as S3 lists each."""
    every = [*found.get("Versions", []), *({**one, "marker": True} for one in found.get("DeleteMarkers", []))]
    newest = sorted(every, key=lambda one: (one["IsLatest"], one["LastModified"]), reverse=True)
    return sorted(newest, key=lambda one: one["Key"])


def row_of(session: Session, bucket: str, one: dict[str, Any], name: str) -> dict[str, Any]:
    marker = one.get("marker", False)
    text = f"{name} (current version)" if one["IsLatest"] else name
    url = session.url("object", bucket, key=one["Key"], versionId=one["VersionId"])
    told = [
        text if marker else markup.link(url, text),
        "Delete marker" if marker else cells.kind_of(one["Key"]),
        one["VersionId"],
        cells.moment(one["LastModified"]),
        cells.size_text(0 if marker else one["Size"]),
        markup.NOTHING if marker else cells.class_text(one["StorageClass"]),
    ]
    return tables.row(token(one), told, label=f"{name} {one['VersionId']}")


def of_object(request: HttpRequest, session: Session, thing: dict[str, str], found: Panel) -> dict[str, Any]:
    """The tab of an object's page: those of its key alone, which others may begin with."""
    bucket, key = thing["Bucket"], thing["Key"]
    listed = panel(session, "s3:ListObjectVersions", {"Bucket": bucket, "Prefix": key, "Delimiter": "/"})
    rows = [row_of(session, bucket, one, key.rpartition("/")[2] or key) for one in merged(listed) if one["Key"] == key]
    return {"table": table(request, rows, listed, "Versions"), "bucket": bucket}


def of_folder(request: HttpRequest, session: Session, bucket: str, prefix: str, find: str) -> dict[str, Any]:
    """A bucket's list with Show versions on, a page at a time."""
    key, version = request.GET.get("after", ""), request.GET.get("afterVersion", "")
    params = {"Bucket": bucket, "Prefix": prefix + find, "Delimiter": "/", "MaxKeys": cells.SIZE}
    after = {"KeyMarker": key, **({"VersionIdMarker": version} if version else {})} if key else {}
    listed = panel(session, "s3:ListObjectVersions", {**params, **after})
    folders = [one["Prefix"] for one in listed.get("CommonPrefixes", [])]
    rows = [cells.folder_row(session, bucket, prefix, one, versions="on") for one in folders]
    rows += [row_of(session, bucket, one, one["Key"][len(prefix) :]) for one in merged(listed) if one["Key"] != prefix]
    marks = {"after": listed.get("NextKeyMarker", ""), "afterVersion": listed.get("NextVersionIdMarker", "")}
    query = {"find": find, **marks}
    more = {name: value for name, value in query.items() if value}
    url = cells.place(session, bucket, prefix, versions="on", **more) if listed.get("IsTruncated") else ""
    return {"table": table(request, rows, listed, "Objects"), "next_url": url, "found": listed}


def table(request: HttpRequest, rows: list[dict[str, Any]], listed: Panel, title: str) -> dict[str, Any]:
    return tables.table(
        request,
        id="objects",
        title=title,
        description="Every version of each object, and the delete markers that stand for deleted ones.",
        columns=COLUMNS,
        tools=False,
        rows=rows,
        select="many",
        name="version",
        denial=listed.denial,
        failure=listed.failure,
        empty_text="There are no versions here.",
    )
