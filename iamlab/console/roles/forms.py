"""The forms of roles: the three steps of Create role, the trust policy, the session's length."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict

from iamlab.components.markup import tile
from iamlab.console import pickers
from iamlab.console.documents import DocumentField, SeenForm
from iamlab.console.editing import EditingForm
from iamlab.console.forms import OperationForm, limit, member
from iamlab.console.panels import Panel, panel
from iamlab.console.roles import trust
from iamlab.console.tags import TagsField
from iamlab.console.wizard import StepForm

KINDS = [
    (trust.SERVICE, tile("AWS service", "Allow AWS services like EC2 and Lambda to act in this account.")),
    (
        trust.ACCOUNT,
        tile("AWS account", "Allow users and roles of this or of another AWS account to act in this account."),
    ),
    (
        trust.WEB,
        tile("Web identity", "Allow users who signed in at a web identity provider to act in this account."),
    ),
    (
        trust.SAML,
        tile("SAML 2.0 federation", "Allow users of a corporate directory, federated by SAML 2.0, to act here."),
    ),
    (trust.CUSTOM, tile("Custom trust policy", "Write the trust policy yourself, as JSON.")),
]
FIELDS = {
    trust.SERVICE: ("service",),
    trust.ACCOUNT: ("which", "account_id", "external", "external_id", "mfa"),
    trust.WEB: ("provider", "audience"),
    trust.SAML: ("saml_provider", "access", "attribute", "value"),
    trust.CUSTOM: ("PolicyDocument",),
}
SAML_KEYS = ("SAML:aud", "SAML:iss", "SAML:sub", "SAML:sub_type", "SAML:eduPersonOrgDN", "SAML:namequalifier")
NAME = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"})


class EntityForm(StepForm):
    """Step 1: whom the role trusts. Only the fields of the chosen kind are there."""

    key = "entity"
    operation = "iam:UpdateAssumeRolePolicy"
    fields_of_codes = {"MalformedPolicyDocument": "PolicyDocument"}

    opened_by = {"account_id": "which", "external_id": "external"}

    kind = forms.ChoiceField(
        label="Trusted entity type", choices=KINDS, widget=forms.RadioSelect, initial=trust.SERVICE
    )
    service = forms.ChoiceField(
        label="Service or use case",
        choices=[("", "Choose a service"), ("Commonly used", trust.COMMON), ("Other services", trust.OTHERS)],
        error_messages={"required": "Choose a service."},
    )
    which = forms.ChoiceField(
        label="An AWS account",
        choices=[("this", "This account"), ("another", "Another AWS account")],
        widget=forms.RadioSelect,
        initial="this",
    )
    account_id = forms.CharField(
        label="Account ID",
        help_text="12 digits: the account whose users and roles may use this role.",
        required=False,
        validators=[RegexValidator(r"\A[0-9]{12}\Z", "An account ID has 12 digits.")],
    )
    external = forms.BooleanField(
        label="Require external ID (best practice when a third party will assume this role)",
        help_text="It keeps a third party from being talked into using your role for somebody else. "
        "A role that requires one cannot be switched to in the console.",
        required=False,
    )
    external_id = forms.CharField(label="External ID", required=False)
    mfa = forms.BooleanField(
        label="Require MFA", help_text="Whoever assumes the role must have signed in with a second factor.",
        required=False,
    )  # fmt: skip
    provider = forms.ChoiceField(label="Identity provider", error_messages={"required": "Choose a provider."})
    audience = forms.CharField(label="Audience", help_text="The application's ID at the provider.", max_length=255)
    saml_provider = forms.ChoiceField(
        label="SAML 2.0–based provider", error_messages={"required": "Choose a provider."}
    )
    access = forms.ChoiceField(
        label="Access to be allowed",
        choices=[
            ("console", "Allow programmatic and AWS Management Console access"),
            ("programmatic", "Allow programmatic access only"),
        ],
        widget=forms.RadioSelect,
        initial="console",
    )
    attribute = forms.ChoiceField(
        label="Attribute", choices=[(key, key) for key in SAML_KEYS], required=False,
        help_text="For programmatic access only.",
    )  # fmt: skip
    value = forms.CharField(label="Value", required=False, max_length=255)
    PolicyDocument = DocumentField("trust", label="Custom trust policy", initial=trust.START)

    def __init__(self, *args: Any, look: QueryDict | None = None, **kwargs: Any) -> None:
        self.looked = look
        super().__init__(*args, look=look, **kwargs)

    def prepare(self) -> None:
        given: Mapping[str, Any] = self.looked or (self.data if self.is_bound else self.sent_late or self.initial)
        kind = given.get("kind")
        self.chosen = kind if kind in FIELDS else trust.SERVICE
        for name in list(self.fields):
            if name != "kind" and name not in FIELDS[self.chosen]:
                del self.fields[name]
        self.found = Panel()
        if self.chosen == trust.ACCOUNT:
            limit(self.fields["external_id"], member("sts:AssumeRole", "ExternalId"))
        elif self.chosen == trust.WEB:
            self.offer("provider", "iam:ListOpenIDConnectProviders", "OpenIDConnectProviderList")
        elif self.chosen == trust.SAML:
            self.offer("saml_provider", "iam:ListSAMLProviders", "SAMLProviderList")

    def typed(self, sent: QueryDict) -> dict[str, Any]:
        """Fields that another type brought in were not sent: they begin as they are."""
        return {name: value for name, value in super().typed(sent).items() if value is not None}

    def offer(self, name: str, operation: str, member_name: str) -> None:
        """The account's providers as the choices of a field; a refused list is told in its place."""
        self.found = panel(self.session, operation)
        arns = [one["Arn"] for one in self.found.get(member_name, [])]
        choices = [(arn, arn.partition("provider/")[2]) for arn in arns]
        if name == "provider":
            choices += [(host, title) for host, (title, _) in trust.KNOWN_PROVIDERS.items()]
        cast(forms.ChoiceField, self.fields[name]).choices = [("", "Choose a provider"), *choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("which") == "another" and not data.get("account_id") and "account_id" not in self.errors:
            self.add_error("account_id", "Enter the account's ID.")
        if data.get("external") and not data.get("external_id") and "external_id" not in self.errors:
            self.add_error("external_id", "Enter the external ID.")
        if data.get("access") == "programmatic" and not data.get("value"):
            self.add_error("value", "Enter the attribute's value.")
        return data

    def stored(self) -> dict[str, Any]:
        stored = super().stored()
        return {**stored, "document": trust.document(stored, self.session.account.pk)}


class PermissionsForm(StepForm):
    """Step 2: what the role may do, and the boundary to it."""

    key = "permissions"
    fields_of_codes = {"InvalidInput": "boundary"}

    policies = pickers.PickField(pickers.POLICIES, label="Permissions policies")
    use_boundary = forms.BooleanField(
        label="Use a permissions boundary to control the maximum role permissions", required=False
    )
    boundary = pickers.PickField(pickers.POLICIES, label="Permissions boundary", most=1, multiple=False)

    @property
    def wants_boundary(self) -> bool:
        return bool(self["use_boundary"].value())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("use_boundary") and not data.get("boundary"):
            self.add_error("boundary", "Choose the policy that is the boundary.")
        return data


class ReviewForm(StepForm):
    """Step 3: the name and what goes with it."""

    key = "review"
    operation = "iam:CreateRole"
    fields_of_codes = {"EntityAlreadyExists": "RoleName", "ValidationError": "RoleName"}

    RoleName = forms.CharField(
        label="Role name",
        help_text="Up to 64 characters: A-Z, a-z, 0-9 and + = , . @ _ - (hyphen).",
        widget=NAME,
    )
    Description = forms.CharField(
        label="Description",
        help_text="Up to 1,000 characters.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tags = TagsField()


class TrustForm(SeenForm):
    """A role's trust policy."""

    operation = "iam:UpdateAssumeRolePolicy"
    fields_of_codes = {"MalformedPolicyDocument": "PolicyDocument", "LimitExceeded": "PolicyDocument"}

    PolicyDocument = DocumentField("trust", label="Trust policy")


class EditForm(EditingForm, OperationForm):
    """Description and the length of sessions, 1 to 12 hours."""

    operation = "iam:UpdateRole"

    Description = forms.CharField(label="Description", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    MaxSessionDuration = forms.IntegerField(
        label="Maximum session duration",
        min_value=3600,
        max_value=43200,
        help_text="In seconds, from 3600 (1 hour) to 43200 (12 hours). Who assumes the role may ask for less.",
    )

    def params(self) -> dict[str, Any]:
        """An emptied description is sent as well: what is left out stays as it is."""
        return {**super().params(), "Description": self.cleaned_data["Description"]}


class AcknowledgeForm(forms.Form):
    understood = forms.BooleanField(
        label="I acknowledge that I am revoking all active sessions for this role.",
        error_messages={"required": "Tick the box to go on."},
    )
