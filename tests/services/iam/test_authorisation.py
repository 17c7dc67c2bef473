"""Every operation of IAM is authorised: by its action, on exactly what it acts on."""

import json
import re

import pytest

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.policy.catalog import action
from iamlab.sandbox import lab_accounts
from iamlab.services.accounts.models import Sandbox
from iamlab.services.operations import REGISTRY, AwsError
from tests.services.iam.authorisation import ACCOUNT, ARN, DOCUMENT, MFA, ROLE, TABLE, TRUST
from tests.services.iam.cast import document

PASSING = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": ROLE}


class Door:
    """The root user through the door, past the wire: there are a thousand calls to make."""

    def __init__(self, key_id):
        self.key_id = key_id

    @property
    def caller(self):
        return authenticate.credentials(self.key_id).caller

    def __getattr__(self, name):
        return lambda **params: call(self.caller, f"iam:{name}", params)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The root user of one account, made once, and the keys of two users in it; tests' own changes are rolled back."""
    with django_db_blocker.unblock():
        root = Door(lab_accounts.open_account(ACCOUNT, reset=True)["AccessKeyId"])
        root.CreateUser(UserName="target")
        root.CreateUser(UserName="caller")
        root.CreateGroup(GroupName="target")
        root.CreateRole(RoleName="target", AssumeRolePolicyDocument=TRUST)
        root.CreatePolicy(PolicyName="target", PolicyDocument=DOCUMENT)
        root.CreateInstanceProfile(InstanceProfileName="target")
        root.CreateVirtualMFADevice(VirtualMFADeviceName="target")
        root.CreateOpenIDConnectProvider(Url="https://idp.example")
        key = root.CreateAccessKey(UserName="target")["AccessKey"]["AccessKeyId"]
        yield root, key, root.CreateAccessKey(UserName="caller")["AccessKey"]["AccessKeyId"]
        Sandbox.objects.filter(accounts=ACCOUNT).delete()


def outcome(world, name, *statements):
    """What becomes of a call by the caller with these statements: an error's code, or "done"."""
    root, target, own = world
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements) or [PASSING]})
    root.PutUserPolicy(UserName="caller", PolicyName="own", PolicyDocument=policy)
    params = {name: target if value == "{key}" else value for name, value in TABLE[name][0].items()}
    try:
        call(authenticate.credentials(own).caller, f"iam:{name}", params)
    except AwsError as error:
        return error.code
    return "done"


def statement(name, effect="Allow", resource=None):
    resource = resource or TABLE[name][1].replace("{self}", "caller")
    return {"Effect": effect, "Action": f"iam:{name}", "Resource": resource}


def test_the_table_holds_every_operation():
    assert set(TABLE) == {name.partition(":")[2] for name in REGISTRY if name.startswith("iam:")}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_what_is_acted_on_is_of_a_type_that_the_action_takes(name):
    """The Service Authorization Reference says which resource types an action takes; none means "*"."""
    formats = [one.type.arn for one in action(f"iam:{name}").resource_types]
    patterns = [re.sub(r"\\\$\\\{.*?\\\}", ".+", re.escape(text)) for text in formats] or [r"\*"]
    assert any(re.fullmatch(pattern, TABLE[name][1]) for pattern in patterns)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TABLE))
def test_it_is_refused_without_a_policy(world, name):
    assert outcome(world, name) == "AccessDenied"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TABLE))
def test_it_is_allowed_by_a_policy_on_exactly_what_it_acts_on(world, name):
    assert outcome(world, name, statement(name), PASSING) != "AccessDenied"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TABLE))
def test_it_is_refused_by_a_deny_on_exactly_that(world, name):
    everything = json.loads(document())["Statement"]
    assert outcome(world, name, everything, statement(name, "Deny")) == "AccessDenied"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name, (_, arn) in TABLE.items() if arn != "*"))
def test_it_is_refused_by_a_policy_on_another(world, name):
    other = TABLE[name][1].replace("{self}", "caller") + "2"
    assert outcome(world, name, statement(name, resource=other), PASSING) == "AccessDenied"


