"""The forms of AWS Organizations."""

from typing import Any

from django import forms

from iamlab.console import documents
from iamlab.console.documents import DocumentField
from iamlab.console.forms import OperationForm

SCP = "SERVICE_CONTROL_POLICY"


class AttachForm(OperationForm):
    operation = "organizations:AttachPolicy"
    fields_of_codes = {"DuplicatePolicyAttachmentException": "PolicyId", "ConstraintViolationException": "PolicyId"}

    PolicyId = forms.ChoiceField(label="Policy")

    def __init__(self, *args: Any, policies: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["PolicyId"].choices = [(one["Id"], one["Name"]) for one in policies]  # type: ignore[attr-defined]


class PolicyForm(OperationForm):
    """A new service control policy."""

    operation = "organizations:CreatePolicy"
    fields_of_codes = {
        "DuplicatePolicyException": "Name",
        "MalformedPolicyDocumentException": "Content",
        "ConstraintViolationException": "Content",
    }

    Name = forms.CharField(label="Policy name", help_text="Up to 128 characters.")
    Description = forms.CharField(label="Policy description", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    Content = DocumentField("scp", label="Policy", initial=documents.START)
