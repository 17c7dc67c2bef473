"""Adding an identity provider."""

import re
from typing import Any

from django import forms

from iamlab.components.markup import tile
from iamlab.console import late
from iamlab.console.forms import OperationForm, limit, member

SAML, OIDC = "saml", "oidc"
FIELDS = {SAML: ("Name", "metadata"), OIDC: ("Url", "audience")}
THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")
PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def metadata_text(sent: Any) -> str:
    """The text of an uploaded metadata document. Raises ValidationError."""
    shape = member("iam:CreateSAMLProvider", "SAMLMetadataDocument")
    low, high = shape.metadata["min"], shape.metadata["max"]  # type: ignore[union-attr]
    if sent.size > 4 * high:
        raise forms.ValidationError(f"The document has at most {high:,} characters.")
    try:
        text = str(sent.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise forms.ValidationError("The document is no text.") from error
    if not low <= len(text) <= high:
        raise forms.ValidationError(f"The document has {low:,} to {high:,} characters; this one has {len(text):,}.")
    return text


class AddForm(OperationForm):
    """Only the fields of the chosen type are there; `operation` is that type's."""

    kind = forms.ChoiceField(
        label="Provider type",
        choices=[
            (SAML, tile("SAML", "Establish trust between this account and a SAML 2.0 compatible identity provider.")),
            (OIDC, tile("OpenID Connect", "Establish trust with an OpenID Connect provider, such as a build service.")),
        ],
        widget=forms.RadioSelect,
        initial=SAML,
    )
    Name = forms.CharField(
        label="Provider name",
        help_text="Up to 128 characters: letters, digits and . _ -",
        widget=forms.TextInput(attrs=PLAIN),
    )
    metadata = forms.FileField(label="Metadata document", help_text="The XML file that the identity provider gives.")
    Url = forms.CharField(
        label="Provider URL",
        help_text="It begins with https:// and has at most 255 characters.",
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "https://"}),
    )
    audience = forms.CharField(
        label="Audience",
        help_text="The client ID that the provider gave to the application.",
        widget=forms.TextInput(attrs=PLAIN),
    )
    fields_of_codes = {"InvalidInput": "metadata", "ValidationError": "Url"}

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        if not args:
            sent = late.offered()
            kind = sent.get("kind", kind) if sent is not None else kind
        self.chosen = kind if kind in FIELDS else SAML
        self.operation = {SAML: "iam:CreateSAMLProvider", OIDC: "iam:CreateOpenIDConnectProvider"}[self.chosen]
        taken = "Name" if self.chosen == SAML else "Url"
        self.fields_of_codes = {**self.fields_of_codes, "EntityAlreadyExists": taken}
        super().__init__(*args, initial={"kind": self.chosen}, **kwargs)
        for name in list(self.fields):
            if name != "kind" and name not in FIELDS[self.chosen]:
                del self.fields[name]
        if self.chosen == OIDC:
            limit(self.fields["audience"], member(self.operation, "ClientIDList").member)  # type: ignore[union-attr]

    def clean_metadata(self) -> str:
        return metadata_text(self.cleaned_data["metadata"])

    def clean_Url(self) -> str:
        url = self.cleaned_data["Url"]
        if not url.startswith("https://"):
            raise forms.ValidationError("The URL begins with https://.")
        return url

    def params(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.chosen == SAML:
            return {"Name": given["Name"], "SAMLMetadataDocument": given["metadata"]}
        return {"Url": given["Url"], "ClientIDList": [given["audience"]]}


class AudienceForm(OperationForm):
    operation = "iam:AddClientIDToOpenIDConnectProvider"
    fields_of_codes = {"InvalidInput": "ClientID", "LimitExceeded": "ClientID"}

    ClientID = forms.CharField(
        label="Audience",
        help_text="The client ID that the provider gave to the application.",
        widget=forms.TextInput(attrs=PLAIN),
    )


class ThumbprintsForm(OperationForm):
    """One a line, as many as the operation takes."""

    operation = "iam:UpdateOpenIDConnectProviderThumbprint"
    fields_of_codes = {"InvalidInput": "ThumbprintList"}

    ThumbprintList = forms.CharField(
        label="Thumbprints",
        required=False,
        help_text="Up to five, one a line: 40 hexadecimal digits each.",
        widget=forms.Textarea(attrs={**PLAIN, "rows": 5}),
    )

    def clean_ThumbprintList(self) -> list[str]:
        prints = self.cleaned_data["ThumbprintList"].split()
        for one in prints:
            if not THUMBPRINT.fullmatch(one):
                raise forms.ValidationError(f"{one[:60]} is no thumbprint: it has 40 hexadecimal digits.")
        return prints


class MetadataForm(OperationForm):
    operation = "iam:UpdateSAMLProvider"
    fields_of_codes = {"InvalidInput": "metadata"}

    metadata = forms.FileField(label="Metadata document", help_text="The XML file that the identity provider gives.")

    def clean_metadata(self) -> str:
        return metadata_text(self.cleaned_data["metadata"])
