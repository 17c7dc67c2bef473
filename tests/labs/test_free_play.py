"""Coming in: free play, a world without a lab; the catalogue; a guest's way back."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from iamlab.labs import content
from iamlab.people.models import create_guest
from iamlab.sandbox import lab_accounts
from iamlab.services.accounts.models import Account, Sandbox

pytestmark = pytest.mark.django_db


def test_a_second_click_makes_no_second_empty_world(client):
    learner = create_guest()[0]
    client.force_login(learner)
    first = client.post("/free-play/").url
    assert client.post("/free-play/").url == first
    lab_accounts.open_account("111122223333", reset=True)
    Account.objects.filter(pk="111122223333").update(sandbox=Sandbox.objects.get(owner=learner))
    assert client.post("/free-play/").url != first


def test_guest_is_given_a_link_back_and_told_how_to_stay(client):
    page = client.post(reverse("start"), follow=True).content.decode()
    link = re.search(r'<a href="(http://testserver/back/[^"]+)">', page)[1]
    client.logout()
    assert client.post(link, follow=True).redirect_chain[-1][0] == reverse("home")


def test_link_back_tells_another_guest_what_they_would_leave(client):
    """Their own link is the only way to that work, and was shown once."""
    link = re.search(r"http://testserver/back/[^\"<]+", client.post(reverse("start"), follow=True).content.decode())[0]
    assert "Another guest" not in client.get(link).content.decode()
    other = Client()
    assert "Another guest" not in other.get(link).content.decode()
    other.post(reverse("start"))
    page = other.get(link).content.decode()
    assert "Another guest has worked in this browser" in page
    assert f'href="{reverse("claim")}"' in page


def test_link_back_ends_once_a_password_guards_the_work(client):
    """Links are kept in histories and mails: whoever came by it is out, and it opens nothing any more."""
    page = client.post(reverse("start"), follow=True).content.decode()
    link = re.search(r'<a href="(http://testserver/back/[^"]+)">', page)[1]
    other = Client()
    assert other.post(link).url == reverse("home")
    named = {"username": "ada", "display_name": "Ada", "password": "A-long-password-1"}
    assert client.post(reverse("claim"), named).url == reverse("home")
    assert client.get(reverse("home")).status_code == 200
    assert other.get(reverse("home")).status_code == 302
    gone = other.post(link)
    assert gone.status_code == 404
    assert reverse("sign-in") in gone.content.decode()
    assert other.get(reverse("home")).status_code == 302


def test_a_name_that_turns_the_text_around_it_is_refused(client):
    client.post(reverse("start"))
    named = {"username": "ada", "display_name": "Ada\u202e", "password": "A-long-password-1"}
    assert "that can be shown" in client.post(reverse("claim"), named).content.decode()
    assert client.post(reverse("claim"), named | {"display_name": " Ada  L. "}).status_code == 302
    assert client.get(reverse("home")).context["user"].display_name == "Ada L."


def test_catalogue_has_a_place_for_every_lab(client):
    page = client.post(reverse("start"), follow=True).content.decode()
    assert "More labs" not in page
    for lab in content.catalogue().values():
        assert f"/labs/{lab['id']}/begin/" in page
