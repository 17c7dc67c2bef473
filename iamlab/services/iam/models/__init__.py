"""The rows behind IAM. Every row hangs on an account."""

from iamlab.services.iam.models.credentials import (
    AccessKey,
    LoginProfile,
    MfaDevice,
    PasswordPolicy,
    Report,
    ServiceCredential,
    SigningCertificate,
    SshKey,
)
from iamlab.services.iam.models.identities import (
    DeletionTask,
    Group,
    Identity,
    InstanceProfile,
    Membership,
    Role,
    User,
)
from iamlab.services.iam.models.policies import (
    Attachment,
    InlinePolicy,
    Policy,
    PolicyVersion,
)
from iamlab.services.iam.models.providers import (
    OidcProvider,
    SamlProvider,
    ServerCertificate,
)

__all__ = [
    "AccessKey",
    "Attachment",
    "DeletionTask",
    "Group",
    "Identity",
    "InlinePolicy",
    "InstanceProfile",
    "LoginProfile",
    "Membership",
    "MfaDevice",
    "OidcProvider",
    "PasswordPolicy",
    "Policy",
    "PolicyVersion",
    "Report",
    "Role",
    "SamlProvider",
    "ServerCertificate",
    "ServiceCredential",
    "SigningCertificate",
    "SshKey",
    "User",
]
