"""Every operation of the services beside IAM is authorised: by its actions, on what it acts on."""

import json
import re

import pytest

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.policy.catalog import action
from iamlab.sandbox import lab_accounts
from iamlab.services.accounts.models import Sandbox
from iamlab.services.callers import Source
from iamlab.services.operations import REGISTRY, AwsError
from tests.services.authorisation import (
    ACCOUNT,
    ALERT,
    ANNA,
    BUCKET,
    ELSEWHERE,
    KEY,
    KIND,
    LAUNCH,
    LIMIT,
    POLICY,
    TABLE,
)

pytestmark = pytest.mark.slow  # a thousand calls

WIRE = Source(entrance="wire")  # the console's pages on billing have a gate beside policies
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# Each thing that an operation needs, by itself.
NEEDS = [(name, number) for name, (_, needs) in TABLE.items() for number in range(len(needs))]


class World:
    """An account with an organization, a bucket, a role, a trail and a budget; and the ids of them."""

    def __init__(self, key_id):
        self.key_id = key_id
        self.callers = ""  # the key of a user who may nothing
        self.words = {}

    def do(self, name, params=None):
        return call(authenticate.credentials(self.key_id).caller, name, params or {})

    def said(self, value):
        """A value of the table with this world's ids."""
        text = json.dumps(value, default=lambda body: f"body:{body.decode()}")
        for word, own in self.words.items():
            text = text.replace(f"<{word}>", own)
        return json.loads(text, object_hook=lambda found: {k: body(v) for k, v in found.items()})


def body(value):
    return value[5:].encode() if isinstance(value, str) and value.startswith("body:") else value


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One world for all of these tests, made once; each test's own changes are rolled back."""
    with django_db_blocker.unblock():
        made = World(lab_accounts.open_account(ACCOUNT, reset=True)["AccessKeyId"])
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}}]}
        trust["Statement"][0]["Action"] = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
        made.do("iam:CreateRole", {"RoleName": "target", "AssumeRolePolicyDocument": json.dumps(trust)})
        made.do("iam:CreateInstanceProfile", {"InstanceProfileName": "target"})
        made.do("iam:AddRoleToInstanceProfile", {"InstanceProfileName": "target", "RoleName": "target"})
        made.do("iam:CreateUser", {"UserName": "caller"})
        made.callers = made.do("iam:CreateAccessKey", {"UserName": "caller"})["AccessKey"]["AccessKeyId"]
        launched = made.do("ec2:RunInstances", LAUNCH)["Instances"][0]["InstanceId"]
        instance = made.do("ec2:DescribeInstances")["Reservations"][0]["Instances"][0]
        found = made.do("ec2:DescribeIamInstanceProfileAssociations")["IamInstanceProfileAssociations"][0]
        made.do("s3:CreateBucket", {"Bucket": BUCKET})
        made.do("s3:PutObject", {"Bucket": BUCKET, "Key": KEY, "Body": b"1", "Tagging": "a=1"})
        made.do("cloudtrail:CreateTrail", {"Name": "target", "S3BucketName": BUCKET})
        alert = {"Notification": ALERT, "Subscribers": [ANNA]}
        budget = {"BudgetName": "target", **LIMIT}
        made.do(
            "budgets:CreateBudget",
            {"AccountId": ACCOUNT, "Budget": budget, "NotificationsWithSubscribers": [alert]},
        )
        organization = made.do("organizations:CreateOrganization")["Organization"]["Id"]
        root = made.do("organizations:ListRoots")["Roots"][0]["Id"]
        unit = made.do("organizations:CreateOrganizationalUnit", {"ParentId": root, "Name": "Unit"})
        member = made.do("organizations:CreateAccount", {"Email": "dev@bills.example", "AccountName": "Dev"})
        policy = {"Content": POLICY, "Description": "", "Name": "Own", "Type": KIND}
        policy_id = made.do("organizations:CreatePolicy", policy)["Policy"]["PolicySummary"]["Id"]
        made.words = {
            "org": organization,
            "root": root,
            "unit": unit["OrganizationalUnit"]["Id"],
            "member": member["CreateAccountStatus"]["AccountId"],
            "policy": policy_id,
            "instance": launched,
            "association": found["AssociationId"],
            "subnet": instance["SubnetId"],
            "group": instance["SecurityGroups"][0]["GroupId"],
        }
        yield made
        Sandbox.objects.filter(accounts=ACCOUNT).delete()


