"""What is given along with objects that are written: storage class, encryption, ACL, checksum, tags, metadata. S3 User
Guide: "Uploading objects", "Copying, moving, and renaming objects"."""

import re
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError

from iamlab.console.buckets.cells import CLASSES
from iamlab.console.buckets.encryption import KEY_ARN, SSE_KMS, SSE_S3, TYPES, EncryptionForm

NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # of a header
SYSTEM = {
    name.lower(): name.replace("-", "")
    for name in ("Content-Type", "Content-Encoding", "Content-Language", "Content-Disposition", "Cache-Control")
}
CHECKSUMS = (
    ("", "CRC-64NVME (recommended), which S3 computes by itself"),
    ("CRC32", "CRC-32"),
    ("CRC32C", "CRC-32C"),
    ("SHA1", "SHA-1"),
    ("SHA256", "SHA-256"),
)
ACLS = (
    ("", "Private (recommended)"),
    ("public-read", "Grant public-read access"),
    ("bucket-owner-full-control", "Give the bucket's owner full control"),
)


def lines(label: str, text: str) -> forms.CharField:
    """Pairs as lines: rows that are added bring the page anew, without the files that were chosen."""
    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
    return forms.CharField(label=label, required=False, widget=widget, help_text=f"One key = value a line{text}")


def pairs(text: str) -> list[tuple[str, str]]:
    """Raises ValidationError."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        key, equals, value = (part.strip() for part in line.partition("="))
        if line.strip() and not (equals and key):
            raise ValidationError(f"Line {number}: write key = value.")
        if key:
            found.append((key, value))
    return found


class SettingsForm(EncryptionForm):
    StorageClass = forms.ChoiceField(label="Storage class", choices=list(CLASSES.items()), initial="STANDARD")
    encryption = forms.ChoiceField(
        label="Server-side encryption",
        choices=(("", "Don't specify an encryption key: the bucket's default encryption applies"), *TYPES),
        widget=forms.RadioSelect,
        required=False,
    )
    bucket_key = forms.ChoiceField(
        label="Bucket Key",
        choices=(("", "As the bucket says"), ("off", "Disable"), ("on", "Enable")),
        widget=forms.RadioSelect,
        required=False,
    )
    ACL = forms.ChoiceField(
        label="Access control list (ACL)",
        choices=ACLS,
        widget=forms.RadioSelect,
        required=False,
        help_text="Where Object Ownership is set to bucket owner enforced, S3 refuses any ACL that grants something to "
        "others. Giving one needs s3:PutObjectAcl.",
    )
    ChecksumAlgorithm = forms.ChoiceField(label="Checksum function", choices=CHECKSUMS, required=False)
    tags = lines("Tags", ", at most 10. They need s3:PutObjectTagging.")
    metadata = lines(
        "Metadata", ": headers such as Content-Type or Cache-Control, and names of your own, which get x-amz-meta-."
    )

    def region_of_bucket(self) -> str:
        """Of a bucket one may write to and not look at nobody knows it: S3 decides."""
        found = KEY_ARN.fullmatch(self.cleaned_data.get("kms_key", ""))
        return found[1] if found else ""

    def clean_tags(self) -> list[tuple[str, str]]:
        return pairs(self.cleaned_data["tags"])

    def clean_metadata(self) -> dict[str, Any]:
        """As parameters."""
        given: dict[str, Any] = {}
        own: dict[str, str] = {}
        for key, value in pairs(self.cleaned_data["metadata"]):
            name = key.lower().removeprefix("x-amz-meta-")
            if not NAME.fullmatch(name):
                raise ValidationError(f"“{key}” is no name: write letters, digits and hyphens, without spaces.")
            if key.lower() in SYSTEM:
                given[SYSTEM[key.lower()]] = value
            else:
                own[name] = value
        return {**given, "Metadata": own} if own else given

    def more(self) -> dict[str, Any]:
        """The parameters that differ from what objects have anyway: each may take a permission more."""
        given = self.cleaned_data
        wanted = {
            "StorageClass": "" if given["StorageClass"] == "STANDARD" else given["StorageClass"],
            "ServerSideEncryption": given["encryption"],
            "ACL": given["ACL"],
            "ChecksumAlgorithm": given["ChecksumAlgorithm"],
            "Tagging": urlencode(given["tags"]),
        }
        if given["encryption"] not in ("", SSE_S3):
            wanted["SSEKMSKeyId"] = given["kms_key"]
        if given["encryption"] == SSE_KMS and given["bucket_key"]:
            wanted["BucketKeyEnabled"] = given["bucket_key"] == "on"
        return {name: value for name, value in wanted.items() if value != ""} | given["metadata"]


class FilesField(forms.FileField):
    """Several files at once."""

    widget = forms.ClearableFileInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in files if one]


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadForm(SettingsForm):
    """Files, and what each of them gets."""

    chosen = FilesField(label="Files", widget=FilesInput(attrs={"multiple": True}), allow_empty_file=True)

    def clean_chosen(self) -> list[Any]:
        if not self.cleaned_data["chosen"]:
            raise ValidationError("Choose at least one file.")
        return self.cleaned_data["chosen"]
