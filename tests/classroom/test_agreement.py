"""Every page and file that shows a mark shows the same one, whatever went into it."""

import csv
import html
import io
import json
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from iamlab.classroom import work
from iamlab.classroom.models import Assignment
from iamlab.labs import attempts, content, helping
from iamlab.labs.models import CheckFact, HintUse

pytestmark = pytest.mark.slow

LAB = "account-setup"  # it has weights that differ, questions, and a bonus
GONE_AT = "password-policy"  # solved up to and with this step


@pytest.fixture
def assignment(klass) -> Assignment:
    return Assignment.objects.create(klass=klass, lab=LAB, title="Set up", graded=True, points=50)


@pytest.fixture
def attempt(assignment, learner, teacher, solve):
    """Graded, helped, with a wrong try, a bonus, a step marked by hand, handed in a day and a half late."""
    attempt = work.begin(learner, work.tasks(learner)[0])
    lab = content.catalogue()[LAB]
    attempts.answer(attempt, content.question_of(lab, "default-policy"), ["none"])
    solve(attempt, 1 + [part["step"] for part in lab["solution"]].index(GONE_AT))
    for tier in (1, 2):
        helping.use_hint(attempt, content.step_of(lab, "tag"), tier)
    teacher.post(
        reverse("act-override", args=[assignment.klass_id, attempt.pk]),
        {"step": "alias", "score": "40", "comment": "Copied", "seen": ""},
    )
    attempts.submit(attempt)
    Assignment.objects.filter(pk=assignment.pk).update(late="per_day", due=attempt.submitted - timedelta(hours=36))
    assignment.refresh_from_db()
    return attempt


def expected(attempt) -> dict[str, float]:
    """By the specification's formula, from the facts alone."""
    lab = attempt.lab_version.data
    passed = set(CheckFact.objects.filter(attempt=attempt, status="pass").values_list("step", "check_id"))
    automatic = effective = 0.0
    for step in lab["steps"]:
        own = [check for check in step.get("checks", ()) if not check.get("bonus")]
        share = sum((step["id"], check["id"]) in passed for check in own) / len(own) if own else 0
        if step["id"] == "default-policy":
            share *= 1 - 1 / (5 - 1)  # one wrong try of five options
        if step["id"] == "tag":
            share *= 1 - 0.1  # the second hint
        automatic += step["weight"] * share
        effective += step["weight"] * (0.4 if step["id"] == "alias" else share)
    assert sum(step["weight"] for step in lab["steps"]) == 100
    assert {("password-policy", "long"), ("password-policy", "soft")} <= passed  # the bonus, 2 points and 1
    numbers = {"automatic": automatic + 3, "effective": effective + 3, "factor": 0.8}  # two days begun, 10 % each
    numbers["final"] = round(numbers["effective"] * 0.8, 2)
    numbers["points"] = round(numbers["final"] / 2, 2)
    return {name: round(value, 2) for name, value in numbers.items()}


def rows(shown: str) -> list[list[str]]:
    """The cells of all tables' rows as text."""
    found = re.findall(r"<tr.*?</tr>", shown, re.DOTALL)
    return [
        [
            " ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split())
            for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)
        ]
        for row in found
    ]


def row_of(shown: str, name: str) -> list[str]:
    return next(row for row in rows(shown) if name in row)


def page(client, name: str, *args) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def items(shown: str) -> dict[str, str]:
    """The pairs of a page's key-value lists."""
    pairs = re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", shown, re.DOTALL)
    return {re.sub(r"<[^>]+>", "", key).strip(): re.sub(r"<[^>]+>", "", value).strip() for key, value in pairs}


