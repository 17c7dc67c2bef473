"""Requests that arrive together begin one attempt, and no more than are allowed, whatever the database."""

import contextlib
import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from iamlab.classroom.models import Work
from iamlab.labs import performing
from iamlab.labs.models import Attempt
from iamlab.services.accounts.models import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)
TOGETHER = 4


@pytest.fixture
def ready_together(monkeypatch):
    """Whoever has a world ready waits until all have, or until it is plain that the others make none."""
    perform, all_ready = performing.perform, threading.Barrier(TOGETHER)

    def performed(*given):
        names = perform(*given)
        with contextlib.suppress(threading.BrokenBarrierError):
            all_ready.wait(timeout=5)
        return names

    monkeypatch.setattr(performing, "perform", performed)


@pytest.fixture
def post_together(ready_together, learner):
    """The learner's browser sends the same request several times at once; where each answer leads."""

    def posted(address):
        went = []

        def ask():
            browser = Client()
            browser.force_login(learner)
            went.append(browser.post(address).url)
            connection.close()

        threads = [threading.Thread(target=ask) for _ in range(TOGETHER)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return went

    return posted


def test_a_lab_begun_several_times_at_once_is_begun_once(post_together, learner):
    went = post_together("/labs/first-bill/begin/")
    begun = Attempt.objects.get(person=learner)
    assert went == [f"/attempts/{begun.pk}/"] * TOGETHER
    assert Sandbox.objects.filter(owner=learner).count() == 1


def test_an_assignment_begun_several_times_at_once_is_one_attempt(post_together, assignment):
    assignment.attempts = 1
    assignment.save()
    went = post_together(reverse("assignment-begin", args=[assignment.klass_id, assignment.pk]))
    assert went == [f"/attempts/{Work.objects.get(assignment=assignment).attempt_id}/"] * TOGETHER
