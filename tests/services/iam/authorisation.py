"""Each IAM operation with parameters that fit the world of test_authorisation.py, and what it acts on there."""

ACCOUNT = "222233334444"
ARN = f"arn:aws:iam::{ACCOUNT}:"
USER, GROUP, ROLE = f"{ARN}user/target", f"{ARN}group/target", f"{ARN}role/target"
POLICY, PROFILE = f"{ARN}policy/target", f"{ARN}instance-profile/target"
MFA, CERTIFICATE = f"{ARN}mfa/target", f"{ARN}server-certificate/target"
SAML, OIDC = f"{ARN}saml-provider/target", f"{ARN}oidc-provider/idp.example"
SELF = f"{ARN}user/{{self}}"  # the caller
SLR = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"

DOCUMENT = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
TRUST = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},'
    ' "Action": "sts:AssumeRole"}}'
)
TAGS, KEYS = {"Tags": [{"Key": "a", "Value": "1"}]}, {"TagKeys": ["a"]}
CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "123457"}
MANAGED = {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
INLINE = {"PolicyName": "own", "PolicyDocument": DOCUMENT}
METADATA = "m" * 1000
CREDENTIAL = {"ServiceSpecificCredentialId": "ACCAAAAAAAAAAAAAAAAAA"}
SSH, SIGNING = {"SSHPublicKeyId": "APKAAAAAAAAAAAAAAAAA"}, {"CertificateId": "A" * 32}

OF_USER = {
    "AttachUserPolicy": MANAGED,
    "CreateAccessKey": {},
    "CreateLoginProfile": {"Password": "Correct-Horse-1"},
    "CreateServiceSpecificCredential": {"ServiceName": "codecommit.amazonaws.com"},
    "CreateUser": {},
    "DeactivateMFADevice": {"SerialNumber": MFA},
    "DeleteAccessKey": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
    "DeleteLoginProfile": {},
    "DeleteSSHPublicKey": SSH,
    "DeleteServiceSpecificCredential": CREDENTIAL,
    "DeleteSigningCertificate": SIGNING,
    "DeleteUser": {},
    "DeleteUserPermissionsBoundary": {},
    "DeleteUserPolicy": {"PolicyName": "own"},
    "DetachUserPolicy": MANAGED,
    "EnableMFADevice": {"SerialNumber": MFA, **CODES},
    "GetLoginProfile": {},
    "GetMFADevice": {"SerialNumber": MFA},
    "GetSSHPublicKey": {**SSH, "Encoding": "SSH"},
    "GetUser": {},
    "GetUserPolicy": {"PolicyName": "own"},
    "ListAccessKeys": {},
    "ListAttachedUserPolicies": {},
    "ListGroupsForUser": {},
    "ListMFADevices": {},
    "ListSSHPublicKeys": {},
    "ListServiceSpecificCredentials": {},
    "ListSigningCertificates": {},
    "ListUserPolicies": {},
    "ListUserTags": {},
    "PutUserPermissionsBoundary": {"PermissionsBoundary": MANAGED["PolicyArn"]},
    "PutUserPolicy": INLINE,
    "ResetServiceSpecificCredential": CREDENTIAL,
    "ResyncMFADevice": {"SerialNumber": MFA, **CODES},
    "TagUser": TAGS,
    "UntagUser": KEYS,
    "UpdateAccessKey": {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Inactive"},
    "UpdateLoginProfile": {"PasswordResetRequired": True},
    "UpdateSSHPublicKey": {**SSH, "Status": "Inactive"},
    "UpdateServiceSpecificCredential": {**CREDENTIAL, "Status": "Inactive"},
    "UpdateSigningCertificate": {**SIGNING, "Status": "Inactive"},
    "UpdateUser": {},
    "UploadSSHPublicKey": {"SSHPublicKeyBody": "no key"},
    "UploadSigningCertificate": {"CertificateBody": "no certificate"},
}
OF_GROUP = {
    "AddUserToGroup": {"UserName": "target"},
    "AttachGroupPolicy": MANAGED,
    "CreateGroup": {},
    "DeleteGroup": {},
    "DeleteGroupPolicy": {"PolicyName": "own"},
    "DetachGroupPolicy": MANAGED,
    "GetGroup": {},
    "GetGroupPolicy": {"PolicyName": "own"},
    "ListAttachedGroupPolicies": {},
    "ListGroupPolicies": {},
    "PutGroupPolicy": INLINE,
    "RemoveUserFromGroup": {"UserName": "target"},
    "UpdateGroup": {},
}
OF_ROLE = {
    "AttachRolePolicy": MANAGED,
    "CreateRole": {"AssumeRolePolicyDocument": TRUST},
    "DeleteRole": {},
    "DeleteRolePermissionsBoundary": {},
    "DeleteRolePolicy": {"PolicyName": "own"},
    "DeleteServiceLinkedRole": {},
    "DetachRolePolicy": MANAGED,
    "GetRole": {},
    "GetRolePolicy": {"PolicyName": "own"},
    "ListAttachedRolePolicies": {},
    "ListInstanceProfilesForRole": {},
    "ListRolePolicies": {},
    "ListRoleTags": {},
    "PutRolePermissionsBoundary": {"PermissionsBoundary": MANAGED["PolicyArn"]},
    "PutRolePolicy": INLINE,
    "TagRole": TAGS,
    "UntagRole": KEYS,
    "UpdateAssumeRolePolicy": {"PolicyDocument": TRUST},
    "UpdateRole": {},
    "UpdateRoleDescription": {"Description": "new"},
}
OF_POLICY = {
    "CreatePolicyVersion": {"PolicyDocument": DOCUMENT},
    "DeletePolicy": {},
    "DeletePolicyVersion": {"VersionId": "v1"},
    "GetPolicy": {},
    "GetPolicyVersion": {"VersionId": "v1"},
    "ListEntitiesForPolicy": {},
    "ListPolicyTags": {},
    "ListPolicyVersions": {},
    "SetDefaultPolicyVersion": {"VersionId": "v1"},
    "TagPolicy": TAGS,
    "UntagPolicy": KEYS,
}
OF_PROFILE = {
    "AddRoleToInstanceProfile": {"RoleName": "target"},
    "CreateInstanceProfile": {},
    "DeleteInstanceProfile": {},
    "GetInstanceProfile": {},
    "ListInstanceProfileTags": {},
    "RemoveRoleFromInstanceProfile": {"RoleName": "target"},
    "TagInstanceProfile": TAGS,
    "UntagInstanceProfile": KEYS,
}
OF_MFA = {"DeleteVirtualMFADevice": {}, "ListMFADeviceTags": {}, "TagMFADevice": TAGS, "UntagMFADevice": KEYS}
OF_CERTIFICATE = {
    "DeleteServerCertificate": {},
    "GetServerCertificate": {},
    "ListServerCertificateTags": {},
    "TagServerCertificate": TAGS,
    "UntagServerCertificate": KEYS,
    "UpdateServerCertificate": {},
    "UploadServerCertificate": {"CertificateBody": "no certificate", "PrivateKey": "no key"},
}
OF_SAML = {
    "DeleteSAMLProvider": {},
    "GetSAMLProvider": {},
    "ListSAMLProviderTags": {},
    "TagSAMLProvider": TAGS,
    "UntagSAMLProvider": KEYS,
    "UpdateSAMLProvider": {"SAMLMetadataDocument": METADATA},
}
OF_OIDC = {
    "AddClientIDToOpenIDConnectProvider": {"ClientID": "app"},
    "DeleteOpenIDConnectProvider": {},
    "GetOpenIDConnectProvider": {},
    "ListOpenIDConnectProviderTags": {},
    "RemoveClientIDFromOpenIDConnectProvider": {"ClientID": "app"},
    "TagOpenIDConnectProvider": TAGS,
    "UntagOpenIDConnectProvider": KEYS,
    "UpdateOpenIDConnectProviderThumbprint": {"ThumbprintList": ["a" * 40]},
}
# Operations that take no ARN: a policy must say "*".
OF_ACCOUNT = {
    "CreateAccountAlias": {"AccountAlias": "some-alias"},
    "DeleteAccountAlias": {"AccountAlias": "some-alias"},
    "DeleteAccountPasswordPolicy": {},
    "GenerateCredentialReport": {},
    "GetAccountAuthorizationDetails": {},
    "GetAccountPasswordPolicy": {},
    "GetAccountSummary": {},
    "GetContextKeysForCustomPolicy": {"PolicyInputList": [DOCUMENT]},
    "GetCredentialReport": {},
    "GetOrganizationsAccessReport": {"JobId": "x" * 36},
    "GetServiceLastAccessedDetails": {"JobId": "x" * 36},
    "GetServiceLastAccessedDetailsWithEntities": {"JobId": "x" * 36, "ServiceNamespace": "s3"},
    "ListAccountAliases": {},
    "ListGroups": {},
    "ListInstanceProfiles": {},
    "ListOpenIDConnectProviders": {},
    "ListPolicies": {},
    "ListRoles": {},
    "ListSAMLProviders": {},
    "ListServerCertificates": {},
    "ListUsers": {},
    "ListVirtualMFADevices": {},
    "SimulateCustomPolicy": {"PolicyInputList": [DOCUMENT], "ActionNames": ["s3:GetObject"]},
    "UpdateAccountPasswordPolicy": {},
}
PATH = "o-a1b2c3d4e5/r-f6g7"
OTHERS = {
    "ChangePassword": ({"OldPassword": "a", "NewPassword": "b"}, SELF),
    "CreateOpenIDConnectProvider": ({"Url": "https://idp.example"}, OIDC),
    "CreatePolicy": ({"PolicyName": "target", "PolicyDocument": DOCUMENT}, POLICY),
    "CreateSAMLProvider": ({"Name": "target", "SAMLMetadataDocument": METADATA}, SAML),
    "CreateServiceLinkedRole": ({"AWSServiceName": "autoscaling.amazonaws.com"}, f"{ARN}role/{SLR}"),
    "CreateVirtualMFADevice": ({"VirtualMFADeviceName": "target"}, MFA),
    "GenerateServiceLastAccessedDetails": ({"Arn": ROLE}, ROLE),
    "GetAccessKeyLastUsed": ({"AccessKeyId": "{key}"}, USER),
    "GenerateOrganizationsAccessReport": ({"EntityPath": PATH}, f"{ARN}access-report/{PATH}"),
    "GetContextKeysForPrincipalPolicy": ({"PolicySourceArn": GROUP}, GROUP),
    "GetServiceLinkedRoleDeletionStatus": ({"DeletionTaskId": f"task/{SLR}/1"}, f"{ARN}role/{SLR}"),
    "ListPoliciesGrantingServiceAccess": ({"Arn": USER, "ServiceNamespaces": ["s3"]}, USER),
    "SimulatePrincipalPolicy": ({"PolicySourceArn": USER, "ActionNames": ["s3:GetObject"]}, USER),
}


def _table():
    for name, value, arn, operations in (
        ("UserName", "target", USER, OF_USER),
        ("GroupName", "target", GROUP, OF_GROUP),
        ("RoleName", "target", ROLE, OF_ROLE),
        ("PolicyArn", POLICY, POLICY, OF_POLICY),
        ("InstanceProfileName", "target", PROFILE, OF_PROFILE),
        ("SerialNumber", MFA, MFA, OF_MFA),
        ("ServerCertificateName", "target", CERTIFICATE, OF_CERTIFICATE),
        ("SAMLProviderArn", SAML, SAML, OF_SAML),
        ("OpenIDConnectProviderArn", OIDC, OIDC, OF_OIDC),
    ):
        for operation, more in operations.items():
            yield operation, ({name: value, **more}, arn)
    for operation, params in OF_ACCOUNT.items():
        yield operation, (params, "*")
    yield from OTHERS.items()


TABLE = dict(_table())