def test_the_whole_mark_is_the_same_everywhere(teacher, pupil, assignment, attempt):
    wanted, where = expected(attempt), (assignment.klass_id, assignment.pk)
    texts = {name: f"{value:g}" for name, value in wanted.items()}
    line = ["automatic", "effective", "factor", "final", "points"]

    book = row_of(page(teacher, "grades", *where), "Lena")
    assert [book[place] for place in (3, 5, 6, 7, 8)] == [texts[name] for name in line]
    report = row_of(page(teacher, "report", *where), "Lena")
    assert list(map(float, report[2:7])) == [wanted[name] for name in line]
    sheet = next(csv.DictReader(io.StringIO(page(teacher, "grades-csv", *where))))
    assert [float(sheet[name]) for name in ("automatic", "effective", "late factor", "final", "points")] == [
        wanted[name] for name in line
    ]
    bundle = json.loads(page(teacher, "evidence", assignment.klass_id, attempt.pk))["marks"]
    assert bundle == {
        "automatic": wanted["automatic"],
        "override": None,
        "effective": wanted["effective"],
        "late factor": wanted["factor"],
        "final": wanted["final"],
    }
    teacher.post(reverse("grades-release", args=where), {"all": "1"})
    for client, name in ((teacher, "attempt-timeline"), (pupil, "my-work")):
        mark = items(page(client, name, assignment.klass_id, attempt.pk))
        assert [mark[name] for name in ("Automatic", "Effective", "Late factor", "Final")] == [
            texts[name] for name in line[:4]
        ]
        assert mark["Points"] == f"{texts['points']} of 50"
    assert f"{round(wanted['effective'])} of 100 points" in page(pupil, "progress")


def test_each_step_is_the_same_everywhere(teacher, pupil, assignment, attempt):
    where = (assignment.klass_id, assignment.pk)
    sheet = next(csv.DictReader(io.StringIO(page(teacher, "grades-csv", *where))))
    learners = next(row for row in rows(page(teacher, "heat", *where)) if row and "Lena" in row[0])
    staff, own = (
        page(client, name, assignment.klass_id, attempt.pk)
        for client, name in ((teacher, "attempt-timeline"), (pupil, "my-work"))
    )
    hints = HintUse.objects.filter(attempt=attempt)
    for number, step in enumerate(attempt.lab_version.data["steps"], 1):
        id_, title = step["id"], step["title"]
        minutes, tries = sheet[f"{id_}: minutes"], sheet[f"{id_}: tries"]
        cell = learners[number]
        assert (f"{minutes} min" in cell) == bool(minutes)
        assert ("tr" in cell.split() or f"{tries} tr" in cell) == (tries != "0")
        for shown in (staff, own):
            row = row_of(shown, title)
            assert row[2:5] == [minutes or "-", tries, sheet[f"{id_}: hints"]]
            assert row[5] == f"{float(sheet[f'{id_}: automatic']):g} %"
            assert row[6].startswith("40 %: Copied Imani" if id_ == "alias" else "-")
        assert sheet[f"{id_}: hints"] == str(hints.filter(step=id_).count())
    assert (sheet["alias: automatic"], sheet["alias: by hand"], sheet["alias: final"]) == ("100.0", "40.0", "40.0")
    assert (sheet["tag: final"], sheet["default-policy: final"], sheet["hints"]) == ("90.0", "75.0", "2")


def test_a_new_judgement_of_the_same_work_changes_no_number(teacher, assignment, attempt):
    url = reverse("regrade", args=[assignment.klass_id, assignment.pk])
    assert "No difference" in teacher.get(url, {"judge": "1"}).content.decode()


def test_a_bonus_that_comes_by_regrading_shows_in_the_difference(teacher, assignment, attempt):
    """What was earned beyond the steps is part of the automatic mark, before and after."""
    CheckFact.objects.filter(attempt=attempt, step="password-policy", check_id="long").update(status="fail")
    url = reverse("regrade", args=[assignment.klass_id, assignment.pk])
    row = row_of(teacher.get(url, {"judge": "1"}).content.decode(), "Lena")
    before, after = (float(cell) for cell in row if re.fullmatch(r"[\d.]+", cell))
    assert after - before == pytest.approx(2)
