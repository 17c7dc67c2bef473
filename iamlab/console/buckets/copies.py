"""What only a copy of an object onto itself changes: its storage class, its encryption, its metadata. S3 API Reference:
"CopyObject"; S3 User Guide: "Editing object metadata in the Amazon S3 console"."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, pages, questions, runs
from iamlab.console.buckets.cells import CLASSES, keys_of, named, place
from iamlab.console.buckets.encryption import EncryptionForm, rule_of
from iamlab.console.buckets.object_page import HEADERS, header_name, url_of, which
from iamlab.console.buckets.reading import region_of, setting
from iamlab.console.buckets.views import crumbs
from iamlab.console.buckets.writing import NAME
from iamlab.console.changes import Change, Outcome
from iamlab.console.editing import EditingForm
from iamlab.console.pickers import PickingForm
from iamlab.console.session import Session, console_page
from iamlab.console.tags import TagsField
from iamlab.services.operations import AwsError

ENCRYPTION = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled")
NOT_TAKEN_ALONG = ("StorageClass", "WebsiteRedirectLocation", *ENCRYPTION)  # by a copy, unless it is told to
BYTES = 2048  # of an object's own metadata, names and values; S3 User Guide: "Working with object metadata"


def copied(
    thing: dict[str, str], found: dict[str, Any], changed: dict[str, Any], to: dict[str, str] | None = None
) -> Change:
    """The copy of an object, onto itself unless told where: as HEAD found it, but for what is changed."""
    anew = ENCRYPTION if "ServerSideEncryption" in changed else ()
    same = {name: found[name] for name in NOT_TAKEN_ALONG if found.get(name) and name not in anew}
    source = f"{thing['Bucket']}/{quote(thing['Key'])}"
    label = f"Copy {thing['Key']} to s3://{to['Bucket']}/{to['Key']}" if to else f"Change {thing['Key']}"
    return Change("s3:CopyObject", {**(to or thing), "CopySource": source, **same, **changed}, label)


def copy_each(session: Session, things: list[dict[str, str]], changed: dict[str, Any]) -> list[Outcome]:
    """Each is read and copied by itself, and may be refused by itself."""
    outcomes = []
    for thing in things:
        try:
            found = session.call("s3:HeadObject", thing)
        except AwsError as error:
            outcomes.append(Outcome(f"Read {thing['Key']}", "s3:HeadObject", runs.refusal(session, error)))
        else:
            outcomes += changes.make(session, [copied(thing, found, changed)])
    return outcomes


class StorageForm(EditingForm):
    StorageClass = forms.ChoiceField(label="Storage class", choices=list(CLASSES.items()), widget=forms.RadioSelect)

    def changed(self) -> dict[str, Any]:
        return {"StorageClass": self.cleaned_data["StorageClass"]}


class ObjectEncryptionForm(EditingForm, EncryptionForm):
    """`region` is the bucket's."""

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def region_of_bucket(self) -> str:
        return self.region

    def changed(self) -> dict[str, Any]:
        rule = rule_of(self.cleaned_data)
        usual = rule["ApplyServerSideEncryptionByDefault"]
        key = {"SSEKMSKeyId": usual["KMSMasterKeyID"]} if "KMSMasterKeyID" in usual else {}
        bucket_key = {"BucketKeyEnabled": True} if rule.get("BucketKeyEnabled") else {}
        return {"ServerSideEncryption": usual["SSEAlgorithm"], **key, **bucket_key}


def chosen(request: HttpRequest, bucket: str) -> list[dict[str, str]]:
    """The objects that the page is about; folders are none."""
    return [{"Bucket": bucket, "Key": key} for key in keys_of(request) if not key.endswith("/")]


