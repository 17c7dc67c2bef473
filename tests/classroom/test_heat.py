"""The heat map: what each learner's cells say, the three marks, what changed, how many queries."""

import copy
import csv
import io
import re
import unicodedata
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import heat, work
from iamlab.classroom.cells import Cell
from iamlab.classroom.models import Enrolment, Work
from iamlab.labs import attempts, content, helping, performing, runner
from iamlab.labs.models import Attempt, CheckFact, StepFact
from iamlab.sandbox import controls


def url(assignment, name="heat", *more):
    return reverse(name, args=[assignment.klass_id, assignment.pk, *more])


def cells_of(assignment) -> dict[str, Cell]:
    board = heat.board(assignment)
    return board.rows[0].facts.cells


def marks_of(assignment) -> list[str]:
    board = heat.board(assignment)
    return heat.marks(board.rows[0], board.columns)


def poll_of(text: str) -> str:
    return re.search(r'id="heat-live" hx-get="([^"]+)"', text).group(1).replace("&amp;", "&")


def stands(attempt, **minutes):
    """Times of an attempt, in minutes before now."""
    now = timezone.now()
    Attempt.objects.filter(pk=attempt.pk).update(**{k: now - timedelta(minutes=v) for k, v in minutes.items()})


def test_cells_say_state_minutes_and_tries(teacher, assignment, attempt, solve, mistake):
    solve(attempt, 2)
    mistake(attempt, "administrator", "name-case")
    stands(attempt, started=30)
    StepFact.objects.filter(attempt=attempt, step="register").update(passed=timezone.now() - timedelta(minutes=18))
    cells = cells_of(assignment)
    assert (cells["register"].state, cells["register"].minutes) == ("passed", 12)
    assert (cells["root"].state, cells["root"].minutes) == ("passed", 17)  # 17 whole minutes and some seconds
    assert (cells["administrator"].state, cells["administrator"].codes) == ("in_progress", {"name-case": 1})
    assert cells["policy"].state == "locked"
    shown = teacher.get(url(assignment)).content.decode()
    assert "Done<small>12 min</small>" in shown and "1 try" in shown


def test_column_heads_and_the_groups_behind_them(teacher, assignment, attempt, solve, mistake):
    solve(attempt, 2)
    mistake(attempt, "administrator", "name-case")
    columns = {column.id: column for column in heat.board(assignment).columns}
    assert columns["register"].share == 100 and columns["administrator"].share == 0
    assert (columns["administrator"].code, columns["administrator"].code_count) == ("name-case", 1)
    shown = teacher.get(url(assignment, "heat-step", "administrator")).content.decode()
    assert "name-case" in shown and "Lena" in shown
    assert attempt.checks.get(code="name-case").message.partition("*")[0].strip() in shown


def test_who_has_not_begun_is_shown_too(teacher, assignment, learner):
    shown = teacher.get(url(assignment)).content.decode()
    assert "Lena" in shown and "0 of 1 have begun" in shown


MARKS = [
    # minutes since the last call, since the start, failures with one code
    (1, 2, 1, []),
    (1, 6, 1, ["stuck"]),
    (1, 2, 4, ["stuck"]),
    (1, 2, 3, []),
    (4, 60, 4, []),  # not at work just now: neither stuck nor yet idle
    (11, 60, 4, ["idle"]),
]


@pytest.mark.parametrize(("active", "started", "tries", "expected"), MARKS)
def test_stuck_and_idle(assignment, attempt, active, started, tries, expected):
    stands(attempt, active=active, started=started)
    CheckFact.objects.filter(attempt=attempt, step="register").update(status="fail", code="x", tries={"x": tries})
    assert marks_of(assignment) == expected


def test_a_step_that_takes_the_class_long_is_stuck_later(assignment, attempt):
    stands(attempt, active=1, started=8)
    board = heat.board(assignment)
    assert heat.marks(board.rows[0], board.columns) == ["stuck"]
    board.columns[0].minutes = 5
    assert heat.marks(board.rows[0], board.columns) == []


def test_who_comes_back_after_a_break_is_not_stuck_at_once(assignment, attempt, solve):
    """The time on a step begins when it is opened, where that was after the step before it was done."""
    solve(attempt, 1)
    stands(attempt, started=60 * 24, active=1)
    yesterday, now = timezone.now() - timedelta(hours=20), timezone.now()
    StepFact.objects.filter(attempt=attempt, step="register").update(passed=yesterday, opened=yesterday)
    Attempt.objects.filter(pk=attempt.pk).update(current="root")
    opened = StepFact.objects.get_or_create(attempt=attempt, step="root")[0]
    for minutes, expected in ((2, []), (6, ["stuck"])):
        StepFact.objects.filter(pk=opened.pk).update(opened=now - timedelta(minutes=minutes))
        heat._kept.clear()
        assert marks_of(assignment) == expected
    # Looked at before the one before it was done: from when that was.
    StepFact.objects.filter(attempt=attempt, step="register").update(passed=now - timedelta(minutes=2))
    heat._kept.clear()
    assert marks_of(assignment) == []


