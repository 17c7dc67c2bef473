"""The forms of one's own credentials."""

from django import forms

from iamlab.console.forms import OperationForm
from iamlab.console.sign_in.forms import NewPasswordForm


class OwnPasswordForm(NewPasswordForm):
    """The same fields under the names of this page."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["OldPassword"].label = "Current password"
        self.fields["again"].label = "Confirm new password"


class RootPasswordForm(OwnPasswordForm):
    operation = "signin:PasswordUpdated"
    fields_of_codes = {"WeakPassword": "NewPassword", "FailedAuthentication": "OldPassword"}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["NewPassword"].help_text = "8 characters or more, three of upper case, lower case, digits, symbols."


class DeviceNameForm(OperationForm):
    operation = "iam:CreateVirtualMFADevice"
    fields_of_codes = {"EntityAlreadyExists": "VirtualMFADeviceName"}

    VirtualMFADeviceName = forms.CharField(
        label="Device name",
        max_length=128,
        help_text="Letters, digits and + = , . @ - _, no spaces.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class CodesForm(OperationForm):
    """Two codes, one after the other: the proof that device and account agree."""

    operation = "iam:EnableMFADevice"
    fields_of_codes = {"InvalidAuthenticationCode": "AuthenticationCode1"}
    secret_fields = ("AuthenticationCode1", "AuthenticationCode2")

    AuthenticationCode1 = forms.RegexField(r"\d{6}", label="MFA code 1", error_messages={"invalid": "Six digits."})
    AuthenticationCode2 = forms.RegexField(
        r"\d{6}",
        label="MFA code 2",
        error_messages={"invalid": "Six digits."},
        help_text="Wait for the code after the first: two consecutive codes are needed.",
    )


class ResyncForm(CodesForm):
    operation = "iam:ResyncMFADevice"
