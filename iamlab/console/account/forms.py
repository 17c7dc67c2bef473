"""The forms of the account's page, some of which sign-up asks too."""

from django import forms

from iamlab.console.account.countries import COUNTRIES
from iamlab.console.forms import OperationForm


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
        help_text="Made up, such as mario@example.com: nothing is ever sent to it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    Password = forms.CharField(
        label="Root user password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
