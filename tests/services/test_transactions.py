"""Writers of one process take turns, and those who write already wait for no turn."""

import threading

import pytest
from django.db import connection, transaction

from iamlab.services.transactions import one_writer, writing

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_is_in_a_transaction_does_not_wait_for_the_turn_of_one_who_waits_for_it():
    waiting, done = threading.Event(), threading.Event()

    def other():
        with one_writer():
            waiting.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        thread.start()
        assert waiting.wait(10)
        finished = threading.Timer(5, done.set)  # so that a failure ends
        finished.start()
        with writing():
            assert not done.is_set()
        done.set()
    finished.cancel()
    thread.join()
