"""A word typed wherever a learner can type, looked for in the whole database after it should have gone."""

import json
import zlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import serializers
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import looking, marks
from iamlab.classroom.models import Class, Enrolment, Invitation, Role, RubricRow
from iamlab.door import authenticate, sessions
from iamlab.door.calls import call
from iamlab.labs import attempts, helping, performing, runner
from iamlab.labs.models import Attempt, BrokenCheck
from iamlab.people.models import Person
from iamlab.sandbox import controls
from iamlab.sandbox.models import Chunk
from tests import addresses

pytestmark = pytest.mark.slow

WORD = "zqxlena"
# Kept by their contents for whoever has the same, and led to by nothing of the person's.
BY_CONTENT = {"Document", "PolicySet"}
DENY = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Sid": WORD, "Effect": "Deny", "Action": "*", "Resource": "*"}}
)
IN_THE_WORLD = [
    f"iam create-account-alias --account-alias {WORD}",
    f"iam create-group --group-name {WORD}",
    f"iam create-user --user-name {WORD} --tags Key={WORD},Value={WORD}",
    f"iam add-user-to-group --user-name {WORD} --group-name {WORD}",
    f"iam create-policy --policy-name {WORD} --description {WORD} --policy-document '{DENY}'",
    f"s3api create-bucket --bucket {WORD}",
    f"s3api put-object --bucket {WORD} --key {WORD}.txt --tagging {WORD}={WORD}",
    f"iam list-attached-user-policies --user-name {WORD}",
]


@pytest.fixture
def learner(klass, instructor, make_person) -> Person:
    found = make_person("lena", email=f"{WORD}@school.example", first_name=WORD, last_name=WORD)
    Person.objects.filter(pk=found.pk).update(username=WORD, display_name=WORD)
    place = Enrolment.objects.create(klass=klass, person=found, name=WORD)
    Invitation.objects.create(klass=klass, name=WORD, email=found.email, accepted=place, accepted_at=timezone.now())
    of_place = ContentType.objects.get_for_model(Enrolment)
    LogEntry.objects.create(
        user=instructor, content_type=of_place, object_id=str(place.pk), action_flag=2, object_repr=WORD
    )
    return Person.objects.get(pk=found.pk)


@pytest.fixture
def typed(teacher, pupil, klass, assignment, attempt, learner, solve, instructor):
    """All that can be typed, through the pages where they store it."""
    solve(attempt, 2)
    lines = [{"as": "root", "run": f"aws {line}"} for line in IN_THE_WORLD]
    performing.perform(attempt.sandbox, lines, {}, {})
    runner.catch_up(attempt)
    world, at = attempt.sandbox.public_id, [attempt.pk]
    login = attempt.lab_version.data["solution"][0]["lines"][0]["params"]
    nobody = authenticate.anonymous(controls.world(attempt.sandbox))
    found = call(nobody, "signin:ConsoleLogin", {"Email": login["Email"], "Password": login["Password"]})
    session = sessions.open_session(learner, found)
    for wizard in ("user-create", "policy-create"):
        draft = pupil.get(f"/console/{session.pk}/{addresses.WIZARDS[wizard]}").url
        pupil.post(draft, {"user_name": WORD, "name": WORD, "UserName": WORD, "document": DENY, "PolicyDocument": DENY})
    pupil.post(f"/sandbox/{world}/sign-up/", {"email": f"{WORD}@school.example", "name": WORD})
    pupil.post(reverse("terminal", args=[world]), {"line": f"aws configure set region {WORD}"})
    pupil.post(reverse("terminal", args=[world]), {"line": f"echo {WORD}"})
    pupil.post(reverse("lab-checkpoint", args=at), {"name": WORD})
    helping.keep_note(attempt, "register", WORD)
    helping.ask_for_help(attempt, WORD)
    helping.dispute(attempt, "register", attempt.checks.get(step="register").check_id, WORD)
    attempt.refresh_from_db()
    for question in attempt.lab_version.data["questions"]:
        attempt.answers.create(question=question["id"], given=WORD, correct=False)
    Attempt.objects.filter(pk=attempt.pk).update(bound={**attempt.bound, "admin": WORD})
    attempt.checks.update(
        message=WORD, undone={"event": "DeleteUser", "by": WORD, "object": WORD, "time": "2026-11-30T12:00:00Z"}
    )
    attempt.refresh_from_db()
    attempts.keep_checkpoint(attempt, f"Mine {WORD}")
    attempts.jump(attempt, attempt.sandbox.snapshots.get(name=f"Mine {WORD}"))
    BrokenCheck.objects.create(
        lab_version=attempt.lab_version, step="policy", check_id="allows", kind="TypeError", said=f"TypeError: {WORD}"
    )
    row = RubricRow.objects.create(assignment=assignment, title="Spoke")
    mine = [klass.pk, attempt.pk]
    teacher.post(reverse("act-override", args=mine), {"step": "", "score": "80", "comment": WORD, "seen": ""})
    teacher.post(reverse("act-rubric", args=mine), {"row": row.pk, "score": "80", "comment": WORD, "seen": ""})
    teacher.post(reverse("act-message", args=mine), {"text": f"Well done, {WORD}"})
    decision = {"agreed": "no", "reply": WORD}
    teacher.post(reverse("dispute-decide", args=[klass.pk, attempt.disputes.get().pk]), decision)
    other = Client()  # a browser left signed in elsewhere, with something typed
    other.force_login(learner)
    kept = other.session
    kept["switched"] = WORD
    kept.save()
    return attempt


