"""The form of the account's alias."""

from django import forms

from iamlab.console.forms import OperationForm


class AliasForm(OperationForm):
    operation = "iam:CreateAccountAlias"
    fields_of_codes = {"EntityAlreadyExists": "AccountAlias", "ValidationError": "AccountAlias"}

    AccountAlias = forms.CharField(
        label="Preferred alias",
        help_text="3 to 63 characters: a-z, 0-9 and hyphens, which may neither begin, end nor double.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )
