"""Writers take turns, and those who write already wait for no turn."""

import multiprocessing
import threading

import pytest
from django.db import connection, transaction

from iamlab.services.transactions import Turn, one_writer, writing

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


def hold(taken, end):
    with Turn():
        taken.set()
        end.wait(10)


def test_a_turn_is_one_among_processes_and_is_not_waited_for_without_end():
    fork = multiprocessing.get_context("fork")
    taken, end = fork.Event(), fork.Event()
    process = fork.Process(target=hold, args=[taken, end])
    process.start()
    assert taken.wait(10)
    mine = Turn()
    with mine:
        assert not mine.held  # after some looks: SQLite's own lock decides
    end.set()
    process.join(10)
    with mine:
        assert mine.held