@require_http_methods(["GET", "POST"])
@console_page
def edit_storage(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    def form(found: dict[str, Any]) -> StorageForm:
        return StorageForm(request.POST or None, initial={"StorageClass": found.get("StorageClass", "STANDARD")})

    return edit(request, session, bucket, "Edit storage class", form)


@require_http_methods(["GET", "POST"])
@console_page
def edit_encryption(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    def form(found: dict[str, Any]) -> ObjectEncryptionForm:
        now = {
            "encryption": found.get("ServerSideEncryption"),
            "kms_key": found.get("SSEKMSKeyId", ""),
            "bucket_key": "on" if found.get("BucketKeyEnabled") else "off",
        }
        region = region_of(setting(session, "s3:GetBucketLocation", bucket))
        return ObjectEncryptionForm(request.POST or None, initial=now if found else {}, region=region)

    return edit(request, session, bucket, "Edit server-side encryption", form)


def edit(
    request: HttpRequest, session: Session, bucket: str, title: str, make: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """A form for one object or several; of one it shows what is there."""
    things = chosen(request, bucket)
    if not things:
        return redirect(place(session, bucket, request.GET.get("prefix", "")))
    one = things[0] if len(things) == 1 else None
    form = make(session.call("s3:HeadObject", one) if one else {})
    folder = things[0]["Key"].rpartition("/")[0]
    back = url_of(session, one) if one else place(session, bucket, f"{folder}/" if folder else "")
    if form.is_bound and form.is_valid():
        outcomes = copy_each(session, things, form.changed())
        done = f"Successfully edited {len(things)} object{'' if one else 's'}."
        return changes.answer(request, session, outcomes, back, done, title)
    context = {"form": form, "heading": title, "cancel_url": back, **named([thing["Key"] for thing in things])}
    return pages.render(
        request,
        session,
        "console/buckets/copies.html",
        context,
        title=title,
        crumbs=crumbs(session, (bucket, place(session, bucket)), (title, None)),
        status=422 if form.is_bound else 200,
    )


class MetadataField(TagsField):
    """User-defined metadata as rows, without the x-amz-meta- that their headers begin with."""

    def clean(self, value: Any) -> list[dict[str, str]]:
        rows = [{**row, "Key": row["Key"].lower().removeprefix("x-amz-meta-")} for row in value or []]
        names = [row["Key"] for row in rows]
        for row in rows:
            if not NAME.fullmatch(row["Key"]):
                raise ValidationError(f"“{row['Key']}” is no name: write letters, digits and hyphens, without spaces.")
            if names.count(row["Key"]) > 1:
                raise ValidationError(f"The key {row['Key']} stands here twice.")
        if sum(len(text.encode()) for row in rows for text in row.values()) > BYTES:
            raise ValidationError(f"Names and values may have {BYTES:,} bytes together.")
        return rows


def header(member: str) -> forms.CharField:
    return forms.CharField(label=header_name(member), required=False, max_length=1024)


class MetadataForm(EditingForm, PickingForm):
    ContentType = header("ContentType")
    ContentEncoding = header("ContentEncoding")
    ContentLanguage = header("ContentLanguage")
    ContentDisposition = header("ContentDisposition")
    CacheControl = header("CacheControl")
    metadata = MetadataField(
        label="User-defined metadata",
        noun="metadata",
        help_text="Told in headers that begin with x-amz-meta-. Saving copies the object onto itself; the copy is "
        "private, whatever ACL the object has.",
    )


def described(given: dict[str, Any]) -> dict[str, Any]:
    """What the form was given, as a copy's parameters."""
    headers = {name: given[name] for name in HEADERS if given.get(name)}
    return {**headers, "Metadata": {row["Key"]: row["Value"] for row in given["metadata"]}}


@require_http_methods(["GET", "POST"])
@console_page
def edit_metadata(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """All of it is given anew: what is left out is gone, but for the date in Expires."""
    thing = which(request, bucket)
    found, back, title = session.call("s3:HeadObject", thing), url_of(session, thing), "Edit metadata"
    own = [{"Key": name, "Value": text} for name, text in found.get("Metadata", {}).items()]
    now = {**{name: found.get(name, "") for name in HEADERS}, "metadata": own}
    trail = crumbs(session, (bucket, place(session, bucket)), (thing["Key"], back))
    form = questions.picked(request, session, MetadataForm, title, back, trail, "Save changes", initial=now)
    if isinstance(form, HttpResponse):
        return form
    kept = {"Expires": found["Expires"]} if found.get("Expires") else {}
    change = copied(thing, found, {"MetadataDirective": "REPLACE", **kept, **described(form.cleaned_data)})
    return changes.answer(request, session, changes.make(session, [change]), back, "The metadata was saved.", title)
