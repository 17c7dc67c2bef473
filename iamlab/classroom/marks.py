"""Marks of a class, derived at each look: automatic, by hand, effective, the late factor, what is left, points."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from operator import attrgetter

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from iamlab.classroom import work
from iamlab.classroom.models import Assignment, Class, Enrolment, Extension, Release, Role, RubricMark, RubricRow
from iamlab.labs import content, kept, scoring
from iamlab.labs.kept import Kept
from iamlab.labs.models import Attempt

AT_ONCE = 500  # learners whose facts are in memory together when all are asked for


@dataclass(slots=True)
class AttemptMark:
    """One attempt's marks, 0 to 100 but `factor`, a share of 1. `automatic` is what no hand has touched."""

    attempt: Attempt
    kept: Kept
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
    rubric: list[RubricRow]  # the assignment's rows
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


def places(assignment: Assignment) -> QuerySet[Enrolment]:
    """The places of its class, each with `extended`, the person's own due date for the assignment, and `released`."""
    own = {"assignment": assignment, "person": OuterRef("person")}
    return assignment.klass.enrolments.annotate(
        extended=Subquery(Extension.objects.filter(**own).values("due")),
        released=Exists(Release.objects.filter(**own)),
    )


def named(klass: Class) -> list[tuple[int, str]]:
    """(key, name) of a class's learners, as lists have them: by name."""
    rows = klass.enrolments.filter(role=Role.LEARNER)
    return [(one.pk, str(one)) for one in sorted(rows, key=attrgetter("order"))]


def of_places(assignment: Assignment, keys: list[int]) -> list[Mark]:
    """The marks of some learners of a class, by their places' keys and in their order. Four queries at most."""
    found = places(assignment).in_bulk(keys)
    return gradebook(assignment, [found[key] for key in keys if key in found])


def of_person(assignment: Assignment, person_id: int) -> Mark:
    """The marks of one who is in the class."""
    return gradebook(assignment, [places(assignment).get(person=person_id)])[0]


def gradebook(assignment: Assignment, enrolments: list[Enrolment]) -> list[Mark]:
    """The marks of those at some places, which have been read with `places`."""
    rows = list(assignment.rubric.all())
    attempts = attempts_of(assignment, [one.person_id for one in enrolments])
    given: defaultdict[int, dict[int, RubricMark]] = defaultdict(dict)
    if rows:
        keys = [attempt.pk for own in attempts.values() for attempt in own]
        for one in RubricMark.objects.filter(row__in=rows, attempt__in=keys):
            given[one.attempt_id][one.row_id] = one
    found = []
    for enrolment in enrolments:
        due = work.own_due(assignment, enrolment.extended)  # type: ignore[attr-defined]
        own = [marked(assignment, due, attempt, given[attempt.pk]) for attempt in attempts[enrolment.person_id]]
        mark = Mark(enrolment, due, rows, own, released=enrolment.released)  # type: ignore[attr-defined]
        count(mark, assignment)
        found.append(mark)
    return found


def marked(assignment: Assignment, due: datetime | None, attempt: Attempt, given: dict[int, RubricMark]) -> AttemptMark:
    facts = kept.of([attempt])[attempt.pk]
    factor = work.late_factor(assignment, due, attempt.submitted or attempt.active)
    return AttemptMark(attempt, facts, scoring.score_kept(attempt, facts), factor, given)


def attempts_of(assignment: Assignment, people: list[int]) -> defaultdict[int, list[Attempt]]:
    """Attempts by person, oldest first, read with what is kept of them and with their labs."""
    found: defaultdict[int, list[Attempt]] = defaultdict(list)
    rows = Attempt.objects.filter(work__assignment=assignment, person__in=people).order_by("pk")
    for attempt in kept.told(content.lightly(rows)):
        found[attempt.person_id].append(attempt)
    return found


def count(mark: Mark, assignment: Assignment) -> None:
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
    by_hand = sum(
        row.points * mark.counted.rubric[row.pk].score / 100 for row in mark.rubric if row.pk in mark.counted.rubric
    )
    mark.points = round(assignment.points * mark.final / 100 + by_hand, 2)
    mark.waiting = sum(row.pk not in mark.counted.rubric for row in mark.rubric)


def batches(assignment: Assignment) -> Iterator[list[Mark]]:
    """The marks of the whole class by name, some hundreds of learners at a time: more need not be in memory."""
    keys = [key for key, _ in named(assignment.klass)]
    for start in range(0, len(keys), AT_ONCE):
        yield of_places(assignment, keys[start : start + AT_ONCE])


def everybody(assignment: Assignment) -> Iterator[Mark]:
    return chain.from_iterable(batches(assignment))
