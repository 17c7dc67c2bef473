"""A believable class: an instructor, and thirty learners at different points of the shipped labs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db import transaction
from django.db.models import F, Max
from django.test.utils import override_settings
from django.utils import timezone

from iamlab.classroom.models import Assignment, Class, Enrolment, Role, Term, Work
from iamlab.labs import attempts, content, helping, performing, runner, selftest
from iamlab.labs.models import Attempt, CheckFact, Happening, HelpCall, Override, StepFact
from iamlab.people.models import Person
from iamlab.sandbox import controls, history
from iamlab.services.cloudtrail.models import Event

Lab = dict[str, Any]
CLASS_NAME = "Cloud security, first year"
CODE = "LEARN7"


@dataclass(frozen=True, slots=True)
class Plan:
    """A learner of the demo: how many steps are done, how long ago the last call was, and what is the matter."""

    name: str
    done: int
    minutes_ago: int = 1
    trouble: str = ""  # stuck, hand, help, override, submitted, late


# The first is the one whose sign-in is given out. `done` is cut to the lab's length.
LEARNERS = [
    Plan("Lena Ortiz", 2),
    Plan("Amara Diallo", 99, 95, "submitted"),
    Plan("Ben Kowalski", 5, 1, "stuck"),
    Plan("Chiara Rossi", 7, 1, "stuck"),
    Plan("Daniel Okafor", 7, 2, "stuck"),
    Plan("Elif Yıldız", 8, 2),
    Plan("Farid Haddad", 4, 24),
    Plan("Grace Lindqvist", 99, 40, "help"),
    Plan("Hiro Tanaka", 2, 1, "hand"),
    Plan("Ines Moreau", 4, 3),
    Plan("Jonas Weber", 2, 2),
    Plan("Kavya Nair", 2, 33),
    Plan("Liam O'Brien", 2, 1, "stuck"),
    Plan("Mei Chen", 3, 1),
    Plan("Noah Fischer", 3, 2),
    Plan("Olga Petrova", 3, 1),
    Plan("Pedro Alves", 2, 2),
    Plan("Quynh Tran", 2, 1),
    Plan("Rosa Jiménez", 4, 18, "override"),
    Plan("Samuel Adeyemi", 1, 1),
    Plan("Tove Nielsen", 2, 4),
    Plan("Umar Farooq", 1, 2),
    Plan("Valentina Cruz", 1, 2),
    Plan("Wim de Vries", 2, 1),
    Plan("Xenia Papadaki", 1, 15),
    Plan("Yusuf Demir", 0, 1),
    Plan("Zoë Martin", 1, 1),
    Plan("Aoife Byrne", 99, 70, "late"),
    Plan("Bogdan Ionescu", -1),
    Plan("Camille Dubois", -1),
]


class Quick(PBKDF2PasswordHasher):
    """The simulated people of a demo have passwords that are printed in the labs: strength would protect nothing."""

    iterations = 1000


@contextmanager
def quickly() -> Iterator[None]:
    """Simulated passwords hashed in no time; those hashes say so themselves and are checked like any other."""
    hashers = [f"{Quick.__module__}.{Quick.__qualname__}", *settings.PASSWORD_HASHERS]
    with override_settings(PASSWORD_HASHERS=hashers):
        yield


def made() -> bool:
    return Class.objects.filter(code=CODE).exists()


def bring_up_to_date() -> None:
    """Move the times of the demo's learners on, so that those at work are at work now: stuck, idle, hand up."""
    mine = Attempt.objects.filter(work__assignment__klass__code=CODE, person__username__startswith="demo-learner-")
    last = mine.filter(submitted=None).aggregate(last=Max("active"))["last"]
    if last is None:
        return
    delta = timezone.now() - timedelta(minutes=1) - last
    moved: list[tuple[Any, tuple[str, ...]]] = [
        (StepFact.objects.filter(attempt__in=mine), ("opened", "begun", "passed")),
        (CheckFact.objects.filter(attempt__in=mine), ("passed", "changed")),
        (Happening.objects.filter(attempt__in=mine), ("at",)),
        (HelpCall.objects.filter(attempt__in=mine), ("asked",)),
        (Event.objects.filter(account__sandbox__attempt__in=mine), ("real_time",)),
        (mine, ("started", "active", "submitted")),
        (Assignment.objects.filter(klass__code=CODE), ("opens", "due", "closes")),
    ]
    with transaction.atomic():
        for rows, names in moved:
            rows.update(**{name: F(name) + delta for name in names})


