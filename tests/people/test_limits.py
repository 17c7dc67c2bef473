"""What visitors may do only so often, or only so large: guests, wrong passwords, bodies."""

import pytest

from iamlab.people import pace
from iamlab.people.models import Person

pytestmark = pytest.mark.django_db
PASSWORD = "umbrella-drinks"


@pytest.fixture
def minutes(monkeypatch):
    """Lets minutes pass."""
    passed = [0.0]
    clock = pace.time.monotonic
    monkeypatch.setattr(pace.time, "monotonic", lambda: clock() + passed[0] * 60)

    def wait(number):
        passed[0] += number

    return wait


def sign_in(client, password):
    return client.post("/sign-in/", {"username": "ada", "password": password})


def test_passwords_cannot_be_guessed_quickly(client, settings, minutes):
    settings.SIGN_INS_PER_MINUTE = 3
    Person.objects.create_user("ada", password=PASSWORD)
    for _ in range(3):
        assert "do not match" in sign_in(client, "guess").content.decode()
    refused = sign_in(client, PASSWORD)
    assert refused.status_code == 422 and "Too many tries" in refused.content.decode()
    assert client.post("/sign-in/", {"username": "bob", "password": "guess"}).status_code == 422
    minutes(1)
    assert sign_in(client, PASSWORD).status_code == 302


def test_the_operators_password_is_guessed_no_quicker_at_the_admin(client, settings):
    settings.SIGN_INS_PER_MINUTE = 1
    Person.objects.create_superuser("ada", password=PASSWORD)
    assert client.post("/admin/login/", {"username": "ada", "password": PASSWORD}).status_code == 405
    assert client.get("/admin/people/person/", follow=True).request["PATH_INFO"] == "/sign-in/"
    signed_in = client.post("/sign-in/?next=/admin/people/person/", {"username": "ada", "password": PASSWORD})
    assert signed_in.url == "/admin/people/person/"
    assert client.get("/admin/login/").url == "/admin/"
    client.force_login(Person.objects.create_user("bob"))
    assert client.get("/admin/people/person/", follow=True).status_code == 403


def test_right_passwords_are_not_counted(client, settings):
    settings.SIGN_INS_PER_MINUTE = 2
    Person.objects.create_user("ada", password=PASSWORD)
    assert [sign_in(client, PASSWORD).status_code for _ in range(5)] == [302] * 5


def test_guests_of_one_address_come_so_many_a_minute(client, settings, minutes):
    settings.GUESTS_PER_MINUTE = 2

    def start(address):
        client.logout()
        return client.post("/start/", REMOTE_ADDR=address)

    assert [start("192.0.2.1").url for _ in range(3)] == ["/home/", "/home/", "/"]
    assert "Many people are starting" in client.get("/").content.decode()
    assert start("192.0.2.2").url == "/home/"
    minutes(1)
    assert start("192.0.2.1").url == "/home/"


def test_without_a_limit_there_is_none(client, settings):
    settings.GUESTS_PER_MINUTE = 0
    for _ in range(5):
        client.logout()
        assert client.post("/start/").url == "/home/"


@pytest.mark.parametrize("address", ["/sign-in/", "/start/", "/console/nobody/s3/upload/bills/"])
def test_a_body_that_no_page_takes_is_refused_unread(client, settings, address):
    settings.UPLOAD_BYTES = 1000
    response = client.post(address, {"username": "a" * 2000})
    assert response.status_code == 413
    assert "That is too big" in response.content.decode()
    assert client.post("/sign-in/", {"username": "a" * 100}).status_code == 422
