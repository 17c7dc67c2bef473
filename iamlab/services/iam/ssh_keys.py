"""SSH public keys of users, for CodeCommit. IAM User Guide: "Use IAM with CodeCommit"."""

import hashlib
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
    load_ssh_public_key,
)

from iamlab.services import paging
from iamlab.services.iam import quotas, users
from iamlab.services.iam.loading import grouped, loaded, with_loaded
from iamlab.services.iam.models import SshKey, User
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError, Call, operation

SMALLEST = 2048  # bits


def keys_of(rows: Sequence[User]) -> dict[int, list[SshKey]]:
    """The keys of some users by the user's key, oldest first."""
    return grouped((key.user_id, key) for key in SshKey.objects.filter(user__in=rows).order_by("pk"))


def existing(call: Call, SSHPublicKeyId: str) -> SshKey:
    """Raises NoSuchEntity."""
    row = SshKey.objects.filter(user=users.existing(call), key_id=SSHPublicKeyId).first()
    if row is None:
        raise AwsError("NoSuchEntity", f"The Public Key with id {SSHPublicKeyId} cannot be found.")
    return row


def parse(body: str) -> RSAPublicKey:
    """An RSA key in OpenSSH's form or PEM. Raises UnrecognizedPublicKeyEncoding, InvalidPublicKey."""
    text = body.strip().encode()
    try:
        key = load_pem_public_key(text) if text.startswith(b"-----BEGIN") else load_ssh_public_key(text)
    except (ValueError, UnsupportedAlgorithm) as error:
        message = "The public key encoding is unsupported or unrecognized."
        raise AwsError("UnrecognizedPublicKeyEncoding", message) from error
    if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST:
        raise AwsError("InvalidPublicKey", f"The public key must be an RSA key of at least {SMALLEST} bits.")
    return key


def fingerprint(key: RSAPublicKey) -> str:
    """MD5 of the key in DER, in pairs of hexadecimal digits, as AWS shows it."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.md5(der, usedforsecurity=False).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, 32, 2))


def describe(row: SshKey, user_name: str) -> dict[str, Any]:
    return {
        "UserName": user_name,
        "SSHPublicKeyId": row.key_id,
        "Status": "Active" if row.active else "Inactive",
        "UploadDate": row.created,
    }


def describe_fully(row: SshKey, user_name: str, body: str) -> dict[str, Any]:
    return {**describe(row, user_name), "Fingerprint": row.fingerprint, "SSHPublicKeyBody": body}


@operation("iam:UploadSSHPublicKey", target=users.target)
def upload_ssh_public_key(call: Call, UserName: str, SSHPublicKeyBody: str) -> dict[str, Any]:
    user, key = users.existing(call), parse(SSHPublicKeyBody)
    rows = SshKey.objects.filter(user=user)
    if rows.filter(fingerprint=fingerprint(key)).exists():
        raise AwsError("DuplicateSSHPublicKey", "The SSH public key is associated with this user already.")
    quotas.check_room("SSHPublicKeysPerUser", rows.count())
    row = SshKey.objects.create(
        account_id=call.account_id,
        user=user,
        key_id=unique_id("public-key"),
        body=key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode(),
        fingerprint=fingerprint(key),
        created=call.now,
    )
    return {"SSHPublicKey": describe_fully(row, user.name, SSHPublicKeyBody)}


@operation("iam:GetSSHPublicKey", target=users.target)
def get_ssh_public_key(call: Call, UserName: str, SSHPublicKeyId: str, Encoding: str) -> dict[str, Any]:
    row = existing(call, SSHPublicKeyId)
    return {"SSHPublicKey": describe_fully(row, row.user.name, row.body if Encoding == "SSH" else pem(row.body))}


def pem(body: str) -> str:
    return parse(body).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@operation("iam:ListSSHPublicKeys", target=users.target, bulk=with_loaded(users.bulk_targets, keys_of))
def list_ssh_public_keys(
    call: Call, UserName: str | None = None, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    user = users.existing(call)
    page = paging.page_of_list("SSHPublicKeys", loaded(call, keys_of), lambda row: f"{row.pk:020}", Marker, MaxItems)
    page["SSHPublicKeys"] = [describe(row, user.name) for row in page["SSHPublicKeys"]]
    return page


@operation("iam:UpdateSSHPublicKey", target=users.target)
def update_ssh_public_key(call: Call, UserName: str, SSHPublicKeyId: str, Status: str) -> dict[str, Any]:
    row = existing(call, SSHPublicKeyId)
    if Status == "Expired":
        raise AwsError("InvalidInput", "An SSH public key cannot be set to Expired.")
    row.active = Status == "Active"
    row.save(update_fields=["active"])
    return {}


@operation("iam:DeleteSSHPublicKey", target=users.target)
def delete_ssh_public_key(call: Call, UserName: str, SSHPublicKeyId: str) -> dict[str, Any]:
    existing(call, SSHPublicKeyId).delete()
    return {}