def make(sign_ins: list[dict[str, str]]) -> Class:
    """The class, once. Half made is not made: one transaction."""
    with transaction.atomic():
        hashed = {one["password"]: make_password(one["password"]) for one in sign_ins}
        instructor, learner = (_person(one, hashed[one["password"]]) for one in sign_ins)
        Person.objects.filter(pk=instructor.pk).update(is_instructor=True)
        klass = _class(instructor)
        with quickly():
            _learners(klass, learner, instructor)
    return klass


def _person(sign_in: dict[str, str], hashed: str) -> Person:
    """One whose sign-in is given out; an account of that name that stands already is left as it is."""
    person, _ = Person.objects.get_or_create(
        username=sign_in["username"], defaults={"display_name": sign_in["name"], "password": hashed}
    )
    return person


def _class(instructor: Person) -> Class:
    term = Term.objects.get_or_create(name=f"Term {timezone.now():%Y}")[0]
    klass = Class.objects.create(name=CLASS_NAME, term=term, code=CODE)
    Enrolment.objects.create(klass=klass, person=instructor, role=Role.INSTRUCTOR, name=str(instructor))
    return klass


def _learners(klass: Class, first: Person, instructor: Person) -> None:
    now = timezone.now()
    labs = list(content.catalogue().values())
    lab = next((each for each in labs if each["id"] == "first-bill"), labs[0])
    live = Assignment.objects.create(
        klass=klass,
        lab=lab["id"],
        title=lab["title"],
        opens=now - timedelta(days=2),
        due=now - timedelta(hours=2),
        late=Assignment.Late.PER_DAY,
    )
    for other in [each for each in labs if each["id"] != lab["id"]][:2]:
        Assignment.objects.create(klass=klass, lab=other["id"], title=other["title"], due=now + timedelta(days=7))
    unusable = make_password(None)
    for place, plan in enumerate(LEARNERS):
        person = first
        if place:
            person = Person.objects.create(
                username=f"demo-learner-{place:02}", display_name=plan.name, password=unusable
            )
        Enrolment.objects.create(klass=klass, person=person, name=plan.name)
        if plan.done >= 0:
            _work(live, lab, person, plan, instructor, now)


def _work(live: Assignment, lab: Lab, person: Person, plan: Plan, instructor: Person, now: datetime) -> None:
    """An attempt, step by step through the door, each step at its time."""
    parts = lab["solution"][: plan.done]
    ended = now - timedelta(minutes=plan.minutes_ago)
    if plan.trouble == "submitted":
        ended = now - timedelta(hours=3)
    pace = [3 + (7 * (len(plan.name) + 3 * i)) % 9 for i in range(len(parts) + 1)]  # minutes for each step
    started = ended - timedelta(minutes=sum(pace))
    attempt = attempts.begin(
        person, lab, graded=True, along=lambda one: Work.objects.create(assignment=live, attempt=one)
    )
    clock = Shifter(attempt)
    clock.move(started)
    at = started
    for part, minutes in zip(parts, pace, strict=False):
        at += timedelta(minutes=minutes)
        clock.before(at)
        solve(attempt, lab, part["lines"])
        attempts.open_step(attempt, part["step"])
        clock.move(at)
    _trouble(attempt, lab, plan, instructor, clock, ended)
    controls.move_clock(attempt.sandbox, -clock.offset)
    Attempt.objects.filter(pk=attempt.pk).update(started=started, active=ended)


