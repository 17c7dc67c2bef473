"""Marks of a class, derived at each look: automatic, by hand, effective, the late factor, what is left, points."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from iamlab.classroom import work
from iamlab.classroom.models import Assignment, Enrolment, Release, Role, RubricMark, RubricRow, Work
from iamlab.labs import scoring
from iamlab.labs.models import Attempt, LabVersion

AT_ONCE = 500  # learners whose facts are in memory together when all are asked for


@dataclass(slots=True)
class AttemptMark:
    """One attempt's marks, 0 to 100 but `factor`, a share of 1. `automatic` is what no hand has touched."""

    attempt: Attempt
    score: scoring.Score
    factor: float
    rubric: dict[int, RubricMark]

    @property
    def automatic(self) -> float:
        return self.score.automatic

    @property
    def by_hand(self) -> bool:
        return self.score.override is not None or any(s.override is not None for s in self.score.steps.values())

    @property
    def effective(self) -> float:
        return self.score.effective

    @property
    def final(self) -> float:
        return round(self.effective * self.factor, 2)


@dataclass(slots=True)
class Mark:
    """A learner's mark for an assignment. `counted` is the attempt that counts; None before any."""

    enrolment: Enrolment
    due: datetime | None
    attempts: list[AttemptMark] = field(default_factory=list)
    counted: AttemptMark | None = None
    final: float | None = None  # 0 to 100; of several attempts where their average counts
    points: float | None = None  # with what the rubric adds
    waiting: int = 0  # rubric rows that nobody has marked
    released: bool = False

    @property
    def state(self) -> str:
        if self.counted is None:
            return "Not begun"
        return "Handed in" if self.counted.attempt.submitted else "At work"


def learners(assignment: Assignment) -> QuerySet[Enrolment]:
    return assignment.klass.enrolments.filter(role=Role.LEARNER).select_related("person").order_by("name", "pk")


def gradebook(assignment: Assignment, enrolments: list[Enrolment]) -> list[Mark]:
    """The marks of some learners of a class, in order. Ten queries, whatever their number."""
    people = [one.person_id for one in enrolments]
    extended = work.extensions_of(assignment)
    released = set(Release.objects.filter(assignment=assignment, person__in=people).values_list("person_id", flat=True))
    rows = list(assignment.rubric.all())
    attempts = attempts_of(assignment, people)
    scores = scoring.scores([attempt for own in attempts.values() for attempt in own])
    given: defaultdict[int, dict[int, RubricMark]] = defaultdict(dict)
    if rows:
        for one in RubricMark.objects.filter(row__in=rows, attempt__in=scores):
            given[one.attempt_id][one.row_id] = one
    found = []
    for enrolment in enrolments:
        due = work.own_due(assignment, extended.get(enrolment.person_id))
        own = [
            AttemptMark(
                attempt,
                scores[attempt.pk],
                work.late_factor(assignment, due, attempt.submitted or attempt.active),
                given[attempt.pk],
            )
            for attempt in attempts[enrolment.person_id]
        ]
        mark = Mark(enrolment, due, own, released=enrolment.person_id in released)
        count(mark, assignment, rows)
        found.append(mark)
    return found


def attempts_of(assignment: Assignment, people: list[int]) -> defaultdict[int, list[Attempt]]:
    """Attempts by person, oldest first; each lab version read once."""
    found: defaultdict[int, list[Attempt]] = defaultdict(list)
    works = Work.objects.filter(assignment=assignment, attempt__person__in=people).select_related("attempt")
    versions: dict[int, LabVersion] = {}
    for one in works.order_by("attempt_id"):
        found[one.attempt.person_id].append(one.attempt)
    wanted = {attempt.lab_version_id for own in found.values() for attempt in own}
    versions = LabVersion.objects.in_bulk(wanted)
    for own in found.values():
        for attempt in own:
            attempt.lab_version = versions[attempt.lab_version_id]
    return found


def count(mark: Mark, assignment: Assignment, rows: list[RubricRow]) -> None:
    """Which attempt counts, and what it comes to. While one is handed in, those at work do not count yet."""
    handed_in = [one for one in mark.attempts if one.attempt.submitted is not None]
    choice = handed_in or mark.attempts
    if not choice:
        return
    best = max(choice, key=lambda one: (one.final, one.attempt.pk))
    mark.counted = best if assignment.counts == Assignment.Counts.BEST else choice[-1]
    mark.final = mark.counted.final
    if assignment.counts == Assignment.Counts.AVERAGE:
        mark.final = round(sum(one.final for one in choice) / len(choice), 2)
    by_hand = sum(row.points * mark.counted.rubric[row.pk].score / 100 for row in rows if row.pk in mark.counted.rubric)
    mark.points = round(assignment.points * mark.final / 100 + by_hand, 2)
    mark.waiting = sum(row.pk not in mark.counted.rubric for row in rows)


def everybody(assignment: Assignment) -> Iterator[Mark]:
    """The marks of the whole class, some hundreds of learners in memory at a time."""
    batch: list[Enrolment] = []
    for enrolment in learners(assignment).iterator(chunk_size=AT_ONCE):
        batch.append(enrolment)
        if len(batch) == AT_ONCE:
            yield from gradebook(assignment, batch)
            batch = []
    if batch:
        yield from gradebook(assignment, batch)


def of_learner(assignment: Assignment, enrolment: Enrolment) -> Mark:
    return gradebook(assignment, [enrolment])[0]
