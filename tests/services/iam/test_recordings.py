"""What AWS itself answered, as recorded by LocalStack's tests (Apache-2.0): tests/aws/services/iam/*.snapshot.json.

LocalStack runs its tests against AWS, records the answers and holds itself to them. Those here are of February and
March 2026. recordings.json has the refusals: operation, parameters, code, HTTP status, message.
"""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.services.iam.cast import ACCOUNT, EC2, EVERYTHING

REFUSALS = json.loads(Path(__file__).with_name("recordings.json").read_text())
OWN = f"arn:aws:iam::{ACCOUNT}:policy"


@pytest.fixture
def cast(iam):
    """Somebody of each kind, with whatever keeps it from being deleted."""
    for name in ("mario", "peach", "attached", "inlined"):
        iam.CreateUser(UserName=name)
    iam.CreateLoginProfile(UserName="peach", Password="TestPassword123!")
    for _ in range(2):
        iam.CreateAccessKey(UserName="peach")
    for name in ("staff", "other"):
        iam.CreateGroup(GroupName=name)
    for name, versions in (("P", 2), ("Full", 5)):
        iam.CreatePolicy(PolicyName=name, PolicyDocument=EVERYTHING)
        for _ in range(versions - 1):
            iam.CreatePolicyVersion(PolicyArn=f"{OWN}/{name}", PolicyDocument=EVERYTHING)
    for name in ("R", "attached", "inlined", "profiled"):
        iam.CreateRole(RoleName=name, AssumeRolePolicyDocument=EC2)
    iam.AttachUserPolicy(UserName="attached", PolicyArn=f"{OWN}/P")
    iam.AttachRolePolicy(RoleName="attached", PolicyArn=f"{OWN}/P")
    iam.PutUserPolicy(UserName="inlined", PolicyName="own", PolicyDocument=EVERYTHING)
    iam.PutRolePolicy(RoleName="inlined", PolicyName="own", PolicyDocument=EVERYTHING)
    for name in ("I", "Empty"):
        iam.CreateInstanceProfile(InstanceProfileName=name)
    iam.AddRoleToInstanceProfile(InstanceProfileName="I", RoleName="profiled")
    iam.CreateVirtualMFADevice(VirtualMFADeviceName="phone")
    full = [{"Key": f"t{n}", "Value": "v"} for n in range(50)]
    iam.CreateOpenIDConnectProvider(Url="https://idp.example.com", ThumbprintList=["a" * 40], Tags=full)
    return iam


def answered(iam, name, params):
    try:
        getattr(iam, name)(**params)
    except ClientError as error:
        response = error.response
        said = response["Error"].get("Message")
        return [response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], said]
    return ["nothing", 200, None]


@pytest.mark.slow
def test_refusals_are_awss_own_to_the_letter(cast):
    differ = []
    for name, params, *recorded in REFUSALS:
        found = answered(cast, name, params)
        if found != recorded:
            differ.append((name, found, recorded))
    assert differ == []


def test_removing_who_is_no_member_is_no_error(cast):
    """test_iam_users: test_user_group_membership, "remove-nonmember-user-from-group"."""
    assert cast.RemoveUserFromGroup(GroupName="staff", UserName="mario") == {}
    cast.AddUserToGroup(GroupName="staff", UserName="mario")
    for _ in range(2):
        assert cast.RemoveUserFromGroup(GroupName="staff", UserName="mario") == {}


def test_a_report_that_was_never_made_is_missed_without_words(iam):
    """test_iam_credential_report: the error has a code and a type. The CLI then says "Unknown", as it does at AWS."""
    with pytest.raises(ClientError, match=r"\(ReportNotPresent\).*: Unknown$") as error:
        iam.GetCredentialReport()
    assert error.value.response["Error"] == {"Type": "Sender", "Code": "ReportNotPresent"}


def test_what_is_made_shows_its_tags_as_they_were_given(iam):
    """test_iam_policies: test_policy_tag_order and test_policy_tag_lifecycle."""
    tags = [{"Key": key, "Value": "v"} for key in ("abc", "b", "z", "a", "A")]
    made = iam.CreatePolicy(PolicyName="P", PolicyDocument=EVERYTHING, Tags=tags)
    assert made["Policy"]["Tags"] == tags
    assert iam.CreateUser(UserName="mario", Tags=tags[:4])["User"]["Tags"] == tags[:4]
    made = iam.CreateRole(RoleName="R", AssumeRolePolicyDocument=EC2, Tags=tags[:4])
    assert made["Role"]["Tags"] == tags[:4]
    assert iam.CreateInstanceProfile(InstanceProfileName="I", Tags=tags)["InstanceProfile"]["Tags"] == tags


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ({"Action": "invalid"}, "Policy statement must contain resources."),
        (
            {"Action": "s3:ListBucket", "Resource": "arn:aws:iam:::example_bucket"},
            'IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, '
            "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, "
            "access-report/.",
        ),
    ],
)
def test_what_is_missing_in_a_statement_is_said_first(iam, statement, message):
    """test_iam_policies: test_create_policy_invalid_document, 29 and 35."""
    document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})
    refused = iam.refused("CreatePolicy", PolicyName="P", PolicyDocument=document)
    assert refused == ("MalformedPolicyDocument", message)
