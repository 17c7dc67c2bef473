"""Server certificates. IAM User Guide: "Manage server certificates in IAM"."""

from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from iamlab.services import paging
from iamlab.services.iam import quotas, tags
from iamlab.services.iam.loading import delete
from iamlab.services.iam.models import ServerCertificate
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError, Call, Target, operation


def arn(account_id: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:server-certificate{path}{name}"


def target(call: Call, ServerCertificateName: str, **_: Any) -> Target:
    rows = ServerCertificate.objects.filter(account_id=call.account_id)
    row = rows.filter(name_lower=ServerCertificateName.lower()).first()
    if row is None:
        return Target(arn=arn(call.account_id, "/", ServerCertificateName))
    return Target(arn=arn(call.account_id, row.path, row.name), row=row, tags=row.tags)


def new_target(
    call: Call, ServerCertificateName: str, Path: str = "/", Tags: tags.Given = None, **_: Any
) -> list[Target]:
    return tags.at_birth(
        Target(arn=arn(call.account_id, Path, ServerCertificateName)), Tags, "iam:TagServerCertificate"
    )


def renamed_target(
    call: Call,
    ServerCertificateName: str,
    NewPath: str | None = None,
    NewServerCertificateName: str | None = None,
    **_: Any,
) -> list[Target]:
    """A new name or path needs the permission on the certificate as it is and as it will be."""
    old = target(call, ServerCertificateName)
    if NewPath is None and NewServerCertificateName is None:
        return [old]
    path, name = (old.row.path, old.row.name) if old.row else ("/", ServerCertificateName)
    return [old, Target(arn=arn(call.account_id, NewPath or path, NewServerCertificateName or name))]


def list_target(call: Call, PathPrefix: str = "/", **_: Any) -> Target:
    return Target(shown=arn(call.account_id, PathPrefix, ""))


def existing(call: Call) -> ServerCertificate:
    """The target's row. Raises NoSuchEntity."""
    if call.target.row is None:
        message = f"The Server Certificate with name {call.params['ServerCertificateName']} cannot be found."
        raise AwsError("NoSuchEntity", message)
    return call.target.row


def parse(pem: str) -> x509.Certificate:
    """Raises MalformedCertificate."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        message = "Unable to parse certificate. Please ensure the certificate is in PEM format."
        raise AwsError("MalformedCertificate", message) from error


def checked(
    call: Call, CertificateBody: str, PrivateKey: str, CertificateChain: str | None = None, **_: Any
) -> x509.Certificate:
    """The certificate; its key must be the one given. Raises MalformedCertificate, KeyPairMismatch."""
    certificate = parse(CertificateBody)
    try:
        if CertificateChain is not None:
            x509.load_pem_x509_certificates(CertificateChain.encode())
        key = load_pem_private_key(PrivateKey.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        message = "Unable to parse key or chain. Please ensure they are in PEM format."
        raise AwsError("MalformedCertificate", message) from error
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise AwsError("KeyPairMismatch", "Private key does not match the certificate.")
    return certificate


def describe(row: ServerCertificate) -> dict[str, Any]:
    return {
        "Path": row.path,
        "ServerCertificateName": row.name,
        "ServerCertificateId": row.unique_id,
        "Arn": arn(row.account_id, row.path, row.name),
        "UploadDate": row.created,
        "Expiration": row.expires,
    }


def refuse_duplicate(call: Call, name: str, but: int = 0) -> None:
    rows = ServerCertificate.objects.filter(account_id=call.account_id, name_lower=name.lower())
    if (rows if but is None else rows.exclude(pk=but)).exists():
        message = f"The Server Certificate with name {name} already exists."
        raise AwsError("EntityAlreadyExists", message)


@operation("iam:UploadServerCertificate", target=new_target, prepare=checked)
def upload_server_certificate(
    call: Call,
    ServerCertificateName: str,
    CertificateBody: str,
    PrivateKey: str,
    CertificateChain: str | None = None,
    Path: str = "/",
    Tags: list[dict[str, str]] | None = None,
) -> dict[str, Any]:
    given = tags.read(Tags, fold=False)
    refuse_duplicate(call, ServerCertificateName)
    held = ServerCertificate.objects.filter(account_id=call.account_id).count()
    quotas.check_room("ServerCertificatesPerAccount", held)
    row = ServerCertificate.objects.create(
        account_id=call.account_id,
        name=ServerCertificateName,
        name_lower=ServerCertificateName.lower(),
        path=Path,
        unique_id=unique_id("certificate"),
        body=CertificateBody,
        chain=CertificateChain or "",
        expires=call.prepared.not_valid_after_utc,
        tags=given,
        created=call.now,
    )
    return {"ServerCertificateMetadata": describe(row)} | tags.echoed(given)


@operation("iam:GetServerCertificate", target=target)
def get_server_certificate(call: Call, ServerCertificateName: str) -> dict[str, Any]:
    row = existing(call)
    certificate: dict[str, Any] = {"ServerCertificateMetadata": describe(row), "CertificateBody": row.body}
    if row.chain:
        certificate["CertificateChain"] = row.chain
    if row.tags:
        certificate["Tags"] = tags.shown(row.tags)
    return {"ServerCertificate": certificate}


@operation("iam:ListServerCertificates", target=list_target)
def list_server_certificates(
    call: Call, PathPrefix: str = "/", Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    rows = paging.under_path(ServerCertificate.objects.filter(account_id=call.account_id), PathPrefix)
    return paging.page("ServerCertificateMetadataList", rows, describe, "name", Marker, MaxItems)


@operation("iam:UpdateServerCertificate", target=renamed_target)
def update_server_certificate(
    call: Call, ServerCertificateName: str, NewPath: str | None = None, NewServerCertificateName: str | None = None
) -> dict[str, Any]:
    row = existing(call)
    if NewServerCertificateName is not None:
        refuse_duplicate(call, NewServerCertificateName, but=row.pk)
        row.name, row.name_lower = NewServerCertificateName, NewServerCertificateName.lower()
    if NewPath is not None:
        row.path = NewPath
    row.save(update_fields=["name", "name_lower", "path"])
    return {}


@operation("iam:DeleteServerCertificate", target=target)
def delete_server_certificate(call: Call, ServerCertificateName: str) -> dict[str, Any]:
    delete(call, existing)
    return {}


@operation("iam:TagServerCertificate", target=target)
def tag_server_certificate(call: Call, ServerCertificateName: str, Tags: list[dict[str, str]]) -> dict[str, Any]:
    tags.put(existing(call), Tags, fold=False)
    return {}


@operation("iam:UntagServerCertificate", target=target)
def untag_server_certificate(call: Call, ServerCertificateName: str, TagKeys: list[str]) -> dict[str, Any]:
    tags.drop(existing(call), TagKeys, fold=False)
    return {}


@operation("iam:ListServerCertificateTags", target=target)
def list_server_certificate_tags(
    call: Call, ServerCertificateName: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return tags.page(existing(call).tags, Marker, MaxItems)
