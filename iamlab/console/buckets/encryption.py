"""Default encryption: its part of forms, its words, its page."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from iamlab.console.buckets.editing import edit
from iamlab.console.buckets.reading import region_of, setting
from iamlab.console.editing import EditingForm
from iamlab.console.forms import ConsoleForm
from iamlab.console.session import Session, console_page

SSE_S3, SSE_KMS, DSSE_KMS = "AES256", "aws:kms", "aws:kms:dsse"
TYPES = (
    (SSE_S3, "Server-side encryption with Amazon S3 managed keys (SSE-S3)"),
    (SSE_KMS, "Server-side encryption with AWS Key Management Service keys (SSE-KMS)"),
    (DSSE_KMS, "Dual-layer server-side encryption with AWS Key Management Service keys (DSSE-KMS)"),
)
SWITCH = (("off", "Disable"), ("on", "Enable"))
KEY_ARN = re.compile(r"arn:aws:kms:([a-z0-9-]+):\d{12}:(?:key/[A-Za-z0-9-]+|alias/[A-Za-z0-9/_-]+)")


class EncryptionForm(ConsoleForm):
    """`region_of_bucket` says where the key has to be."""

    encryption = forms.ChoiceField(label="Encryption type", choices=TYPES, widget=forms.RadioSelect, initial=SSE_S3)
    kms_key = forms.CharField(
        label="AWS KMS key ARN",
        required=False,
        max_length=2048,
        help_text="A key of the bucket's Region, such as arn:aws:kms:us-east-1:111122223333:key/1234abcd. Without one "
        "it is the AWS managed key (aws/s3). Keys are not simulated: the ARN is kept.",
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    bucket_key = forms.ChoiceField(
        label="Bucket Key",
        choices=SWITCH,
        widget=forms.RadioSelect,
        initial="on",
        help_text="An S3 Bucket Key makes SSE-KMS cheaper: AWS KMS is called less often. There is none for DSSE-KMS.",
    )

    def region_of_bucket(self) -> str:
        return self.cleaned_data.get("region", "")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        key = given.get("kms_key", "")
        if key and given.get("encryption") in (SSE_KMS, DSSE_KMS):
            try:
                check_key(key, self.region_of_bucket())
            except ValidationError as error:
                self.add_error("kms_key", error)
        return given


def check_key(key: str, region: str) -> None:
    """Raises ValidationError."""
    found = KEY_ARN.fullmatch(key)
    if found is None:
        raise ValidationError("Enter the ARN of a KMS key: arn:aws:kms:REGION:ACCOUNT:key/ID.")
    if found[1] != region:
        raise ValidationError(f"The key has to be in the bucket's Region, {region}.")


def rule_of(given: dict[str, Any]) -> dict[str, Any]:
    """The rule that PutBucketEncryption gets for what the form was given."""
    usual = {"SSEAlgorithm": given["encryption"]}
    if given["encryption"] == SSE_S3:
        return {"ApplyServerSideEncryptionByDefault": usual}
    if given["kms_key"]:
        usual["KMSMasterKeyID"] = given["kms_key"]
    on = given["encryption"] == SSE_KMS and given["bucket_key"] == "on"
    return {"ApplyServerSideEncryptionByDefault": usual, "BucketKeyEnabled": on}


def as_fields(configuration: dict[str, Any]) -> dict[str, str]:
    """The form's fields for a bucket's configuration."""
    rule: dict[str, Any] = next(iter(configuration.get("Rules", [])), {})
    usual = rule.get("ApplyServerSideEncryptionByDefault", {})
    kind = usual.get("SSEAlgorithm", SSE_S3)
    key = "on" if rule.get("BucketKeyEnabled") or kind == SSE_S3 else "off"
    return {"encryption": kind, "kms_key": usual.get("KMSMasterKeyID", ""), "bucket_key": key}


def in_words(configuration: dict[str, Any]) -> list[tuple[str, Any]]:
    """What a bucket's page says of its default encryption."""
    now = as_fields(configuration)
    facts = [("Encryption type", dict(TYPES).get(now["encryption"], now["encryption"]))]
    if now["encryption"] != SSE_S3:
        facts.append(("Encryption key ARN", now["kms_key"] or "AWS managed key (aws/s3)"))
    if now["encryption"] == SSE_KMS:
        facts.append(("Bucket Key", "Enabled" if now["bucket_key"] == "on" else "Disabled"))
    return facts


class EditForm(EditingForm, EncryptionForm):
    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def region_of_bucket(self) -> str:
        return self.region


@require_http_methods(["GET", "POST"])
@console_page
def edit_encryption(request: HttpRequest, session: Session, bucket: str) -> HttpResponse:
    configuration = setting(session, "s3:GetBucketEncryption", bucket).get("ServerSideEncryptionConfiguration", {})
    where = region_of(setting(session, "s3:GetBucketLocation", bucket))
    form = EditForm(request.POST or None, initial=as_fields(configuration), region=where)

    def save() -> str:
        wanted = {"Rules": [rule_of(form.cleaned_data)]}
        session.call("s3:PutBucketEncryption", {"Bucket": bucket, "ServerSideEncryptionConfiguration": wanted})
        return "Default encryption was saved."

    back = session.url("bucket", bucket, "properties")
    template = "console/buckets/encryption.html"
    return edit(request, session, bucket, form, "Edit default encryption", back, save, template)
