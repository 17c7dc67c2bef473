"""The forms of trails: where the log files go, which events they hold."""

from typing import Any

from django import forms

from iamlab.components.markup import tile
from iamlab.console.editing import EditingForm
from iamlab.console.forms import ConsoleForm, OperationForm
from iamlab.console.tags import TagsField
from iamlab.console.trails import selectors
from iamlab.console.wizard import StepForm

NEW, EXISTING = "new", "existing"
STORAGE = [
    (
        NEW,
        tile("Create new S3 bucket", "Make a bucket for the logs, with a policy that lets CloudTrail write there."),
    ),
    (EXISTING, tile("Use existing S3 bucket", "Choose a bucket of this account for the logs.")),
]
PLAIN = {"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}
BUCKET_CODES = (
    "BucketAlreadyExists",
    "BucketAlreadyOwnedByYou",
    "InvalidBucketName",
    "S3BucketDoesNotExistException",
    "InsufficientS3BucketPolicyException",
    "InvalidS3BucketNameException",
)
CODES = {"InvalidS3PrefixException": "S3KeyPrefix", **dict.fromkeys(BUCKET_CODES, "S3BucketName")}
DATA = [
    (selectors.NONE, "None"),
    (selectors.ALL, "All current and future S3 buckets"),
    (selectors.SOME, "Individual buckets"),
]


class LogFiles(ConsoleForm):
    """Where the log files go, and whether digests tell of changes to them."""

    storage = forms.ChoiceField(label="Storage location", choices=STORAGE, widget=forms.RadioSelect)
    S3BucketName = forms.CharField(label="Trail log bucket name", max_length=63, widget=forms.TextInput(attrs=PLAIN))
    S3KeyPrefix = forms.CharField(label="Prefix", required=False, max_length=200, widget=forms.TextInput(attrs=PLAIN))
    EnableLogFileValidation = forms.BooleanField(
        label="Log file validation", required=False, help_text="Digest files show whether logs were changed."
    )


class AttributesForm(StepForm, LogFiles):
    """Step 1: name, bucket, what else a trail has."""

    key = "attributes"
    operation = "cloudtrail:CreateTrail"
    fields_of_codes = {
        "InvalidTrailNameException": "Name",
        "TrailAlreadyExistsException": "Name",
        **CODES,
    }

    Name = forms.CharField(
        label="Trail name",
        min_length=3,
        max_length=128,
        help_text="3 to 128 characters: letters, digits, periods, underscores and dashes.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    tags = TagsField(fold=False)

    def prepare(self) -> None:
        number = self.session.now.strftime("%Y%m%d")
        bucket = self.fields["S3BucketName"]
        bucket.initial = f"aws-cloudtrail-logs-{self.session.account.pk}-{number}"
        bucket.help_text = "Log files are stored in it, under AWSLogs/ and the account's id."
        self.fields["storage"].initial = NEW
        self.fields["EnableLogFileValidation"].initial = True


class DetailsForm(EditingForm, OperationForm, LogFiles):
    """What can be changed of a trail that is there: its name cannot."""

    operation = "cloudtrail:UpdateTrail"
    fields_of_codes = CODES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["S3BucketName"].help_text = "Log files that were delivered already stay where they are."

    def present(self) -> dict[str, Any]:
        """Where a bucket comes from is asked anew each time."""
        return {name: value for name, value in super().present().items() if name != "storage"}


class Events(ConsoleForm):
    """Which events: of the account's management, and of what happens to objects."""

    management = forms.BooleanField(
        label="Management events", required=False, help_text="What is done to the account's resources."
    )
    management_kind = forms.ChoiceField(label="API activity", choices=selectors.KINDS)
    objects = forms.ChoiceField(label="S3 data events", choices=DATA, widget=forms.RadioSelect)
    objects_buckets = forms.CharField(
        label="Bucket names",
        required=False,
        help_text="Several are separated by commas.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    objects_kind = forms.ChoiceField(label="Data events: API activity", choices=selectors.KINDS)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("management") and data.get("objects") == selectors.NONE:
            self.add_error(None, "Choose at least one type of events.")
        if data.get("objects") == selectors.SOME and not selectors.buckets(data.get("objects_buckets", "")):
            self.add_error("objects_buckets", "Enter the name of a bucket.")
        return data


class EventsStep(StepForm, Events):
    """Step 2 of a new trail."""

    key = "events"

    def prepare(self) -> None:
        for name, value in selectors.USUAL.items():
            self.fields[name].initial = value


class EventsForm(EditingForm, OperationForm, Events):
    """The same for a trail that is there."""

    operation = "cloudtrail:PutEventSelectors"


class ReviewForm(StepForm):
    """The last step: nothing more to fill in."""

    key = "review"
