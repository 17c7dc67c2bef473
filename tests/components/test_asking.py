"""A question about many rows comes by POST and changes nothing."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
QUESTION = "/components/confirm/"


def test_what_is_asked_by_post_is_a_question_whatever_is_sent(client):
    answer = client.post(f"{QUESTION}?asks=1&do=delete", {"typed": "mario", "selected": ["mario", "luigi"]})
    assert answer.status_code == 200
    assert answer.context["request"].GET.getlist("selected") == ["mario", "luigi"]


def test_the_answer_is_sent_to_where_nothing_is_asked_any_more(client):
    html = client.post(f"{QUESTION}?asks=1&do=delete", {"selected": "mario"}).content.decode()
    assert f'action="{QUESTION}?do=delete"' in html
    assert client.post(f"{QUESTION}?do=delete", {"typed": "mario"}).status_code == 302


def test_a_question_by_post_needs_the_token_that_every_post_needs():
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(f"{QUESTION}?asks=1", {"selected": "mario"}).status_code == 403
    stranger.get(QUESTION)
    sent = {"selected": "mario", "csrfmiddlewaretoken": stranger.cookies["csrftoken"].value}
    answer = stranger.post(f"{QUESTION}?asks=1", sent)
    assert answer.status_code == 200 and "csrfmiddlewaretoken" not in answer.context["request"].GET
