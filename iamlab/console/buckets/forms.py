"""The forms of the S3 pages."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from iamlab.components.markup import tile
from iamlab.console.documents import DocumentField, SeenForm
from iamlab.console.editing import EditingForm
from iamlab.console.forms import ConsoleForm
from iamlab.console.pickers import PickingForm
from iamlab.console.tags import TagsField

ENFORCED = "BucketOwnerEnforced"
OWNERSHIPS = (
    (ENFORCED, tile("ACLs disabled (recommended)", "This account owns every object. Only policies give access.")),
    (
        "BucketOwnerPreferred",
        tile(
            "ACLs enabled: Bucket owner preferred",
            "An object written with the ACL bucket-owner-full-control belongs to this account, any other to who writes "
            "it.",
        ),
    ),
    ("ObjectWriter", tile("ACLs enabled: Object writer", "An object belongs to the account that writes it.")),
)

# What a bucket's Permissions tab says of each.
OWNED = {
    "BucketOwnerEnforced": "Bucket owner enforced: ACLs are disabled, and only policies give access to the bucket and "
    "its objects.",
    "BucketOwnerPreferred": "Bucket owner preferred: ACLs are enabled. An object written with the ACL "
    "bucket-owner-full-control belongs to the bucket's owner, any other to who writes it.",
    "ObjectWriter": "Object writer: ACLs are enabled. An object belongs to who writes it.",
}


class Indented(json.JSONEncoder):
    """JSON as people read it."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{**more, "indent": 4})


class OpenBucketForm(ConsoleForm):
    """Whoever may not list buckets can still open one by its name."""

    name = forms.RegexField(r"\A[A-Za-z0-9_-][A-Za-z0-9._-]*\Z", label="Bucket name", max_length=63)


class FolderForm(ConsoleForm):
    name = forms.CharField(label="Folder name", max_length=200)

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip("/")
        if not name:
            raise ValidationError("Enter a name.")
        return name


class PolicyForm(SeenForm):
    operation = "s3:PutBucketPolicy"
    fields_of_codes = {"MalformedPolicy": "Policy", "PolicyTooLarge": "Policy"}

    Policy = DocumentField("bucket", label="Policy")


class BucketTagsForm(EditingForm, PickingForm):
    tags = TagsField(fold=False)


class ObjectTagsForm(EditingForm, PickingForm):
    tags = TagsField(fold=False, most=10)


class OwnershipForm(EditingForm):
    """`enforced`: ACLs are disabled now, so that enabling them brings those back that objects had."""

    ObjectOwnership = forms.ChoiceField(label="Object Ownership", choices=OWNERSHIPS, widget=forms.RadioSelect)
    restored = forms.BooleanField(label="I acknowledge that ACLs will be restored.", required=False)

    def __init__(self, *args: Any, enforced: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enforced = enforced
        if not enforced:
            del self.fields["restored"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.enforced and given.get("ObjectOwnership", ENFORCED) != ENFORCED and not given.get("restored"):
            self.add_error("restored", "Acknowledge that enabling ACLs gives those effect that the bucket has.")
        return given


class VersioningForm(EditingForm):
    """`enabled`: it is on now, so that suspending it has to be acknowledged."""

    Status = forms.ChoiceField(
        label="Bucket Versioning",
        choices=[("Suspended", "Suspend"), ("Enabled", "Enable")],
        widget=forms.RadioSelect,
        help_text="Once enabled it can only be suspended: no new versions are kept, those that exist stay.",
    )
    acknowledged = forms.BooleanField(
        label="I acknowledge the outcomes of suspending Bucket Versioning.", required=False
    )

    def __init__(self, *args: Any, enabled: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not enabled:
            del self.fields["acknowledged"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "acknowledged" in self.fields and given.get("Status") == "Suspended" and not given.get("acknowledged"):
            self.add_error("acknowledged", "Acknowledge what suspending means, or keep it enabled.")
        return given


class AbacForm(EditingForm):
    Status = forms.ChoiceField(
        label="Bucket ABAC",
        choices=[("Disabled", "Disable"), ("Enabled", "Enable")],
        widget=forms.RadioSelect,
        help_text="Enabled, the bucket's tags count in the conditions aws:ResourceTag and s3:BucketTag of policies.",
    )


GROUPS = (
    ("everyone", "Everyone (public access)", "http://acs.amazonaws.com/groups/global/AllUsers"),
    (
        "authenticated",
        "Authenticated users group (anyone with an AWS account)",
        "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
    ),
    ("logs", "S3 log delivery group", "http://acs.amazonaws.com/groups/s3/LogDelivery"),
)
GRANTS = (
    ("READ", "Objects: list"),
    ("WRITE", "Objects: write"),
    ("READ_ACP", "Bucket ACL: read"),
    ("WRITE_ACP", "Bucket ACL: write"),
)
OBJECT_GRANTS = (("READ", "Object: read"), ("READ_ACP", "Object ACL: read"), ("WRITE_ACP", "Object ACL: write"))


class AclForm(EditingForm):
    """Which permissions of a bucket's ACL the groups have."""

    choices: tuple[tuple[str, str], ...] = GRANTS
    shown: tuple[tuple[str, str, str], ...] = GROUPS

    sure = forms.BooleanField(
        label="I understand the effects of these changes on my objects and buckets.",
        required=False,
        help_text="Needed where everyone, or anyone with an AWS account, gets a permission.",
    )

    def __init__(self, *args: Any, grants: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, uri in self.shown:
            held = {one["Permission"] for one in grants if one["Grantee"].get("URI") == uri}
            self.fields[name] = forms.MultipleChoiceField(
                label=label,
                choices=self.choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[one for one, _ in self.choices] if "FULL_CONTROL" in held else sorted(held),
            )
        self.order_fields([*(name for name, *_ in self.shown), "sure"])

    @classmethod
    def groups(cls) -> list[str]:
        return [uri for *_, uri in cls.shown]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("everyone") or given.get("authenticated")) and not given.get("sure"):
            self.add_error("sure", "Confirm that others than this account get a permission.")
        return given

    def wanted(self) -> list[dict[str, Any]]:
        return [
            {"Grantee": {"Type": "Group", "URI": uri}, "Permission": permission}
            for name, _, uri in self.shown
            for permission in self.cleaned_data[name]
        ]


class ObjectAclForm(AclForm):
    """The same of an object's ACL: logs are delivered to buckets."""

    choices = OBJECT_GRANTS
    shown = GROUPS[:2]


class Flat(json.JSONDecoder):
    """What nests deeper than Python reads is no JSON either."""

    def decode(self, s: str, *more: Any) -> Any:
        try:
            return super().decode(s, *more)
        except RecursionError as error:
            raise json.JSONDecodeError("Too deep", s, 0) from error


class CorsForm(EditingForm):
    rules = forms.JSONField(
        decoder=Flat,
        label="Cross-origin resource sharing (CORS)",
        required=False,
        help_text="A JSON list of rules, each with AllowedMethods and AllowedOrigins, and if wanted AllowedHeaders, "
        "ExposeHeaders and MaxAgeSeconds. Empty: no rule.",
        widget=forms.Textarea(attrs={"class": "code-input", "rows": 14, "spellcheck": "false"}),
        encoder=Indented,
        error_messages={"invalid": "This is no JSON."},
    )

    def clean_rules(self) -> list[dict[str, Any]]:
        rules = self.cleaned_data["rules"] or []
        if not isinstance(rules, list) or not all(isinstance(one, dict) for one in rules):
            raise ValidationError('Write a list of rules: [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}].')
        return rules
