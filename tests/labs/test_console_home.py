"""Console Home and Bills ask little, whoever looks: also the identity for whose very calls a lab's check waits."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamlab.door import sessions
from iamlab.labs import attempts, content, runner, selftest
from iamlab.services import callers
from iamlab.services.accounts.models import Account
from iamlab.services.iam.models import User
from tests.console.conftest import signed_in
from tests.labs.conftest import step

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST = 15  # queries of a page
PAGES = ("console", "billing", "bills")
WHO = {"root": "root", "user": "user/mario", "role": "role/admin"}


def document(effect, action, **more):
    statement = {"Effect": effect, "Action": action, **(more or {"Resource": "*"})}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def waiting(call):
    """A step whose check looks at every such call and is never content."""
    return step(call.lower(), {"any": [{"event": {"name": call, "by": by, "count": 10_000}} for by in WHO.values()]})


@pytest.fixture
def attempt(begin):
    return begin(*map(waiting, ("GetBill", "GetAccountSummary", "GetUser", "ListUsers")))


@pytest.fixture
def member(attempt, learner):
    """The root session of an account under three SCPs, with mario in three groups, a role, and
    boundaries on both."""
    call = signed_in(learner, own := attempt.sandbox.accounts.get(), callers.ROOT, own.pk, "root").call
    call("organizations:CreateOrganization", {"FeatureSet": "ALL"})
    made = call("organizations:CreateAccount", {"Email": "m@x.example", "AccountName": "m"})["CreateAccountStatus"]
    for number in range(3):
        params = {"Name": f"s{number}", "Description": "", "Type": "SERVICE_CONTROL_POLICY"}
        policy = call("organizations:CreatePolicy", {**params, "Content": document("Deny", f"ec{number}:*")})["Policy"]
        attached = {"PolicyId": policy["PolicySummary"]["Id"], "TargetId": made["AccountId"]}
        call("organizations:AttachPolicy", attached)
    account = Account.objects.get(pk=made["AccountId"])
    root = signed_in(learner, account, callers.ROOT, account.pk, "root")
    root.call("accounts:UpdateIamBillingAccess", {"Active": True})
    furnish(root.call, account.pk)
    return root


def furnish(call, account):
    anything = document("Allow", "*")
    edge = call("iam:CreatePolicy", {"PolicyName": "edge", "PolicyDocument": anything})["Policy"]["Arn"]
    all_of_aws = "arn:aws:iam::aws:policy/AdministratorAccess"
    call("iam:CreateUser", {"UserName": "mario", "PermissionsBoundary": edge})
    call("iam:PutUserPolicy", {"UserName": "mario", "PolicyName": "all", "PolicyDocument": anything})
    for name in ("one", "two", "three"):
        call("iam:CreateGroup", {"GroupName": name})
        call("iam:AddUserToGroup", {"GroupName": name, "UserName": "mario"})
        call("iam:PutGroupPolicy", {"GroupName": name, "PolicyName": "all", "PolicyDocument": anything})
        call("iam:AttachGroupPolicy", {"GroupName": name, "PolicyArn": all_of_aws})
    trust = document("Allow", "sts:AssumeRole", Principal={"AWS": account})
    call("iam:CreateRole", {"RoleName": "admin", "AssumeRolePolicyDocument": trust, "PermissionsBoundary": edge})
    call("iam:AttachRolePolicy", {"RoleName": "admin", "PolicyArn": all_of_aws})


@pytest.fixture(params=WHO)
def session(request, member, learner):
    if request.param == "root":
        return member
    row = User.objects.get(account_id=member.account.pk, name="mario")
    mario = signed_in(learner, member.account, callers.USER, row.unique_id, "mario")
    if request.param == "user":
        return mario
    role = f"arn:aws:iam::{member.account.pk}:role/admin"
    answer = mario.call("sts:AssumeRole", {"RoleArn": role, "RoleSessionName": "mario"})
    mario.id = sessions.open_role(learner, mario.id, answer, "admin", "")[0].pk
    return mario


def count(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_whose_own_call_a_check_looks_at(client, learner, attempt, session, page):
    client.force_login(learner)
    count(client, session.url(page))
    before = attempt.checks.count()
    assert count(client, session.url(page)) <= MOST
    assert attempt.checks.count() == before  # the checks ran, and go on waiting


def test_what_applies_is_gathered_in_two_queries_after_a_change(client, learner, attempt, member, session):
    """Groups, their policies, inline ones, boundary, password policy and the organization's, however many there are."""
    client.force_login(learner)
    type(attempt).objects.all().delete()
    count(client, session.url("billing"))
    standing = count(client, session.url("billing"))
    member.call(
        "iam:PutGroupPolicy", {"GroupName": "one", "PolicyName": "b", "PolicyDocument": document("Deny", "a:b")}
    )
    after = count(client, session.url("billing"))
    assert after <= MOST
    assert after - standing <= 4  # beside them the new policy's text is read, and the set of policies kept, once


@pytest.fixture
def administrator(learner):
    """The longest lab up to a step, and its administrator's session."""

    def brought(last):
        attempt = attempts.begin(learner, content.catalogue()["account-setup"])
        lab = attempt.lab_version.data
        for part in lab["solution"]:
            selftest.solve(attempt, lab, part["lines"])
            runner.catch_up(attempt)
            if part["step"] == last:
                break
        account, name = attempt.sandbox.accounts.get(), attempt.bound["admin"]
        row = User.objects.get(account_id=account.pk, name=name)
        return signed_in(learner, account, callers.USER, row.unique_id, name)

    return brought


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("last", ["billing-switch", "billing-open", "rest"])
def test_the_administrator_for_whose_look_at_the_bill_the_lab_waits(client, learner, administrator, last, page):
    session = administrator(last)
    client.force_login(learner)
    count(client, session.url(page))  # the look that it waits for: the step is passed, and kept as a checkpoint
    assert count(client, session.url(page)) <= MOST
