"""The questions that a learner may ask the evaluator."""

import re
from typing import Any

from django import forms

from iamlab.insight import keys
from iamlab.policy.catalog import action as known_action
from iamlab.policy.catalog import nearest_action

MOST_ACTIONS = 20
ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
ROLE_ARN = r"^arn:aws:iam::[0-9]{12}:role/[!-~]+\Z"
POLICY_ARN = r"^arn:aws:iam::([0-9]{12}|aws):policy/[!-~]+\Z"
SESSION_NAME = r"^[A-Za-z0-9_+=,.@-]{2,64}\Z"


def checked_action(name: str) -> str:
    """One concrete action in its own spelling. Raises ValidationError, naming the nearest real one."""
    if not ACTION.fullmatch(name):
        raise forms.ValidationError(f"“{name}” is not an action. Write service:Action, such as s3:PutObject.")
    found = known_action(name)
    if found is None:
        near = nearest_action(name)
        raise forms.ValidationError(f"There is no action {name}." + (f" Did you mean {near}?" if near else ""))
    return f"{name.partition(':')[0].lower()}:{found.name}"


class ResourceField(forms.CharField):
    def clean(self, value: Any) -> str:
        text = super().clean(value).strip() or "*"
        if text != "*" and text.count(":") < 5:
            raise forms.ValidationError("A resource is an ARN such as arn:aws:s3:::customer-bills/bill.txt, or *.")
        return text


class ContextForm(forms.Form):
    """A question with keys of the request's context, which come last on the page."""

    context = forms.CharField(
        label="Context keys",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One key = value a line, such as aws:MultiFactorAuthPresent = true. "
        "They replace what a plain console session would send; null leaves a key out.",
    )

    def clean_context(self) -> keys.Context:
        return keys.read(self.cleaned_data["context"])


class QuestionForm(ContextForm):
    """Can PRINCIPAL do ACTION on RESOURCE?"""

    field_order = ("principal", "actions", "resource", "context")
    principal = forms.ChoiceField(label="Who")
    actions = forms.CharField(
        label="Action",
        max_length=2000,
        help_text="One action, or several with commas between: s3:PutObject, s3:GetObject",
    )
    resource = ResourceField(
        label="Resource", required=False, max_length=2048, help_text="The ARN that is acted on; * where there is none."
    )

    def __init__(self, data: Any, principals: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["principal"].choices = principals  # type: ignore[attr-defined]

    def clean_actions(self) -> list[str]:
        names = [name.strip() for name in re.split(r"[,\s]+", self.cleaned_data["actions"]) if name.strip()]
        if not 1 <= len(names) <= MOST_ACTIONS:
            raise forms.ValidationError(f"Ask for one to {MOST_ACTIONS} actions.")
        return [checked_action(name) for name in names]


class WhoCanForm(ContextForm):
    """Who can do ACTION on RESOURCE?"""

    field_order = ("action", "resource", "context")
    action = forms.CharField(label="Action", max_length=200)
    resource = ResourceField(label="Resource", required=False, max_length=2048)

    def clean_action(self) -> str:
        return checked_action(self.cleaned_data["action"].strip())


class WhoHasForm(forms.Form):
    """Who has POLICY?"""

    policy = forms.RegexField(
        POLICY_ARN,
        label="Policy ARN",
        max_length=2048,
        help_text="A managed policy of this account or of AWS, such as arn:aws:iam::aws:policy/AdministratorAccess.",
        error_messages={"invalid": "That is not the ARN of a managed policy."},
    )


class TokenForm(forms.Form):
    """Who signs in where, for a token of the test identity provider."""

    provider = forms.ChoiceField(label="Provider")
    audience = forms.ChoiceField(label="Audience", help_text="The client that the token is made for.")
    subject = forms.CharField(label="Subject", max_length=255, help_text="Who signs in there, such as mario.")

    def __init__(self, data: Any, providers: list[tuple[str, str]], audiences: list[str]) -> None:
        super().__init__(data)
        self.fields["provider"].choices = providers  # type: ignore[attr-defined]
        self.fields["audience"].choices = [(one, one) for one in audiences]  # type: ignore[attr-defined]


class SamlForm(forms.Form):
    """Who signs in at the test SAML identity provider, and which role they want."""

    provider = forms.ChoiceField(label="Provider")
    role = forms.RegexField(
        ROLE_ARN,
        label="Role ARN",
        max_length=2048,
        help_text="A role whose trust policy names the provider, such as arn:aws:iam::111122223333:role/Reader.",
        error_messages={"invalid": "That is not the ARN of a role."},
    )
    subject = forms.RegexField(
        SESSION_NAME,
        label="Subject",
        max_length=64,
        help_text="Who signs in there, such as mario; the session bears the same name.",
        error_messages={"invalid": "2 to 64 letters, digits or characters of _+=,.@-"},
    )

    def __init__(self, data: Any, providers: list[str]) -> None:
        super().__init__(data)
        self.fields["provider"].choices = [(one, one) for one in providers]  # type: ignore[attr-defined]
