"""Pages ask little also when calls from elsewhere, or their own, turned a lab's checks: a poll at once brings that."""

import html
import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.labs import attempts, performing, runner
from iamlab.labs.models import Attempt
from iamlab.sandbox import controls
from tests import boto
from tests.labs.test_pages_at_work import MOST, addresses, at_work

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
POLL = 40  # queries of one in which steps pass or regress, and the account is remembered
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
TAG = [{"Key": "department", "Value": "engineers"}]


@pytest.fixture(scope="module")
def work(django_db_setup, django_db_blocker):
    """The longest lab, done but for the tag and the review that waits for it."""
    with django_db_blocker.unblock(), at_work("rest", without=("tag", "review")) as begun:
        yield begun


@pytest.fixture
def iam(work):
    """An SDK's client, with the key of somebody who may do everything in the attempt's account."""
    attempt = work[0]
    root = caller_as(controls.world(attempt.sandbox), attempt.sandbox.accounts.get(name="Bills").pk, "root")
    call(root, "iam:CreateUser", {"UserName": "sdk"})
    call(root, "iam:AttachUserPolicy", {"UserName": "sdk", "PolicyArn": ADMINISTRATOR})
    key = call(root, "iam:CreateAccessKey", {"UserName": "sdk"})["AccessKey"]
    runner.catch_up(fresh(attempt))
    return boto.client("iam", key)


def fresh(attempt):
    return Attempt.objects.select_related("sandbox", "lab_version").get(pk=attempt.pk)


# What is done by the SDK, the step in which it shows, and as what.
CHANGES = {
    "steps pass": (lambda iam, admin: iam.tag_user(UserName=admin, Tags=TAG), "tag", 'data-status="pass"'),
    "a step regresses": (
        lambda iam, admin: iam.delete_account_password_policy(),
        "password-policy",
        "<strong>DeleteAccountPasswordPolicy</strong>",
    ),
}


# The last task of root's, and what the administrator does after it.
LAST = [
    {"as": "root", "run": "aws iam tag-user --user-name {{admin}} --tags Key=department,Value=engineers"},
    {"as": "user/{{admin}}", "call": "accounts:GetBill"},
]


def got(browser, address, most=1_000):
    """The text of an answer, and how many queries it made, of which there are so many at most."""
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(address)
    assert answer.status_code in (200, 204, 403), address
    assert len(captured) <= most, (address, [query["sql"][:200] for query in captured])
    return answer.content.decode(), len(captured)


def done(text) -> int:
    return int(re.search(r"(\d+) of 23 steps", text)[1])


def poll_of(text) -> tuple[str, bool]:
    """Where a page polls, and whether at once."""
    address, trigger = re.search(r'hx-get="([^"]+/live/[^"]+)" hx-trigger="(load, )?every 2s"', text).groups()
    return html.unescape(address), trigger is not None


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("who", ["root", "admin"])
def test_every_page_after_a_call_by_an_sdk_and_the_poll_that_follows(work, iam, who, what):
    attempt, browser, names, sessions = work
    act, step, shown = CHANGES[what]
    attempts.open_step(fresh(attempt), step)
    for address in addresses(browser, names, sessions[who]):
        assert shown not in got(browser, address)[0], address
        with transaction.atomic():
            act(iam, fresh(attempt).bound["admin"])
            page, _ = got(browser, address, MOST)
            poll, at_once = poll_of(page)
            assert at_once and shown not in page, address
            brought, _ = got(browser, poll, POLL)
            assert shown in brought, address
            assert browser.get(poll_of(brought)[0]).status_code == 204
            transaction.set_rollback(True)


def test_every_page_whose_own_call_undoes_a_step(work):
    """The last step wants root to rest once its work is done: any page of root's undoes it."""
    attempt, browser, names, sessions = work
    for address in addresses(browser, names, sessions["root"]):
        browser.get(address)
        with transaction.atomic():
            one = fresh(attempt)
            performing.perform(one.sandbox, LAST, one.bound, {})
            runner.catch_up(one)
            stood = done(got(browser, f"/attempts/{attempt.pk}/")[0])
            page, _ = got(browser, address, MOST)
            poll, at_once = poll_of(page)
            if at_once:  # else it made no call
                assert done(got(browser, poll, POLL)[0]) == stood - 1
            transaction.set_rollback(True)


def test_a_poll_asks_as_much_of_an_account_with_many_rows(work, iam):
    attempt, browser, _, sessions = work
    address = f"/console/{sessions['admin']}/iam/home/"

    def asked():
        with transaction.atomic():
            page, _ = got(browser, address)
            iam.tag_user(UserName=fresh(attempt).bound["admin"], Tags=TAG)
            queries = got(browser, poll_of(page)[0])[1]
            transaction.set_rollback(True)
        return queries

    few = asked()
    for number in range(30):
        iam.create_user(UserName=f"many-{number}")
        iam.create_group(GroupName=f"many-{number}")
    got(browser, poll_of(got(browser, address)[0])[0])
    assert asked() == few <= POLL
