"""The cells of a list: however many rows, as many statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamlab.door.calls import call
from iamlab.sandbox import lab_accounts
from iamlab.services.operations import AwsError
from tests.services.iam.cast import ACCOUNT, EC2, EVERYTHING, READ_ONLY, document
from tests.services.iam.conftest import Iam

USERS = [
    "GetUser",
    "GetLoginProfile",
    "ListAccessKeys",
    "ListGroupsForUser",
    "ListAttachedUserPolicies",
    "ListUserPolicies",
    "ListUserTags",
]
GROUPS = ["GetGroup", "ListAttachedGroupPolicies", "ListGroupPolicies"]
ROLES = ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies", "ListRoleTags"]


NAMES = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def iam(module_db):
    """An account with four of everything, made once: the tests read."""
    with module_db():
        made = Iam(lab_accounts.open_account(ACCOUNT, reset=True)["AccessKeyId"])
        fill(made, NAMES)
    return made


def fill(iam, names):
    iam.CreateGroup(GroupName=f"group-{names[0]}")
    for name in names:
        iam.CreateUser(UserName=name)
        iam.CreateAccessKey(UserName=name)
        iam.CreateLoginProfile(UserName=name, Password="Correct-Horse-1")
        iam.AddUserToGroup(GroupName=f"group-{names[0]}", UserName=name)
        iam.AttachUserPolicy(UserName=name, PolicyArn=READ_ONLY)
        iam.PutUserPolicy(UserName=name, PolicyName="own", PolicyDocument=EVERYTHING)
        iam.CreateGroup(GroupName=name)
        iam.AttachGroupPolicy(GroupName=name, PolicyArn=READ_ONLY)
        iam.CreateRole(RoleName=name, AssumeRolePolicyDocument=EC2)
        iam.CreatePolicy(PolicyName=name, PolicyDocument=EVERYTHING)


def cells(iam, operation, names):
    if operation in GROUPS:
        return [{"GroupName": name} for name in names]
    if operation in ROLES:
        return [{"RoleName": name} for name in names]
    if operation == "GetPolicy":
        return [{"PolicyArn": f"arn:aws:iam::111122223333:policy/{name}"} for name in names]
    if operation == "GetAccessKeyLastUsed":
        keys = iam.many("ListAccessKeys", [{"UserName": name} for name in names])
        return [{"AccessKeyId": key["AccessKeyMetadata"][0]["AccessKeyId"]} for key in keys]
    return [{"UserName": name} for name in names]


@pytest.mark.django_db
@pytest.mark.parametrize("operation", [*USERS, *GROUPS, *ROLES, "GetPolicy", "GetAccessKeyLastUsed"])
def test_many_cost_no_more_statements_than_one(iam, operation, django_assert_num_queries):
    many = cells(iam, operation, NAMES)
    iam.many(operation, many)
    with CaptureQueriesContext(connection) as one:
        single = iam.many(operation, many[:1])
    with django_assert_num_queries(len(one)):
        answers = iam.many(operation, many)
    assert answers[0] == single[0]
    caller = iam.caller
    assert answers == [call(caller, f"iam:{operation}", params) for params in many]


@pytest.mark.django_db
def test_each_cell_is_decided_on_its_own(iam):
    mario = iam.user("mario", document("iam:ListAccessKeys", "arn:aws:iam::111122223333:user/a"))
    seen, refused, missing = mario.many("ListAccessKeys", [{"UserName": name} for name in ("a", "b", "x")])
    assert len(seen["AccessKeyMetadata"]) == 1
    assert isinstance(refused, AwsError)
    assert isinstance(missing, AwsError)
    assert (refused.code, missing.code) == ("AccessDenied", "AccessDenied")
