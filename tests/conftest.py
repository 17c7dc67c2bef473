"""Fixtures for every test, the marker `fast`, and a browser's second try."""

import os

import pytest

from iamlab.labs import helping, variants
from iamlab.people import pace
from iamlab.services import throttle
from tools import chromium

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread


def pytest_collection_modifyitems(items):
    for item in items:
        if not {"browser", "cli", "slow"} & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.fast)
        if item.get_closest_marker("browser"):
            # A starved machine can lose a browser's event; the summary names each test that needed its second try.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The machine's own Chromium, kept from calling home."""
    flags = ["quic", "background-networking", "component-update", "sync", "gpu", "dev-shm-usage"]
    return {
        **browser_type_launch_args,
        "executable_path": chromium.find(),
        "args": ["--no-sandbox", "--no-first-run", *(f"--disable-{flag}" for flag in flags)],
    }


@pytest.fixture(autouse=True)
def first_variant(request, monkeypatch):
    """Tests know the names of a lab's first variant. Those marked `drawn` get the one whose turn it is."""
    if "drawn" not in request.keywords:
        monkeypatch.setattr("iamlab.labs.variants.draw", lambda person, lab: variants.of(lab)[0])


@pytest.fixture(autouse=True)
def new_to_the_process():
    """What the process counts by keys and names, which the rows of the next test bear again."""
    throttle._buckets.clear()
    helping._looked.clear()
    pace.forget()


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    """Passwords are hashed slowly on purpose; no test is about that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
