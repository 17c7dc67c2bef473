"""The buckets list, and emptying and deleting a bucket."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.components import markup, tables
from iamlab.console import lists, pages, regions
from iamlab.console.buckets.forms import OpenBucketForm
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError

COLUMNS = [
    tables.column("name", "Name", sortable=True),
    tables.column("region", "AWS Region"),
    tables.column("created", "Creation date", sortable=True),
]


def crumbs(session: Session, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    return [("Buckets", session.url("buckets")), *more]


@require_safe
@console_page
def buckets(request: HttpRequest, session: Session) -> HttpResponse:
    found, ask = lists.listed(session, request, "s3:ListBuckets", COLUMNS)
    url = session.url("bucket", "NAME", "objects")
    rows = [
        tables.row(
            bucket["Name"],
            [
                markup.link(url.replace("/NAME/", f"/{bucket['Name']}/"), bucket["Name"]),
                regions.shown_name(bucket["BucketRegion"]),
                f"{bucket['CreationDate']:%B %d, %Y, %H:%M:%S} (UTC)",
            ],
        )
        for bucket in found.get("Buckets", [])
    ]
    table = lists.shown(
        request,
        found,
        ask,
        COLUMNS,
        rows,
        id="buckets",
        title="Buckets",
        heading="h1",
        description="Buckets are containers for data stored in S3.",
        info=True,
        select="one",
        filter_label="Find buckets by name",
        empty_text="You do not have any buckets.",
    )
    context = {"table": table, "open_form": OpenBucketForm()}
    return pages.render(
        request,
        session,
        "console/buckets/list.html",
        context,
        title="Buckets",
        crumbs=crumbs(session)[:1],
        service="s3",
    )


@require_safe
@console_page
def open_bucket(request: HttpRequest, session: Session) -> HttpResponse:
    """Open a bucket by its name: what a person without s3:ListAllMyBuckets does."""
    form = OpenBucketForm(request.GET)
    if form.is_valid():
        return redirect(session.url("bucket", form.cleaned_data["name"], "objects"))
    text = "Enter a bucket's name alone, such as customer-bills: without s3://, and without a key behind it."
    return pages.done(request, session.url("buckets"), text, "error")


@require_http_methods(["GET", "POST"])
@console_page
def delete(request: HttpRequest, session: Session) -> HttpResponse:
    """Delete one bucket; its name is typed. One that is not empty offers to be emptied."""
    name = request.POST.get("bucket") or request.GET.get("selected", "")
    confirm: dict[str, Any] = {
        "title": f"Delete bucket {name}?",
        "cancel_url": session.url("buckets"),
        "submit": "Delete bucket",
        "danger": "Deleting a bucket cannot be undone, and its name may be taken by others.",
        "typed": name,
        "hidden": [("bucket", name)],
    }
    if request.method == "POST":
        if request.POST.get("typed") != name:
            confirm["error"] = "Type the bucket's name exactly."
        else:
            try:
                session.call("s3:DeleteBucket", {"Bucket": name})
                return pages.done(request, session.url("buckets"), f"Successfully deleted bucket “{name}”")
            except AwsError as error:
                if error.refuses:
                    raise
                confirm["error"] = error.message
                if error.code == "BucketNotEmpty":
                    url = session.url("bucket-empty", selected=name)
                    confirm["error"] = format_html(
                        '{}. Empty it first: <a href="{}">Empty bucket</a>', error.message, url
                    )
    return question(request, session, confirm, "Delete bucket")


@require_http_methods(["GET", "POST"])
@console_page
def empty(request: HttpRequest, session: Session) -> HttpResponse:
    """Delete every object and version, a thousand at a time, each authorised by itself."""
    name = request.POST.get("bucket") or request.GET.get("selected", "")
    confirm: dict[str, Any] = {
        "title": f"Empty bucket {name}?",
        "cancel_url": session.url("buckets"),
        "submit": "Empty",
        "danger": "Every object in the bucket is deleted, all versions included.",
        "typed": "permanently delete",
        "hidden": [("bucket", name)],
    }
    if request.method == "POST":
        if request.POST.get("typed") != "permanently delete":
            confirm["error"] = "Type “permanently delete” exactly."
        else:
            try:
                refused = empty_bucket(session, name)
            except AwsError as error:
                if error.refuses:
                    raise
                confirm["error"] = error.message
            else:
                text: str = f"Successfully emptied bucket “{name}”"
                if refused:
                    many = f"{len(refused):,} object{' was' if len(refused) == 1 else 's were'} not deleted."
                    text = format_html("{} {}", many, refusal_of(session, name, refused[0]))
                return pages.done(request, session.url("buckets"), text, "warning" if refused else "success")
    return question(request, session, confirm, "Empty bucket")


def empty_bucket(session: Session, name: str) -> list[dict[str, Any]]:
    """The errors of the objects that were not deleted."""
    failed: list[dict[str, Any]] = []
    params: dict[str, Any] = {"Bucket": name}
    while True:
        listed = session.call("s3:ListObjectVersions", params)
        found = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for one in [*listed["Versions"], *listed["DeleteMarkers"]]
        ]
        if found:
            answer = session.call("s3:DeleteObjects", {"Bucket": name, "Delete": {"Objects": found, "Quiet": True}})
            failed += answer["Errors"]
        if not listed["IsTruncated"]:
            return failed
        params = {
            "Bucket": name,
            "KeyMarker": listed["NextKeyMarker"],
            "VersionIdMarker": listed["NextVersionIdMarker"],
        }


def refusal_of(session: Session, bucket: str, error: dict[str, Any]) -> SafeString:
    """One error of DeleteObjects, whose event is one for all keys: the simulator tells why this one is refused."""
    told = format_html("{}: {}", error["Key"], error["Message"])
    if error["Code"] != "AccessDenied" or "object lock" in error["Message"]:
        return told
    url = session.url(
        "evaluator",
        principal=session.caller.principal_arn,
        actions="s3:DeleteObjectVersion" if "VersionId" in error else "s3:DeleteObject",
        resource=f"arn:aws:s3:::{bucket}/{error['Key']}",
    )
    return format_html('{} <a href="{}">Why?</a>', told, url)


def question(request: HttpRequest, session: Session, confirm: dict[str, Any], title: str) -> HttpResponse:
    status = 422 if confirm.get("error") else 200
    return pages.render(
        request,
        session,
        "console/buckets/confirm.html",
        {"confirm": confirm},
        title=title,
        crumbs=crumbs(session, (title, None)),
        service="s3",
        status=status,
    )
