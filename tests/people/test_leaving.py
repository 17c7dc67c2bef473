"""A guest who leaves: asked first, helped to another link, and out when they mean it."""

import re

import pytest
from django.urls import reverse

from iamlab.people.models import Person

pytestmark = pytest.mark.django_db
LINK = re.compile(r'href="(http://testserver/back/[^"]+)"')


@pytest.fixture
def guest(client):
    shown = client.post(reverse("start"), follow=True).content.decode()
    client.link = LINK.search(shown)[1]
    return client


def test_a_guest_is_told_what_signing_out_leaves_before_it_happens(guest):
    asked = guest.post(reverse("sign-out"))
    assert "no password brings you back" in asked.content.decode()
    assert guest.get(reverse("home")).status_code == 200  # still signed in
    assert guest.post(reverse("sign-out"), {"sure": "yes"}).url == reverse("landing")
    assert guest.get(reverse("home")).status_code == 302


def test_who_has_a_password_is_signed_out_at_once(client):
    client.force_login(Person.objects.create_user("ada", password="Long-and-good-1"))
    assert client.get(reverse("sign-out")).status_code == 302
    assert client.get(reverse("home")).status_code == 200  # an address that is only opened signs nobody out
    client.post(reverse("sign-out"))
    assert client.get(reverse("home")).status_code == 302


def test_a_guest_who_lost_the_link_gets_another_and_the_one_before_opens_nothing(guest):
    shown = guest.post(reverse("new-link"), follow=True).content.decode()
    new = LINK.search(shown)[1]
    assert new != guest.link
    assert guest.get(guest.link).status_code == 404
    guest.post(reverse("sign-out"), {"sure": "yes"})
    guest.post(new)
    assert guest.get(reverse("home")).status_code == 200


def test_nobody_else_is_given_a_link(client):
    ada = Person.objects.create_user("ada", password="Long-and-good-1")
    client.force_login(ada)
    shown = client.post(reverse("new-link"), follow=True).content.decode()
    assert not LINK.search(shown)
    assert Person.objects.get(pk=ada.pk).recovery == ""


def test_what_is_kept_of_a_person_is_in_their_menu(guest):
    assert f'href="{reverse("my-data")}"' in guest.get(reverse("home")).content.decode()
