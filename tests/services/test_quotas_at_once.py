"""Calls that arrive together do not exceed a quota, whatever the database."""

import contextlib
import threading

import pytest
from django.db import connection

from iamlab.door import authenticate
from iamlab.door.calls import call
from iamlab.sandbox import lab_accounts
from iamlab.services.iam import quotas
from iamlab.services.operations import AwsError

TOGETHER = 3


@pytest.fixture
def counted_together(monkeypatch):
    """Whoever has counted waits until all have, or until it is plain that the others are kept waiting."""
    check, all_counted = quotas.check_room, threading.Barrier(TOGETHER)

    def check_room(name, held):
        with contextlib.suppress(threading.BrokenBarrierError):
            all_counted.wait(timeout=0.5)
        check(name, held)

    monkeypatch.setattr(quotas, "check_room", check_room)


@pytest.mark.django_db(transaction=True)
def test_two_access_keys_are_all_that_a_user_gets(counted_together):
    root = lab_accounts.open_account("111122223333", reset=True)["AccessKeyId"]
    call(authenticate.credentials(root).caller, "iam:CreateUser", {"UserName": "mario"})
    outcomes = []

    def ask():
        try:
            call(authenticate.credentials(root).caller, "iam:CreateAccessKey", {"UserName": "mario"})
            outcomes.append("made")
        except AwsError as error:
            outcomes.append(error.code)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(TOGETHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["LimitExceeded", "made", "made"]
    listed = call(authenticate.credentials(root).caller, "iam:ListAccessKeys", {"UserName": "mario"})
    assert len(listed["AccessKeyMetadata"]) == 2
