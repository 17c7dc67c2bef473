"""What an instructor meets in a course: links for a roster, mistakes taken back, acts on all, learners who go."""

import csv
import io
import re

import pytest
from django.test import Client
from django.urls import reverse

from iamlab.classroom import work
from iamlab.classroom.models import Assignment, Enrolment, Invitation, Work
from iamlab.labs import helping
from iamlab.people.models import Person

pytestmark = pytest.mark.slow


def page(client, name, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return b"".join(answer).decode()


def test_the_links_of_a_roster_come_as_a_file(teacher, pupil, klass, make_person, browser_of):
    teacher.post(reverse("class-roster", args=[klass.pk]), {"text": "Ana,ana@school.example\n=cmd|x,,observer\n"})
    rows = list(csv.DictReader(io.StringIO(page(teacher, "class-invitations", klass.pk))))
    assert [(row["name"], row["email"], row["role"]) for row in rows] == [
        ("'=cmd|x", "", "observer"),
        ("Ana", "ana@school.example", "learner"),
    ]
    ana = make_person("ana")
    browser_of(ana).post(rows[1]["link"])
    assert klass.enrolments.get(person=ana).name == "Ana"
    assert "ana@" not in page(teacher, "class-invitations", klass.pk)  # who is here needs no link
    assert pupil.get(reverse("class-invitations", args=[klass.pk])).status_code == 404


def test_an_invitation_is_taken_back_until_it_is_used(teacher, pupil, stranger, klass, make_person, browser_of):
    teacher.post(reverse("class-roster", args=[klass.pk]), {"text": "Ana\nBen\n"})
    ana, ben = Invitation.objects.order_by("name")
    rows = list(csv.DictReader(io.StringIO(page(teacher, "class-invitations", klass.pk))))
    url = reverse("class-withdraw", args=[klass.pk, ana.pk])
    assert [client.post(url).status_code for client in (pupil, stranger)] == [404, 404]
    assert "Ana is not invited any more." in teacher.post(url, follow=True).content.decode()
    late = browser_of(make_person("late"))
    assert late.post(rows[0]["link"]).status_code == 404
    assert late.post(rows[1]["link"]).status_code == 302
    used = teacher.post(reverse("class-withdraw", args=[klass.pk, ben.pk]), follow=True)
    assert "It is used already, or gone." in used.content.decode()
    assert Invitation.objects.filter(pk=ben.pk).exists()


def test_a_lab_set_by_mistake_is_taken_back_while_nobody_has_begun(teacher, pupil, stranger, assignment, learner):
    url = reverse("assignment-remove", args=[assignment.klass_id, assignment.pk])
    assert [client.post(url).status_code for client in (pupil, stranger)] == [404, 404]
    assert url in page(teacher, "assignment-edit", assignment.klass_id, assignment.pk)
    work.begin(learner, work.tasks(learner)[0])
    assert url not in page(teacher, "assignment-edit", assignment.klass_id, assignment.pk)
    assert "Somebody has begun it." in teacher.post(url, follow=True).content.decode()
    assert Work.objects.count() == 1
    other = Assignment.objects.create(klass=assignment.klass, lab="groups", title="Groups")
    teacher.post(reverse("assignment-remove", args=[assignment.klass_id, other.pk]))
    assert list(assignment.klass.assignments.all()) == [assignment]


def test_all_who_are_at_work_are_written_to_at_once(teacher, klass, assignment, attempt, make_person):
    other = make_person("sven")
    Enrolment.objects.create(klass=klass, person=other, name="Sven")
    work.begin(other, work.tasks(other)[0])
    url = reverse("class-act", args=[klass.pk, assignment.pk])
    said = teacher.post(url, {"act": "message", "text": "Ten minutes.", "all": "yes"}, follow=True).content.decode()
    assert "Done for 2 learners." in said
    assert [one.attempt.messages.get().text for one in Work.objects.all()] == ["Ten minutes."] * 2


def test_disputes_are_counted_and_say_what_the_learner_read(teacher, klass, attempt, solve, mistake):
    assert "Disputed answers<" in page(teacher, "class", klass.pk)
    solve(attempt, 2)
    mistake(attempt, "administrator", "name-case")
    fact = attempt.checks.get(code="name-case")
    helping.dispute(attempt, fact.step, fact.check_id, "It is \u202eright")
    assert "Disputed answers (1)" in page(teacher, "class", klass.pk)
    shown = page(teacher, "class-disputes", klass.pk)
    assert fact.message.partition("*")[0].strip() in shown
    assert "It is &lt;U+202E&gt;right" in shown


def test_a_lab_without_others_before_it_asks_for_none(teacher, klass):
    assert "To be passed first" not in page(teacher, "assignment-new", klass.pk)
    Assignment.objects.create(klass=klass, lab="groups", title="Groups")
    assert "To be passed first" in page(teacher, "assignment-new", klass.pk)


STAFF_PAGES = ("heat", "grades", "report", "class-many", "regrade", "assignment-edit", "grades-csv", "events-csv")


def test_a_learner_who_deletes_everything_amid_a_lab_leaves_no_name_and_no_page_broken(
    teacher, pupil, klass, assignment, attempt, learner, solve, mistake
):
    solve(attempt, 2)
    mistake(attempt, "administrator", "name-case")
    fact = attempt.checks.get(code="name-case")
    helping.dispute(attempt, fact.step, fact.check_id, "Lena says so")
    helping.ask_for_help(attempt, "Lena is lost")
    where = (klass.pk, assignment.pk)
    pupil.post(reverse("my-data-delete"), {"sure": "delete"})
    assert not Person.objects.filter(username="lena").exists()
    pages = [page(teacher, name, *where) for name in STAFF_PAGES]
    pages += [page(teacher, name, klass.pk) for name in ("class", "class-people", "class-disputes")]
    pages += [page(teacher, "heat-step", *where, "administrator")]
    pages += [page(teacher, name, klass.pk, attempt.pk) for name in ("attempt-timeline", "evidence")]
    assert [text for text in pages if "Lena" in text] == []
    # The instructor's acts on what stays neither fail nor bring anything back.
    for name, data in (("act-message", {"text": "x"}), ("act-lower", {}), ("act-unlock", {"step": "policy"})):
        assert teacher.post(reverse(name, args=[klass.pk, attempt.pk]), data).status_code == 302
    many = teacher.post(reverse("class-act", args=where), {"all": "yes", "act": "message", "text": "x"})
    assert many.status_code == 302
    page(teacher, "regrade", *where, judge="1")


def test_who_is_taken_out_amid_a_lab_is_on_no_page_of_the_class(teacher, pupil, klass, assignment, attempt, learner):
    helping.ask_for_help(attempt, "Lena is lost")
    place = klass.enrolments.get(person=learner)
    teacher.post(reverse("class-remove", args=[klass.pk, place.pk]))
    teacher.get(reverse("class-people", args=[klass.pk]))  # what was done is said once, with the name
    where = (klass.pk, assignment.pk)
    assert [name for name in STAFF_PAGES if "Lena" in page(teacher, name, *where)] == []
    assert teacher.get(reverse("attempt-timeline", args=[klass.pk, attempt.pk])).status_code == 404
    assert pupil.get(reverse("class", args=[klass.pk])).status_code == 404
    assert pupil.get(reverse("attempt", args=[attempt.pk])).status_code == 200  # their work stays theirs


def test_two_instructors_at_once_lose_nothing_of_each_other(
    teacher, klass, assignment, attempt, make_person, browser_of
):
    second = make_person("ines", is_instructor=True)
    Enrolment.objects.create(klass=klass, person=second, role="instructor", name="Ines")
    other: Client = browser_of(second)
    url = reverse("act-override", args=[klass.pk, attempt.pk])
    first = teacher.post(url, {"step": "root", "score": "40", "comment": "Half", "seen": ""}, follow=True)
    assert "Marked by hand." in first.content.decode()
    late = other.post(url, {"step": "root", "score": "90", "comment": "Nearly", "seen": ""}, follow=True)
    assert "Imani has given 40 meanwhile" in late.content.decode()
    assert attempt.overrides.get().score == 40
    helping.dispute(attempt, "register", attempt.checks.filter(step="register").first().check_id, "Look")
    decide = reverse("dispute-decide", args=[klass.pk, attempt.disputes.get().pk])
    teacher.post(decide, {"agreed": "no", "reply": "No."})
    assert "This is decided already." in other.post(decide, {"agreed": "yes"}, follow=True).content.decode()
    assert attempt.disputes.get().agreed is False


def test_an_archived_class_offers_nothing_that_it_would_refuse(teacher, klass, assignment, attempt):
    fact = attempt.checks.first()
    helping.dispute(attempt, fact.step, fact.check_id, "Right")
    teacher.post(reverse("class-roster", args=[klass.pk]), {"text": "Ana\n"})
    teacher.post(reverse("class-archive", args=[klass.pk]))
    where = (klass.pk, assignment.pk)
    shown = [page(teacher, name, klass.pk) for name in ("class", "class-people", "class-disputes")]
    shown += [page(teacher, name, *where) for name in ("heat", "grades", "report")]
    shown += [page(teacher, "attempt-timeline", klass.pk, attempt.pk)]
    left = {action for text in shown for action in re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', text)}
    own = reverse("class", args=[klass.pk])
    kept = {"archive/", "anonymise/", f"assignments/{assignment.pk}/grades/release/"}
    assert {action.removeprefix(own) for action in left if action.startswith(own)} <= kept
    for name, args in (("class-edit", [klass.pk]), ("act-message", [klass.pk, attempt.pk])):
        said = teacher.post(reverse(name, args=args), {"text": "x", "name": "y"}, follow=True).content.decode()
        assert "The class is archived" in said
    assert not attempt.messages.exists()
