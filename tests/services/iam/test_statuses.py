"""Each error's HTTP status, as IAM's service model has it."""

import pytest
from botocore.exceptions import ClientError

from tests.services.iam.cast import EC2, EVERYTHING, READ_ONLY

CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "123457"}
CASES = [
    ("GetUser", {"UserName": "nobody"}, "NoSuchEntity", 404),
    ("CreateUser", {"UserName": "mario"}, "EntityAlreadyExists", 409),
    ("DeleteGroup", {"GroupName": "full"}, "DeleteConflict", 409),
    ("CreateAccessKey", {"UserName": "mario"}, "LimitExceeded", 409),
    ("CreatePolicy", {"PolicyName": "P", "PolicyDocument": "{"}, "MalformedPolicyDocument", 400),
    ("GetPolicy", {"PolicyArn": "no ARN, but long enough"}, "InvalidInput", 400),
    ("CreateUser", {"UserName": "a b"}, "ValidationError", 400),
    ("CreateLoginProfile", {"UserName": "mario", "Password": "weak"}, "PasswordPolicyViolation", 400),
    ("ChangePassword", {"OldPassword": "a", "NewPassword": "b"}, "InvalidUserType", 400),
    (
        "PutRolePolicy",
        {
            "RoleName": "AWSServiceRoleForAutoScaling",
            "PolicyName": "own",
            "PolicyDocument": EVERYTHING,
        },
        "UnmodifiableEntity",
        400,
    ),
    (
        "AttachUserPolicy",
        {
            "UserName": "mario",
            "PolicyArn": "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy",
        },
        "PolicyNotAttachable",
        400,
    ),
    (
        "EnableMFADevice",
        {"UserName": "mario", "SerialNumber": "arn:aws:iam::111122223333:mfa/phone", **CODES},
        "InvalidAuthenticationCode",
        403,
    ),
    (
        "CreateServiceSpecificCredential",
        {"UserName": "mario", "ServiceName": "amazon.com"},
        "NotSupportedService",
        404,
    ),
    ("GetCredentialReport", {}, "ReportNotPresent", 410),
    ("UploadSigningCertificate", {"UserName": "mario", "CertificateBody": "x"}, "MalformedCertificate", 400),
    ("DeletePolicy", {"PolicyArn": READ_ONLY}, "AccessDenied", 403),
]


@pytest.mark.parametrize(("name", "params", "code", "status"), CASES, ids=[case[2] for case in CASES])
def test_an_error_has_its_status(iam, name, params, code, status):
    iam.CreateUser(UserName="mario")
    iam.CreateAccessKey(UserName="mario")
    iam.CreateAccessKey(UserName="mario")
    iam.CreateGroup(GroupName="full")
    iam.AddUserToGroup(GroupName="full", UserName="mario")
    iam.CreateServiceLinkedRole(AWSServiceName="autoscaling.amazonaws.com")
    iam.CreateVirtualMFADevice(VirtualMFADeviceName="phone")
    iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2)
    with pytest.raises(ClientError) as error:
        getattr(iam, name)(**params)
    response = error.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
