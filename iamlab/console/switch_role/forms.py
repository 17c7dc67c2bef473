"""The form of switching roles."""

from typing import Any

from django import forms
from django.utils.html import format_html

from iamlab.console.forms import ConsoleForm

COLOURS = (("red", "Red"), ("orange", "Orange"), ("yellow", "Yellow"), ("green", "Green"), ("blue", "Blue"))


def swatches() -> list[tuple[str, Any]]:
    """The colours, each shown with its name."""
    look = '<span class="identity identity-colour-{}" aria-hidden="true"><b>&nbsp;</b></span> {}'
    return [(value, format_html(look, value, name)) for value, name in COLOURS]


class SwitchRoleForm(ConsoleForm):
    account = forms.CharField(label="Account", max_length=64, help_text="The account's 12 digits, or its alias.")
    roleName = forms.CharField(label="Role", max_length=64, help_text="The role's name, with its path if it has one.")
    displayName = forms.CharField(
        label="Display name",
        max_length=64,
        required=False,
        help_text="What the top bar says while you use the role.",
        widget=forms.TextInput(attrs={"placeholder": "role @ account"}),
    )
    color = forms.ChoiceField(label="Color", choices=swatches, widget=forms.RadioSelect, initial="green")

    def clean_account(self) -> str:
        value = self.cleaned_data["account"].strip()
        digits = value.replace("-", "")
        return digits if len(digits) == 12 and digits.isdigit() else value.lower()
