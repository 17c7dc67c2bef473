"""The forms of AWS Organizations."""

from typing import Any

from django import forms

from iamlab.console import documents
from iamlab.console.account.forms import made_up
from iamlab.console.documents import DocumentField, SeenForm
from iamlab.console.forms import OperationForm
from iamlab.console.pickers import PickingForm
from iamlab.console.tags import TagsField

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
SCOPES = {SCP: "scp", RCP: "rcp"}  # what the grammar calls them
RCP_START = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Statement1",
            "Effect": "Deny",
            "Principal": "*",
            "Action": [],
            "Resource": "*"
        }
    ]
}"""


class AttachForm(OperationForm):
    operation = "organizations:AttachPolicy"
    fields_of_codes = {"DuplicatePolicyAttachmentException": "PolicyId", "ConstraintViolationException": "PolicyId"}

    PolicyId = forms.ChoiceField(label="Policy")

    def __init__(self, *args: Any, policies: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["PolicyId"].choices = [(one["Id"], one["Name"]) for one in policies]  # type: ignore[attr-defined]


class PolicyForm(SeenForm):
    """A policy of one of the two kinds, new or changed."""

    operation = "organizations:CreatePolicy"
    fields_of_codes = {
        "DuplicatePolicyException": "Name",
        "MalformedPolicyDocumentException": "Content",
        "ConstraintViolationException": "Content",
    }

    Name = forms.CharField(label="Policy name", help_text="Up to 128 characters.")
    Description = forms.CharField(label="Policy description", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    Content = DocumentField(
        "scp", label="Policy", initial=documents.START, help_text="Up to 5,120 characters; white space counts."
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        content = self.fields["Content"]
        content.kind = SCOPES[kind]  # type: ignore[attr-defined]
        if kind == RCP:
            content.initial = RCP_START


class TaggedForm(OperationForm):
    """Something new, with its tags."""

    tags = TagsField(fold=False)

    def params(self) -> dict[str, Any]:
        tags = self.cleaned_data["tags"]
        return {**super().params(), **({"Tags": tags} if tags else {})}


class NewPolicyForm(PolicyForm, TaggedForm):
    pass


class UnitForm(OperationForm):
    """The name of an organizational unit, new or changed."""

    operation = "organizations:CreateOrganizationalUnit"
    fields_of_codes = {"DuplicateOrganizationalUnitException": "Name"}

    Name = forms.CharField(
        label="Organizational unit name",
        help_text="Up to 128 characters; no other unit under the same parent may have it.",
    )


class NewUnitForm(PickingForm, UnitForm, TaggedForm):
    field_order = ("Name", "tags")


class AccountForm(PickingForm, TaggedForm):
    """A new member account."""

    operation = "organizations:CreateAccount"
    fields_of_codes = {"EMAIL_ALREADY_EXISTS": "Email"}
    field_order = ("AccountName", "Email", "RoleName", "tags")

    AccountName = forms.CharField(label="AWS account name")
    Email = forms.EmailField(
        label="Email address of the account's owner",
        help_text="Made up, such as tax@bills.example; no other account may have it.",
        validators=[made_up],
    )
    RoleName = forms.CharField(
        label="IAM role name",
        initial="OrganizationAccountAccessRole",
        help_text="The management account's users may switch to this role: it is an administrator of the new account.",
    )
