"""A storm of one learner is throttled in each protocol's words; the others are not slowed."""

import pytest
from botocore.exceptions import ClientError

from iamlab.sandbox import lab_accounts
from iamlab.services import throttle
from iamlab.services.accounts.models import Account, Sandbox
from tests import boto


@pytest.fixture(autouse=True)
def clock(monkeypatch, settings):
    """A clock that stands until it is set, and three requests a second."""
    now = [1000.0]
    monkeypatch.setattr(throttle.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(throttle, "_buckets", {})
    settings.REQUESTS_PER_SECOND = 3
    return now


@pytest.fixture
def learner(root):
    Sandbox.objects.filter(pk=Account.objects.get(pk="111122223333").sandbox_id).update(throttled=True)
    return root


def storm(key, service="sts", operation="get_caller_identity", times=3):
    call = getattr(boto.client(service, key), operation)
    for _ in range(times):
        call()
    with pytest.raises(ClientError) as error:
        call()
    response = error.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("service", "operation", "answer"),
    [
        ("sts", "get_caller_identity", ("Throttling", "Rate exceeded", 400)),
        ("cloudtrail", "describe_trails", ("ThrottlingException", "Rate exceeded", 400)),
        ("s3", "list_buckets", ("SlowDown", "Please reduce your request rate.", 503)),
    ],
)
def test_a_storm_is_refused(learner, service, operation, answer):
    assert storm(learner, service, operation) == answer


def test_tokens_come_back_with_time_and_no_more_than_a_seconds_worth(learner, clock):
    refusal = ("Throttling", "Rate exceeded", 400)
    assert storm(learner) == refusal
    clock[0] += 1 / 3
    assert storm(learner, times=1) == refusal
    clock[0] += 3600
    assert storm(learner, times=3) == refusal


def test_events_are_looked_up_twice_a_second_in_each_region(learner, clock):
    """CloudTrail API Reference: "LookupEvents": two a second, for each account and Region."""
    assert storm(learner, "cloudtrail", "lookup_events", 2) == ("ThrottlingException", "Rate exceeded", 400)
    clock[0] += 0.34  # a request is there again, an event history not yet: that of another Region is
    boto.client("cloudtrail", learner, region="eu-west-1").lookup_events()
    clock[0] += 0.5
    boto.client("cloudtrail", learner).lookup_events()


def test_others_are_not_slowed(learner):
    other = lab_accounts.open_account("444455556666", reset=True)
    Sandbox.objects.update(throttled=True)
    storm(learner)
    assert boto.client("sts", other).get_caller_identity()["Account"] == "444455556666"


def test_accounts_for_tools_are_not_throttled(root):
    call = boto.client("sts", root).get_caller_identity
    assert all(call() for _ in range(10))


def test_nought_means_no_limit(learner, settings):
    settings.REQUESTS_PER_SECOND = 0
    call = boto.client("sts", learner).get_caller_identity
    assert all(call() for _ in range(10))


def test_the_memory_of_storms_is_bounded(learner, monkeypatch):
    monkeypatch.setattr(throttle, "MOST", 1)
    storm(learner)
    other = lab_accounts.open_account("444455556666", reset=True)
    Sandbox.objects.update(throttled=True)
    boto.client("sts", other).get_caller_identity()
    assert len(throttle._buckets) == 1
