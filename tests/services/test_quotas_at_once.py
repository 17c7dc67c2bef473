"""Calls that arrive together exceed no quota and lose no change, whatever the database."""

import contextlib
import json
import threading

import pytest
from django.db import connection

from iamlab.door import authenticate, calls
from iamlab.door.calls import call
from iamlab.sandbox import lab_accounts
from iamlab.services.iam import quotas, tags
from iamlab.services.operations import AwsError

TOGETHER = 3
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    }
)
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
OIDC = "arn:aws:iam::111122223333:oidc-provider/id.example"


def waiting_for_all(before):
    """`before`, once all that do the same have come so far, or it is plain that the others are kept waiting."""
    all_there = threading.Barrier(TOGETHER)

    def waiting(*args):
        with contextlib.suppress(threading.BrokenBarrierError):
            all_there.wait(timeout=0.5)
        before(*args)

    return waiting


def together(asks):
    """Each in a thread of its own."""

    def asked(ask):
        ask()
        connection.close()

    threads = [threading.Thread(target=asked, args=[ask]) for ask in asks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def root():
    key_id = lab_accounts.open_account("111122223333", reset=True)["AccessKeyId"]

    def do(operation, **params):
        return call(authenticate.credentials(key_id).caller, f"iam:{operation}", params)

    do("CreateUser", UserName="mario")
    return do


@pytest.mark.django_db(transaction=True)
def test_two_access_keys_are_all_that_a_user_gets(root, monkeypatch):
    monkeypatch.setattr(quotas, "check_room", waiting_for_all(quotas.check_room))
    outcomes = []

    def ask():
        try:
            root("CreateAccessKey", UserName="mario")
            outcomes.append("made")
        except AwsError as error:
            outcomes.append(error.code)

    together([ask] * TOGETHER)
    assert sorted(outcomes) == ["LimitExceeded", "made", "made"]
    assert len(root("ListAccessKeys", UserName="mario")["AccessKeyMetadata"]) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("thing", "made", "deleted"),
    [
        ("User", {"UserName": "ada"}, {"UserName": "ada"}),
        ("Group", {"GroupName": "clerks"}, {"GroupName": "clerks"}),
        ("Role", {"RoleName": "r", "AssumeRolePolicyDocument": TRUST}, {"RoleName": "r"}),
        ("InstanceProfile", {"InstanceProfileName": "p"}, {"InstanceProfileName": "p"}),
        ("Policy", {"PolicyName": "p", "PolicyDocument": ALLOW}, {"PolicyArn": "arn:aws:iam::111122223333:policy/p"}),
        ("LoginProfile", {"UserName": "mario", "Password": "correct horse 1 B"}, {"UserName": "mario"}),
        ("OpenIDConnectProvider", {"Url": "https://id.example"}, {"OpenIDConnectProviderArn": OIDC}),
    ],
)
def test_what_is_deleted_twice_at_once_is_gone_for_the_second(root, monkeypatch, thing, made, deleted):
    """API Reference, "DeleteUser" and its kin: NoSuchEntity for what does not exist."""
    root(f"Create{thing}", **made)
    monkeypatch.setattr(calls, "allow", waiting_for_all(calls.allow))
    outcomes = []

    def ask():
        try:
            root(f"Delete{thing}", **deleted)
            outcomes.append("deleted")
        except AwsError as error:
            outcomes.append((error.code, error.status or 404))

    together([ask] * TOGETHER)
    assert sorted(map(str, outcomes)) == ["('NoSuchEntity', 404)"] * (TOGETHER - 1) + ["deleted"]


@pytest.mark.django_db(transaction=True)
def test_tags_that_come_together_all_stay(root, monkeypatch):
    """API Reference, "TagUser": adds tags; those with other keys are kept."""
    monkeypatch.setattr(tags, "_limit", waiting_for_all(tags._limit))

    def tag(key):
        return lambda: root("TagUser", UserName="mario", Tags=[{"Key": key, "Value": "v"}])

    together([tag(key) for key in "abc"])
    assert [tag["Key"] for tag in root("ListUserTags", UserName="mario")["Tags"]] == ["a", "b", "c"]
