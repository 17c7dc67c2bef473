"""The forms of the account's page, some of which sign-up asks too."""

import re

from django import forms
from django.core.exceptions import ValidationError

from iamlab.console.account.countries import COUNTRIES
from iamlab.console.forms import OperationForm

# Names that can belong to nobody. RFC 2606 and RFC 6761.
NOBODYS = re.compile(r"(?i)[@.](example|test|invalid|example\.(com|net|org))$")


def made_up(email: str) -> None:
    """A real address is refused before it is kept anywhere. Raises ValidationError."""
    if not NOBODYS.search(email):
        raise ValidationError("Make one up that ends in .example. A real address does not belong into a lab.")


class PrimaryContactForm(OperationForm):
    operation = "account:PutContactInformation"
    inside = "ContactInformation"

    FullName = forms.CharField(label="Full name")
    CompanyName = forms.CharField(label="Organization name", required=False)
    PhoneNumber = forms.CharField(
        label="Phone number",
        help_text="With the country code: +1 555 0100.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    CountryCode = forms.ChoiceField(label="Country or Region", choices=COUNTRIES)
    AddressLine1 = forms.CharField(label="Address", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    City = forms.CharField(label="City")
    StateOrRegion = forms.CharField(label="State, province, or region", required=False)
    PostalCode = forms.CharField(label="Postal code")


class AccountNameForm(OperationForm):
    operation = "account:PutAccountName"

    AccountName = forms.CharField(label="Account name")


class EmailForm(OperationForm):
    operation = "signin:EmailUpdated"
    fields_of_codes = {"EmailInUse": "NewEmail", "FailedAuthentication": "Password"}

    NewEmail = forms.CharField(
        label="New root user email address",
        help_text="Made up, such as boss@bills.example: nothing is ever sent to it.",
        validators=[made_up],
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    Password = forms.CharField(
        label="Root user password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
