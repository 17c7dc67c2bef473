"""Taking one's data away, leaving for good, and names that go when a class is long over."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import serializers
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import marks
from iamlab.classroom.models import Class, RubricRow
from iamlab.labs import attempts, helping, performing, runner
from iamlab.labs.models import Terminal
from iamlab.people.models import Person
from iamlab.sandbox import controls
from iamlab.sandbox.models import Snapshot
from iamlab.services.cloudtrail.models import Event


def test_everything_of_mine_as_a_file_without_secrets(pupil, attempt, learner, solve):
    solve(attempt, 2)
    Person.objects.filter(pk=learner.pk).update(recovery="a-digest", password="a-hash")
    pupil.force_login(Person.objects.get(pk=learner.pk))
    answer = pupil.get("/classroom/my-data/everything.json")
    found = json.loads(answer.content)
    assert found["person"]["username"] == "lena" and found["classes"][0]["name"] == "Lena"
    assert "ConsoleLogin" in [event["record"]["eventName"] for event in found["attempts"][0]["events"]]
    text = answer.content.decode()
    assert not any(secret in text for secret in ("a-digest", "a-hash", "Long-and-good-1"))


@pytest.fixture
def told(teacher, pupil, assignment, attempt):
    """What can be written at an attempt, by the learner and to them, each with the learner's name in it."""
    world = attempt.sandbox.public_id
    pupil.post(reverse("terminal", args=[world]), {"line": "aws configure set region lena-1"})
    pupil.post(reverse("lab-checkpoint", args=[attempt.pk]), {"name": "Lena was here"})
    helping.keep_note(attempt, "register", "Lena noted this")
    helping.dispute(attempt, "register", "registered", "Lena did register")
    teacher.post(
        reverse("grades-rubric", args=[assignment.klass_id, assignment.pk]), {"title": "Spoke", "points": "10"}
    )
    acts = {
        "act-override": {"step": "", "score": "80", "comment": "Lena spoke well", "seen": ""},
        "act-rubric": {"row": RubricRow.objects.get().pk, "score": "50", "comment": "Lena tried", "seen": ""},
        "act-message": {"text": "Well done, Lena"},
    }
    for name, data in acts.items():
        teacher.post(reverse(name, args=[assignment.klass_id, attempt.pk]), data)
    decision = {"agreed": "no", "reply": "Lena did not"}
    teacher.post(reverse("dispute-decide", args=[assignment.klass_id, attempt.disputes.get().pk]), decision)


def rows_with(word: str) -> set[str]:
    """The tables of people, labs and classes in which a word stands, and the names of snapshots."""
    models = [model for app in ("people", "labs", "classroom") for model in apps.get_app_config(app).get_models()]
    found = {one.__name__ for one in models if word in serializers.serialize("json", one.objects.all())}
    return found | {"Snapshot" for one in Snapshot.objects.all() if word in one.name}


def test_nothing_written_stays_of_whoever_leaves(pupil, attempt, told):
    said = {"Happening", "StepFact", "Dispute", "Message", "Override", "RubricMark", "Snapshot"}
    assert said <= rows_with("Lena") and Terminal.objects.exists()
    pupil.post("/classroom/my-data/delete/", {"sure": "delete"})
    assert rows_with("Lena") == set() and not Terminal.objects.exists()
    assert [mark.score for mark in (attempt.overrides.get(), attempt.rubric_marks.get())] == [80, 50]


def test_nothing_written_stays_in_a_class_without_names(klass, learner, attempt, told):
    Class.objects.filter(pk=klass.pk).update(archived=timezone.now() - timedelta(days=181))
    call_command("retention", "--dry-run")
    assert "Override" in rows_with("Lena")
    call_command("retention")
    assert rows_with("Lena") == {"Person"} and not Terminal.objects.exists()  # who else may be in other classes


def test_leaving_needs_the_word_and_leaves_numbers_only(pupil, assignment, attempt, learner, solve):
    solve(attempt, 2)
    helping.ask_for_help(attempt, "I am Lena and lost")
    controls.create(learner, "Free play")
    before = marks.of_person(assignment, learner.pk).final
    pupil.post("/classroom/my-data/delete/", {"sure": "no"})
    assert Person.objects.filter(username="lena").exists()
    pupil.post("/classroom/my-data/delete/", {"sure": "delete"})
    gone = Person.objects.get(pk=learner.pk)
    assert gone.username.startswith("deleted-") and not gone.is_active and not gone.has_usable_password()
    place = assignment.klass.enrolments.get(person=learner)
    assert place.name == "Former member" and marks.of_person(assignment, learner.pk).final == before > 0
    assert not Event.objects.filter(account__sandbox__owner=learner).exists()
    assert attempt.help_calls.get().text == "" and not attempt.happenings.filter(data__has_key="text").exists()
    assert controls.of_person(gone) == [attempt.sandbox]
    assert pupil.get("/home/").url.startswith("/sign-in/")


