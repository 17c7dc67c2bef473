"""Copying, moving and renaming objects: a CopyObject each, and a DeleteObject after it where the old one goes. S3 User
Guide: "Copying, moving, and renaming objects"."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from iamlab.components.markup import tile
from iamlab.console import changes, pages, runs
from iamlab.console.buckets.cells import PLACE, keys_of, named, place
from iamlab.console.buckets.copies import copied
from iamlab.console.buckets.deleting import keys_under
from iamlab.console.buckets.object_page import url_of, which
from iamlab.console.buckets.views import crumbs
from iamlab.console.buckets.writing import SettingsForm
from iamlab.console.changes import Change, Outcome
from iamlab.console.forms import ConsoleForm
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError

MOST = 1000  # objects at once; for more there is the command
FRESH = {"MetadataDirective": "REPLACE", "TaggingDirective": "REPLACE"}
SAME, NONE, GIVEN = "source", "none", "given"
CHOICES = (
    (SAME, tile("Copy source settings", "Storage class, encryption, metadata and tags are those of the source.")),
    (NONE, tile("Don't specify settings", "Each copy is as a new object of its bucket: without metadata and tags.")),
    (GIVEN, tile("Specify settings", "Each copy gets what is written here.")),
)
Pair = tuple[dict[str, str], dict[str, str]]  # an object, and where it goes


def folder_of(key: str) -> str:
    """What a key, or a folder's, has before its name."""
    return key[: key[:-1].rfind("/") + 1]


class TransferForm(SettingsForm):
    destination = forms.CharField(
        label="Destination",
        max_length=1100,
        help_text="A bucket, or a folder in one: s3://bucket/folder/. What has the same key there is replaced.",
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    which = forms.ChoiceField(label="Additional copy settings", choices=CHOICES, widget=forms.RadioSelect, initial=SAME)

    def clean_destination(self) -> tuple[str, str]:
        """Bucket and folder."""
        found = PLACE.fullmatch(self.cleaned_data["destination"])
        if found is None:
            raise ValidationError("Write a bucket, or a folder in one, such as s3://bucket/folder/.")
        folder = found[2] or ""
        return found[1], folder if not folder or folder.endswith("/") else f"{folder}/"

    def changed(self) -> dict[str, Any] | None:
        """What the copy is given; None where it is to be as its source."""
        chosen = self.cleaned_data["which"]
        if chosen == SAME:
            return None
        return {**FRESH, **(self.more() if chosen == GIVEN else {})}


class RenameForm(ConsoleForm):
    name = forms.CharField(label="New object name", max_length=1024)

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if "/" in name:
            raise ValidationError("A name has no slash. To put the object into another folder, move it.")
        return name


def transfer(session: Session, pair: Pair, changed: dict[str, Any] | None, moves: bool) -> list[Outcome]:
    """The copy, and where it stands and the object moves, the deletion. Each may be refused by itself."""
    thing, to = pair
    found: dict[str, Any] = {}
    if changed is None:
        try:
            found = session.call("s3:HeadObject", thing)
        except AwsError as error:
            return [Outcome(f"Read {thing['Key']}", "s3:HeadObject", runs.refusal(session, error))]
    calls = [copied(thing, found, changed or {}, to)]
    if moves:
        calls.append(Change("s3:DeleteObject", thing, f"Delete {thing['Key']}"))
    return changes.make(session, calls, stop=True)


def pairs_of(session: Session, bucket: str, keys: list[str], to: tuple[str, str]) -> list[Pair]:
    """Every object that was chosen, those of folders too, and where it goes. Raises AwsError of listing."""
    name, folder = to
    found: dict[str, str] = {}
    for chosen in keys:
        for key in keys_under(session, bucket, chosen) if chosen.endswith("/") else [chosen]:
            found[key] = folder + key[len(folder_of(chosen)) :]
    return [({"Bucket": bucket, "Key": key}, {"Bucket": name, "Key": goes}) for key, goes in found.items()]


def problem(pairs: list[Pair], moves: bool) -> str:
    """Why these cannot be copied or moved, if so."""
    if not pairs:
        return "There is nothing in what was chosen."
    if len(pairs) > MOST:
        command = f"aws s3 {'mv' if moves else 'cp'} --recursive"
        return f"These are {len(pairs):,} objects. For more than {MOST:,} use {command}."
    if moves and any(thing == to for thing, to in pairs):
        return "They are there already. Choose another destination."
    return ""


@require_http_methods(["GET", "POST"])
@console_page
def copy(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    return transfers(request, session, bucket, moves=False)


@require_http_methods(["GET", "POST"])
@console_page
def move(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    return transfers(request, session, bucket, moves=True)


def transfers(request: HttpRequest, session: Session, bucket: str, moves: bool) -> HttpResponse:
    keys = keys_of(request)
    if not keys:
        return redirect(place(session, bucket))
    title, past = ("Move", "moved") if moves else ("Copy", "copied")
    back = place(session, bucket, folder_of(keys[0]))
    form = TransferForm(request.POST or None, initial={"destination": f"s3://{bucket}/"})
    if form.is_bound and form.is_valid():
        pairs = pairs_of(session, bucket, keys, form.cleaned_data["destination"])
        wrong = problem(pairs, moves)
        if not wrong:
            changed = form.changed()
            outcomes = [one for pair in pairs for one in transfer(session, pair, changed, moves)]
            done = f"Successfully {past} {len(pairs):,} object{'' if len(pairs) == 1 else 's'}."
            return changes.answer(request, session, outcomes, back, done, title)
        form.add_error("destination", wrong)
    context = {"form": form, "heading": title, "cancel_url": back, "moves": moves, **named(keys)}
    return pages.render(
        request,
        session,
        "console/buckets/transfer.html",
        context,
        title=title,
        crumbs=crumbs(session, (bucket, place(session, bucket)), (title, None)),
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
@console_page
def rename(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """An object's alone: a folder is a beginning of many names."""
    thing, title = which(request, bucket), "Rename object"
    key = thing["Key"]
    if not key or key.endswith("/"):
        return pages.done(
            request, place(session, bucket, folder_of(key)), "A folder is not renamed: move it.", "warning"
        )
    folder = folder_of(key)
    form = RenameForm(request.POST or None, initial={"name": key[len(folder) :]})
    if form.is_bound and form.is_valid():
        to = {"Bucket": bucket, "Key": folder + form.cleaned_data["name"]}
        if to["Key"] == key:
            form.add_error("name", "It has this name already.")
        else:
            outcomes = transfer(session, ({"Bucket": bucket, "Key": key}, to), None, moves=True)
            back, done = place(session, bucket, folder), f"Successfully renamed the object to “{to['Key']}”."
            return changes.answer(request, session, outcomes, back, done, title)
    context = {"form": form, "heading": title, "cancel_url": url_of(session, thing), "key": key}
    return pages.render(
        request,
        session,
        "console/buckets/rename.html",
        context,
        title=title,
        crumbs=crumbs(session, (bucket, place(session, bucket)), (key, url_of(session, thing)), (title, None)),
        status=422 if form.is_bound else 200,
    )