def test_a_hand_up_is_its_own_mark(assignment, attempt):
    helping.ask_for_help(attempt, "Help")
    stands(attempt, active=20, started=30)
    assert marks_of(assignment) == ["idle", "hand"]


def test_something_undone_is_stuck(assignment, attempt, solve):
    solve(attempt, 3)
    line = {"as": "root", "run": "aws iam remove-user-from-group --user-name anna --group-name Admins"}
    performing.perform(attempt.sandbox, [line], {}, {})
    runner.catch_up(attempt)
    assert cells_of(assignment)["administrator"].state == "regressed"
    assert marks_of(assignment) == ["stuck"]


def test_live_says_nothing_until_something_changes(teacher, assignment, attempt, solve):
    stands(attempt, started=2, active=2)
    attempt.checks.update(changed=timezone.now() - timedelta(minutes=1))
    attempt.happenings.update(at=timezone.now() - timedelta(minutes=1))
    poll = poll_of(teacher.get(url(assignment)).content.decode())
    assert teacher.get(poll).status_code == 204
    solve(attempt, 1)
    shown = teacher.get(poll).content.decode()
    place = Enrolment.objects.get(person=attempt.person).pk
    assert f'<td hx-swap-oob=true id="c{place}-0"' in shown and "Done" in shown
    assert f'id="c{place}-9"' not in shown
    assert '<div hx-swap-oob=true id="h0"><b>100 %</b>' in shown
    assert poll_of(shown) != poll


def test_a_changed_class_list_asks_for_the_page(teacher, assignment, attempt, make_person):
    poll = poll_of(teacher.get(url(assignment)).content.decode())
    Enrolment.objects.create(klass=assignment.klass, person=make_person("new"), name="New")
    assert teacher.get(poll).headers["HX-Refresh"] == "true"


def test_the_projector_shows_no_name(teacher, assignment, attempt):
    shown = teacher.get(url(assignment) + "?projector=1").content.decode()
    assert "Lena" not in shown and "Learner 1" in shown
    step = url(assignment, "heat-step", "register") + "?projector=1"
    assert step in shown and "Lena" not in teacher.get(step).content.decode()


def test_a_hostile_name_is_shown_as_text(teacher, assignment, attempt):
    Enrolment.objects.filter(person=attempt.person).update(name="<script>alert(1)</script>")
    shown = teacher.get(url(assignment)).content.decode()
    assert "<script>alert" not in shown and "&lt;script&gt;alert" in shown
    assert "<script>alert" not in teacher.get(url(assignment, "heat-step", "register")).content.decode()


def test_learners_and_strangers_see_no_heat_map(pupil, stranger, assignment):
    for name in ("heat", "heat-live"):
        assert pupil.get(url(assignment, name)).status_code == 404
        assert stranger.get(url(assignment, name)).status_code == 404
    assert stranger.get(url(assignment, "heat-step", "register")).status_code == 404


def crowd(assignment, attempt, make_person, count):
    """Learners with copies of an attempt's facts: enough of them to count queries by."""
    for number in range(count):
        who = make_person(f"crowd-{number}")
        Enrolment.objects.create(klass=assignment.klass, person=who, name=f"Crowd {number}")
        copy_of(assignment, attempt, who)


def copy_of(assignment, attempt, who) -> Attempt:
    more = {"lab_version": attempt.lab_version, "lab": attempt.lab, "start": attempt.start}
    copy = Attempt.objects.create(person=who, sandbox=controls.create(who, "copy"), **more)
    Work.objects.create(assignment=assignment, attempt=copy)
    for model, rows in ((CheckFact, attempt.checks.all()), (StepFact, attempt.steps.all())):
        rows = list(rows)
        for row in rows:
            row.pk, row.attempt = None, copy
        model.objects.bulk_create(rows)
    return copy


def test_ten_queries_at_most_and_live_under_20_kilobytes(teacher, assignment, attempt, solve, make_person):
    solve(attempt, 3)
    crowd(assignment, attempt, make_person, 40)
    with CaptureQueriesContext(connection) as cold:
        shown = teacher.get(url(assignment)).content.decode()
    with CaptureQueriesContext(connection) as warm:
        teacher.get(url(assignment))
    assert len(cold) <= 10 and len(warm) <= 5
    poll = re.sub(r"since=\d+", "since=0", poll_of(shown))
    seen: set[str] = set()
    answers = 0
    while len(seen) < 41 * 10 and answers < 20:  # what is too much for one answer comes with the next ones
        answer = teacher.get(poll)
        answers += 1
        assert len(answer.content) < 20_000
        seen |= set(re.findall(r'id="(c\d+-\d+)"', answer.content.decode()))
        poll = poll_of(answer.content.decode())
    assert len(seen) == 41 * 10 and answers > 1


