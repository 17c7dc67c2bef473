"""Block Public Access in forms: four settings, and one box that stands for all of them."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console import changes, pages
from iamlab.console.buckets.reading import setting
from iamlab.console.buckets.views import crumbs, question
from iamlab.console.editing import EditingForm
from iamlab.console.forms import ConsoleForm
from iamlab.console.session import Session, console_page
from iamlab.services.operations import AwsError

# The settings: name, label, what it does.
SETTINGS = (
    (
        "BlockPublicAcls",
        "Block public access to buckets and objects granted through new access control lists (ACLs)",
        "A new ACL that grants public access is refused, and so is an upload with one. ACLs that exist stay.",
    ),
    (
        "IgnorePublicAcls",
        "Block public access to buckets and objects granted through any access control lists (ACLs)",
        "What ACLs grant to the public counts for nothing.",
    ),
    (
        "BlockPublicPolicy",
        "Block public access to buckets and objects granted through new public bucket or access point policies",
        "A new policy that grants public access is refused. Policies that exist stay.",
    ),
    (
        "RestrictPublicBuckets",
        "Block public and cross-account access to buckets and objects through any public bucket or access point "
        "policies",
        "A bucket with a public policy is open to AWS services and to its owner's account alone.",
    ),
)
NAMES = tuple(name for name, *_ in SETTINGS)
ALL = "BlockAll"


class BlockForm(ConsoleForm):
    """The four settings. The box over them wins where it is ticked: that is the same as ticking all four."""

    BlockAll = forms.BooleanField(
        label="Block all public access",
        required=False,
        help_text="Turning this on is the same as turning on all four settings below. Each of them stands for itself.",
    )
    BlockPublicAcls = forms.BooleanField(required=False)
    IgnorePublicAcls = forms.BooleanField(required=False)
    BlockPublicPolicy = forms.BooleanField(required=False)
    RestrictPublicBuckets = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, text in SETTINGS:
            self.fields[name].label, self.fields[name].help_text = label, text

    @property
    def each(self) -> list[forms.BoundField]:
        return [self[name] for name in NAMES]

    def settings(self) -> dict[str, bool]:
        return {name: self.cleaned_data[ALL] or self.cleaned_data[name] for name in NAMES}


class EditForm(EditingForm, BlockForm):
    """The settings of a bucket that is there."""


def as_boxes(found: dict[str, bool]) -> dict[str, bool]:
    """The settings as the form's boxes show them."""
    now = {name: bool(found.get(name)) for name in NAMES}
    return {**now, ALL: all(now.values())}


@require_http_methods(["GET", "POST"])
@console_page
def edit(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    """Two steps, as AWS's console has it: the boxes, then the word confirm."""
    now = setting(session, "s3:GetPublicAccessBlock", bucket).get("PublicAccessBlockConfiguration", {})
    back = session.url("bucket", bucket, "permissions")
    title = "Edit Block public access (bucket settings)"
    form = EditForm(request.POST if request.method == "POST" else None, initial=as_boxes(now))
    if request.method == "POST":
        form.is_valid()  # what somebody else changed meanwhile is told in the question
        return confirm(request, session, bucket, form, {"title": title, "cancel_url": back})
    context = {"form": form, "heading": title, "cancel_url": back}
    trail = crumbs(session, (bucket, back), (title, None))
    template = "console/buckets/block.html"
    return pages.render(request, session, template, context, title=title, crumbs=trail, service="s3")


def confirm(request: HttpRequest, session: Session, bucket: str, form: EditForm, asked: dict[str, Any]) -> HttpResponse:
    wanted = form.settings()
    asked |= {
        "error": " ".join(map(str, form.non_field_errors())),
        "submit": "Confirm",
        "danger": "Updating the Block Public Access settings for this bucket affects this bucket and all objects in "
        "it." + ("" if all(wanted.values()) else " Some objects may become public."),
        "typed": "confirm",
        "confirms": "the settings",
        "hidden": [("seen", form["seen"].value() or ""), *((name, "on") for name, on in wanted.items() if on)],
    }
    if "typed" in request.POST and not asked["error"]:
        asked["error"] = changes.confirmed(request, "confirm")
        if not asked["error"]:
            try:
                params = {"Bucket": bucket, "PublicAccessBlockConfiguration": wanted}
                session.call("s3:PutPublicAccessBlock", params)
            except AwsError as error:
                if error.refuses:
                    raise
                asked["error"] = error.message
            else:
                text = f"Successfully edited Block Public Access settings for bucket “{bucket}”"
                return pages.done(request, asked["cancel_url"], text)
    return question(request, session, asked, asked["title"])
