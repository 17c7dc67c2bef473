"""The Create bucket page. S3 User Guide: "Creating a general purpose bucket"."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from iamlab.console import pages, regions, runs, wizard_pages
from iamlab.console.buckets import encryption
from iamlab.console.buckets.blocks import ALL, NAMES, BlockForm, as_boxes
from iamlab.console.buckets.encryption import SWITCH, EncryptionForm
from iamlab.console.buckets.forms import ENFORCED, OWNERSHIPS
from iamlab.console.buckets.reading import kept
from iamlab.console.models import Draft
from iamlab.console.pickers import BUCKETS, PickField
from iamlab.console.session import Session, console_page
from iamlab.console.tags import TagsField
from iamlab.console.wizard import Planned, Step, StepForm, Wizard
from iamlab.services.operations import AwsError

PLAIN = {"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}


class CreateBucketForm(StepForm, BlockForm, EncryptionForm):
    """The whole page. `copied` is the bucket whose settings the fields show."""

    key = "settings"
    operation = "s3:CreateBucket"
    fields_of_codes = {
        **dict.fromkeys(("InvalidBucketName", "BucketAlreadyExists", "BucketAlreadyOwnedByYou"), "Bucket"),
        "InvalidTag": "tags",
        "InvalidLocationConstraint": "region",
    }

    region = forms.ChoiceField(
        label="AWS Region",
        choices=[(code, regions.shown_name(code)) for code in regions.NAMES],
        initial=regions.USUAL,
        help_text="Where the bucket's objects are kept. It cannot be changed later.",
    )
    Bucket = forms.CharField(
        label="Bucket name",
        max_length=63,
        help_text="3 to 63 characters: lower-case letters, digits, dots and hyphens; a letter or digit at both ends. "
        "Unique in all of AWS, and not to be changed later.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    copy_from = forms.CharField(
        label="Copy settings from existing bucket",
        required=False,
        max_length=63,
        help_text="The name of a bucket, or choose one. All below is set as it is there; its policy is not copied.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    copy_bucket = PickField(BUCKETS, multiple=False, label="Choose bucket")
    copied = forms.CharField(required=False, max_length=63, widget=forms.HiddenInput)
    ObjectOwnership = forms.ChoiceField(
        label="Object Ownership", choices=OWNERSHIPS, widget=forms.RadioSelect, initial=ENFORCED
    )
    acknowledged = forms.BooleanField(
        label="I acknowledge that the current settings might result in this bucket and the objects within becoming "
        "public.",
        required=False,
    )
    versioning = forms.ChoiceField(label="Bucket Versioning", choices=SWITCH, widget=forms.RadioSelect, initial="off")
    tags = TagsField(fold=False)
    lock = forms.ChoiceField(
        label="Object Lock",
        choices=SWITCH,
        widget=forms.RadioSelect,
        initial="off",
        help_text="Write once, read many: versions can be kept from being deleted or overwritten. Object Lock needs "
        "versions: enabling it enables Bucket Versioning.",
    )
    lock_acknowledged = forms.BooleanField(
        label="I acknowledge that enabling Object Lock will permanently allow objects in this bucket to be locked.",
        required=False,
    )

    choosing = False  # whether the buckets are shown to choose from
    copying: dict[str, Any] | None = None  # why the settings of another bucket could not be read

    def prepare(self) -> None:
        self.initial = {**self.defaults(), **self.initial}

    def typed(self, sent: Any) -> dict[str, Any]:
        """What was typed so far, and over it the settings of the bucket that are to be copied."""
        found = super().typed(sent)
        look = sent.get("look", "")
        self.choosing = look == "choose" or look.startswith("copy_bucket")
        if look == "defaults":
            return {**self.defaults(), "Bucket": found["Bucket"], "region": found["region"]}
        name = next(iter(found["copy_bucket"]), found["copy_from"])
        if look != "copy" or not name:
            return found
        found = {**found, "copy_from": name}
        try:
            return {**found, **settings_of(self.session, name), "copied": name}
        except AwsError as error:
            self.copying = runs.refusal(self.session, error)
            return found

    def defaults(self) -> dict[str, Any]:
        usual = {name: field.initial for name, field in self.fields.items()}
        return {**usual, **dict.fromkeys((ALL, *NAMES), True)}

    @property
    def lock_open(self) -> bool:
        return self["lock"].value() == "on"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("copy_from", "") != given.get("copied", ""):
            self.add_error("copy_from", "Choose “Copy settings” first, and look at what it sets; or empty this field.")
        if not all(self.settings().values()) and not given.get("acknowledged"):
            self.add_error("acknowledged", "Acknowledge that the bucket may become public, or block all public access.")
        if given.get("lock") == "on" and not given.get("lock_acknowledged"):
            self.add_error("lock_acknowledged", "Acknowledge what Object Lock means, or disable it.")
        return given

    def stored(self) -> dict[str, Any]:
        found = {**super().stored(), **self.settings()}
        del found["copy_bucket"]
        return found


def settings_of(session: Session, bucket: str) -> dict[str, Any]:
    """What the page copies of a bucket. Raises AwsError where one of them may not be read."""
    encrypted = kept(session, "s3:GetBucketEncryption", bucket)
    ownership = kept(session, "s3:GetBucketOwnershipControls", bucket).get("OwnershipControls", {})
    blocks = kept(session, "s3:GetPublicAccessBlock", bucket).get("PublicAccessBlockConfiguration", {})
    versioning = kept(session, "s3:GetBucketVersioning", bucket)
    return {
        **as_boxes(blocks),
        **encryption.as_fields(encrypted.get("ServerSideEncryptionConfiguration", {})),
        "ObjectOwnership": next((one["ObjectOwnership"] for one in ownership.get("Rules", [])), "ObjectWriter"),
        "versioning": "on" if versioning.get("Status") == "Enabled" else "off",
        "tags": kept(session, "s3:GetBucketTagging", bucket).get("TagSet", []),
    }


def planned(data: dict[str, Any]) -> list[Planned]:
    """CreateBucket, and what differs from a new bucket's defaults by a call each, in the bucket's Region."""
    given = data.get("settings")
    if not given:
        return []
    name, region = given["Bucket"], given["region"]
    where = {"Bucket": name}
    made = f"Create bucket {name}"
    setting = {"region": region, "of": made}
    calls = [Planned("s3:CreateBucket", where | creation(given), made, region=region)]
    if not all(given[one] for one in NAMES):
        blocks = {"PublicAccessBlockConfiguration": {one: given[one] for one in NAMES}}
        calls.append(Planned("s3:PutPublicAccessBlock", where | blocks, "Set Block Public Access", **setting))
    if given["versioning"] == "on" and given["lock"] == "off":
        enabled = {"VersioningConfiguration": {"Status": "Enabled"}}
        calls.append(Planned("s3:PutBucketVersioning", where | enabled, "Enable Bucket Versioning", **setting))
    if given["encryption"] != encryption.SSE_S3:
        rules = {"ServerSideEncryptionConfiguration": {"Rules": [encryption.rule_of(given)]}}
        calls.append(Planned("s3:PutBucketEncryption", where | rules, "Set default encryption", **setting))
    return calls


def creation(given: dict[str, Any]) -> dict[str, Any]:
    """What CreateBucket gets beside the name. Each of these takes a permission more, and the defaults take none."""
    configuration: dict[str, Any] = {}
    if given["region"] != regions.USUAL:
        configuration["LocationConstraint"] = given["region"]
    if given["tags"]:
        configuration["Tags"] = given["tags"]
    params: dict[str, Any] = {"CreateBucketConfiguration": configuration} if configuration else {}
    if given["ObjectOwnership"] != ENFORCED:
        params["ObjectOwnership"] = given["ObjectOwnership"]
    if given["lock"] == "on":
        params["ObjectLockEnabledForBucket"] = True
    return params


def finish(request: HttpRequest, session: Session, draft: Draft) -> HttpResponse:
    name = draft.data["settings"]["Bucket"]
    text = format_html(
        'Successfully created bucket “{}”. To upload files, or to change more of its settings, choose '
        '<a class="btn" href="{}">View details</a>',
        name,
        session.url("bucket", name, "objects"),
    )  # fmt: skip
    return pages.done(request, session.url("buckets"), text)


WIZARD = Wizard(
    name="bucket-create",
    title="Create bucket",
    submit="Create bucket",
    cancel=lambda session, draft: session.url("buckets"),
    steps=lambda data: [Step("settings", "Create bucket", CreateBucketForm, "console/buckets/create.html")],
    calls=planned,
    result_template="console/wizard_result.html",
    crumbs=lambda session, draft: [("Buckets", session.url("buckets")), ("Create bucket", None)],
    finish=finish,
)


@require_safe
@console_page
def start(request: HttpRequest, session: Session) -> HttpResponse:
    return wizard_pages.start(session, WIZARD)