def test_the_latest_attempt_counts(assignment, learner, attempt, solve):
    solve(attempt, 1)
    attempts.submit(attempt)
    second = work.begin(learner, work.tasks(learner)[0])
    assert heat.board(assignment).rows[0].attempt_id == second.pk
    assert cells_of(assignment)["register"].state != "passed"


def test_who_is_slower_than_the_class_is_offered_the_first_hint(assignment, attempt, make_person, solve, pupil):
    """At twice the class's median time on the step, by the panel's own polling, once, and free in graded mode too."""
    Attempt.objects.filter(pk=attempt.pk).update(graded=True)
    for number in range(3):
        who = make_person(f"quick-{number}")
        Enrolment.objects.create(klass=assignment.klass, person=who, name=f"Quick {number}", role="learner")
        done = work.begin(who, work.tasks(who)[0])
        stands(done, started=2, active=0)
        done.refresh_from_db()
        solve(done, 1)
    page = reverse("attempt", args=[attempt.pk])

    def polled():
        shown = pupil.get(page).content.decode()
        poll = re.search(r'id="lab-live"[^>]*hx-get="([^"]+)"', shown)[1].replace("&amp;", "&")
        helping._looked.clear()
        return pupil.get(poll)

    stands(attempt, started=3, active=0)
    assert polled().status_code == 204
    stands(attempt, started=6, active=0)
    assert polled().status_code == 200
    assert "Others of your class were quicker here. A hint is free." in pupil.get(page).content.decode()
    assert polled().status_code == 204
    assert attempt.happenings.filter(kind="offer", step="register").count() == 1
    pupil.post(reverse("lab-hint", args=[attempt.pk, "register", 1]))
    assert "quicker here" not in pupil.get(page).content.decode()


IN_ORDER = ["ada", "Álvaro", "Bob", "Łukasz", "Mei 2", "Mei 10", "Örjan", "Oscar", "Zoë"]


def test_lists_of_names_are_in_the_order_in_which_people_look_for_them(teacher, klass, assignment, make_person):
    """Case and accents count for nothing, numbers by their value, in whatever way the letters are written."""
    for number, name in enumerate(sorted(IN_ORDER)):
        written = unicodedata.normalize("NFD" if number % 2 else "NFC", name)
        person = make_person(f"person-{number}")
        Enrolment.objects.create(klass=klass, person=person, name=written)
        work.begin(person, work.tasks(person)[0])
    at = [klass.pk, assignment.pk]
    pages = [
        (name, at) for name in ("heat", "grades", "grades-csv", "report", "class-many", "assignment-edit", "regrade")
    ]
    for page, args in [*pages, ("class-people", at[:1])]:
        shown = unicodedata.normalize("NFC", b"".join(teacher.get(reverse(page, args=args))).decode())
        assert sorted(IN_ORDER, key=shown.index) == IN_ORDER, page


def test_of_several_versions_of_a_lab_each_step_stands_in_its_own_column(
    teacher, assignment, attempt, solve, make_person
):
    """A step more at the beginning: who began before it has no cell there, and the others under their own heads."""
    solve(attempt, 2)
    newer = copy.deepcopy(attempt.lab_version.data)
    newer["steps"].insert(0, {"id": "welcome", "title": "Welcome", "checks": []})
    version = content.pin({**newer, "version": "2.0.0"})
    for number in range(2):
        person = make_person(f"newer-{number}")
        Enrolment.objects.create(klass=assignment.klass, person=person, name=f"Newer {number}")
        begun = work.begin(person, work.tasks(person)[0])
        Attempt.objects.filter(pk=begun.pk).update(lab_version=version)
    board = heat.board(assignment)
    columns = {column.id: column for column in board.columns}
    assert [*columns][:3] == ["welcome", "register", "root"]
    assert (columns["welcome"].share, columns["register"].share, columns["root"].share) == (0, 33, 33)
    place = assignment.klass.enrolments.get(person=attempt.person).pk
    shown = teacher.get(url(assignment)).content.decode()
    cell = {number: re.search(rf'<td id="c{place}-{number}"[^>]*>([^<]*)', shown)[1].strip() for number in range(3)}
    assert cell[0] == "" and "Done" in cell[1] and "Done" in cell[2]
    assert "Lena" in teacher.get(url(assignment, "heat-step", "root")).content.decode()
    rows = list(csv.DictReader(io.StringIO(b"".join(teacher.get(url(assignment, "grades-csv"))).decode())))
    assert {row["learner"]: row["welcome: state"] for row in rows} == {"Lena": "", "Newer 0": "open", "Newer 1": "open"}
    assert {row["learner"]: row["root: state"] for row in rows}["Lena"] == "passed"