# Condition keys of single operations.


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "params", "key", "good", "bad"),
    [
        ("AttachUserPolicy", {}, "iam:PolicyARN", "arn:aws:iam::aws:policy/ReadOnlyAccess", f"{ARN}policy/x"),
        ("DetachRolePolicy", {}, "iam:PolicyARN", "arn:aws:iam::aws:policy/ReadOnlyAccess", f"{ARN}policy/x"),
        ("PutUserPermissionsBoundary", {}, "iam:PermissionsBoundary", "arn:aws:iam::aws:policy/ReadOnlyAccess", "x"),
        ("CreateServiceLinkedRole", {}, "iam:AWSServiceName", "autoscaling.amazonaws.com", "ec2.amazonaws.com"),
        (
            "CreateServiceSpecificCredential",
            {},
            "iam:ServiceSpecificCredentialServiceName",
            "codecommit.amazonaws.com",
            "cassandra.amazonaws.com",
        ),
        ("TagUser", {}, "aws:RequestTag/a", "1", "2"),
        ("UntagRole", {}, "aws:TagKeys", "a", "b"),
    ],
)
def test_condition_keys_of_the_request(world, name, params, key, good, bad):
    operator = "ForAnyValue:StringEquals" if key == "aws:TagKeys" else "StringEquals"
    for value, allowed in ((good, True), (bad, False)):
        found = outcome(world, name, {**statement(name), "Condition": {operator: {key: value}}})
        assert (found != "AccessDenied") is allowed


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["GetUser", "AttachUserPolicy", "GetRole", "ListMFADeviceTags", "GetPolicy"])
def test_tags_of_what_is_acted_on(world, name):
    root = world[0]
    tags = [{"Key": "team", "Value": "bills"}]
    root.TagUser(UserName="target", Tags=tags)
    root.TagRole(RoleName="target", Tags=tags)
    root.TagMFADevice(SerialNumber=MFA, Tags=tags)
    root.TagPolicy(PolicyArn=f"{ARN}policy/target", Tags=tags)
    for value, allowed in (("bills", True), ("other", False)):
        condition = {"StringEquals": {"aws:ResourceTag/team": value}}
        found = outcome(world, name, {**statement(name), "Condition": condition})
        assert (found != "AccessDenied") is allowed


@pytest.mark.django_db
def test_the_boundary_of_what_is_acted_on(world):
    root = world[0]
    root.PutUserPermissionsBoundary(UserName="target", PermissionsBoundary=f"{ARN}policy/target")
    for value, allowed in ((f"{ARN}policy/target", True), (f"{ARN}policy/other", False)):
        condition = {"StringEquals": {"iam:PermissionsBoundary": value}}
        found = outcome(world, "AttachUserPolicy", {**statement("AttachUserPolicy"), "Condition": condition})
        assert (found != "AccessDenied") is allowed


@pytest.mark.django_db
def test_a_new_name_needs_the_permission_too(world):
    root = world[0]
    root.CreateUser(UserName="mario")
    mario = Door(root.CreateAccessKey(UserName="mario")["AccessKey"]["AccessKeyId"])
    only = document("iam:UpdateUser", f"{ARN}user/target")
    root.PutUserPolicy(UserName="mario", PolicyName="own", PolicyDocument=only)
    with pytest.raises(AwsError, match="user/renamed"):
        mario.UpdateUser(UserName="target", NewUserName="renamed")
    both = document("iam:UpdateUser", [f"{ARN}user/target", f"{ARN}user/renamed"])
    root.PutUserPolicy(UserName="mario", PolicyName="own", PolicyDocument=both)
    mario.UpdateUser(UserName="target", NewUserName="renamed")


TAGGING = {
    "CreateUser": ("TagUser", {"UserName": "new"}),
    "CreateRole": ("TagRole", {"RoleName": "new"}),
    "CreatePolicy": ("TagPolicy", {"PolicyName": "new"}),
    "CreateInstanceProfile": ("TagInstanceProfile", {"InstanceProfileName": "new"}),
    "CreateOpenIDConnectProvider": ("TagOpenIDConnectProvider", {"Url": "https://new.example"}),
    "CreateSAMLProvider": ("TagSAMLProvider", {"Name": "new"}),
    "CreateVirtualMFADevice": ("TagMFADevice", {"VirtualMFADeviceName": "new"}),
    "UploadServerCertificate": ("TagServerCertificate", {"ServerCertificateName": "new"}),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TAGGING))
def test_what_is_made_with_tags_needs_the_permission_to_tag_it(world, name):
    """User Guide: "Tags for AWS Identity and Access Management resources"; AWS names the tagging action in its refusal
    ("is not authorized to perform: iam:TagRole on resource: ...").
    """
    root = world[0]
    tagging, called = TAGGING[name]
    root.CreateUser(UserName="mario")
    mario = Door(root.CreateAccessKey(UserName="mario")["AccessKey"]["AccessKeyId"])
    make = getattr(mario, name)
    params = {**TABLE[name][0], **called, "Tags": [{"Key": "team", "Value": "bills"}]}
    root.PutUserPolicy(UserName="mario", PolicyName="own", PolicyDocument=document(f"iam:{name}"))
    with pytest.raises(AwsError, match=f"is not authorized to perform: iam:{tagging} on resource: {ARN}"):
        make(**params)
    both = document([f"iam:{name}", f"iam:{tagging}"])
    root.PutUserPolicy(UserName="mario", PolicyName="own", PolicyDocument=both)
    try:
        make(**params)
    except AwsError as error:
        assert error.code != "AccessDenied"