def found_in() -> set[str]:
    """The models in whose rows the word stands; what is packed is unpacked."""
    found = set()
    for model in apps.get_models():
        rows = model.objects.all()
        if model is Session:
            text = json.dumps([one.get_decoded() for one in rows])
        elif model is Chunk:
            text = "".join(zlib.decompress(bytes(one.data)).decode(errors="replace") for one in rows)
        else:
            text = serializers.serialize("json", rows)
        if WORD in text.lower():
            found.add(model.__name__)
    return found


def test_of_whoever_deletes_their_data_no_word_stays(typed, pupil):
    everywhere = {"Person", "Enrolment", "Invitation", "Happening", "Event", "Draft", "Session", "Chunk"}
    assert everywhere | {"Attempt", "BrokenCheck", "Answer", "Snapshot", "LogEntry", "Object"} <= found_in()
    pupil.post("/classroom/my-data/delete/", {"sure": "delete"})
    call_command("lab_sweep")
    assert found_in() - BY_CONTENT == set()


def test_of_a_class_without_names_its_staff_find_no_word(typed, klass, teacher, learner, pupil):
    """What is in the learner's own world stays theirs, until they delete it."""
    session = typed.sandbox.public_id
    Class.objects.filter(pk=klass.pk).update(archived=timezone.now() - timedelta(days=181))
    call_command("retention")
    of_course = [apps.get_app_config(name) for name in ("labs", "classroom")]
    names = {model.__name__ for app in of_course for model in app.get_models()} | {"Event", "Snapshot"}
    assert found_in() & names == set()
    told = {"klass": klass.pk, "assignment": typed.work.assignment_id, "work": typed.pk, "step": "administrator"}
    told |= {"learner": klass.enrolments.get(person=learner).pk, "judged": "none", "own_lab": 1}
    shown = set()
    for name, template in addresses.templates().items():
        if template.startswith("/classroom/") and not name.startswith("my-data"):
            answer = teacher.get(template.format(**told))
            text = b"".join(answer).decode(errors="replace").lower()  # one file is a .zip, of nobody's words
            shown |= {name} if answer.status_code == 200 else set()
            assert WORD not in text, name
    assert {"attempt-timeline", "evidence", "heat-step", "grades-csv", "events-csv", "class-people"} <= shown
    assert teacher.get(reverse("as-it-was", args=[klass.pk, typed.pk, 10**6])).status_code == 404
    assert pupil.get(reverse("attempt", args=[typed.pk])).status_code == 200
    assert pupil.get(f"/terminal/{session}/").status_code == 200


def test_a_mark_outlives_what_it_rests_on(typed, teacher, pupil, assignment, learner):
    """The checks of what was deleted are not run again: they would find an empty world."""
    before = marks.of_person(assignment, learner.pk).counted.automatic
    assert before > 0
    pupil.post("/classroom/my-data/delete/", {"sure": "delete"})
    regrade = reverse("regrade", args=[assignment.klass_id, assignment.pk])
    assert "No difference" in teacher.get(regrade, {"judge": "1"}).content.decode()
    teacher.post(regrade, {"judge": "1"})
    assert marks.of_person(assignment, learner.pk).counted.automatic == before


def test_who_looked_and_leaves_is_named_no_more(klass, attempt, make_person, browser_of):
    helper = make_person("otto")
    Enrolment.objects.create(klass=klass, person=helper, name="Otto", role=Role.ASSISTANT)
    attempt.messages.create(sender=helper, text=f"Otto {looking.LOOKS}")
    browser_of(helper).post("/classroom/my-data/delete/", {"sure": "delete"})
    assert attempt.messages.get().text == f"Somebody who left {looking.LOOKS}"
