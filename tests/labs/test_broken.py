"""A check that an author's fault stopped is a fact for authors and instructors, and costs its learner nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iamlab.labs import broken, results, runner, scoring
from iamlab.labs.view import View
from tests.labs.conftest import step

pytestmark = pytest.mark.django_db
READERS = {"exists": "group/Readers"}
WRONG = {"field": {"of": "group/Readers", "path": "length(", "value": 1}}  # no such JMESPath


def kept(*labs):
    return [(row.step, row.check_id, row.kind, row.times) for row in broken.of_labs(labs)]


def test_a_check_that_cannot_be_judged_is_noted_once_an_attempt(begin, do):
    attempt = begin(step("group", WRONG), step("other", READERS))
    assert kept("made") == []
    do(attempt, "iam create-group --group-name Readers", "iam create-group --group-name Writers")
    assert kept("made") == [("group", "it", "IncompleteExpressionError", 1)]
    assert broken.of_labs(["made"])[0].said.startswith("IncompleteExpressionError: ")
    assert scoring.score(attempt).auto == 100
    do(begin(step("group", WRONG), step("other", READERS)), "iam create-group --group-name Readers")
    assert kept("made") == [("group", "it", "IncompleteExpressionError", 2)]


def test_a_check_that_takes_too_long_is_noted_and_what_has_passed_stays(begin, do, monkeypatch):
    attempt = begin(step("group", READERS))
    do(attempt, "iam create-group --group-name Readers")
    monkeypatch.setattr(results, "LIMIT", 0.0)
    do(attempt, "iam create-group --group-name Writers")
    do(attempt, "iam create-group --group-name Others")
    assert kept("made") == [("group", "it", "too long", 2)]
    assert scoring.score(attempt).auto == 100


def test_check_now_notes_it_too(begin, do, monkeypatch):
    attempt = begin(step("group", READERS))
    do(attempt, "iam create-group --group-name Readers")
    monkeypatch.setattr(View, "_ask", lambda *_: 1 / 0)
    runner.examine(attempt)
    assert kept("made") == [("group", "it", "ZeroDivisionError", 1)]


def test_those_of_other_labs_are_not_told_and_all_are_one_query(begin, do):
    for lab in ("one", "two"):
        do(begin(step("group", WRONG), id=lab), "iam create-group --group-name Readers")
    with CaptureQueriesContext(connection) as captured:
        found = [(row.lab_version.lab, row.lab_version.version, row.step) for row in broken.of_labs(["two"])]
    assert (found, len(captured)) == ([("two", "1.0.0", "group")], 1)
