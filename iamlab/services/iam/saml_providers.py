"""SAML identity providers. IAM User Guide: "Create a SAML identity provider in IAM"."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from iamlab.services import clock
from iamlab.services.iam import quotas, secrets, tags
from iamlab.services.iam.loading import delete
from iamlab.services.iam.models import SamlProvider
from iamlab.services.iam.names import random_letters
from iamlab.services.operations import AwsError, Call, Target, operation

NAMESPACE = "{urn:oasis:names:tc:SAML:2.0:metadata}"
LASTING = timedelta(days=36500)  # metadata that names no end
KEYS_MOST = 2
REMOVED_NONE = "Failed to remove private key because the Key ID does not match a private key."


def arn(account_id: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:saml-provider/{name}"


def target(call: Call, SAMLProviderArn: str, **_: Any) -> Target:
    name = SAMLProviderArn.removeprefix(arn(call.account_id, ""))
    row = SamlProvider.objects.filter(account_id=call.account_id, name=name).first()
    return Target(arn=SAMLProviderArn, row=row, tags=row.tags if row else {})


def new_target(call: Call, Name: str, Tags: tags.Given = None, **_: Any) -> list[Target]:
    return tags.at_birth(Target(arn=arn(call.account_id, Name)), Tags, "iam:TagSAMLProvider")


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


def read_key(pem: str) -> RSAPrivateKey:
    """Raises InvalidInput. User Guide: "Troubleshoot SAML federation with IAM"."""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise AwsError("InvalidInput", "Invalid private key.") from error
    if not isinstance(key, RSAPrivateKey):
        raise AwsError("InvalidInput", "Invalid private key.")
    return key


def new_key(call: Call, AddPrivateKey: str | None) -> list[dict[str, str]]:
    """A private key that decrypts assertions, as it is kept: encrypted itself. Raises InvalidInput."""
    if AddPrivateKey is None:
        return []
    read_key(AddPrivateKey)
    kept = secrets.encrypt(AddPrivateKey).decode()
    return [{"KeyId": random_letters(26), "Timestamp": clock.iso(call.now), "Key": kept}]


def decryption_keys(row: SamlProvider) -> list[RSAPrivateKey]:
    """The keys that read encrypted assertions: not those that another secret of the server's has locked away."""
    found = []
    for kept in row.private_keys:
        try:
            found.append(read_key(secrets.decrypt(kept.get("Key", "").encode())))
        except InvalidToken:
            continue
    return found


def check_encryption(mode: str, keys: list[dict[str, str]]) -> None:
    if mode == "Required" and not keys:
        message = "Unable to set assertion encryption mode to Required because no private key is provided."
        raise AwsError("InvalidInput", message)


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
    if all(one is None for one in (SAMLMetadataDocument, AssertionEncryptionMode, AddPrivateKey, RemovePrivateKey)):
        message = "Unable to update identity provider. No updates are defined for metadata or encryption assertion."
        raise AwsError("InvalidInput", message)
    if AddPrivateKey is not None and RemovePrivateKey is not None:
        message = "Unable to add and remove private keys in the same request. Set a value for only one of the two "
        raise AwsError("InvalidInput", f"{message}parameters.")
    if SAMLMetadataDocument is not None:
        row.metadata, row.valid_until = SAMLMetadataDocument, valid_until(SAMLMetadataDocument, call.now)
    keys = [key for key in row.private_keys if key["KeyId"] != RemovePrivateKey]
    if RemovePrivateKey is not None and len(keys) == len(row.private_keys):
        raise AwsError("InvalidInput", REMOVED_NONE)
    keys = new_key(call, AddPrivateKey) + keys
    if len(keys) > KEYS_MOST:
        raise AwsError("LimitExceeded", f"Private key limit of {KEYS_MOST} is reached.")
    if AssertionEncryptionMode is not None:
        row.encryption_mode = AssertionEncryptionMode
    elif RemovePrivateKey is not None and row.encryption_mode == "Required" and not keys:
        raise AwsError("InvalidInput", "Failed to remove private key.")  # the last, and encryption is required
    check_encryption(row.encryption_mode, keys)
    row.private_keys = keys
    row.save(update_fields=["metadata", "valid_until", "private_keys", "encryption_mode"])
    return {"SAMLProviderArn": SAMLProviderArn}


@operation("iam:DeleteSAMLProvider", target=target)
def delete_saml_provider(call: Call, SAMLProviderArn: str) -> dict[str, Any]:
    delete(call, existing)
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
