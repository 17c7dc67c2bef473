"""SAML identity providers. IAM User Guide: "Create a SAML identity provider in IAM"."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from iamlab.services import clock
from iamlab.services.iam import quotas, tags
from iamlab.services.iam.models import SamlProvider
from iamlab.services.iam.names import random_letters
from iamlab.services.operations import AwsError, Call, Target, operation

NAMESPACE = "{urn:oasis:names:tc:SAML:2.0:metadata}"
LASTING = timedelta(days=36500)  # metadata that names no end
KEYS_MOST = 2


def arn(account_id: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:saml-provider/{name}"


def target(call: Call, SAMLProviderArn: str, **_: Any) -> Target:
    name = SAMLProviderArn.removeprefix(arn(call.account_id, ""))
    row = SamlProvider.objects.filter(account_id=call.account_id, name=name).first()
    return Target(arn=SAMLProviderArn, row=row, tags=row.tags if row else {})


def new_target(call: Call, Name: str, **_: Any) -> Target:
    return Target(arn=arn(call.account_id, Name))


def existing(call: Call) -> SamlProvider:
    """The target's row. Raises NoSuchEntity."""
    if call.target.row is None:
        raise AwsError("NoSuchEntity", f"Manifest not found for arn {call.params['SAMLProviderArn']}")
    return call.target.row


def valid_until(metadata: str, now: datetime) -> datetime:
    """The end of metadata's validity. Raises InvalidInput for what is no metadata of an identity provider."""
    unparsable = AwsError("InvalidInput", "Could not parse metadata")
    if "<!DOCTYPE" in metadata or "<!ENTITY" in metadata:
        raise unparsable
    try:
        root = ElementTree.fromstring(metadata)
    except ElementTree.ParseError as error:
        raise unparsable from error
    described = root.tag == f"{NAMESPACE}EntityDescriptor" and root.find(f"{NAMESPACE}IDPSSODescriptor") is not None
    if not described or not root.get("entityID"):
        raise unparsable
    until = root.get("validUntil")
    if until is None:
        return now + LASTING
    try:
        end = datetime.fromisoformat(until)
    except ValueError as error:
        raise unparsable from error
    return end.replace(tzinfo=end.tzinfo or UTC)


def new_key(call: Call, AddPrivateKey: str | None) -> list[dict[str, str]]:
    """A private key that decrypts assertions, as it is kept: its id and time, never itself. Raises InvalidInput."""
    if AddPrivateKey is None:
        return []
    try:
        load_pem_private_key(AddPrivateKey.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise AwsError("InvalidInput", "The private key could not be parsed.") from error
    return [{"KeyId": random_letters(26), "Timestamp": clock.iso(call.now)}]


def check_encryption(mode: str, keys: list[dict[str, str]]) -> None:
    if mode and not keys:
        raise AwsError("InvalidInput", "An assertion encryption mode needs a private key.")


@operation("iam:CreateSAMLProvider", target=new_target)
def create_saml_provider(
    call: Call,
    SAMLMetadataDocument: str,
    Name: str,
    Tags: list[dict[str, str]] | None = None,
    AssertionEncryptionMode: str = "",
    AddPrivateKey: str | None = None,
) -> dict[str, Any]:
    given = tags.read(Tags, fold=False)
    end, keys = valid_until(SAMLMetadataDocument, call.now), new_key(call, AddPrivateKey)
    check_encryption(AssertionEncryptionMode, keys)
    rows = SamlProvider.objects.filter(account_id=call.account_id)
    if rows.filter(name=Name).exists():
        raise AwsError("EntityAlreadyExists", f"Provider with name {Name} already exists.")
    quotas.check_room("SAMLProvidersPerAccount", rows.count())
    SamlProvider.objects.create(
        account_id=call.account_id,
        name=Name,
        unique_id=str(uuid.uuid4()),
        metadata=SAMLMetadataDocument,
        valid_until=end,
        encryption_mode=AssertionEncryptionMode,
        private_keys=keys,
        tags=given,
        created=call.now,
    )
    return {"SAMLProviderArn": arn(call.account_id, Name)} | tags.echoed(given)


@operation("iam:GetSAMLProvider", target=target)
def get_saml_provider(call: Call, SAMLProviderArn: str) -> dict[str, Any]:
    row = existing(call)
    return {
        "SAMLProviderUUID": row.unique_id,
        "SAMLMetadataDocument": row.metadata,
        "CreateDate": row.created,
        "ValidUntil": row.valid_until,
        "Tags": tags.shown(row.tags),
        "AssertionEncryptionMode": row.encryption_mode or "Allowed",
        "PrivateKeyList": [
            {"KeyId": key["KeyId"], "Timestamp": datetime.fromisoformat(key["Timestamp"])} for key in row.private_keys
        ],
    }


@operation("iam:ListSAMLProviders")
def list_saml_providers(call: Call) -> dict[str, Any]:
    rows = SamlProvider.objects.filter(account_id=call.account_id).order_by("name")
    return {
        "SAMLProviderList": [
            {"Arn": arn(call.account_id, row.name), "ValidUntil": row.valid_until, "CreateDate": row.created}
            for row in rows
        ]
    }


@operation("iam:UpdateSAMLProvider", target=target)
def update_saml_provider(
    call: Call,
    SAMLProviderArn: str,
    SAMLMetadataDocument: str | None = None,
    AssertionEncryptionMode: str | None = None,
    AddPrivateKey: str | None = None,
    RemovePrivateKey: str | None = None,
) -> dict[str, Any]:
    row = existing(call)
    if SAMLMetadataDocument is not None:
        row.metadata, row.valid_until = SAMLMetadataDocument, valid_until(SAMLMetadataDocument, call.now)
    keys = [key for key in row.private_keys if key["KeyId"] != RemovePrivateKey]
    if RemovePrivateKey is not None and len(keys) == len(row.private_keys):
        raise AwsError("InvalidInput", f"The private key {RemovePrivateKey} cannot be found.")
    keys = new_key(call, AddPrivateKey) + keys
    if len(keys) > KEYS_MOST:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PrivateKeysPerSAMLProvider: {KEYS_MOST}")
    if AssertionEncryptionMode is not None:
        row.encryption_mode = AssertionEncryptionMode
    check_encryption(row.encryption_mode, keys)
    row.private_keys = keys
    row.save(update_fields=["metadata", "valid_until", "private_keys", "encryption_mode"])
    return {"SAMLProviderArn": SAMLProviderArn}


@operation("iam:DeleteSAMLProvider", target=target)
def delete_saml_provider(call: Call, SAMLProviderArn: str) -> dict[str, Any]:
    existing(call).delete()
    return {}


@operation("iam:TagSAMLProvider", target=target)
def tag_saml_provider(call: Call, SAMLProviderArn: str, Tags: list[dict[str, str]]) -> dict[str, Any]:
    tags.put(existing(call), Tags, fold=False)
    return {}


@operation("iam:UntagSAMLProvider", target=target)
def untag_saml_provider(call: Call, SAMLProviderArn: str, TagKeys: list[str]) -> dict[str, Any]:
    tags.drop(existing(call), TagKeys, fold=False)
    return {}


@operation("iam:ListSAMLProviderTags", target=target)
def list_saml_provider_tags(
    call: Call, SAMLProviderArn: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return tags.page(existing(call).tags, Marker, MaxItems)
