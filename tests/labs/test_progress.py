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


def test_missed_question_is_asked_again_at_the_end_of_its_lab(site, begin, do):
    """At once, without changing a mark; in three days it comes back all the same."""
    options = [{"id": name, "text": name, "why": "So.", "right": name == "yes"} for name in ("yes", "no", "maybe")]
    question = {"id": "q", "kind": "single", "text": "Is it?", "options": options}
    attempt = begin(step("asked", {"answer": "q"}), questions=[question], graded=True)
    attempts.answer(attempt, question, "no")
    again = f"{reverse('review')}?of={attempt.pk}"
    assert again not in text(site, "attempt", attempt.pk)
    attempts.answer(attempt, question, "yes")
    assert "1 question of this lab was not right at once" in text(site, "attempt", attempt.pk)
    assert again in text(site, "attempt", attempt.pk)
    assert "Is it?" in site.get(again).content.decode()
    given = {"attempt": attempt.pk, "question": "q", "answer": "yes"}
    assert "That is right." in site.post(again, given).content.decode()
    assert "Nothing is waiting" in site.get(again).content.decode()
    assert "50 of 100 points" in text(site, "attempt", attempt.pk)
    Answer.objects.update(at=Answer.objects.first().at - timedelta(days=3, minutes=1))
    assert [one["id"] for _, one in progress.due(attempt.person)] == ["q"]


def test_nobody_reviews_what_another_missed(site, shipped, client):
    attempt = shipped("concepts")
    client.force_login(create_guest()[0], BACKEND)
    assert client.get(f"{reverse('review')}?of={attempt.pk}").status_code == 404
    assert client.get(f"{reverse('review')}?of={'9' * 30}").status_code == 200


def test_progress_asks_no_more_queries_for_more_labs(site, begin, django_assert_max_num_queries):
    for _ in range(3):
        begin(step("group", {"exists": "group/Readers"}))
    with django_assert_max_num_queries(16):
        text(site, "progress")


def test_what_was_missed_again_comes_last_among_what_is_to_be_asked(site, begin):
    """Both at a lab's end and after three days: the same question twice in a row asks nothing but the last sentence."""
    options = [{"id": name, "text": name, "why": "So.", "right": name == "yes"} for name in ("yes", "no")]
    first, second = (
        {"id": name, "kind": "single", "concept": "deny-wins", "text": f"Is it {name}?", "options": options}
        for name in ("one", "two")
    )
    both = {"all": [{"answer": "one"}, {"answer": "two"}]}
    attempt = begin(step("asked", both), questions=[first, second])
    for question in (first, second):
        attempts.answer(attempt, question, "no")
        attempts.answer(attempt, question, "yes")
    missed_again = {"attempt": attempt.pk, "question": "one", "answer": "no"}
    for address in (f"{reverse('review')}?of={attempt.pk}", reverse("review")):
        shown = site.get(address).content.decode()
        assert "Is it one?" in shown
        assert "Deny wins" in shown
        assert "Is it one?" in site.post(address, missed_again).content.decode()
        assert "Is it two?" in site.get(address).content.decode()
        Answer.objects.filter(review=True).delete()
        Answer.objects.update(at=Answer.objects.first().at - timedelta(days=3, minutes=1))
