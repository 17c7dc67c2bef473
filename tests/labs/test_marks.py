"""What help and wrong tries cost, in graded mode and in practice: four tiers at 0, 10, 30 and 50 % of a step."""

from datetime import timedelta

import pytest

from iamlab.labs import attempts, helping, runner, scoring, showing
from iamlab.labs.models import HintUse
from tests.labs.conftest import step

pytestmark = pytest.mark.django_db
CREATE = "iam create-group --group-name Readers"
HINTS = ["What would you do if ten people needed it?", "Look at User groups.", "Create Readers."]
SOLUTION = [{"step": "group", "lines": [{"as": "root", "run": f"aws {CREATE}"}]}]


@pytest.fixture(params=[True, False], ids=["graded", "practice"])
def graded(request):
    return request.param


@pytest.fixture
def attempt(begin, graded):
    return begin(step("group", {"exists": "group/Readers"}, hints=HINTS), solution=SOLUTION, graded=graded)


def hint(attempt, tier):
    helping.use_hint(attempt, attempt.lab_version.data["steps"][0], tier)


def wait(seconds):
    for use in HintUse.objects.all():
        HintUse.objects.filter(pk=use.pk).update(at=use.at - timedelta(seconds=seconds))


def test_the_dearest_help_of_a_step_counts_once(attempt, do, graded):
    do(attempt, CREATE)
    assert scoring.score(attempt).auto == 100
    hint(attempt, 1)
    assert scoring.score(attempt).auto == 100
    hint(attempt, 2)
    assert scoring.score(attempt).auto == (90 if graded else 100)
    wait(30)
    hint(attempt, 3)
    assert scoring.score(attempt).auto == (70 if graded else 100)


def test_cheaper_help_afterwards_takes_nothing_back(attempt, graded):
    showing.show(attempt, attempt.lab_version.data["steps"][0])
    assert scoring.score(attempt).auto == (50 if graded else 100)
    hint(attempt, 2)
    assert scoring.score(attempt).auto == (50 if graded else 100)


def test_the_exact_hint_opens_half_a_minute_after_the_second(attempt):
    with pytest.raises(attempts.Refused, match="30 seconds"):
        hint(attempt, 3)
    hint(attempt, 2)
    wait(29)
    with pytest.raises(attempts.Refused, match="30 seconds"):
        hint(attempt, 3)
    wait(1)
    hint(attempt, 3)
    hint(attempt, 3)
    assert sorted(attempt.hints.values_list("tier", flat=True)) == [2, 3]


def test_help_costs_nothing_of_a_step_that_is_not_passed(attempt):
    hint(attempt, 2)
    assert scoring.score(attempt).auto == 0


@pytest.mark.parametrize(
    ("options", "wrong", "mark"), [(2, 0, 100), (2, 1, 0), (3, 1, 50), (3, 2, 0), (5, 1, 75), (5, 3, 25), (0, 1, 0)]
)
def test_a_wrong_try_costs_its_share_of_the_question(begin, graded, options, wrong, mark):
    """1/(options - 1) of it; a question without options is as one of two."""
    listed = [{"id": f"o{number}", "text": "It.", "why": "So.", "right": number == 0} for number in range(options)]
    kind = {"kind": "single", "options": listed} if options else {"kind": "text", "accept": ["o0"], "wrong": "No."}
    question = {"id": "q", "text": "Which?", "why": "So.", **kind}
    attempt = begin(step("asked", {"answer": "q"}), questions=[question], graded=graded)
    for number in range(1, wrong + 1):
        attempts.answer(attempt, question, f"o{number}")
    assert scoring.score(attempt).auto == 0
    attempts.answer(attempt, question, "o0")
    runner.catch_up(attempt)
    assert scoring.score(attempt).auto == (mark if graded else 100)


def test_what_is_matched_or_ordered_is_chosen_from_as_many(begin):
    """A wrong try costs 1/(options - 1): of four things that may be chosen a third."""
    items = [{"id": name, "text": name} for name in "abcd"]
    ordered = {"id": "q", "kind": "order", "text": "How?", "items": items, "order": list("abcd"), "why": "So."}
    attempt = begin(step("asked", {"answer": "q"}), questions=[ordered], graded=True)
    attempts.answer(attempt, ordered, list("badc"))
    attempts.answer(attempt, ordered, list("abcd"))
    assert scoring.score(attempt).auto == pytest.approx(66.67, abs=0.01)
