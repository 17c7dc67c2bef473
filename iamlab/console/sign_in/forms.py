"""The forms of signing in to the simulated console: the root user's two steps, and the IAM user's."""

from django import forms

from iamlab.console.forms import OperationForm


def password() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(label="Password", widget=widget, strip=False)


class RootEmailForm(OperationForm):
    Email = forms.CharField(
        label="Root user email address", max_length=128, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )


class RootPasswordForm(OperationForm):
    operation = "signin:ConsoleLogin"

    Email = forms.CharField(label="Root user email address", widget=forms.HiddenInput)
    Password = password()


class UserSignInForm(OperationForm):
    operation = "signin:ConsoleLogin"

    Account = forms.CharField(
        label="Account ID or alias",
        help_text="12 digits, or the alias.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    remember = forms.BooleanField(label="Remember this account", required=False)
    UserName = forms.CharField(label="IAM username", widget=forms.TextInput(attrs={"autocomplete": "off"}))
    Password = password()

    def clean_Account(self) -> str:
        """The id may be written with hyphens, as the console shows it."""
        value = self.cleaned_data["Account"].strip()
        digits = value.replace("-", "")
        return digits if len(digits) == 12 and digits.isdigit() else value.lower()
