"""A class of many: the staff's pages make as many queries for it as for a class of few, and stay light."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from iamlab.classroom.models import Enrolment
from iamlab.labs.models import Attempt, Dispute, HelpCall
from tests.classroom.test_heat import crowd

WIRE = 30_000  # bytes of a page, as it is sent
PAGES = ["heat", "grades", "class-many", "report", "assignment-edit", "regrade", "grades-csv"]
OF_CLASS = ["class", "class-people", "class-disputes"]


def troubled(assignment) -> None:
    """Everybody has a hand up and disputes a check."""
    for one in Attempt.objects.filter(work__assignment=assignment, help_calls=None):
        HelpCall.objects.create(attempt=one, step="register", text="Where?")
        Dispute.objects.create(attempt=one, step="register", check_id=one.checks.first().check_id, text="Right")


@pytest.mark.slow
def test_a_hundred_learners_cost_as_many_queries_as_a_few(teacher, assignment, attempt, solve, mistake, make_person):
    solve(attempt, 2)
    mistake(attempt, "administrator", "name-case")
    klass = assignment.klass_id
    urls = [reverse(name, args=[klass, assignment.pk]) for name in PAGES]
    urls += [reverse(name, args=[klass]) for name in OF_CLASS]
    urls += [reverse("heat-step", args=[klass, assignment.pk, "administrator"])]
    urls += [reverse("attempt-timeline", args=[klass, attempt.pk])]

    def measured() -> dict[str, int]:
        found = {}
        for url in urls:
            teacher.get(url)  # what a process keeps is there
            with CaptureQueriesContext(connection) as queries:
                body = b"".join(teacher.get(url))
            found[url] = len(queries)
            assert len(gzip.compress(body)) < WIRE, url
        return found

    crowd(assignment, attempt, make_person, 3)
    troubled(assignment)
    few = measured()
    Enrolment.objects.filter(name__startswith="Crowd").update(name="Crowd")
    for person in Enrolment.objects.filter(name="Crowd").select_related("person"):
        person.person.username = f"earlier-{person.pk}"
        person.person.save()
    crowd(assignment, attempt, make_person, 97)
    troubled(assignment)
    many = measured()
    assert {url: count for url, count in many.items() if count > few[url]} == {}
