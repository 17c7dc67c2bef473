"""Tests of checks at their edges: how many are enough, how many too many. docs/labs.md, "Tests"."""

import json

import pytest

from tests.labs.conftest import step

pytestmark = pytest.mark.django_db
USER = "iam create-user --user-name anna"
GROUPS = [f"iam create-group --group-name {name}" for name in ("a", "b", "c")]
TWO = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": "*"},
    }
)
MAY = [USER, f"iam put-user-policy --user-name anna --policy-name own --policy-document '{TWO}'"]
S3 = {"as": "user/anna", "actions": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]}


def status(attempt):
    return attempt.checks.get().status


@pytest.mark.parametrize(
    ("count", "passes"),
    [
        (1, [False, True, True, True]),
        (2, [False, False, True, True]),
        ({"exactly": 1}, [False, True, False, False]),
        ({"exactly": 2}, [False, False, True, False]),
        ("none", [True, False, False, False]),
    ],
)
def test_an_event_counts_as_often_as_is_asked(begin, do, count, passes):
    attempt = begin(step("made", {"event": {"name": "CreateGroup", "count": count}}))
    found = [status(attempt) == "pass"]
    for line in GROUPS:
        do(attempt, line)
        found.append(status(attempt) == "pass")
    assert found == passes


@pytest.mark.parametrize(
    ("beyond", "most", "passes"),
    [
        (["s3:GetObject"], {}, False),
        (["s3:GetObject"], {"max": 1}, True),
        ([], {"max": 1}, False),
        (["s3:GetObject", "s3:DeleteObject"], {}, True),
    ],
)
def test_so_many_actions_beyond_a_list_are_too_many(begin, do, beyond, most, passes):
    attempt = begin(step("least", {"excess": {**S3, "beyond": beyond, **most}}))
    do(attempt, *MAY)
    assert (status(attempt) == "pass") is passes


def test_who_made_no_call_came_from_no_address(begin, do):
    attempt = begin(step("home", {"addresses": {"by": "user/anna", "count": 1}}))
    do(attempt, USER)
    assert status(attempt) == "fail"


def test_an_order_is_the_order_in_which_things_happened(begin, do):
    attempt = begin(step("first", {"order": [{"name": "CreateGroup"}, {"name": "CreateUser"}]}))
    do(attempt, USER, GROUPS[0])
    assert status(attempt) == "fail"
    do(attempt, "iam create-user --user-name bob")
    assert status(attempt) == "pass"
