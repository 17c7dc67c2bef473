"""Every page, file and act of the classroom: few queries, however many learners, labs, attempts and words there are."""

import gzip
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count, islice
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from iamlab.classroom.models import Assignment, Enrolment, Extension, Invitation, OwnLab, Release, RubricMark, RubricRow
from iamlab.door import authenticate, sessions
from iamlab.door.calls import call
from iamlab.labs import attempts, performing
from iamlab.labs.models import BrokenCheck, Dispute, HelpCall, Override
from iamlab.sandbox import controls, history
from tests import addresses
from tests.classroom.test_heat import copy_of
from tests.test_every_page import PAGE, QUERIES

pytestmark = pytest.mark.slow
# Judged anew and put in is done in each learner's world; beginning makes one.
IN_EACH_WORLD = {"assignment-begin", "regrade"}
MANY = 60


@pytest.fixture
def grow(klass, assignment, attempt, instructor, learner, make_person, solve, mistake):
    """Makes the class larger by so many learners, and in every other way that a page could count queries by."""
    solve(attempt, 2)
    mistake(attempt, "administrator", "name-case")
    user = {"as": "root", "run": "aws iam create-user --user-name eve"}
    refused = {"as": "user/eve", "run": "aws iam list-users", "error": "AccessDenied"}
    performing.perform(attempt.sandbox, [user, refused], {}, {})
    root = attempt.lab_version.data["solution"][0]["lines"][0]["params"]
    checks = list(attempt.checks.order_by("pk").values("step", "check_id"))
    steps = [step["id"] for step in attempt.lab_version.data["steps"]]
    names = map(str, count())
    own = attempt.lab_version.data
    own = {**own, "media": {**own["media"], "house.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>'}}

    def another(name: str) -> None:
        place = int(name)
        Assignment.objects.create(klass=klass, lab="account-setup", title=name)
        Invitation.objects.create(klass=klass, name=name)
        OwnLab.objects.create(klass=klass, lab=f"c{klass.pk}_{name}", title=name, data=own, state="ready")
        row = RubricRow.objects.create(assignment=assignment, title=name)
        RubricMark.objects.create(row=row, attempt=attempt, score=50, by=instructor)
        Override.objects.create(attempt=attempt, step=steps[place], score=50, by=instructor)
        BrokenCheck.objects.create(lab_version=attempt.lab_version, kind="TypeError", said="No", **checks[place])
        Dispute.objects.create(attempt=attempt, agreed=True, decided=timezone.now(), **checks[place])
        attempts.note_happening(attempt, "fault", "", instructor, fault="Deny")
        bucket = {"as": "root", "run": f"aws s3api create-bucket --bucket lenas-{name}"}
        performing.perform(attempt.sandbox, [bucket, refused], {}, {})
        nobody = authenticate.anonymous(controls.world(attempt.sandbox))
        login = call(nobody, "signin:ConsoleLogin", {"Email": root["Email"], "Password": root["Password"]})
        sessions.open_session(learner, login)
        copy_of(assignment, attempt, learner)

    def join(name: str) -> None:
        person = make_person(f"crowd-{name}")
        Enrolment.objects.create(klass=klass, person=person, name=f"Crowd {name}")
        copy = copy_of(assignment, attempt, person)
        Extension.objects.create(assignment=assignment, person=person, due=timezone.now())
        Release.objects.create(assignment=assignment, person=person)
        HelpCall.objects.create(attempt=copy, step="register", text="Where?")
        Dispute.objects.create(attempt=copy, **checks[0])

    def more(learners: int, others: int) -> None:
        for name in islice(names, others):
            another(name)
        for name in islice(names, learners):
            join(name)

    return more


@pytest.fixture
def named(klass, learner, attempt):
    """What addresses name: what there is at the moment."""

    def names() -> dict[str, str]:
        events = history.events(attempt.sandbox)
        return {
            "klass": klass.pk,
            "assignment": attempt.work.assignment_id,
            "work": attempt.pk,
            "learner": klass.enrolments.get(person=learner).pk,
            "step": "administrator",
            "own_lab": klass.own_labs.latest("pk").pk,
            "judged": events.exclude(context="").latest("pk").event_id,
        }

    return names


TEMPLATES = {name: path for name, path in addresses.templates().items() if path.startswith("/classroom/")}


def asked(ask: Callable[[], Any]) -> tuple[int, int, bytes]:
    """Status, queries and content of an answer, once what a process keeps is there; what was changed is taken back."""
    for _ in range(2):
        with transaction.atomic():
            with CaptureQueriesContext(connection) as queries:
                answer = ask()
                content = b"".join(answer)
            transaction.set_rollback(True)
    return answer.status_code, len(queries), content


def test_every_page_and_file_makes_few_queries_whatever_grows(teacher, pupil, grow, named):
    acts = set()

    def measured() -> dict[tuple[str, str], int]:
        found, told = {}, named()
        for who, browser in {"teacher": teacher, "pupil": pupil}.items():
            for name, template in {**TEMPLATES, "home": "/home/"}.items():
                status, queries, content = asked(partial(browser.get, template.format(**told)))
                if status in (200, 204):
                    found[name, who] = queries
                    assert len(gzip.compress(content)) <= PAGE or not content.startswith(b"<!"), name
                elif status == 405:
                    acts.add(name)
        return found

    grow(learners=1, others=1)
    few = measured()
    grow(learners=MANY, others=5)
    many = measured()
    assert {*TEMPLATES} == {name for name, _ in many} - {"home"} | acts | {"class-invitation"}
    assert {name: queries for name, queries in many.items() if queries > QUERIES} == {}
    assert {name: (few[name], queries) for name, queries in many.items() if queries > few[name]} == {}


def acts_of(names: dict[str, str], attempt, klass) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every act of the classroom, by its address, with what is sent."""
    work = attempt.work.assignment
    row = RubricRow.objects.create(assignment=work, title="New")
    yield "act-override", {"step": "saved", "score": "50", "comment": "Half", "seen": ""}
    yield "act-rubric", {"row": row.pk, "score": "50", "comment": "Half", "seen": ""}
    yield "act-message", {"text": "Look under Users."}
    yield "act-unlock", {"step": "saved"}
    yield "act-lower", {}
    yield "class-act", {"all": "yes", "act": "message", "text": "Look under Users."}
    yield "class-act", {"all": "yes", "act": "unlock", "step": "saved"}
    yield "class-act", {"all": "yes", "act": "extend", "due": "2099-01-01T12:00"}
    yield "assignment-new", {"lab": "groups", "title": "", "graded": "graded", **RULES}
    yield "assignment-edit", {"lab": "first-bill", "title": "Other", "graded": "graded", **RULES}
    yield "assignment-remove", {}
    yield "assignment-extend", {"learner": names["learner"], "due": "2099-01-01T12:00"}
    yield "assignment-extend", {"learner": names["learner"], "due": ""}
    yield "grades-release", {"all": "yes"}
    yield "grades-release", {"withdraw": "all"}
    yield "grades-rubric", {"title": "Spoke well", "points": "10"}
    yield "grades-rubric", {"remove": row.pk}
    yield "class-new", {"name": "Another", "term_name": "Spring", "retention_days": "180"}
    yield "class-edit", {"name": "Another", "term_name": "Spring", "retention_days": "180"}
    yield "class-code", {}
    yield "class-archive", {}
    yield "class-person", {"name": "Other", "role": "observer"}
    yield "class-password", {}
    yield "class-remove", {}
    yield "class-roster", {"text": "\n".join(f"Somebody {number}" for number in range(klass.enrolments.count()))}
    yield "class-join", {"code": klass.code, "name": "Other"}
    yield "class-join-by", {"code": "WRONG7", "name": "Other"}


RULES = {
    "late": "none", "late_per_day": "10", "late_most": "50", "grace_hours": "0", "counts": "best", "points": "100"
}  # fmt: skip


def test_every_act_makes_few_queries_whatever_grows(teacher, pupil, klass, attempt, grow, named):
    def measured() -> dict[str, int]:
        told, found = named(), {}
        others = {
            "class-withdraw": {"learner": klass.invitations.latest("pk").pk},
            "dispute-decide": {"assignment": Dispute.objects.filter(decided=None).latest("pk").pk},
        }
        sent = [*acts_of(told, attempt, klass), ("class-withdraw", {}), ("dispute-decide", {"agreed": "yes"})]
        for name, data in sent:
            address = TEMPLATES[name].format(**{**told, **others.get(name, {})})
            status, queries, _ = asked(partial(teacher.post, address, data))
            assert status in (200, 302, 422), name
            found[f"{name} {data.get('act', '')}"] = queries
        return found

    grow(learners=1, others=1)
    few = measured()
    grow(learners=MANY, others=5)
    many = measured()
    assert {name: queries for name, queries in many.items() if queries > QUERIES} == {}
    assert {name: (few[name], queries) for name, queries in many.items() if queries > few[name]} == {}
