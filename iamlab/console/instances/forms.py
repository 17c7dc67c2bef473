"""The forms of instances: launching one, and which role it wears."""

import base64
from typing import Any, cast

from django import forms

from iamlab.console.forms import OperationForm
from iamlab.console.panels import panel
from iamlab.console.session import Session
from iamlab.console.wizard import StepForm

TYPES = [(name, name) for name in ("t3.nano", "t3.micro", "t3.small", "t3.medium", "m7i.large", "t4g.micro")]
NO_ROLE = ("", "No IAM role")
PROFILE = {"InvalidParameterValue": "profile", "IncorrectState": "profile"}


def images(session: Session) -> list[tuple[str, str]]:
    found = panel(session, "ec2:DescribeImages", {"Owners": ["amazon"]})
    return [(one["ImageId"], f"{one['Description']} ({one['ImageId']})") for one in found.get("Images", [])]


def profiles(session: Session) -> tuple[Any, list[tuple[str, str]]]:
    """The panel of ListInstanceProfiles, and its profiles as choices: each with the role that it holds."""
    found = panel(session, "iam:ListInstanceProfiles", {"MaxItems": 1000})
    listed = []
    for one in found.get("InstanceProfiles", []):
        roles = ", ".join(role["RoleName"] for role in one["Roles"])
        listed.append((one["Arn"], f"{one['InstanceProfileName']} (role {roles or 'missing'})"))
    return found, [NO_ROLE, *listed]


class LaunchForm(StepForm):
    """Step 1: what to launch."""

    key = "launch"
    fields_of_codes = {
        "InvalidAMIID.NotFound": "image",
        "InvalidParameterValue": "profile",
        "InstanceLimitExceeded": "count",
    }

    name = forms.CharField(label="Name", required=False, max_length=255, help_text="Kept as the tag Name.")
    image = forms.ChoiceField(label="Amazon Machine Image (AMI)")
    kind = forms.ChoiceField(label="Instance type", choices=TYPES, initial="t3.micro")
    count = forms.IntegerField(label="Number of instances", min_value=1, max_value=20, initial=1)
    profile = forms.ChoiceField(
        label="IAM instance profile",
        required=False,
        help_text="Holds the role that the instance is to wear. Giving a role away needs iam:PassRole on it.",
    )
    user_data = forms.CharField(
        label="User data",
        required=False,
        max_length=16_000,
        help_text="A script for the first start. Whoever may ask for it can read it: it is no place for keys.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    def prepare(self) -> None:
        cast(forms.ChoiceField, self.fields["image"]).choices = images(self.session)
        self.found, choices = profiles(self.session)
        cast(forms.ChoiceField, self.fields["profile"]).choices = choices

    def clean_user_data(self) -> str:
        return cast(str, self.cleaned_data["user_data"]).replace("\r\n", "\n")


class ReviewForm(StepForm):
    """The last step: nothing more to fill in."""

    key = "review"


class RoleForm(OperationForm):
    """Which instance profile an instance has."""

    operation = "ec2:AssociateIamInstanceProfile"
    fields_of_codes = PROFILE

    profile = forms.ChoiceField(label="IAM role", required=False)

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found, choices = profiles(session)
        held = self.initial.get("profile", "")
        if held not in dict(
            choices
        ):  # its profile is gone, or the list is refused: saving as it stands takes nothing away
            choices.append((held, held.rpartition("/")[2]))
        cast(forms.ChoiceField, self.fields["profile"]).choices = choices


def encoded(text: str) -> str:
    """User data as the API takes it."""
    return base64.b64encode(text.encode()).decode()


def decoded(text: str) -> str:
    """The other way round, as far as it is text."""
    return base64.b64decode(text).decode(errors="replace")
