"""Counts and quotas of the account. IAM API Reference: "GetAccountSummary"."""

from typing import Any

from django.db.models import Count, Q

from iamlab.services.accounts.models import Account
from iamlab.services.iam import models
from iamlab.services.iam.quotas import QUOTAS
from iamlab.services.operations import Call, operation

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


@operation("iam:GetAccountSummary")
def get_account_summary(call: Call) -> dict[str, Any]:
    account = Account.objects.get(pk=call.account_id)
    summary: dict[str, int] = {name: QUOTAS[quota] for name, quota in LIMITS.items()}
    for name, model in COUNTED.items():
        summary[name] = model._default_manager.filter(account=account).count()
    providers = (models.SamlProvider, models.OidcProvider)
    summary["Providers"] = sum(model._default_manager.filter(account=account).count() for model in providers)
    devices = models.MfaDevice.objects.filter(account=account).aggregate(
        all=Count("id"),
        used=Count("id", filter=~Q(holder="")),
        root=Count("id", filter=Q(holder=account.id)),
    )
    summary |= {
        "MFADevices": devices["all"],
        "MFADevicesInUse": devices["used"],
        "AccountMFAEnabled": int(devices["root"] > 0),
        "AccountAccessKeysPresent": int(models.AccessKey.objects.filter(account=account, user=None).exists()),
        "AccountPasswordPresent": int(bool(account.root_password)),
        "AccountSigningCertificatesPresent": 0,
        "PolicyVersionsInUseQuota": 10000,
        "GlobalEndpointTokenVersion": 1,
    }
    return {"SummaryMap": summary}
