"""The forms of signing in to the simulated console: the root user's two steps, and the IAM user's."""

from typing import Any

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


class MfaForm(OperationForm):
    """Six digits from the device; the ticket says whose password was right."""

    operation = "signin:ConsoleLogin"

    Ticket = forms.CharField(widget=forms.HiddenInput)
    MfaCode = forms.RegexField(
        r"\d{6}",
        label="MFA code",
        help_text="Six digits, as your authenticator app or the phone of iamlab shows them now.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"}),
        error_messages={"invalid": "A code has six digits."},
    )


class NewPasswordForm(OperationForm):
    operation = "iam:ChangePassword"
    fields_of_codes = {"PasswordPolicyViolation": "NewPassword", "AccessDenied": "OldPassword"}

    OldPassword = forms.CharField(
        label="Old password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    NewPassword = forms.CharField(
        label="New password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    again = forms.CharField(
        label="Retype new password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("again") is not None and data.get("NewPassword") != data["again"]:
            self.add_error("again", "The two passwords differ.")
        return data


class ForcedPasswordForm(NewPasswordForm):
    """PasswordResetRequired asks for "a new password"; what is there already is none."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("NewPassword") and data["NewPassword"] == data.get("OldPassword"):
            self.add_error("NewPassword", "Your new password must differ from the old one.")
        return data
