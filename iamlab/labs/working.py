"""Several calls of one press, as *Show me* or lines pasted into the terminal make them: judged at their end only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from iamlab.labs.models import Attempt

LONGEST = timedelta(seconds=30)  # who is at work for longer was cut off


def is_others(attempt: Attempt) -> bool:
    """Whether somebody else is at work, who looks at the checks once all is done."""
    return not attempt.working and attempt.busy is not None and attempt.busy > timezone.now()


@contextmanager
def at_work(attempt: Attempt) -> Iterator[None]:
    """Amid this, others leave the checks to who makes the calls. That one looks at them within it, at the end."""
    if attempt.working:
        yield
        return
    attempt.busy, attempt.working = until(timezone.now() + LONGEST, pk=attempt.pk), True
    try:
        yield
    finally:
        attempt.busy, attempt.working = until(timezone.now(), pk=attempt.pk), False


@contextmanager
def at_work_in(sandbox: Any) -> Iterator[None]:
    """The same in a world that may be of no lab; with it, the checks are left to whoever looks next."""
    until(timezone.now() + LONGEST, sandbox=sandbox)
    try:
        yield
    finally:
        until(timezone.now(), sandbox=sandbox)


def until(when: datetime, **attempt: Any) -> datetime:
    """Each time has a value of its own: who looked before it learns that something came between, see runner.claim."""
    Attempt.objects.filter(**attempt).update(busy=when)
    return when
