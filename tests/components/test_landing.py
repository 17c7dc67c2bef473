"""The landing page: one sentence, one click, and the demo's sign-ins only where there is a demo."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

PEOPLE = [{"username": "ada", "password": "a demo password", "about": "The <instructor>."}]


def landing(**context):
    return render_to_string("landing.html", context, request=RequestFactory().get("/"))


def test_it_starts_a_guest_with_one_post(client, db):
    shown = client.get("/").content.decode()
    assert '<form method="post" action="/start/">' in shown and "Start as a guest" in shown


def test_the_demo_signs_in_with_one_click_and_escapes():
    shown = landing(demo=True, demo_people=PEOPLE)
    assert "Sign in as ada" in shown and "The &lt;instructor&gt;." in shown


@pytest.mark.parametrize("context", [{"demo": False, "demo_people": PEOPLE}, {"demo": True, "demo_people": []}])
def test_without_a_demo_no_sign_ins_are_shown(context):
    assert "Demo sign-ins" not in landing(**context)
