"""Presigned URLs of objects, and how much objects take together. S3 User Guide: "Sharing objects with presigned URLs",
"Calculating the total size"."""

import os.path
import shlex
from typing import Any
from urllib.parse import quote

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from iamlab.console import pages, regions
from iamlab.console.buckets.cells import keys_in, kind_of, place, size_text
from iamlab.console.buckets.object_page import url_of, which
from iamlab.console.buckets.transfers import folder_of
from iamlab.console.buckets.views import crumbs
from iamlab.console.forms import ConsoleForm
from iamlab.console.panels import of_error
from iamlab.console.session import Session, console_page
from iamlab.door import sessions
from iamlab.labs.commandline.presign import address
from iamlab.labs.commandline.profiles import Credentials
from iamlab.services.operations import AwsError

MINUTES, HOURS = 60, 3600
MOST = {"minutes": 720, "hours": 12}
LISTS = 5  # read for a total: a page asks little of a bucket of any size


def presigned_url(request: HttpRequest, session: Session, thing: dict[str, str], seconds: int) -> str:
    """The object's address, signed with the keys of this console session. S3 judges whoever signed."""
    version = f"?versionId={quote(thing['VersionId'])}" if "VersionId" in thing else ""
    url = request.build_absolute_uri(f"/aws/{thing['Bucket']}/{quote(thing['Key'], safe='/~')}{version}")
    keys = Credentials(*sessions.keys_of(session.person, session.id))
    return address(keys, url, session.source.region or regions.USUAL, seconds)


@require_safe
@console_page
def opened(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """On to a presigned address of five minutes, as the console opens an object."""
    thing = which(request, bucket)
    if thing["Key"].endswith("/"):
        return redirect(place(session, bucket, thing["Key"]))
    return redirect(presigned_url(request, session, thing, 300))


class ShareForm(ConsoleForm):
    unit = forms.ChoiceField(
        label="Time interval until the presigned URL expires",
        choices=[("minutes", "Minutes"), ("hours", "Hours")],
        widget=forms.RadioSelect,
        initial="minutes",
    )
    number = forms.IntegerField(
        label="Number of minutes or hours",
        min_value=1,
        max_value=MOST["minutes"],
        help_text="Up to 12 hours, which are 720 minutes, or until your session expires.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        most = MOST.get(given.get("unit", ""), 0)
        if most and given.get("number", 0) > most:
            self.add_error("number", f"Enter a number from 1 to {most}.")
        return given

    def seconds(self) -> int:
        return int(self.cleaned_data["number"]) * (HOURS if self.cleaned_data["unit"] == "hours" else MINUTES)


@require_http_methods(["GET", "POST"])
@console_page
def share(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """No call is made: whether the address opens anything shows when somebody opens it."""
    thing = which(request, bucket)
    key, back = thing["Key"], url_of(session, thing)
    if not key or key.endswith("/"):
        return pages.done(request, place(session, bucket, key), "A folder has no URL to share.", "warning")
    title = f"Share “{key}” with a presigned URL"
    form = ShareForm(request.POST or None)
    context: dict[str, Any] = {
        "form": form,
        "confirm": {"title": title, "cancel_url": back, "submit": "Create presigned URL", "wide": True},
        "key": key,
    }
    if form.is_bound and form.is_valid():
        context["shared_url"] = presigned_url(request, session, thing, form.seconds())
        context["command"] = f"aws s3 presign {shlex.quote(f's3://{bucket}/{key}')} --expires-in {form.seconds()}"
        arn = f"arn:aws:s3:::{bucket}/{key}"
        context["check_url"] = session.url(
            "evaluator", principal=session.caller.principal_arn, actions="s3:GetObject", resource=arn
        )
    response = pages.render(
        request,
        session,
        "console/buckets/share.html",
        context,
        title=title,
        crumbs=crumbs(session, (bucket, place(session, bucket)), (key, back), ("Share", None)),
        status=422 if form.is_bound and not form.is_valid() else 200,
    )
    response.headers["Cache-Control"] = "no-store"  # the URL is a key
    return response


@require_safe
@console_page
def total_size(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """One list of all that begins as what was chosen does, whatever the number of rows."""
    keys = keys_in(request.GET)
    if not keys:
        return redirect(place(session, bucket))
    denied, more = None, False
    totals: dict[str, tuple[int, int]] = {}
    try:
        totals, more = counted(session, bucket, keys)
    except AwsError as error:
        denied = of_error(session, error)
    folder, title = folder_of(keys[0]), "Calculate total size"
    objects, size = (sum(one[at] for one in totals.values()) for at in (0, 1))
    over = "over " if more else ""
    context = {
        "refused": denied,
        "more": f"aws s3 ls {shlex.quote(f's3://{bucket}/{folder}')} --recursive --summarize" if more else "",
        "summary": [
            ("Source", f"s3://{bucket}/{folder}"),
            ("Total number of objects", f"{over}{objects:,}"),
            ("Total size", f"{over}{size_text(size)}"),
        ],
        "rows": [
            (key[len(folder_of(key)) :], "Folder" if key.endswith("/") else kind_of(key), f"{many:,}", size_text(size))
            for key, (many, size) in totals.items()
        ],
        "back": place(session, bucket, folder),
    }
    trail = crumbs(session, (bucket, place(session, bucket)), (title, None))
    return pages.render(request, session, "console/buckets/total_size.html", context, title=title, crumbs=trail)


def counted(session: Session, bucket: str, keys: list[str]) -> tuple[dict[str, tuple[int, int]], bool]:
    """For each key or folder, how many objects are in it and how large they are; and whether there are more than the
    lists that were read, of 1,000 objects each. Raises AwsError.
    """
    totals = dict.fromkeys(keys, (0, 0))
    folders = tuple(key for key in keys if key.endswith("/"))
    params: dict[str, Any] = {"Bucket": bucket, "Prefix": os.path.commonprefix(keys)}  # noqa: RUF071  of letters
    for _ in range(LISTS):
        listed = session.call("s3:ListObjectsV2", params)
        for one in listed["Contents"]:
            for key in {one["Key"], *(each for each in folders if one["Key"].startswith(each))} & totals.keys():
                many, size = totals[key]
                totals[key] = many + 1, size + one["Size"]
        if not listed["IsTruncated"]:
            return totals, False
        params["ContinuationToken"] = listed["NextContinuationToken"]
    return totals, True
