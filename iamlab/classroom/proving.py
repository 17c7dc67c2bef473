"""The self-test of an uploaded lab, outside of the server's process: what that keeps must never learn of a lab's
people, and a lab that takes all it can get takes it from nobody.
"""

import json
import logging
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from django.conf import settings
from django.db import connections

from iamlab.classroom import own
from iamlab.classroom.models import OwnLab
from iamlab.people.models import Person

log = logging.getLogger(__name__)


def start(lab: OwnLab, by: Person) -> OwnLab:
    """Begin the self-test of a lab, which goes on behind the answer. Raises own.Refused."""
    claimed = own.claim(lab, by, settings.LAB_TESTS)
    behind(claimed)
    return claimed


def behind(claimed: OwnLab) -> None:
    """A thread only waits; should this process end, the test is over with its time and can be begun anew."""
    threading.Thread(target=in_thread, args=[claimed], daemon=True, name=f"self-test {claimed.pk}").start()


def in_thread(claimed: OwnLab) -> None:
    try:
        run(claimed)
    except Exception:
        log.exception("The self-test of lab %s is lost", claimed.pk)
    finally:
        connections.close_all()


def run(claimed: OwnLab) -> None:
    """Test a lab, and note what came out."""
    own.settle(claimed, report(claimed.data))


def report(lab: own.Lab) -> list[str]:
    """What is wrong with a lab, by a process that has nothing of this one: neither its database nor its secrets."""
    seconds, patience = settings.LAB_TEST_SECONDS, OwnLab.patience()
    with tempfile.TemporaryDirectory(prefix="iamlab-test-") as place:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": place,
            "TMPDIR": place,
            "DATABASE_URL": f"sqlite:///{Path(place) / 'scratch.sqlite3'}",
            "SECRET_KEY": secrets.token_hex(),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [sys.executable, str(settings.ROOT / "manage.py"), "lab_prove", "--seconds", str(seconds)]
        try:
            done = subprocess.run(
                command, input=json.dumps(lab).encode(), capture_output=True, env=environment, cwd=place,
                timeout=patience, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return [f"The self-test was stopped: it was not over after {patience} seconds."]
    return _told(done)


def _told(done: subprocess.CompletedProcess[bytes]) -> list[str]:
    """The sentences that the process printed; one of how it ended, where it did not get so far."""
    try:
        sentences = json.loads(done.stdout)
    except ValueError:
        log.error("A self-test ended with %s: %s", done.returncode, done.stderr[-2000:].decode("utf-8", "replace"))
        return [f"The self-test was stopped: its process ended with {done.returncode}."]
    return [str(one).replace("\0", "") for one in sentences]
