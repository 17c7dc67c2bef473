"""The form of signing up for a simulated account."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from iamlab.console.forms import OperationForm

# Names that can belong to nobody. RFC 2606 and RFC 6761.
NOBODYS = re.compile(r"(?i)[@.](example|test|invalid|example\.(com|net|org))$")


def made_up(email: str) -> None:
    """A real address is refused before it is kept anywhere. Raises ValidationError."""
    if not NOBODYS.search(email):
        raise ValidationError("Make one up that ends in .example. A real address does not belong into a lab.")


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
