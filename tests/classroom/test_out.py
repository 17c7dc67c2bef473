"""What leaves: CSV without formulas, the evidence, the report; and the same numbers everywhere."""

import csv
import hashlib
import io
import json
import re

import pytest
from django.urls import reverse

from iamlab.classroom import exports, heat, marks
from iamlab.classroom.models import Enrolment
from iamlab.labs import performing


def rows_of(client, name, assignment) -> list[dict[str, str]]:
    answer = client.get(reverse(name, args=[assignment.klass_id, assignment.pk]))
    assert answer.status_code == 200 and answer.streaming
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\uff1d1+1"])
def test_a_name_that_would_be_a_formula_is_text(teacher, assignment, attempt, name):
    Enrolment.objects.filter(person=attempt.person).update(name=name)
    assert [row["learner"] for row in rows_of(teacher, "grades-csv", assignment)] == [f"'{name}"]
    assert exports.cell("Lena") == "Lena" and exports.cell(-1.5) == -1.5


def test_events_of_hostile_names_are_text_too(teacher, assignment, attempt, solve):
    solve(attempt, 1)
    performing.perform(attempt.sandbox, [{"as": "root", "run": "aws iam create-user --user-name=+cmd"}], {}, {})
    rows = rows_of(teacher, "events-csv", assignment)
    made = next(row for row in rows if row["event"] == "CreateUser")
    assert made["learner"] == "Lena" and "+cmd" in made["resources"]
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())


def test_heat_map_timeline_gradebook_and_csv_agree(teacher, assignment, attempt, learner, solve, mistake):
    solve(attempt, 2)
    mistake(attempt, "administrator", "name-case")
    attempt.overrides.create(step="alias", score=50, comment="Half")
    board = heat.board(assignment)
    cells = board.rows[0].facts.cells
    mark = marks.of_person(assignment, learner.pk)
    row = rows_of(teacher, "grades-csv", assignment)[0]
    for step, cell in cells.items():
        assert row[f"{step}: state"] == cell.state
        assert row[f"{step}: tries"] == str(cell.tries)
        assert row[f"{step}: minutes"] == ("" if cell.minutes is None else str(cell.minutes))
    assert [float(row[name]) for name in ("automatic", "effective", "final", "points")] == [
        mark.counted.automatic,
        mark.counted.effective,
        mark.final,
        mark.points,
    ]
    book = teacher.get(reverse("grades", args=[assignment.klass_id, assignment.pk])).content.decode()
    page = teacher.get(reverse("attempt-timeline", args=[assignment.klass_id, attempt.pk])).content.decode()
    for shown in (book, page):
        assert f"{mark.final:g}" in shown and f"{mark.counted.automatic:g}" in shown
    bundle = evidence(teacher, attempt)
    assert bundle["marks"]["final"] == mark.final


def test_a_third_of_a_step_is_shown_with_two_decimals(teacher, attempt, solve, mistake):
    solve(attempt, 7)
    mistake(attempt, "policy", "object-arn")
    attempt.overrides.create(step="alias", score=50, comment="Half")
    page = teacher.get(
        reverse("attempt-timeline", args=[attempt.work.assignment.klass_id, attempt.pk])
    ).content.decode()
    shown = re.findall(r"<td>([\d.]+) %", page)
    assert {"33.33", "50"} <= set(shown) <= {"0", "33.33", "50", "100"}


def evidence(client, attempt) -> dict:
    url = reverse("evidence", args=[attempt.work.assignment.klass_id, attempt.pk])
    return json.loads(client.get(url).content)


def test_the_evidence_holds_every_call_and_its_digest(teacher, attempt, solve):
    solve(attempt, 2)
    bundle = evidence(teacher, attempt)
    names = [event["record"]["eventName"] for event in bundle["events"]]
    assert "ConsoleLogin" in names and "RegisterAccount" in names
    digest = bundle.pop("digest")
    assert hashlib.sha256(json.dumps(bundle, sort_keys=True).encode()).hexdigest() == digest
    assert "Long-and-good-1" not in json.dumps(bundle)


def test_the_report_escapes_and_holds_the_marks(teacher, assignment, attempt):
    Enrolment.objects.filter(person=attempt.person).update(name="<b>Lena</b>")
    shown = teacher.get(reverse("report", args=[assignment.klass_id, assignment.pk])).content.decode()
    assert "&lt;b&gt;Lena&lt;/b&gt;" in shown and "<b>Lena" not in shown


@pytest.mark.parametrize("name", ["grades", "grades-csv", "events-csv", "report", "regrade"])
def test_learners_and_strangers_take_nothing_out(pupil, stranger, assignment, name):
    url = reverse(name, args=[assignment.klass_id, assignment.pk])
    assert [pupil.get(url).status_code, stranger.get(url).status_code] == [404, 404]


def test_nor_the_evidence_and_the_timeline_of_others(pupil, stranger, attempt, klass, make_person, browser_of):
    other = make_person("ben")
    Enrolment.objects.create(klass=klass, person=other, name="Ben")
    for name in ("evidence", "attempt-timeline"):
        url = reverse(name, args=[klass.pk, attempt.pk])
        assert [client.get(url).status_code for client in (pupil, stranger)] == [404, 404]
    assert browser_of(other).get(reverse("my-work", args=[klass.pk, attempt.pk])).status_code == 404


def test_a_class_in_memory_by_batches_comes_out_whole(teacher, assignment, make_person, monkeypatch):
    monkeypatch.setattr(marks, "AT_ONCE", 3)
    for number in range(8):
        Enrolment.objects.create(klass=assignment.klass, person=make_person(f"p{number}"), name=f"P {number}")
    assert [row["learner"] for row in rows_of(teacher, "grades-csv", assignment)] == [f"P {n}" for n in range(8)]