def outcome(world, name, *statements):
    """What becomes of a call by a user with these statements: an error's code, or "done"."""
    if statements:
        policy = json.dumps({"Version": "2012-10-17", "Statement": world.said(list(statements))})
        world.do("iam:PutUserPolicy", {"UserName": "caller", "PolicyName": "own", "PolicyDocument": policy})
    try:
        call(authenticate.credentials(world.callers).caller, name, world.said(TABLE[name][0]), WIRE)
    except AwsError as error:
        return error.code
    return "done"


def refused(code):
    return code.startswith(("AccessDenied", "UnauthorizedOperation"))


def statement(need, effect="Allow", **more):
    return {"Effect": effect, "Action": need[0], "Resource": need[1], **more}


def test_the_table_holds_every_operation():
    services = ("s3:", "sts:", "cloudtrail:", "organizations:", "budgets:", "ec2:")
    assert set(TABLE) | ELSEWHERE == {name for name in REGISTRY if name.startswith(services)}


@pytest.mark.parametrize(("name", "number"), NEEDS)
def test_what_is_acted_on_is_of_a_type_that_the_action_takes(world, name, number):
    """The Service Authorization Reference says which resource types an action takes; none means "*"."""
    wanted, arn = TABLE[name][1][number]
    patterns = [re.sub(r"\\\$\\\{.*?\\\}", ".+", re.escape(one.type.arn)) for one in action(wanted).resource_types] or [
        r"\*"
    ]
    assert any(re.fullmatch(pattern, world.said(arn)) for pattern in patterns)


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_it_is_refused_without_a_policy(world, name):
    assert refused(outcome(world, name))


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_it_is_allowed_by_a_policy_on_exactly_what_it_acts_on(world, name):
    assert not refused(outcome(world, name, *(statement(need) for need in TABLE[name][1])))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "number"), NEEDS)
def test_it_is_refused_by_a_deny_on_exactly_that(world, name, number):
    assert refused(outcome(world, name, EVERYTHING, statement(TABLE[name][1][number], "Deny")))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "number"), [(n, i) for n, i in NEEDS if len(TABLE[n][1]) > 1])
def test_each_need_is_needed(world, name, number):
    """Without any one of its permissions a call that needs several is refused; the trust policy alone may give one."""
    others = [statement(need) for place, need in enumerate(TABLE[name][1]) if place != number]
    assert refused(outcome(world, name, *others))


@pytest.mark.django_db
@pytest.mark.parametrize("name", [n for n, (_, needs) in TABLE.items() if needs[0][1] != "*"])
def test_it_is_refused_by_a_policy_on_another(world, name):
    first, *rest = TABLE[name][1]
    other = (first[0], first[1].removesuffix("*") + "2")
    assert refused(outcome(world, name, statement(other), *(statement(need) for need in rest)))


# Condition keys of single operations.


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "key", "good", "bad"),
    [
        ("s3:GetObject", "s3:ExistingObjectTag/a", "1", "2"),
        ("s3:PutObject", "s3:ResourceAccount", ACCOUNT, "999999999999"),
        ("sts:AssumeRole", "aws:RequestTag/a", "1", "2"),
        ("organizations:AttachPolicy", "organizations:PolicyType", KIND, "TAG_POLICY"),
        ("organizations:CreatePolicy", "organizations:PolicyType", KIND, "TAG_POLICY"),
        ("organizations:DisablePolicyType", "organizations:PolicyType", KIND, "TAG_POLICY"),
        ("cloudtrail:AddTags", "aws:RequestTag/a", "1", "2"),
        ("ec2:RunInstances", "aws:RequestedRegion", "us-east-1", "eu-south-1"),
        ("ec2:TerminateInstances", "ec2:ResourceTag/Name", "web", "db"),
        ("ec2:TerminateInstances", "aws:ResourceTag/Name", "web", "db"),
        ("ec2:CreateTags", "aws:RequestTag/a", "1", "2"),
        ("ec2:DescribeInstances", "ec2:Region", "us-east-1", "eu-south-1"),
        ("budgets:TagResource", "aws:RequestTag/a", "1", "2"),
        ("budgets:DescribeBudget", "aws:ResourceAccount", ACCOUNT, "999999999999"),
        ("cloudtrail:LookupEvents", "aws:RequestedRegion", "us-east-1", "eu-south-1"),
    ],
)
@pytest.mark.parametrize("fits", [True, False])
def test_condition_keys(world, name, key, good, bad, fits):
    condition = {"StringEquals": {key: good if fits else bad}}
    found = outcome(world, name, *(statement(need, Condition=condition) for need in TABLE[name][1]))
    assert refused(found) is not fits
