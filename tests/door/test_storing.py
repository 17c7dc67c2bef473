"""Events of a process's threads are written together, and each is on disk before its caller goes on."""

import threading
import time
import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection

from iamlab.door import storing
from iamlab.sandbox import lab_accounts
from iamlab.services import statements
from iamlab.services.cloudtrail.models import Event
from iamlab.services.transactions import one_writer

ACCOUNT = "111122223333"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def account():
    lab_accounts.open_account(ACCOUNT, reset=True)


def event(name, account_id=ACCOUNT):
    now = statements.time(datetime.now(UTC))
    texts = ("iam.amazonaws.com", name, "mario", "AKIA", "AIDA")
    return (account_id, str(uuid.uuid4()), now, now, *texts, True, False, "", "", "{}", "", "", "us-east-1")


def at_once(*brought):
    """Store each from a thread of its own, all while another writes; what each raised, and how many writes it took."""
    raised, writes = [None] * len(brought), []

    def bring(number):
        try:
            storing.store_together([brought[number]])
        except IntegrityError as error:
            raised[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=bring, args=[number]) for number in range(len(brought))]
    run = statements.run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statements, "run", lambda *args: (writes.append(args), run(*args)))
        with one_writer():
            for thread in threads:
                thread.start()
            until = time.monotonic() + 10
            while connection.vendor == "sqlite" and len(storing._queue) < len(threads) and time.monotonic() < until:
                threading.Event().wait(0.01)
        for thread in threads:
            thread.join()
    return raised, len(writes)


def stored():
    return sorted(Event.objects.values_list("name", flat=True))


def test_what_waits_for_its_turn_is_written_at_once():
    raised, writes = at_once(event("GetUser"), event("ListUsers"), event("GetRole"))
    assert stored() == ["GetRole", "GetUser", "ListUsers"]
    assert raised == [None, None, None]
    assert writes == (1 if connection.vendor == "sqlite" else 3)


def test_an_event_that_cannot_be_stored_fails_for_itself_alone():
    raised, _ = at_once(event("GetUser"), event("ListUsers", account_id="999999999999"), event("GetRole"))
    assert stored() == ["GetRole", "GetUser"]
    assert [type(error) for error in raised] == [type(None), IntegrityError, type(None)]
