"""The learner's own pages: progress, certificate, review."""

from datetime import timedelta

import pytest
from django.urls import reverse

from iamlab.labs import attempts, content, progress
from iamlab.labs.models import Answer
from iamlab.people.models import create_guest
from iamlab.people.views import BACKEND
from tests.labs.conftest import step

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(client, learner):
    client.force_login(learner, BACKEND)
    return client


def text(site, name, *args):
    response = site.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_progress_shows_marks_and_what_was_mended(site, begin, do):
    mistakes = [{"when": {"exists": "group/readers"}, "code": "name-case", "say": "Case."}]
    attempt = begin(
        step("group", {"exists": "group/Readers"}, check={"mistakes": mistakes}), step("u", {"exists": "user/u"})
    )
    do(attempt, "iam create-group --group-name readers")
    shown = text(site, "progress")
    assert "Name case" in shown
    assert "Case." in shown
    assert progress.misconceptions(attempt.person)[0]["mended"] is False
    do(attempt, "iam delete-group --group-name readers", "iam create-group --group-name Readers")
    assert progress.misconceptions(attempt.person)[0]["mended"] is True
    assert "50 of 100 points, 1 of 2 steps" in text(site, "progress")


def test_certificate_is_for_the_learner_who_passed(site, begin, do, client):
    attempt = begin(step("group", {"exists": "group/Readers"}))
    assert site.get(reverse("certificate", args=[attempt.pk])).status_code == 404
    do(attempt, "iam create-group --group-name Readers")
    shown = text(site, "certificate", attempt.pk)
    assert "100 of 100 points" in shown
    assert f'href="{reverse("claim")}"' in shown[shown.index("<main") :]  # a guest has no name to stand on it
    client.force_login(create_guest()[0], BACKEND)
    assert client.get(reverse("certificate", args=[attempt.pk])).status_code == 404


def test_missed_question_comes_back_after_three_and_ten_days(site, shipped):
    attempt = shipped("concepts")
    question = content.question_of(content.catalogue()["concepts"], "authn")
    attempts.answer(attempt, question, "once")
    attempts.answer(attempt, question, "right")
    assert progress.due(attempt.person) == []
    assert "Nothing is waiting" in text(site, "review")
    Answer.objects.update(at=Answer.objects.first().at - timedelta(days=3))
    assert "describes the two things" in text(site, "review")
    given = {"attempt": attempt.pk, "question": "authn", "answer": "right"}
    assert "identity" in site.post(reverse("review"), given).content.decode().lower()
    assert progress.due(attempt.person) == []
    Answer.objects.filter(review=False).update(at=Answer.objects.first().at - timedelta(days=7))
    assert [one["id"] for _, one in progress.due(attempt.person)] == ["authn"]


def test_progress_asks_no_more_queries_for_more_labs(site, begin, django_assert_max_num_queries):
    for _ in range(3):
        begin(step("group", {"exists": "group/Readers"}))
    with django_assert_max_num_queries(16):
        text(site, "progress")