def solve(attempt: Attempt, lab: Lab, lines: list[dict[str, Any]]) -> None:
    """A step's lines, the checks run once after those between two answers."""
    calls = list(takewhile(lambda line: "answer" not in line, lines))
    if calls:
        bound = {name: value for name, value in attempt.bound.items() if isinstance(value, str)}
        names = performing.perform(attempt.sandbox, calls, bound, lab.get("files") or {})
        attempt.bound = {**attempt.bound, **names}
        runner.catch_up(attempt)
    if rest := lines[len(calls) :]:
        selftest.solve(attempt, lab, rest[:1])
        solve(attempt, lab, rest[1:])


class Shifter:
    """Puts what an attempt kept since the last look to the time at which the demo says it was."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt, self.offset, self.seen = attempt, 0, 0
        self.since = attempt.started - timedelta(seconds=1)  # times of facts before it have been put right

    def before(self, at: datetime) -> None:
        """The sandbox's clock stands at that time: events, ages and keys follow it."""
        wanted = int((at - timezone.now()).total_seconds())
        controls.move_clock(self.attempt.sandbox, wanted - self.offset)
        self.attempt.sandbox.refresh_from_db()
        self.offset = wanted

    def move(self, at: datetime) -> None:
        attempt, delta = self.attempt, at - timezone.now()
        events = Event.objects.filter(account__sandbox=attempt.sandbox, id__gt=self.seen)
        events.update(real_time=F("time"))
        self.seen = history.last(attempt.sandbox)
        attempt.happenings.filter(at__gte=self.since).update(at=F("at") + delta)
        attempt.help_calls.filter(asked__gte=self.since).update(asked=F("asked") + delta)
        attempt.checks.filter(changed__gte=self.since).update(changed=F("changed") + delta)
        for name in ("opened", "begun", "passed"):
            attempt.steps.filter(**{f"{name}__gte": self.since}).update(**{name: F(name) + delta})
        attempt.checks.filter(passed__gte=self.since).update(passed=F("passed") + delta)
        self.since = timezone.now()


def _trouble(attempt: Attempt, lab: Lab, plan: Plan, instructor: Person, clock: Shifter, ended: datetime) -> None:
    """What is the matter with this learner."""
    step = lab["solution"][min(plan.done, len(lab["solution"]) - 1)]["step"]
    attempts.open_step(attempt, step)
    clock.before(ended)
    if plan.trouble == "stuck":
        _stick(attempt, lab, step, tries=4 + len(attempt.lab) % 2)
    elif plan.trouble == "hand":
        _stick(attempt, lab, step, tries=1)
        helping.ask_for_help(attempt, "The group is there, but the check stays red. What do I miss?")
    elif plan.trouble == "override":
        comment = "The policy was right in the review; it was deleted while tidying up."
        Override.objects.create(attempt=attempt, step=step, score=80, comment=comment, by=instructor)
        attempts.note_happening(attempt, "override", step, instructor, score=80, comment=comment)
    elif plan.trouble == "help":
        found = content.step_of(lab, step) or lab["steps"][-1]
        for tier in (1, 2):
            helping.use_hint(attempt, found, min(tier, len(found.get("hints", ())) or tier))
    if plan.trouble in ("submitted", "late", "help"):
        attempts.submit(attempt)
        Attempt.objects.filter(pk=attempt.pk).update(submitted=ended)
    clock.move(ended)


def _stick(attempt: Attempt, lab: Lab, step: str, tries: int) -> None:
    """The first of the lab's own mistakes at this step, made so many times."""
    wrong = [mistake for mistake in lab["mistakes"] if mistake["step"] == step]
    if not wrong:
        return
    try:
        selftest.solve(attempt, lab, wrong[0]["lines"])
    except performing.LineFailed:
        return
    for fact in attempt.checks.filter(step=step, check_id=wrong[0]["check"], status="fail"):
        fact.tries = {**fact.tries, fact.code: tries}
        fact.save(update_fields=["tries"])
