"""When the window closes in which an attempt counts: what happens after that counts no more."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from iamlab.labs.models import Attempt
from iamlab.services.prepared import Prepared

# Name -> what makes an expression over attempts: when the window closes by that rule, null without an end.
rules: dict[str, Callable[[], Any]] = {}


def told(rows: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Attempts with what `closes` asks for, to spare it a statement of its own."""
    return rows.annotate(**{f"closes_by_{name}": rule() for name, rule in rules.items()})


OF_ATTEMPT = Prepared(lambda attempt: told(Attempt.objects.filter(pk=attempt).only("pk")), int)


def closes(attempt: Attempt) -> datetime | None:
    """When the attempt's window closes; None without an end."""
    names = [f"closes_by_{name}" for name in rules]
    row = attempt if all(name in attempt.__dict__ for name in names) else OF_ATTEMPT.first(attempt.pk)
    return min((when for name in names if (when := getattr(row, name)) is not None), default=None)
