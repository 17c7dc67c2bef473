"""The forms of managed policies."""

from django import forms

from iamlab.console import documents
from iamlab.console.documents import DocumentField, SeenForm
from iamlab.console.editor.importing import ImportMixin
from iamlab.console.pickers import PickingForm
from iamlab.console.tags import TagsField
from iamlab.console.wizard import StepForm


class DocumentForm(ImportMixin, StepForm):
    """Step 1: the permissions, as JSON."""

    key = "document"
    operation = "iam:CreatePolicy"
    fields_of_codes = {"MalformedPolicyDocument": "PolicyDocument", "LimitExceeded": "PolicyDocument"}

    PolicyDocument = DocumentField(initial=documents.START, remembers=True)


class ReviewForm(StepForm):
    """Step 2: the name, and what goes with it."""

    key = "review"
    operation = "iam:CreatePolicy"
    fields_of_codes = {"EntityAlreadyExists": "PolicyName", "ValidationError": "PolicyName"}

    PolicyName = forms.CharField(
        label="Policy name",
        help_text="Up to 128 characters: A-Z, a-z, 0-9 and + = , . @ _ - (hyphen).",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
    Description = forms.CharField(
        label="Description",
        help_text="Up to 1,000 characters. It cannot be changed later.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tags = TagsField(fold=False)


class VersionForm(ImportMixin, PickingForm, SeenForm):
    """A new text of a policy, made from the version `seen`."""

    operation = "iam:CreatePolicyVersion"
    fields_of_codes = {"MalformedPolicyDocument": "PolicyDocument", "LimitExceeded": "PolicyDocument"}

    PolicyDocument = DocumentField(remembers=True)
