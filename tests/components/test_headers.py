"""Security headers, the theme switch and the pages that say what went wrong."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.test import Client
from django.urls import path

from iamlab import urls


def too_big(request):
    raise RequestDataTooBig


def broken(request):
    raise RuntimeError


def refused(request):
    raise PermissionDenied


urlpatterns = [*urls.urlpatterns, path("too-big", too_big), path("broken", broken), path("refused", refused)]
handler400 = urls.handler400


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/components/", "/static/iamlab.css", "/no-such-page"])
def test_every_response_forbids_inline_code_and_framing(client, address):
    policy = client.get(address).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    "address, status, words",
    [
        ("/too-big", 413, "That is too big"),
        ("/broken", 500, "Something broke on our side"),
        ("/refused", 403, "This is not yours to see"),
        ("/nowhere", 404, "There is nothing at this address"),
    ],
)
def test_an_error_says_what_happened_in_plain_words(address, status, words):
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == status
    assert f"<h1>{words}</h1>" in response.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_so():
    response = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})
    assert response.status_code == 403
    assert "This form has gone stale" in response.content.decode()


def test_the_theme_is_remembered_and_leads_back(client):
    response = client.post("/theme/", {"theme": "dark", "next": "/components/"})
    assert (response.status_code, response.url) == (302, "/components/")
    assert client.cookies["theme"].value == "dark"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_theme_switch_leads_nowhere_else(client, target):
    assert client.post("/theme/", {"theme": "dark", "next": target}).url == "/"


@pytest.mark.parametrize("target", ["lab-begin", "/\r\nX-Bad: y"])
def test_a_mangled_way_back_breaks_nothing(client, target):
    response = client.post("/theme/", {"theme": "dark", "next": target})
    assert response.status_code == 302
    assert "X-Bad" not in response.headers


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/back/%00/", "/sandbox/a%00/sign-in/", "/components/?q=%00"])
def test_a_nul_character_in_an_address_is_refused(address):
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == 400
    assert "cannot read" in response.content.decode()


@pytest.mark.django_db
def test_a_nul_character_in_a_form_is_refused(client):
    assert client.post("/theme/", {"theme": "dark\0"}).status_code == 400


def test_an_unknown_theme_is_not_kept(client):
    client.post("/theme/", {"theme": '"><script>'})
    assert "theme" not in client.cookies


@pytest.mark.django_db
def test_the_page_is_rendered_in_the_remembered_theme(client):
    client.cookies["theme"] = "dark"
    assert '<html lang="en" data-theme="dark">' in client.get("/components/").content.decode()


@pytest.mark.parametrize("address", ["/", "/components/", "/fidelity/"])
def test_a_page_answers_head_as_get_without_its_body(client, db, address):
    head, get = client.head(address), client.get(address)
    assert (head.status_code, head.content) == (get.status_code, b"")


SERVED = """
import django
django.setup()
from django.test import Client
print(Client().get("/", headers={"host": "evil.example"}).status_code)
"""


def test_a_stranger_s_host_is_refused_without_a_word_in_the_log():
    """In a process of its own: pytest gives each logger a handler, where Python would print for want of one."""
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "iamlab.settings"}
    done = subprocess.run([sys.executable, "-c", SERVED], env=environ, capture_output=True, text=True, timeout=60)
    assert (done.stdout, "evil.example" in done.stderr) == ("400\n", False)
