"""Checks that an author's fault stopped: noted by a run, kept for authors and instructors. They cost nobody points."""

from collections.abc import Collection

from django.db.models import F, QuerySet
from django.utils import timezone

from iamlab.labs.models import Attempt, BrokenCheck
from iamlab.labs.results import Key, Known


def note(attempt: Attempt, known: Known, found: dict[Key, tuple[str, str]]) -> None:
    """Note with an attempt what a run was stopped in, by check: a fault's kind, and what is said of it.

    A check that stands as broken already is broken once: it is asked again with every call that touches it.
    """
    attempt.faults = {key: said for key, said in found.items() if key not in known or known[key].status != "error"}


def noted(attempt: Attempt) -> bool:
    return bool(attempt.__dict__.get("faults"))


def keep(attempt: Attempt) -> None:
    """Store what was noted."""
    for (step, check), (kind, said) in attempt.__dict__.pop("faults", {}).items():
        row, _ = BrokenCheck.objects.get_or_create(
            lab_version_id=attempt.lab_version_id, step=step, check_id=check, kind=kind[:64]
        )
        BrokenCheck.objects.filter(pk=row.pk).update(times=F("times") + 1, said=said[:500], last=timezone.now())


def of_labs(labs: Collection[str]) -> QuerySet[BrokenCheck]:
    """The broken checks of some labs, by their ids, the latest first: one query. Each has its `lab_version`."""
    rows = BrokenCheck.objects.filter(lab_version__lab__in=labs).select_related("lab_version")
    return rows.defer("lab_version__data").order_by("-last")
