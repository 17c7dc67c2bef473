"""Calls over the wire in an attempt's account: the checks that they touch run when somebody looks, not in the call."""

import pytest

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.labs import runner
from iamlab.labs.models import CheckFact
from iamlab.sandbox import controls
from tests import boto
from tests.boto import statements

SIGN_UP = {"Email": "root@wire.example", "Password": "Umbrella-drinks-2-many", "AccountName": "Umbrella Drinks"}
ALL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}'


@pytest.fixture
def attempt(shipped):
    return shipped("account-setup")


@pytest.fixture
def iam(attempt):
    """A client with the key of a user of the attempt's account, who may do everything in IAM."""
    world = controls.world(attempt.sandbox)
    made = call(authenticate.anonymous(world), "accounts:RegisterAccount", SIGN_UP)
    root = caller_as(world, made["AccountId"], "root")
    call(root, "iam:CreateUser", {"UserName": "mario"})
    call(root, "iam:PutUserPolicy", {"UserName": "mario", "PolicyName": "all", "PolicyDocument": ALL})
    return boto.client("iam", call(root, "iam:CreateAccessKey", {"UserName": "mario"})["AccessKey"])


def found(attempt):
    attempt.refresh_from_db()
    facts = CheckFact.objects.filter(attempt=attempt).order_by("id")
    return attempt.examined, list(facts.values_list("check_id", "status", "changed"))


def test_a_call_costs_no_more_than_in_any_account(iam):
    iam.get_user(UserName="mario")
    iam.create_user(UserName="peach")
    assert len(statements(iam.get_user, UserName="mario")) <= 3
    assert len(statements(iam.create_user, UserName="luigi")) <= 4


def test_a_call_runs_no_check_and_the_next_look_does(attempt, iam):
    runner.catch_up(attempt)
    before = found(attempt)
    iam.create_account_alias(AccountAlias="umbrella-drinks")
    iam.get_user(UserName="mario")
    assert found(attempt) == before
    assert runner.catch_up(attempt)
    assert found(attempt) != before
