"""A wrong answer shows what is misunderstood: counted, told by its code where failures are, mended by a right one."""

import pytest
from django.urls import reverse

from iamlab.classroom import heat, stuck, work
from iamlab.classroom.models import Assignment, Class, Enrolment, Role
from iamlab.labs import attempts, content, misconceptions, progress, runner
from iamlab.people.views import BACKEND
from tests.labs.conftest import step

pytestmark = pytest.mark.django_db
QUESTION = {
    "id": "q",
    "kind": "single",
    "concept": "default-allow",
    "text": "May he?",
    "options": [
        {"id": "yes", "text": "Yes.", "why": "No: nobody allowed it."},
        {"id": "forbidden", "text": "A policy forbids it.", "why": "No policy forbids it.", "code": "deny-wins"},
        {"id": "no", "text": "No.", "why": "Right.", "right": True},
    ],
}


@pytest.fixture
def attempt(begin):
    return begin(step("asked", {"answer": "q"}, questions=["q"]), questions=[QUESTION])


def fact(attempt):
    return attempt.checks.get()


def test_a_wrong_answer_fails_its_check_with_what_it_shows(attempt):
    assert (fact(attempt).code, fact(attempt).tries) == ("", {})
    attempts.answer(attempt, QUESTION, "yes")
    assert (fact(attempt).code, fact(attempt).message) == ("default-allow", "No: nobody allowed it.")
    attempts.answer(attempt, QUESTION, "forbidden")
    assert (fact(attempt).code, fact(attempt).message) == ("deny-wins", "No policy forbids it.")
    attempts.answer(attempt, QUESTION, "no")
    assert (fact(attempt).status, fact(attempt).code) == ("pass", "")
    assert fact(attempt).tries == {"default-allow": 1, "deny-wins": 1}


def test_the_same_wrong_answer_again_is_met_again(attempt):
    for _ in range(3):
        attempts.answer(attempt, QUESTION, "yes")
    assert fact(attempt).tries == {"default-allow": 3}
    runner.examine(attempt)
    assert fact(attempt).tries == {"default-allow": 3}  # looking at it is no try


def test_a_mistake_that_the_author_names_comes_first(begin):
    named = {"when": {"not": {"exists": "group/Readers"}}, "code": "no-group", "say": "No group."}
    attempt = begin(step("asked", {"answer": "q"}, check={"mistakes": [named]}), questions=[QUESTION])
    attempts.answer(attempt, QUESTION, "yes")
    assert fact(attempt).code == "no-group"


@pytest.mark.parametrize(
    ("given", "code"), [(["a", "x"], "key-is-password"), (["a"], ""), (["x"], "key-is-password"), ([], "")]
)
def test_a_choice_that_lacks_something_only_shows_no_misconception(begin, given, code):
    options = [{"id": one, "text": one, "why": one, "right": one != "x"} for one in ("a", "b", "x")]
    question = {"id": "q", "kind": "multiple", "concept": "key-is-password", "text": "Which?", "options": options}
    attempt = begin(step("asked", {"answer": "q"}), questions=[question])
    attempts.answer(attempt, question, given)
    assert fact(attempt).code == code


def test_a_question_inside_of_a_longer_test_counts_too(begin):
    attempt = begin(step("asked", {"all": [{"answer": "q"}, {"exists": "group/Readers"}]}), questions=[QUESTION])
    attempts.answer(attempt, QUESTION, "yes")
    assert fact(attempt).code == "default-allow"
    attempts.answer(attempt, QUESTION, "no")
    assert (fact(attempt).status, fact(attempt).code) == ("fail", "")


def test_it_stands_on_the_progress_page_until_it_is_mended(attempt, client):
    client.force_login(attempt.person, BACKEND)
    attempts.answer(attempt, QUESTION, "yes")
    shown = client.get(reverse("progress")).content.decode()
    assert "Default allow" in shown and "No: nobody allowed it." in shown
    assert progress.misconceptions(attempt.person)[0]["mended"] is False
    attempts.answer(attempt, QUESTION, "no")
    assert progress.misconceptions(attempt.person)[0]["mended"] is True


def test_the_panel_says_it_once(attempt, client):
    client.force_login(attempt.person, BACKEND)
    url = reverse("lab-answer", args=[attempt.pk, "q"])
    shown = client.post(url, {"answer": "yes"}, follow=True).content.decode()
    assert shown.count("No: nobody allowed it.") == 1


def test_the_heat_map_groups_learners_by_it(learner):
    klass = Class.objects.create(name="Cloud")
    Enrolment.objects.create(klass=klass, person=learner, role=Role.LEARNER, name="Lena")
    assignment = Assignment.objects.create(klass=klass, lab="mario-saves-a-bill", title="Mario")
    attempt = work.begin(learner, work.tasks(learner)[0])
    question = content.question_of(attempt.lab_version.data, "before")
    for _ in range(2):
        attempts.answer(attempt, question, "allow")
    board = heat.board(assignment)
    column = next(column for column in board.columns if column.id == "predict")
    assert (column.code, column.code_count, board.rows[0].facts.cells[column.id].tries) == ("default-allow", 1, 2)
    group = stuck.groups(board, "predict")[0]
    assert group.code == "default-allow" and "Being an employee is no permission" in group.messages[0]


# Where the specification names what an answer shows: (lab, question, what is chosen, code).
NAMED = [
    ("mario-saves-a-bill", "before", "allow", "default-allow"),
    ("mario-saves-a-bill", "why", "trust", "trust-vs-permission"),
    ("mario-saves-a-bill", "layer", "identity", "deny-wins"),
    ("bill-by-group", "before", "allow", "default-allow"),
    ("groups", "nesting", "rights", "nested-group"),
    ("groups", "two-groups", "last", "last-wins"),
    ("groups", "two-groups", "generous", "deny-wins"),
    ("groups", "principal", ["group-principal"], "group-principal"),
    ("groups", "principal", ["role-member"], "role-in-group"),
    ("account-setup", "billing-predict", "allow", "admin-billing"),
    ("concepts", "key", ["console"], "key-is-password"),
    ("concepts", "lost", "root", "secret-recoverable"),
    ("concepts", "version", "date", "version-date"),
    ("boundary", "alone", None, "boundary-grants"),
    ("scp", "reach", None, "root-limited"),
    ("cross-account", "both", None, "same-account-both"),
]


@pytest.mark.parametrize(("lab", "question", "given", "code"), NAMED)
def test_shipped_questions_name_the_misconceptions_of_the_catalogue(lab, question, given, code):
    found = content.question_of(content.catalogue()[lab], question)
    assert found is not None
    wrong = given or [one["id"] for one in found["options"] if not one.get("right")][:1]
    assert misconceptions.of(found, wrong)[0] == code
