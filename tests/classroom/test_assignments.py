"""What is set, when it may be begun, and what is left of a mark that comes late."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import work
from iamlab.classroom.models import Assignment, Extension, Work
from iamlab.labs import attempts, beside, performing, scoring, selftest
from iamlab.labs.models import Attempt

LAB = "first-bill"
DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)
FORM = {"lab": LAB, "late": "none", "counts": "best", "points": 50, "late_per_day": 10, "late_most": 50}
FORM |= {"grace_hours": 0, "graded": "graded"}


def begin(client, assignment):
    return client.post(reverse("assignment-begin", args=[assignment.klass_id, assignment.pk]), follow=True)


def test_an_instructor_sets_a_lab_and_the_learner_has_it_at_home(teacher, klass, pupil):
    assert teacher.post(reverse("assignment-new", args=[klass.pk]), FORM).status_code == 302
    set_to = Assignment.objects.get(klass=klass)
    assert set_to.graded and set_to.title
    assert reverse("assignment-begin", args=[klass.pk, set_to.pk]) in pupil.get("/home/").content.decode()


@pytest.mark.parametrize("graded", [True, False])
def test_it_begins_in_its_mode_and_once_while_it_is_open(pupil, assignment, graded):
    Assignment.objects.filter(pk=assignment.pk).update(graded=graded)
    begin(pupil, assignment)
    begin(pupil, assignment)
    assert [work.attempt.graded for work in Work.objects.filter(assignment=assignment)] == [graded]


@pytest.mark.parametrize(("field", "hours", "said"), [("opens", 1, "It opens on"), ("closes", -1, "It closed on")])
def test_outside_its_window_nothing_begins(pupil, assignment, field, hours, said):
    Assignment.objects.filter(pk=assignment.pk).update(**{field: timezone.now() + timedelta(hours=hours)})
    assert said in begin(pupil, assignment).content.decode()
    assert not Attempt.objects.exists()


def test_an_extension_opens_a_closed_assignment_for_its_learner(pupil, teacher, learner, assignment):
    Assignment.objects.filter(pk=assignment.pk).update(closes=timezone.now() - timedelta(hours=1))
    place = assignment.klass.enrolments.get(person=learner)
    until = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    url = reverse("assignment-extend", args=[assignment.klass_id, assignment.pk])
    teacher.post(url, {"learner": place.pk, "due": until})
    begin(pupil, assignment)
    assert Work.objects.filter(assignment=assignment).count() == 1
    teacher.post(url, {"learner": place.pk, "due": ""})
    assert not Extension.objects.exists()


def test_an_extension_never_shortens(assignment):
    sooner, later = (timezone.now() + timedelta(days=days) for days in (1, 2))
    assignment.due = assignment.closes = later
    assert (work.own_due(assignment, sooner), work.own_close(assignment, sooner)) == (later, later)


def test_what_is_to_be_passed_first_is_named(pupil, klass, assignment):
    second = Assignment.objects.create(klass=klass, lab=LAB, title="Second")
    second.needs.add(assignment)
    assert "Pass first: First bill." in begin(pupil, second).content.decode()


@pytest.mark.slow
def test_and_once_it_is_passed_the_next_begins(pupil, klass, assignment, attempt, solve):
    second = Assignment.objects.create(klass=klass, lab=LAB, title="Second")
    second.needs.add(assignment)
    solve(attempt, 99)
    begin(pupil, second)
    assert Work.objects.filter(assignment=second).exists()


def test_no_more_attempts_than_allowed(pupil, assignment, attempt):
    Assignment.objects.filter(pk=assignment.pk).update(attempts=1)
    Attempt.objects.filter(pk=attempt.pk).update(submitted=timezone.now())
    assert "It may be done once." in begin(pupil, assignment).content.decode()


def test_a_circle_of_prerequisites_is_refused(teacher, klass, assignment):
    second = Assignment.objects.create(klass=klass, lab=LAB, title="Second")
    second.needs.add(assignment)
    answer = teacher.post(reverse("assignment-edit", args=[klass.pk, assignment.pk]), {**FORM, "needs": [second.pk]})
    assert answer.status_code == 422 and "itself waits for this" in answer.content.decode()


LATE = [
    # rule, grace hours, hours late, what is left
    ("none", 0, 500, 1.0),
    ("per_day", 0, 0, 1.0),
    ("per_day", 0, 1, 0.9),
    ("per_day", 0, 24, 0.9),
    ("per_day", 0, 25, 0.8),
    ("per_day", 0, 24 * 30, 0.5),
    ("per_day", 12, 12, 1.0),
    ("per_day", 12, 13, 0.9),
    ("cut_off", 0, 0, 1.0),
    ("cut_off", 0, 1, 0.0),
    ("cut_off", 2, 2, 1.0),
]


@pytest.mark.parametrize(("rule", "grace", "hours", "left"), LATE)
def test_what_is_left_of_a_late_mark(rule, grace, hours, left):
    assignment = Assignment(late=rule, grace_hours=grace, late_per_day=10, late_most=50, due=DUE)
    assert work.late_factor(assignment, DUE, DUE + timedelta(hours=hours)) == pytest.approx(left)


def test_without_a_due_date_nothing_is_late():
    assert work.late_factor(Assignment(late="cut_off"), None, DUE) == 1


def test_a_learner_of_another_class_begins_nothing(stranger, assignment):
    assert begin(stranger, assignment).status_code == 404


def test_a_closed_assignment_is_handed_in_as_of_its_closing(assignment, attempt):
    closed = timezone.now() - timedelta(minutes=5)
    Assignment.objects.filter(pk=assignment.pk).update(closes=closed)
    assignment.refresh_from_db()
    assert work.close_overdue(assignment) == 1
    attempt.refresh_from_db()
    assert attempt.submitted == closed and attempt.frozen["score"] == 0


def close_now(assignment):
    closed = timezone.now()
    Assignment.objects.filter(pk=assignment.pk).update(closes=closed)
    return closed


def test_what_is_done_after_the_window_closed_counts_no_more(pupil, assignment, attempt, solve, monkeypatch):
    monkeypatch.setattr(beside, "AT_WORK", timedelta(0))  # no form is at work here
    solve(attempt, 2)
    before = scoring.score(attempt).auto
    closed = close_now(assignment)
    for part in attempt.lab_version.data["solution"][2:4]:
        selftest.solve(attempt, attempt.lab_version.data, part["lines"])
    page = pupil.get(reverse("attempt", args=[attempt.pk])).content.decode()
    pupil.get(html.unescape(re.search(r'hx-get="([^"]+/live/[^"]+)" hx-trigger="load, ', page)[1]))  # polled at once
    attempt.refresh_from_db()
    assert attempt.submitted == closed
    assert attempt.frozen["score"] == scoring.score(attempt).auto == before > 0


def test_what_was_done_before_the_close_and_not_looked_at_yet_counts(assignment, attempt):
    lab = attempt.lab_version.data
    performing.perform(attempt.sandbox, lab["solution"][0]["lines"], attempt.bound, {})
    close_now(assignment)
    assignment.refresh_from_db()
    assert work.close_overdue(assignment) == 1
    attempt.refresh_from_db()
    assert attempt.frozen["score"] > 0


def test_handing_in_by_hand_after_the_close_is_as_of_the_close(assignment, attempt, solve):
    closed = close_now(assignment)
    attempts.submit(attempt)
    assert attempt.submitted == closed


def test_trying_something_at_the_close_keeps_nobody_from_closing(assignment, attempt):
    attempts.what_if(attempt)
    close_now(assignment)
    assignment.refresh_from_db()
    assert work.close_overdue(assignment) == 1


def test_an_extension_goes_on_counting(assignment, attempt, learner, instructor, solve):
    close_now(assignment)
    Extension.objects.create(
        assignment=assignment, person=learner, due=timezone.now() + timedelta(hours=1), by=instructor
    )
    solve(attempt, 2)
    assert scoring.score(attempt).auto > 0
    assert attempts.follow(attempt) is False and attempt.submitted is None


def test_the_panel_refuses_after_the_close_and_says_so(pupil, assignment, attempt, solve):
    close_now(assignment)
    solve(attempt, 1)
    page = pupil.post(reverse("lab-check", args=[attempt.pk]), follow=True).content.decode()
    assert "The window closed on" in page
    attempt.refresh_from_db()
    assert attempt.submitted is not None and attempt.frozen["score"] == 0


def test_what_was_being_tried_at_the_close_is_not_adopted_after_it(assignment, attempt, solve):
    attempts.what_if(attempt)
    close_now(assignment)
    solve(attempt, 2)
    with pytest.raises(attempts.Refused, match="The window closed on"):
        attempts.end_what_if(attempt, adopt=True)
    assert attempt.frozen["score"] == scoring.score(attempt).auto == 0


def test_two_who_hand_in_at_the_same_moment_hand_in_once(assignment, attempt):
    other_tab = Attempt.objects.select_related("sandbox", "lab_version").get(pk=attempt.pk)
    attempts.submit(attempt)
    attempts.submit(other_tab)
    assert attempt.happenings.filter(kind="submit").count() == 1
    assert other_tab.submitted == attempt.submitted


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("late_per_day", "101"),
        ("grace_hours", "9999999999"),
        ("attempts", "9999999999"),
        ("points", "9999999999"),
        ("needs", "99999999999999999999"),
        ("needs", "²"),
    ],
)
def test_numbers_beyond_reckoning_are_refused_on_their_field(teacher, klass, field, value):
    """Hours of grace beyond the calendar would have broken every page of the class."""
    response = teacher.post(reverse("assignment-new", args=[klass.pk]), {**FORM, field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


def test_names_are_kept_for_so_many_days_that_there_is_a_day(teacher, klass):
    form = {"name": klass.name, "retention_days": "9999999999"}
    response = teacher.post(reverse("class-edit", args=[klass.pk]), form)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["retention_days"]
