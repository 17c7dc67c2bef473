"""Credentials for one service each. IAM User Guide: "Service-specific credentials for IAM users"."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings

from iamlab.services import paging
from iamlab.services.iam import quotas, users
from iamlab.services.iam.loading import grouped, loaded, with_loaded
from iamlab.services.iam.models import ServiceCredential, User
from iamlab.services.iam.names import unique_id
from iamlab.services.operations import AwsError, Call, Target, operation

PASSWORDS = ("codecommit.amazonaws.com", "cassandra.amazonaws.com")  # a name and a password
API_KEYS = ("bedrock.amazonaws.com", "logs.amazonaws.com")  # an alias and a secret, which may expire


def check_service(ServiceName: str | None) -> None:
    """Raises NotSupportedService."""
    if ServiceName is not None and ServiceName not in (*PASSWORDS, *API_KEYS):
        message = f"No such service {ServiceName} is supported for Service Specific Credentials"
        raise AwsError("NotSupportedService", message)


def secret_of(row: ServiceCredential) -> str:
    """Derived from the server's key, the id and how often it was reset: nothing that could leak is kept."""
    told = f"service credential {row.credential_id} {row.resets}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), told, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def existing(call: Call, ServiceSpecificCredentialId: str) -> ServiceCredential:
    """Raises NoSuchEntity."""
    user = users.existing(call)
    row = ServiceCredential.objects.filter(user=user, credential_id=ServiceSpecificCredentialId).first()
    if row is None:
        raise AwsError("NoSuchEntity", f"No such credential {ServiceSpecificCredentialId} exists")
    return row


def service_key(call: Call, ServiceName: str, CredentialAgeDays: int | None = None, **_: Any) -> dict[str, Any]:
    context: dict[str, Any] = {"iam:ServiceSpecificCredentialServiceName": ServiceName}
    if CredentialAgeDays is not None:
        context["iam:ServiceSpecificCredentialAgeDays"] = str(CredentialAgeDays)
    return context


def target(call: Call, ServiceSpecificCredentialId: str, UserName: str | None = None, **_: Any) -> Target:
    """The user; the key names the credential's service where there is such a credential."""
    found = users.target(call, UserName)
    row = ServiceCredential.objects.filter(user=found.row, credential_id=ServiceSpecificCredentialId).first()
    if found.row is not None and row is not None:
        found.context = {**found.context, "iam:ServiceSpecificCredentialServiceName": row.service}
    return found


def metadata(row: ServiceCredential) -> dict[str, Any]:
    described: dict[str, Any] = {
        "UserName": row.user.name,
        "Status": "Active" if row.active else "Inactive",
        "CreateDate": row.created,
        "ServiceSpecificCredentialId": row.credential_id,
        "ServiceName": row.service,
        "ServiceUserName" if row.service in PASSWORDS else "ServiceCredentialAlias": row.user_name,
    }
    if row.expires is not None:
        described["ExpirationDate"] = row.expires
    return described


def with_secret(row: ServiceCredential) -> dict[str, Any]:
    name = "ServicePassword" if row.service in PASSWORDS else "ServiceCredentialSecret"
    return {**metadata(row), name: secret_of(row)}


@operation("iam:CreateServiceSpecificCredential", target=users.target, context=service_key)
def create_service_specific_credential(
    call: Call, UserName: str, ServiceName: str, CredentialAgeDays: int | None = None
) -> dict[str, Any]:
    """The secret is shown this once, and once more after each reset."""
    user = users.existing(call)
    check_service(ServiceName)
    if CredentialAgeDays is not None and ServiceName in PASSWORDS:
        raise AwsError("ValidationError", f"CredentialAgeDays is not supported for {ServiceName}.")
    held = ServiceCredential.objects.filter(user=user, service=ServiceName).count()
    quotas.check_room("ServiceSpecificCredentialsPerUser", held)
    number = f"+{held}" if held else ""
    row = ServiceCredential.objects.create(
        account_id=call.account_id,
        user=user,
        credential_id=unique_id("service-credential"),
        service=ServiceName,
        user_name=f"{user.name}{number}-at-{call.account_id}",
        expires=call.now + timedelta(days=CredentialAgeDays) if CredentialAgeDays is not None else None,
        created=call.now,
    )
    return {"ServiceSpecificCredential": with_secret(row)}


def list_target(call: Call, UserName: str | None = None, AllUsers: bool = False, **_: Any) -> Target:
    if AllUsers:
        return Target(arn=users.arn(call.account_id, "/", "*"))
    return users.target(call, UserName)


def credentials_of(rows: Sequence[User]) -> dict[int, list[ServiceCredential]]:
    """The credentials of some users by the user's key."""
    found = ServiceCredential.objects.filter(user__in=rows).select_related("user").order_by("credential_id")
    return grouped((one.user_id, one) for one in found)


@operation(
    "iam:ListServiceSpecificCredentials", target=list_target, bulk=with_loaded(users.bulk_targets, credentials_of)
)
def list_service_specific_credentials(
    call: Call,
    UserName: str | None = None,
    ServiceName: str | None = None,
    AllUsers: bool = False,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> dict[str, Any]:
    check_service(ServiceName)
    if AllUsers:
        every = ServiceCredential.objects.filter(account_id=call.account_id).select_related("user")
        rows = every if ServiceName is None else every.filter(service=ServiceName)
        return paging.page("ServiceSpecificCredentials", rows, metadata, "credential_id", Marker, MaxItems)
    users.existing(call)
    own = [row for row in loaded(call, credentials_of) if ServiceName in (None, row.service)]
    page = paging.page_of_list("ServiceSpecificCredentials", own, lambda row: row.credential_id, Marker, MaxItems)
    page["ServiceSpecificCredentials"] = [metadata(row) for row in page["ServiceSpecificCredentials"]]
    return page


@operation("iam:UpdateServiceSpecificCredential", target=target)
def update_service_specific_credential(
    call: Call, ServiceSpecificCredentialId: str, Status: str, UserName: str | None = None
) -> dict[str, Any]:
    row = existing(call, ServiceSpecificCredentialId)
    if Status == "Expired":
        raise AwsError("ValidationError", "A credential cannot be set to Expired.")
    row.active = Status == "Active"
    row.save(update_fields=["active"])
    return {}


@operation("iam:ResetServiceSpecificCredential", target=target)
def reset_service_specific_credential(
    call: Call, ServiceSpecificCredentialId: str, UserName: str | None = None
) -> dict[str, Any]:
    row = existing(call, ServiceSpecificCredentialId)
    row.resets += 1
    row.save(update_fields=["resets"])
    return {"ServiceSpecificCredential": with_secret(row)}


@operation("iam:DeleteServiceSpecificCredential", target=target)
def delete_service_specific_credential(
    call: Call, ServiceSpecificCredentialId: str, UserName: str | None = None
) -> dict[str, Any]:
    existing(call, ServiceSpecificCredentialId).delete()
    return {}
