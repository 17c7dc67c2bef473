"""How long learners took to find and mend the faults that were put into their accounts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from iamlab.labs.models import Attempt, Happening


@dataclass
class Fault:
    """A fault put in: the checks that it broke, those of them that are still broken, and when the last was mended."""

    title: str
    put_in: datetime
    event: int
    broke: set[tuple[str, str]] = field(default_factory=set)
    open: set[tuple[str, str]] = field(default_factory=set)
    mended: datetime | None = None

    @property
    def minutes(self) -> float | None:
        """From the fault to its mending; None while it is open, or where no check saw it."""
        return None if self.mended is None else round((self.mended - self.put_in).total_seconds() / 60, 1)

    @property
    def outcome(self) -> str:
        if not self.broke:
            return "No check was broken by it."
        if self.mended is None:
            return f"Not mended yet: {len(self.open)} of {len(self.broke)} checks still fail."
        return f"Found and mended after {self.minutes:g} min."


def of_attempts(attempts: Iterable[Attempt]) -> dict[int, list[Fault]]:
    """The faults of attempts, oldest first: one query."""
    found: dict[int, list[Happening]] = {attempt.pk: [] for attempt in attempts}
    given = Happening.objects.filter(attempt__in=list(found), kind="fault").values("attempt")
    rows = Happening.objects.filter(attempt__in=given, kind__in=("fault", "check"))
    for row in rows.order_by("attempt_id", "pk"):
        found[row.attempt_id].append(row)
    return {key: among(own) for key, own in found.items()}


def among(happenings: Iterable[Happening]) -> list[Fault]:
    """The faults among what happened in an attempt, oldest first."""
    found: list[Fault] = []
    for row in happenings:
        if row.kind == "fault":
            found.append(Fault(row.data.get("fault") or row.step, row.at, row.event))
        elif row.kind == "check" and found:
            _note(found, row)
    return found


def _note(faults: list[Fault], row: Happening) -> None:
    """A check changed: broken by the fault before it, or one of those that it broke passes again."""
    check, status, last = (row.step, row.data["check"]), row.data["status"], faults[-1]
    if status == "fail" and row.event == last.event:
        last.broke.add(check)
        last.open.add(check)
    for fault in faults:
        if status == "pass" and check in fault.open:
            fault.open.discard(check)
            if not fault.open and fault.mended is None:
                fault.mended = row.at
        elif status == "fail" and check in fault.broke and fault.mended is None:
            fault.open.add(check)
