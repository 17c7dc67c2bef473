"""`manage.py lab_prove`: what a server lets an uploaded lab prove itself by. A lab as JSON comes in, sentences go out.

Its author may have made the lab to harm: so it has a process, a database and limits of its own.
"""

import json
import logging
import os
import resource
import signal
import sys
import time
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from iamlab.labs import preview, selftest

MEMORY = 1536 * 2**20  # of addresses, of which a self-test uses a tenth
DISK = 256 * 2**20
NICE = 10
SHOWN_WITHIN = 3  # seconds of processor time, of which a shipped lab's texts take some hundredths
MOST_SENTENCES, MOST_SAID = 50, 500


log = logging.getLogger(__name__)


class TooLong(BaseException):
    """The processor time is used up. No lab's own faults are caught as this."""


class Command(BaseCommand):
    help = "Let a lab, given as JSON, prove itself in an empty database; print what is wrong with it as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=int, default=60, help="of processor time")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.introspection.table_names():
            raise CommandError("This works in an empty database only, such as DATABASE_URL=sqlite:////tmp/new.sqlite3.")
        lab = json.load(sys.stdin)
        limit(options["seconds"])
        self.stdout.write(json.dumps([one[:MOST_SAID] for one in proved(lab, options["seconds"])[:MOST_SENTENCES]]))


def limit(seconds: int) -> None:
    """No more of the machine than a lab needs."""

    def stop(*_: object) -> None:
        raise TooLong

    os.nice(NICE)
    signal.signal(signal.SIGXCPU, stop)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))


def proved(lab: dict[str, Any], seconds: int) -> list[str]:
    """The sentences of the self-test, and what stopped it."""
    try:
        # Tables straight from the models: migrations take ten times as long, and there is nothing here to migrate.
        settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
        call_command("migrate", run_syncdb=True, verbosity=0)
        return selftest.test_lab(lab) or too_slow(lab)
    except TooLong:
        return [f"The self-test was stopped: it took more than {seconds} seconds of processor time."]
    except MemoryError:
        return ["The self-test was stopped: it took more memory than a lab may."]
    except Exception as error:  # the author is told, whatever it is
        log.exception("The self-test of an uploaded lab stopped")
        return [f"The self-test was stopped by {type(error).__name__}: {str(error)[:300]}"]


def too_slow(lab: dict[str, Any]) -> list[str]:
    """Whether the lab's texts take long to become HTML, as pages make it again and again."""
    began = time.process_time()
    preview.shown(lab, "media/", str)
    took = time.process_time() - began
    return [f"Its texts take {took:.0f} seconds to show: make them plainer."] if took > SHOWN_WITHIN else []
