"""Marks: automatic, by hand, effective, late, counted, released; two instructors at once; judged anew."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import marks, regrade, work
from iamlab.classroom.models import Assignment, Enrolment, Role, RubricRow
from iamlab.labs import attempts, content, helping, performing, runner
from iamlab.labs.models import Attempt, Dispute
from iamlab.people.numbers import is_number


def mark_of(assignment, person) -> marks.Mark:
    assignment.refresh_from_db()
    return marks.of_person(assignment, person.pk)


def post(client, name, attempt, **data):
    return client.post(reverse(name, args=[attempt.work.assignment.klass_id, attempt.pk]), data, follow=True)


def override(client, attempt, step="", score="80", comment="Seen in class", seen=""):
    return post(client, "act-override", attempt, step=step, score=score, comment=comment, seen=seen)


def test_a_mark_by_hand_counts_in_place_of_the_automatic_one_which_stays(teacher, assignment, attempt, learner, solve):
    solve(attempt, 1)
    automatic = mark_of(assignment, learner).counted.automatic
    override(teacher, attempt, score="80")
    one = mark_of(assignment, learner).counted
    assert (one.automatic, one.effective, one.final) == (automatic, 80, 80) and automatic > 0
    post(teacher, "act-override", attempt, step="", remove="1", comment="By mistake", seen=stamp(attempt))
    assert mark_of(assignment, learner).counted.effective == automatic


def stamp(attempt, step="") -> str:
    return attempt.overrides.get(step=step).at.isoformat()


def test_a_step_by_hand(teacher, assignment, attempt, learner):
    override(teacher, attempt, step="register", score="100")
    lab = attempt.lab_version.data
    weight = content.step_of(lab, "register")["weight"]
    one = mark_of(assignment, learner).counted
    assert one.effective == pytest.approx(100 * weight / sum(step.get("weight", 0) for step in lab["steps"]), abs=0.01)
    assert one.automatic == 0


BAD = [("80", ""), ("80", "   "), ("101", "x"), ("-1", "x"), ("nan", "x"), ("inf", "x"), ("", "x"), ("<b>", "x")]


@pytest.mark.parametrize(("score", "comment"), BAD)
def test_no_mark_without_a_comment_or_out_of_bounds(teacher, attempt, score, comment):
    override(teacher, attempt, score=score, comment=comment)
    assert not attempt.overrides.exists()


def test_two_at_once_the_second_is_told_and_nothing_is_lost(teacher, attempt, klass, make_person, browser_of):
    other = make_person("yuki")
    Enrolment.objects.create(klass=klass, person=other, role=Role.INSTRUCTOR, name="Yuki")
    override(browser_of(other), attempt, score="60", comment="Half of it")
    shown = override(teacher, attempt, score="90").content.decode()
    assert attempt.overrides.get().score == 60
    assert "Yuki has given 60 meanwhile: Half of it" in shown


@pytest.mark.parametrize(("allowed", "expected"), [(False, 0), (True, 1)])
def test_an_assistant_marks_only_where_the_class_allows_it(attempt, klass, make_person, browser_of, allowed, expected):
    klass.assistants_override = allowed
    klass.save()
    who = make_person("ash")
    Enrolment.objects.create(klass=klass, person=who, role=Role.ASSISTANT, name="Ash")
    override(browser_of(who), attempt)
    assert attempt.overrides.count() == expected


ACTS = ["act-override", "act-message", "act-unlock", "act-lower", "act-rubric"]


@pytest.mark.parametrize("name", ACTS)
def test_a_learner_and_a_stranger_forge_nothing(pupil, stranger, attempt, name):
    data = {"step": "register", "score": "100", "comment": "Well done", "text": "Hello", "seen": ""}
    assert post(pupil, name, attempt, **data).status_code == 404
    assert post(stranger, name, attempt, **data).status_code == 404
    assert not attempt.overrides.exists() and not attempt.messages.exists()


def test_lateness_is_judged_at_each_look(assignment, attempt, learner, solve):
    solve(attempt, 1)
    attempts.submit(attempt)
    due = attempt.submitted - timedelta(hours=30)
    Assignment.objects.filter(pk=assignment.pk).update(due=due, late="per_day")
    mark = mark_of(assignment, learner)
    assert mark.counted.factor == pytest.approx(0.8)
    assert mark.final == round(mark.counted.effective * 0.8, 2)
    Assignment.objects.filter(pk=assignment.pk).update(due=due + timedelta(days=7))
    assert mark_of(assignment, learner).counted.factor == 1


@pytest.mark.parametrize(("counts", "expected"), [("best", 60), ("last", 20), ("average", 40)])
def test_which_attempt_counts(assignment, learner, attempt, counts, expected):
    Assignment.objects.filter(pk=assignment.pk).update(counts=counts, points=200)
    second = None
    for score in (60, 20):
        second = work.begin(learner, work.tasks(learner)[0]) if score == 20 else attempt
        second.overrides.create(step="", score=score, comment="x")
        attempts.submit(second)
    mark = mark_of(assignment, learner)
    assert (mark.final, mark.points) == (expected, 2 * expected)


def test_while_one_is_handed_in_the_next_does_not_count_yet(assignment, learner, attempt):
    attempt.overrides.create(step="", score=50, comment="x")
    attempts.submit(attempt)
    Assignment.objects.filter(pk=assignment.pk).update(counts="last")
    work.begin(learner, work.tasks(learner)[0])
    assert mark_of(assignment, learner).final == 50


def test_rubric_rows_add_points_and_wait_for_a_person(teacher, assignment, attempt, learner):
    url = reverse("grades-rubric", args=[assignment.klass_id, assignment.pk])
    teacher.post(url, {"title": "Explains it in class", "points": "10"})
    row = RubricRow.objects.get()
    assert mark_of(assignment, learner).waiting == 1
    post(teacher, "act-rubric", attempt, row=row.pk, score="50", comment="Nearly", seen="")
    mark = mark_of(assignment, learner)
    assert (mark.points, mark.waiting) == (5, 0)
    shown = post(teacher, "act-rubric", attempt, row=row.pk, score="90", comment="Well", seen="").content.decode()
    assert "has given 50 meanwhile: Nearly" in shown
    assert mark_of(assignment, learner).points == 5


def test_a_learner_sees_the_mark_once_it_is_released(teacher, pupil, assignment, attempt):
    override(teacher, attempt, score="77", comment="Good reasons")
    mine = reverse("my-work", args=[assignment.klass_id, attempt.pk])
    assert "<h2>Mark" not in pupil.get(mine).content.decode()
    teacher.post(reverse("grades-release", args=[assignment.klass_id, assignment.pk]), {"all": "1"})
    shown = pupil.get(mine).content.decode()
    assert "<h2>Mark" in shown and "Good reasons" in shown and ">77<" in shown


def test_what_is_handed_in_stays_whatever_is_done_later(pupil, assignment, attempt, learner, solve):
    solve(attempt, 1)
    attempts.submit(attempt)
    before = mark_of(assignment, learner).final
    lab = content.catalogue()[attempt.lab]
    performing.perform(attempt.sandbox, lab["solution"][1]["lines"], attempt.bound, {})
    runner.catch_up(attempt)
    pupil.post(reverse("lab-check", args=[attempt.pk]))
    pupil.post(reverse("lab-hint", args=[attempt.pk, "root", 1]))
    assert mark_of(assignment, learner).final == before and not attempt.hints.exists()


def test_regrade_shows_the_difference_and_saves_only_then(teacher, assignment, attempt, learner, solve):
    solve(attempt, 3)
    right = mark_of(assignment, learner).final
    attempt.checks.filter(step="administrator").update(status="fail", code="wrong", latched=False)
    assert mark_of(assignment, learner).final < right
    url = reverse("regrade", args=[assignment.klass_id, assignment.pk])
    shown = teacher.get(url, {"judge": "1", "step": "administrator"}).content.decode()
    assert f"<td>{right:g}</td>" in shown and "fail wrong → pass" in shown
    assert mark_of(assignment, learner).final < right
    teacher.post(url, {"judge": "1", "step": "administrator", "learner": ""})
    assert mark_of(assignment, learner).final == right
    assert attempt.happenings.filter(kind="regrade").count() == 1


def test_regrade_judges_the_account_as_it_was_handed_in(teacher, assignment, attempt, learner, solve):
    solve(attempt, 3)
    attempts.submit(attempt)
    before = mark_of(assignment, learner).final
    line = {"as": "root", "run": "aws iam remove-user-from-group --user-name anna --group-name Admins"}
    performing.perform(attempt.sandbox, [line], {}, {})
    shown = teacher.get(reverse("regrade", args=[assignment.klass_id, assignment.pk]), {"judge": "1"})
    assert "No difference" in shown.content.decode()
    assert mark_of(assignment, learner).final == before


def test_judging_what_stands_as_it_was_handed_in_keeps_nobody_from_writing(attempt, solve):
    """Nothing is stored for a while and taken back, which would hold the one lock that writers wait for."""
    solve(attempt, 3)
    attempts.submit(attempt)
    with CaptureQueriesContext(connection) as captured:
        regrade.judged(attempt)
    verbs = {query["sql"].lstrip().partition(" ")[0].lower() for query in captured}
    assert verbs <= {"select", "with"}


def test_my_answer_is_right_is_agreed_to_once(teacher, pupil, assignment, attempt, learner):
    helping.dispute(attempt, "register", "registered", "I did register")
    dispute = Dispute.objects.get()
    check = content.step_of(attempt.lab_version.data, "register")["checks"][0]["id"]
    Dispute.objects.update(check_id=check)
    shown = teacher.get(reverse("class-disputes", args=[assignment.klass_id])).content.decode()
    assert "I did register" in shown
    title = content.step_of(attempt.lab_version.data, "register")["checks"][0]["title"]
    assert f"<p>{title}</p>" in shown
    url = reverse("dispute-decide", args=[assignment.klass_id, dispute.pk])
    assert pupil.post(url, {"agreed": "yes"}).status_code == 404
    teacher.post(url, {"agreed": "yes", "reply": "You did"})
    assert attempt.checks.get(step="register", check_id=check).status == "pass"
    assert attempt.messages.get().text == f"Your instructor agrees, your answer was right: {title}. You did"
    assert "decided already" in teacher.post(url, {"agreed": "no"}, follow=True).content.decode()
    dispute.refresh_from_db()
    assert dispute.agreed is True


def test_a_page_of_the_gradebook_costs_the_same_for_any_class(teacher, assignment, attempt, make_person):
    url = reverse("grades", args=[assignment.klass_id, assignment.pk])
    with CaptureQueriesContext(connection) as few:
        assert "Lena" in teacher.get(url).content.decode()
    for number in range(60):
        Enrolment.objects.create(klass=assignment.klass, person=make_person(f"p{number}"), name=f"P {number}")
    with CaptureQueriesContext(connection) as more:
        teacher.get(url)
    assert len(few) == len(more)


def test_the_window_closes_for_those_at_work(teacher, assignment, attempt, learner):
    Assignment.objects.filter(pk=assignment.pk).update(closes=timezone.now() - timedelta(minutes=1))
    teacher.get(reverse("grades", args=[assignment.klass_id, assignment.pk]))
    assert Attempt.objects.get(pk=attempt.pk).submitted is not None


@pytest.mark.parametrize("text", ["²", "9" * 40, "x", "-1"])
def test_a_key_that_is_no_number_is_no_learner(text):
    assert is_number(text) is False
