"""Calls that arrive together exceed no quota and lose no change, whatever the database."""

import contextlib
import threading

import pytest
from django.db import connection

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.sandbox import lab_accounts
from iamlab.services.iam import quotas, tags
from iamlab.services.operations import AwsError

TOGETHER = 3


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
def test_tags_that_come_together_all_stay(root, monkeypatch):
    """API Reference, "TagUser": adds tags; those with other keys are kept."""
    monkeypatch.setattr(tags, "_limit", waiting_for_all(tags._limit))

    def tag(key):
        return lambda: root("TagUser", UserName="mario", Tags=[{"Key": key, "Value": "v"}])

    together([tag(key) for key in "abc"])
    assert [tag["Key"] for tag in root("ListUserTags", UserName="mario")["Tags"]] == ["a", "b", "c"]
