"""The cast of the classroom's tests: an instructor with a class, learners in it, and people who are not."""

import pytest
from django.test import Client

from iamlab.classroom import work
from iamlab.classroom.models import Assignment, Class, Enrolment, Role
from iamlab.labs import content, selftest
from iamlab.people.models import Person

LAB = "first-bill"


@pytest.fixture
def make_person(db):
    def make(username: str, **more) -> Person:
        return Person.objects.create(username=username, display_name=username.capitalize(), **more)

    return make


@pytest.fixture
def browser_of():
    """Django's client, signed in to iamlab as somebody."""

    def sign_in(who: Person) -> Client:
        client = Client()
        client.force_login(who)
        return client

    return sign_in


@pytest.fixture
def solve():
    """The lab's own solution of its first steps, as a learner would do it."""

    def perform(attempt, steps: int) -> None:
        lab = content.catalogue()[attempt.lab]
        for part in lab["solution"][:steps]:
            selftest.solve(attempt, lab, part["lines"])

    return perform


@pytest.fixture
def mistake():
    """One of the lab's own mistakes."""

    def perform(attempt, step: str, code: str) -> None:
        lab = content.catalogue()[attempt.lab]
        wrong = next(each for each in lab["mistakes"] if (each["step"], each["code"]) == (step, code))
        selftest.solve(attempt, lab, wrong["lines"])

    return perform


@pytest.fixture
def instructor(make_person) -> Person:
    return make_person("imani", is_instructor=True)


@pytest.fixture
def klass(instructor) -> Class:
    klass = Class.objects.create(name="Cloud security")
    Enrolment.objects.create(klass=klass, person=instructor, role=Role.INSTRUCTOR, name="Imani")
    return klass


@pytest.fixture
def learner(klass, make_person) -> Person:
    found = make_person("lena")
    Enrolment.objects.create(klass=klass, person=found, name="Lena")
    return found


@pytest.fixture
def assignment(klass) -> Assignment:
    return Assignment.objects.create(klass=klass, lab=LAB, title="First bill")


@pytest.fixture
def attempt(assignment, learner):
    """The learner's attempt at the assignment, just begun."""
    return work.begin(learner, work.tasks(learner)[0])


@pytest.fixture
def teacher(instructor, browser_of) -> Client:
    """The instructor's browser."""
    return browser_of(instructor)


@pytest.fixture
def pupil(learner, browser_of) -> Client:
    """The learner's browser."""
    return browser_of(learner)


@pytest.fixture
def stranger(make_person, browser_of) -> Client:
    """Somebody signed in who is in another class, as its instructor."""
    found = make_person("otto", is_instructor=True)
    other = Class.objects.create(name="Another class")
    Enrolment.objects.create(klass=other, person=found, role=Role.INSTRUCTOR, name="Otto")
    return browser_of(found)
