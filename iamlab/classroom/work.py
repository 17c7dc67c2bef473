"""What is set to a learner, and by when: windows, extensions, prerequisites, attempts, lateness."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from iamlab.classroom import own as labs
from iamlab.classroom.models import Assignment, Extension, Role, Work
from iamlab.labs import attempts, scoring
from iamlab.labs.models import Attempt
from iamlab.people.models import Person

GONE = "This lab is not on this server any more."


def own_due(assignment: Assignment, extended: datetime | None) -> datetime | None:
    """When a learner's work is due: an extension counts where it is later."""
    if assignment.due is None or extended is None:
        return assignment.due
    return max(assignment.due, extended)


def own_close(assignment: Assignment, extended: datetime | None) -> datetime | None:
    if assignment.closes is None or extended is None:
        return assignment.closes
    return max(assignment.closes, extended)


def late_factor(assignment: Assignment, due: datetime | None, handed_in: datetime | None) -> float:
    """The share of the mark that is left, 0 to 1, of work handed in then. Grace counts before anything is taken off."""
    if due is None or handed_in is None or assignment.late == Assignment.Late.NONE:
        return 1.0
    late = handed_in - due - timedelta(hours=assignment.grace_hours)
    if late <= timedelta(0):
        return 1.0
    if assignment.late == Assignment.Late.CUT_OFF:
        return 0.0
    days = math.ceil(late / timedelta(days=1))
    return 1 - min(days * assignment.late_per_day, assignment.late_most, 100) / 100


@dataclass(slots=True)
class Task:
    """An assignment as one learner has it. `blocked` says in words why it cannot be begun now."""

    assignment: Assignment
    due: datetime | None
    attempts: list[Attempt]
    blocked: str
    released: bool
    title: str = ""

    @property
    def latest(self) -> Attempt | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def open_attempt(self) -> Attempt | None:
        return self.latest if self.latest is not None and self.latest.submitted is None else None

    @property
    def overdue(self) -> bool:
        return self.due is not None and self.due < timezone.now() and not any(a.submitted for a in self.attempts)


def tasks(person: Person, class_id: int | None = None) -> list[Task]:
    """What is set to a person in their open classes, or in one, soonest due first. Seven queries at most."""
    rows = Assignment.objects.select_related("klass").prefetch_related("needs")
    rows = rows.filter(klass__enrolments__person=person, klass__enrolments__role=Role.LEARNER)
    found = list(rows.filter(klass__archived=None) if class_id is None else rows.filter(klass_id=class_id))
    works: defaultdict[int, list[Attempt]] = defaultdict(list)
    mine = Work.objects.filter(assignment__in=found, attempt__person=person)
    mine = mine.select_related("attempt__lab_version").defer("attempt__lab_version__data")
    for work in mine.order_by("attempt_id"):
        works[work.assignment_id].append(work.attempt)
    extended = dict(Extension.objects.filter(assignment__in=found, person=person).values_list("assignment_id", "due"))
    released = set(person_releases(person, found))
    marks = scoring.scores([attempt for own in works.values() for attempt in own]) if works else {}
    passed = {key for key, own in works.items() if any(_passes(attempt, marks) for attempt in own)}
    there = labs.known({assignment.lab for assignment in found})
    made = [
        Task(
            assignment,
            own_due(assignment, extended.get(assignment.pk)),
            works[assignment.pk],
            blocked(assignment, works[assignment.pk], passed, extended.get(assignment.pk), there),
            assignment.pk in released,
            assignment.title,
        )
        for assignment in found
    ]
    return sorted(made, key=lambda task: (task.due is None, task.due or task.assignment.created, task.assignment.pk))


def person_releases(person: Person, assignments: Iterable[Assignment]) -> Any:
    from iamlab.classroom.models import Release

    return Release.objects.filter(assignment__in=assignments, person=person).values_list("assignment_id", flat=True)


def _passes(attempt: Attempt, marks: dict[int, scoring.Score]) -> bool:
    return marks[attempt.pk].effective >= attempt.lab_version.data.get("pass_at", 70)


def blocked(
    assignment: Assignment, own: list[Attempt], passed: set[int], extended: datetime | None, there: set[str]
) -> str:
    """Why an assignment cannot be begun now, in words; "" when it can."""
    now = timezone.now()
    if assignment.klass.archived is not None:
        return "The class is over."
    if assignment.opens is not None and now < assignment.opens:
        return f"It opens on {assignment.opens:%-d %B %Y at %H:%M} UTC."
    close = own_close(assignment, extended)
    if close is not None and now >= close:
        return f"It closed on {close:%-d %B %Y at %H:%M} UTC."
    missing = [need.title for need in assignment.needs.all() if need.pk not in passed]
    if missing:
        return f"Pass first: {', '.join(missing)}."
    if assignment.attempts is not None and len(own) >= assignment.attempts:
        return f"All {assignment.attempts} attempts are used." if assignment.attempts > 1 else "It may be done once."
    if assignment.lab not in there:
        return GONE
    return ""


def begin(person: Person, task: Task) -> Attempt:
    """A new attempt for an assignment, or the one that is open. Raises labs.attempts.Refused."""
    if task.open_attempt is not None:
        return task.open_attempt
    if task.blocked:
        raise attempts.Refused(task.blocked)
    lab = labs.lab_of(task.assignment.lab)
    if lab is None:  # taken away since
        raise attempts.Refused(GONE)

    def meanwhile() -> Attempt | None:
        found = [one for one in tasks(person, task.assignment.klass_id) if one.assignment.pk == task.assignment.pk]
        if not found or (found[0].open_attempt is None and found[0].blocked):
            raise attempts.Refused(found[0].blocked if found else "This is not set to you any more.")
        return found[0].open_attempt

    return attempts.begin(
        person,
        lab,
        graded=task.assignment.graded,
        instead=meanwhile,
        along=lambda attempt: Work.objects.create(assignment=task.assignment, attempt=attempt),
    )


def closing() -> Subquery:
    """When the window closes that an attempt was begun in, its learner's extension heeded: see labs.windows."""
    own = Extension.objects.filter(assignment=OuterRef("assignment"), person=OuterRef("attempt__person")).values("due")
    closes = F("assignment__closes")
    latest = Greatest(closes, Coalesce(Subquery(own), closes))
    works = Work.objects.filter(attempt=OuterRef("pk"), assignment__closes__isnull=False)
    return Subquery(works.annotate(close=latest).values("close")[:1])


def close_overdue(assignment: Assignment) -> int:
    """Submit what is still open after the window closed; returns how many. Asked at each look at the class's work."""
    now = timezone.now()
    if assignment.closes is None or assignment.closes > now:
        return 0
    count = 0
    own = Extension.objects.filter(assignment=assignment, person=OuterRef("attempt__person")).values("due")
    open_works = assignment.works.filter(attempt__submitted=None).annotate(extended=Subquery(own))
    waiting = open_works.filter(Q(extended=None) | Q(extended__lte=now))
    for work in waiting.select_related("attempt__sandbox", "attempt__lab_version"):
        close = max(assignment.closes, work.extended or assignment.closes)
        attempts.follow(work.attempt)
        if work.attempt.submitted is None:
            attempts.freeze(work.attempt, close)
        count += 1
    return count
