"""Counts and quotas of the account. IAM API Reference: "GetAccountSummary"."""

from functools import cache
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from iamlab.services.accounts.models import Account
from iamlab.services.iam import models
from iamlab.services.iam.quotas import QUOTAS
from iamlab.services.operations import Call, operation
from iamlab.services.prepared import Prepared

LIMITS = {
    "UsersQuota": "UsersPerAccount",
    "GroupsQuota": "GroupsPerAccount",
    "RolesQuota": "RolesPerAccount",
    "PoliciesQuota": "PoliciesPerAccount",
    "InstanceProfilesQuota": "InstanceProfilesPerAccount",
    "ServerCertificatesQuota": "ServerCertificatesPerAccount",
    "GroupsPerUserQuota": "GroupsPerUser",
    "AccessKeysPerUserQuota": "AccessKeysPerUser",
    "SigningCertificatesPerUserQuota": "CertificatesPerUser",
    "AttachedPoliciesPerUserQuota": "PoliciesPerUser",
    "AttachedPoliciesPerGroupQuota": "PoliciesPerGroup",
    "AttachedPoliciesPerRoleQuota": "PoliciesPerRole",
    "VersionsPerPolicyQuota": "VersionsPerPolicy",
    "PolicySizeQuota": "PolicySize",
    "UserPolicySizeQuota": "UserPolicySize",
    "GroupPolicySizeQuota": "GroupPolicySize",
    "RolePolicySizeQuota": "RolePolicySize",
    "AssumeRolePolicySizeQuota": "ACLSizePerRole",
}
COUNTED = {
    "Users": models.User,
    "Groups": models.Group,
    "Roles": models.Role,
    "Policies": models.Policy,
    "InstanceProfiles": models.InstanceProfile,
    "ServerCertificates": models.ServerCertificate,
    "PolicyVersionsInUse": models.PolicyVersion,
}


def counted(rows: Any) -> Any:
    """How many of some rows hang on the account, as a part of its own query."""
    of_account = rows.filter(account=OuterRef("pk")).order_by().values("account")
    return Coalesce(Subquery(of_account.annotate(number=Count("*")).values("number")), 0)


@cache
def _counts() -> dict[str, Any]:
    devices = models.MfaDevice.objects.all()
    numbers = {name: counted(model._default_manager.all()) for name, model in COUNTED.items()}
    return numbers | {
        "saml": counted(models.SamlProvider.objects.all()),
        "oidc": counted(models.OidcProvider.objects.all()),
        "MFADevices": counted(devices),
        "MFADevicesInUse": counted(devices.exclude(holder="")),
        "AccountMFAEnabled": counted(devices.filter(holder=OuterRef("pk"))),
        "AccountAccessKeysPresent": counted(models.AccessKey.objects.filter(user=None)),
    }


WITH_COUNTS = Prepared(
    lambda pk: Account.objects.annotate(**{f"{name}_": number for name, number in _counts().items()}).filter(pk=pk), str
)


@operation("iam:GetAccountSummary")
def get_account_summary(call: Call) -> dict[str, Any]:
    """One query: the console's first page asks for this."""
    account = call.kept_rows(Account)[call.account_id] = WITH_COUNTS.first(call.account_id)
    summary: dict[str, int] = {name: QUOTAS[quota] for name, quota in LIMITS.items()}
    found = {name: getattr(account, f"{name}_") for name in _counts()}
    summary |= {name: number for name, number in found.items() if name not in ("saml", "oidc")}
    summary |= {
        "Providers": found["saml"] + found["oidc"],
        "AccountMFAEnabled": int(found["AccountMFAEnabled"] > 0),
        "AccountAccessKeysPresent": int(found["AccountAccessKeysPresent"] > 0),
        "AccountPasswordPresent": int(bool(account.root_password)),
        "AccountSigningCertificatesPresent": 0,
        "PolicyVersionsInUseQuota": 10000,
        "GlobalEndpointTokenVersion": 1,
    }
    return {"SummaryMap": summary}
