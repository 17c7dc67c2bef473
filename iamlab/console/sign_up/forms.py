"""The form of signing up for a simulated account."""

from typing import Any

from django import forms

from iamlab.console.account.forms import made_up
from iamlab.console.forms import OperationForm


class SignUpForm(OperationForm):
    operation = "accounts:RegisterAccount"
    fields_of_codes = {"EmailInUse": "Email", "WeakPassword": "Password"}

    Email = forms.CharField(
        label="Root user email address",
        help_text="Made up, such as boss@bills.example: nothing is ever sent to it.",
        validators=[made_up],
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    AccountName = forms.CharField(
        label="AWS account name",
        help_text="A name for the account. It can be changed after signing up.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    Password = forms.CharField(
        label="Root user password",
        help_text="8 to 128 characters that mix at least three of: upper case, lower case, digits, symbols.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    again = forms.CharField(
        label="Confirm root user password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "Password" in data and "again" in data and data["Password"] != data["again"]:
            self.add_error("again", "The two passwords are not the same.")
        return data
