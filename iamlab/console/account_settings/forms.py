"""The password policy as a form. IAM User Guide: "Set an account password policy for IAM users"."""

from typing import Any

from django import forms

from iamlab.components.markup import tile
from iamlab.console.editing import EditingForm
from iamlab.console.forms import OperationForm

DEFAULT, CUSTOM = "default", "custom"
SYMBOLS = "! @ # $ % ^ & * ( ) _ + - = [ ] { } | '"


class PasswordPolicyForm(EditingForm, OperationForm):
    operation = "iam:UpdateAccountPasswordPolicy"
    opened_by = {"MaxPasswordAge": "expires", "PasswordReusePrevention": "prevents"}

    kind = forms.ChoiceField(
        label="Password policy",
        choices=[
            (DEFAULT, tile("IAM default", "Apply default password requirements.")),
            (CUSTOM, tile("Custom", "Apply customized password requirements.")),
        ],
        widget=forms.RadioSelect,
    )
    MinimumPasswordLength = forms.IntegerField(
        label="Enforce minimum password length", min_value=6, max_value=128, help_text="6 to 128 characters."
    )
    RequireUppercaseCharacters = forms.BooleanField(
        label="Require at least one uppercase letter from the Latin alphabet (A-Z)", required=False
    )
    RequireLowercaseCharacters = forms.BooleanField(
        label="Require at least one lowercase letter from the Latin alphabet (a-z)", required=False
    )
    RequireNumbers = forms.BooleanField(label="Require at least one number", required=False)
    RequireSymbols = forms.BooleanField(
        label=f"Require at least one non-alphanumeric character ({SYMBOLS})", required=False
    )
    expires = forms.BooleanField(label="Turn on password expiration", required=False)
    MaxPasswordAge = forms.IntegerField(
        label="Expire in (days)", min_value=1, max_value=1095, required=False, help_text="1 to 1,095 days."
    )
    HardExpiry = forms.BooleanField(
        label="Password expiration requires administrator reset",
        required=False,
        help_text="Whoever lets it expire is locked out until somebody else helps.",
    )
    AllowUsersToChangePassword = forms.BooleanField(label="Allow users to change their own password", required=False)
    prevents = forms.BooleanField(label="Prevent password reuse", required=False)
    PasswordReusePrevention = forms.IntegerField(
        label="Remember (passwords)", min_value=1, max_value=24, required=False, help_text="1 to 24 passwords."
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == DEFAULT:
            self.errors.clear()  # nothing else counts
            return data
        for field, switch in self.opened_by.items():
            if data.get(switch) and not data.get(field) and field not in self.errors:
                self.add_error(field, "Enter a number, or untick the box above.")
            if not data.get(switch):
                data[field] = None
        return data

    def params(self) -> dict[str, Any]:
        """Every field is sent: what a call leaves out goes back to the API's own default."""
        params = {name: value for name, value in super().params().items() if value is not None}
        if not self.cleaned_data["expires"]:
            params.pop("HardExpiry", None)
        return params

    @property
    def chooses_default(self) -> bool:
        return self.cleaned_data["kind"] == DEFAULT


def initial_of(policy: dict[str, Any] | None) -> dict[str, Any]:
    """The form as it is shown first: the custom policy, or what the custom one begins with where there is none."""
    if policy is None:
        return {"kind": DEFAULT, "MinimumPasswordLength": 8, "AllowUsersToChangePassword": True}
    return {
        **policy,
        "kind": CUSTOM,
        "expires": policy.get("ExpirePasswords", False),
        "prevents": bool(policy.get("PasswordReusePrevention")),
    }
