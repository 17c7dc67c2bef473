"""X.509 signing certificates of users. IAM User Guide: "Manage X.509 signing certificates"."""

from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes

from iamlab.services import paging
from iamlab.services.iam import quotas, users
from iamlab.services.iam.loading import grouped, loaded, with_loaded
from iamlab.services.iam.models import SigningCertificate, User
from iamlab.services.iam.names import random_letters
from iamlab.services.iam.server_certificates import parse
from iamlab.services.operations import AwsError, Call, operation


def certificates_of(rows: Sequence[User]) -> dict[int, list[SigningCertificate]]:
    """The certificates of some users by the user's key, oldest first."""
    found = SigningCertificate.objects.filter(user__in=rows).order_by("pk")
    return grouped((certificate.user_id, certificate) for certificate in found)


def existing(call: Call, CertificateId: str) -> SigningCertificate:
    """Raises NoSuchEntity."""
    row = SigningCertificate.objects.filter(user=users.existing(call), certificate_id=CertificateId).first()
    if row is None:
        raise AwsError("NoSuchEntity", f"The Certificate with id {CertificateId} cannot be found.")
    return row


def describe(row: SigningCertificate, user_name: str) -> dict[str, Any]:
    return {
        "UserName": user_name,
        "CertificateId": row.certificate_id,
        "CertificateBody": row.body,
        "Status": "Active" if row.active else "Inactive",
        "UploadDate": row.created,
    }


@operation("iam:UploadSigningCertificate", target=users.target)
def upload_signing_certificate(call: Call, CertificateBody: str, UserName: str | None = None) -> dict[str, Any]:
    user = users.existing(call)
    try:
        fingerprint = parse(CertificateBody).fingerprint(hashes.SHA256()).hex()
    except AwsError as error:
        raise AwsError(error.code, f"Certificate {CertificateBody} is malformed.") from error
    rows = SigningCertificate.objects.filter(user=user)
    if rows.filter(fingerprint=fingerprint).exists():
        raise AwsError("DuplicateCertificate", "The certificate is associated with this user already.")
    quotas.check_room("CertificatesPerUser", rows.count())
    row = SigningCertificate.objects.create(
        account_id=call.account_id,
        user=user,
        certificate_id=random_letters(32),
        body=CertificateBody,
        fingerprint=fingerprint,
        created=call.now,
    )
    return {"Certificate": describe(row, user.name)}


@operation("iam:ListSigningCertificates", target=users.target, bulk=with_loaded(users.bulk_targets, certificates_of))
def list_signing_certificates(
    call: Call, UserName: str | None = None, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    user = users.existing(call)
    page = paging.page_of_list(
        "Certificates", loaded(call, certificates_of), lambda row: f"{row.pk:020}", Marker, MaxItems
    )
    page["Certificates"] = [describe(row, user.name) for row in page["Certificates"]]
    return page


@operation("iam:UpdateSigningCertificate", target=users.target)
def update_signing_certificate(
    call: Call, CertificateId: str, Status: str, UserName: str | None = None
) -> dict[str, Any]:
    row = existing(call, CertificateId)
    if Status == "Expired":
        raise AwsError("InvalidInput", "A certificate cannot be set to Expired.")
    row.active = Status == "Active"
    row.save(update_fields=["active"])
    return {}


@operation("iam:DeleteSigningCertificate", target=users.target)
def delete_signing_certificate(call: Call, CertificateId: str, UserName: str | None = None) -> dict[str, Any]:
    existing(call, CertificateId).delete()
    return {}
