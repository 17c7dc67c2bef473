"""An event's plain words: of every operation, and of those of AWS Organizations with the things that they name."""

import json

import pytest

from iamlab.console.events.words import sentence, verb
from iamlab.services.cloudtrail.models import Event
from iamlab.services.operations import REGISTRY

pytestmark = pytest.mark.django_db
ALLOW = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
SCP = "SERVICE_CONTROL_POLICY"


def test_no_operation_is_without_words():
    assert [name for name in sorted(REGISTRY) if verb(name.partition(":")[2]).startswith("called")] == []


def told(name):
    record = json.loads(Event.objects.filter(name=name).latest("id").record)
    return sentence(record, [])


def test_what_happens_in_an_organization_is_told_with_names(root):
    def do(operation, **params):
        return root.call(f"organizations:{operation}", params)

    do("CreateOrganization")
    assert told("CreateOrganization") == "The root user founded the organization."
    top = do("ListRoots")["Roots"][0]["Id"]
    unit = do("CreateOrganizationalUnit", ParentId=top, Name="Workloads")["OrganizationalUnit"]["Id"]
    assert told("CreateOrganizationalUnit") == f"The root user created the organizational unit Workloads in {top}."
    status = do("CreateAccount", Email="dev@bills.example", AccountName="Dev")["CreateAccountStatus"]
    account = status["AccountId"]
    assert told("CreateAccount") == "The root user had a new account made in the organization."
    do("MoveAccount", AccountId=account, SourceParentId=top, DestinationParentId=unit)
    assert told("MoveAccount") == f"The root user moved the account {account} from {top} to {unit}."
    policy = do("CreatePolicy", Name="Fence", Description="", Type=SCP, Content=ALLOW)["Policy"]["PolicySummary"]["Id"]
    assert told("CreatePolicy") == "The root user created the policy Fence."
    do("AttachPolicy", PolicyId=policy, TargetId=unit)
    assert told("AttachPolicy") == f"The root user attached the policy {policy} to {unit}."
    do("DetachPolicy", PolicyId=policy, TargetId=unit)
    assert told("DetachPolicy") == f"The root user detached the policy {policy} from {unit}."
    do("DisablePolicyType", RootId=top, PolicyType=SCP)
    assert told("DisablePolicyType") == (
        "The root user disabled policies of the type SERVICE_CONTROL_POLICY, which detached them all."
    )


def test_a_policy_of_iam_is_not_told_as_one_of_an_organization(root):
    root.call("iam:CreatePolicy", {"PolicyName": "Fence", "PolicyDocument": ALLOW})
    assert told("CreatePolicy") == "The root user created the policy."


def test_credentials_and_inline_policies_are_told_with_whose_they_are(root):
    root.call("iam:CreateUser", {"UserName": "mario"})
    root.call("iam:CreateAccessKey", {"UserName": "mario"})
    assert told("CreateAccessKey") == "The root user created an access key for mario."
    root.call("iam:CreateLoginProfile", {"UserName": "mario", "Password": "Bills-are-due-1"})
    assert told("CreateLoginProfile") == "The root user gave mario a password for the console."
    root.call("iam:PutUserPolicy", {"UserName": "mario", "PolicyName": "Own", "PolicyDocument": ALLOW})
    assert told("PutUserPolicy") == "The root user wrote the inline policy Own of the user mario."


def test_an_object_is_named_without_what_every_bucket_begins_with():
    record = {"eventName": "PutObject", "userIdentity": {"type": "IAMUser", "userName": "mario"}}
    refused = {**record, "errorCode": "AccessDenied"}
    assert sentence(refused, ["arn:aws:s3:::bills/may.txt"]) == "mario wrote the object bills/may.txt: refused."