def test_the_only_instructor_stays_while_the_class_is_open(teacher, klass, instructor):
    answer = teacher.post("/classroom/my-data/delete/", {"sure": "delete"}, follow=True)
    assert "only instructor of Cloud security" in answer.content.decode()
    assert Person.objects.get(pk=instructor.pk).is_active


@pytest.mark.parametrize(("days", "expected"), [(179, "Lena"), (181, "Learner 1")])
def test_names_go_when_their_time_is_up(klass, attempt, learner, days, expected, capsys):
    helping.ask_for_help(attempt, "I am Lena")
    Class.objects.filter(pk=klass.pk).update(archived=timezone.now() - timedelta(days=days))
    call_command("retention")
    assert klass.enrolments.get(person=learner).name == expected
    assert (attempt.help_calls.get().text == "") == (expected != "Lena")
    capsys.readouterr()
    call_command("retention")
    assert capsys.readouterr().out == ""


def test_an_open_class_keeps_its_names(teacher, klass, learner):
    teacher.post(reverse("class-anonymise", args=[klass.pk]), {"sure": "yes"})
    assert klass.enrolments.get(person=learner).name == "Lena"


@pytest.mark.parametrize("way", ["deleted", "anonymised"])
@pytest.mark.slow
def test_nothing_that_was_written_about_somebody_stays(
    teacher, pupil, klass, assignment, attempt, learner, solve, mistake, way
):
    """Comments of marks, messages of checks, names of checkpoints: the class's staff find a name in none of them."""
    row = RubricRow.objects.create(assignment=assignment, title="Explains it", points=10)
    solve(attempt, 3)
    line = {"as": "root", "run": "aws iam remove-user-from-group --user-name anna --group-name Admins"}
    performing.perform(attempt.sandbox, [line], {}, {})
    runner.catch_up(attempt)
    attempt.checks.update(message="*Lena* is the user")
    attempts.keep_checkpoint(attempt, "By Lena")
    attempts.jump(attempt, attempt.sandbox.snapshots.get(name="By Lena"))
    act = {"score": "80", "comment": "Lena did it", "seen": ""}
    teacher.post(reverse("act-override", args=[klass.pk, attempt.pk]), {**act, "step": "root"})
    teacher.post(reverse("act-rubric", args=[klass.pk, attempt.pk]), {**act, "row": row.pk})
    pages = [("report", [klass.pk, assignment.pk]), ("grades-csv", [klass.pk, assignment.pk])]
    pages += [("heat-step", [klass.pk, assignment.pk, "administrator"])]
    pages += [(name, [klass.pk, attempt.pk]) for name in ("attempt-timeline", "evidence")]

    def told() -> str:
        return "".join(b"".join(teacher.get(reverse(name, args=args))).decode() for name, args in pages)

    before = marks.of_person(assignment, learner.pk).points
    states = {(fact.step, fact.check_id): fact.status for fact in attempt.checks.all()}
    assert "Lena did it" in told() and "By Lena" in told()
    if way == "deleted":
        pupil.post("/classroom/my-data/delete/", {"sure": "delete"})
    else:
        teacher.post(reverse("class-archive", args=[klass.pk]))
        teacher.post(reverse("class-anonymise", args=[klass.pk]), {"sure": "yes"})
        teacher.get(reverse("class", args=[klass.pk]))
    assert "Lena" not in told()
    assert marks.of_person(assignment, learner.pk).points == before > 0
    assert {(fact.step, fact.check_id): fact.status for fact in attempt.checks.all()} == states


def test_what_was_deleted_is_not_led_to(teacher, pupil, klass, attempt, solve):
    solve(attempt, 2)
    page = reverse("attempt-timeline", args=[klass.pk, attempt.pk])
    assert "The account then" in teacher.get(page).content.decode()
    pupil.post("/classroom/my-data/delete/", {"sure": "delete"})
    assert "The account then" not in teacher.get(page).content.decode()
