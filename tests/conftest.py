"""Fixtures for every test, the marker `fast`, and a browser's second try."""

import gc
import os
import sys
from collections import Counter

import pytest
from django.core.signals import setting_changed
from django.db import transaction
from django.test import override_settings
from django.test.client import ClientHandler

from iamlab.door import record
from iamlab.labs import helping, variants
from iamlab.people import pace
from iamlab.services import throttle
from tests import database
from tools import chromium

# Compiled once and kept, also where that was turned off: the workers and every command that a test starts would each
# compile iamlab and rewrite the tests' assertions anew, which takes longer than all the rest of collecting.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the test's thread

LONG = 0.5  # seconds from which a fast test is named at the end


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """`-m fast` takes every core, as `make test` does, unless told otherwise."""
    here = config.option.markexpr == "fast" and not hasattr(config, "workerinput") and not config.option.usepdb
    if here and config.pluginmanager.hasplugin("xdist") and config.option.numprocesses is None:
        config.option.numprocesses, config.option.dist = "auto", "loadfile"


def pytest_terminal_summary(terminalreporter, config):
    """Which tests make `-m fast` slow: each is to be made quicker or marked `slow`. A busy machine names more."""
    if config.option.markexpr != "fast" or config.option.collectonly:
        return
    spent = Counter()
    for report in (report for kind in ("", "passed", "failed") for report in terminalreporter.getreports(kind)):
        spent[report.nodeid] += report.duration
    terminalreporter.write_line(f"fast: {len(spent)} tests of {sum(spent.values()):.0f} s")
    for nodeid, seconds in spent.most_common(10):
        if seconds > LONG:
            terminalreporter.write_line(f"long for fast: {seconds:.1f} s {nodeid}")


def pytest_collection_modifyitems(items):
    for item in items:
        if not {"browser", "cli", "slow"} & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.fast)
        if item.get_closest_marker("browser"):
            # A starved machine can lose a browser's event; the summary names each test that needed its second try.
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish():
    """What has been collected stays, as it does in a server: the garbage collector need not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


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
    """What the process keeps by keys and names, which the rows of the next test bear again or have no more."""
    record._kept_sets.clear()
    throttle._buckets.clear()
    helping._looked.clear()
    pace.forget()


@pytest.fixture(scope="session", autouse=True)
def unhindered():
    """Passwords are hashed slowly on purpose, and no test is about that; how many calls a second a world may make hangs
    on the machine's speed, and tests of it say how many.
    """
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"], REQUESTS_PER_SECOND=0):
        yield


@pytest.fixture(scope="session", autouse=True)
def one_chain_of_middleware():
    """The middleware is loaded once, as by a server, and again after a setting was changed. Django's test client does
    it for each client, when WhiteNoise reads all static files: longer than most requests take.
    """
    load, kept = ClientHandler.load_middleware, {}

    def load_once(handler, is_async=False):
        if not kept:
            load(handler, is_async)
            kept.update({name: value for name, value in vars(handler).items() if "_middleware" in name})
        vars(handler).update(kept)

    def forget(**_):
        kept.clear()

    setting_changed.connect(forget)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "load_middleware", load_once)
        yield
    setting_changed.disconnect(forget)


@pytest.fixture(scope="session")
def django_db_keepdb(request, django_db_modify_db_settings):
    return request.config.getoption("reuse_db") or database.copy()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        database.keep()


@pytest.fixture(scope="module")
def module_db(django_db_setup, django_db_blocker):
    """A transaction round a module's tests: what its own fixtures make `with module_db():` each test finds as it was
    made, because a test's changes are rolled back to it. Not for modules with `transaction=True`.
    """
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
    yield django_db_blocker.unblock
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)
