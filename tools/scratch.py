"""A site of one's own on a scratch database, with a learner's world in it: for pictures and benchmarks."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.serve import ROOT, gunicorn

PASSWORD = "Umbrella-drinks-2-many"
EMAIL = "ada@example.org"


@contextlib.contextmanager
def site(settings: str = "iamlab.settings", **environment: str) -> Iterator[None]:
    """Django on an empty migrated SQLite database in a temporary folder. Once a process."""
    folder = Path(tempfile.mkdtemp(prefix="iamlab-scratch-"))
    os.environ.update(
        DJANGO_SETTINGS_MODULE=settings,
        DATABASE_URL=f"sqlite:///{folder / 'scratch.sqlite3'}",
        SECRET_KEY=secrets.token_hex(),
        DJANGO_ALLOW_ASYNC_UNSAFE="true",  # Playwright's loop runs in this thread
        **environment,
    )
    import django
    from django.core.management import call_command
    from django.db import connections

    try:
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        connections.close_all()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The site served as `make run` serves it, on a free port; its address without a slash at the end."""
    port = free_port()
    running = subprocess.Popen(gunicorn(f"127.0.0.1:{port}"), cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        wait_for(port, running)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=120)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, running: subprocess.Popen) -> None:
    """Return once the port answers. Raises RuntimeError when the server ended or took over two minutes."""
    until = time.monotonic() + 120
    while time.monotonic() < until and running.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("The server did not start.")


@dataclass(frozen=True)
class World:
    """Ada's: she is signed in to iamlab by `cookie`, and in her account as root by `session`."""

    person: Any
    cookie: str
    sandbox: str
    account_id: str
    session: str
    root: Any

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """A call as root."""
        from iamlab.door.calls import call

        return call(self.root, operation, parameters)


def world() -> World:
    """A learner with an account, registered and signed in to through the door."""
    from django.test import Client

    from iamlab.people.models import Person
    from iamlab.sandbox import controls

    person = Person.objects.create_user("ada", display_name="Ada")
    sandbox = controls.create(person, "Free play", throttled=False)
    browser = Client()
    browser.force_login(person)
    return account(person, sandbox, browser.cookies["sessionid"].value)


def account(person: Any, sandbox: Any, cookie: str = "") -> World:
    """An account in a sandbox of the person's, who is signed in to it as root."""
    from iamlab.door import authenticate
    from iamlab.door.calls import call
    from iamlab.door.sessions import open_session
    from iamlab.sandbox import controls

    nobody = authenticate.anonymous(controls.world(sandbox))
    root = {"Email": EMAIL, "Password": PASSWORD}
    made = call(nobody, "accounts:RegisterAccount", {**root, "AccountName": "Umbrella Drinks"})
    session = open_session(person, call(nobody, "signin:ConsoleLogin", root))
    caller = authenticate.console_session(session)
    return World(person, cookie, sandbox.public_id, made["AccountId"], session.pk, caller)
