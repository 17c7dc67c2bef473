"""IAM's quotas. IAM User Guide: "IAM and AWS STS quotas"."""

from iamlab.services.operations import AwsError

QUOTAS = {
    "UsersPerAccount": 5000,
    "GroupsPerAccount": 300,
    "RolesPerAccount": 1000,
    "PoliciesPerAccount": 1500,
    "InstanceProfilesPerAccount": 1000,
    "ServerCertificatesPerAccount": 20,
    "SAMLProvidersPerAccount": 100,
    "OpenIdConnectProvidersPerAccount": 100,
    "GroupsPerUser": 10,
    "PoliciesPerUser": 10,
    "PoliciesPerGroup": 10,
    "PoliciesPerRole": 10,
    "AccessKeysPerUser": 2,
    "MFADevicesPerUser": 8,
    "CertificatesPerUser": 2,
    "SSHPublicKeysPerUser": 5,
    "ServiceSpecificCredentialsPerUser": 2,
    "ClientIdsPerOpenIdConnectProvider": 100,
    "VersionsPerPolicy": 5,
    # Sizes in characters, white space ignored.
    "PolicySize": 6144,
    "UserPolicySize": 2048,
    "GroupPolicySize": 5120,
    "RolePolicySize": 10240,
    "ACLSizePerRole": 2048,
}


def exceeded(name: str) -> AwsError:
    return AwsError("LimitExceeded", f"Cannot exceed quota for {name}: {QUOTAS[name]}")


def check_room(name: str, held: int) -> None:
    """Refuse one more where `held` are there already. Raises LimitExceeded."""
    if held >= QUOTAS[name]:
        raise exceeded(name)
