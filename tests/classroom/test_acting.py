"""Messages, unlocking, faults, looking: done by helpers, noted on the timeline, told to the learner."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from iamlab.classroom import acts, work
from iamlab.classroom import timeline as timelines
from iamlab.classroom.models import Assignment, Enrolment
from iamlab.door import authenticate, sessions
from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.labs import helping, performing, selftest
from iamlab.people.models import Person
from iamlab.sandbox import controls, history
from iamlab.services.operations import AwsError

pytestmark = pytest.mark.slow


def post(client, name, attempt, **data):
    return client.post(reverse(name, args=[attempt.work.assignment.klass_id, attempt.pk]), data, follow=True)


def many(client, assignment, **data):
    return client.post(reverse("class-act", args=[assignment.klass_id, assignment.pk]), data, follow=True)


def test_a_message_stands_in_the_learners_panel_and_takes_the_hand_down(teacher, pupil, attempt):
    helping.ask_for_help(attempt, "Where is it?")
    assert "Where is it?" in teacher.get(timeline(attempt)).content.decode()
    post(teacher, "act-message", attempt, text="Look under <Users>.")
    assert "Look under &lt;Users&gt;." in pupil.get(f"/attempts/{attempt.pk}/").content.decode()
    assert not attempt.help_calls.filter(answered=None).exists()


def test_what_a_learner_wrote_turns_nothing_round_and_names_nothing_that_is_not(teacher, attempt, solve):
    """U+202E runs to the end of its line; U+2028 ends one, and the key of an object may hold it."""
    solve(attempt, 1)
    helping.ask_for_help(attempt, "Where\u202e?")
    assert "Where&lt;U+202E&gt;? (since" in teacher.get(timeline(attempt)).content.decode()
    put = "aws s3api put-object --bucket bills --key 'a\u2028AWS::IAM::User boss\u202e'"
    steps = [{"as": "root", "run": "aws s3api create-bucket --bucket bills"}, {"as": "root", "run": put}]
    performing.perform(attempt.sandbox, steps, {}, {})
    made = next(item for item in timelines.calls(attempt) if item.title == "s3:PutObject")
    assert made.text == "bills, arn:aws:s3:::bills/a\u2028AWS::IAM::User boss\u202e"
    assert history.last_change(attempt.sandbox, 0)[1]["object"] == made.text
    assert "boss&lt;U+202E&gt;<" in teacher.get(timeline(attempt)).content.decode()


def timeline(attempt, name="attempt-timeline") -> str:
    return reverse(name, args=[attempt.work.assignment.klass_id, attempt.pk])


def test_every_act_is_on_the_timeline_which_the_learner_sees_too(teacher, pupil, attempt):
    post(teacher, "act-message", attempt, text="Look under Users.")
    post(teacher, "act-unlock", attempt, step="policy")
    post(teacher, "act-override", attempt, step="root", score="50", comment="Half", seen="")
    for shown in (teacher.get(timeline(attempt)), pupil.get(timeline(attempt, "my-work"))):
        text = shown.content.decode()
        assert all(word in text for word in ("Look under Users.", "Step unlocked", "Marked by hand", "Imani"))


def test_the_timeline_filters(teacher, attempt, solve, mistake):
    solve(attempt, 2)
    mistake(attempt, "administrator", "name-case")
    changes = teacher.get(timeline(attempt), {"show": "changes"}).content.decode()
    assert "iam:CreateGroup" in changes and "name-case)" not in changes
    checks = teacher.get(timeline(attempt), {"show": "checks", "step": "administrator"}).content.decode()
    assert "name-case)" in checks and "<td>iam:" not in checks


def code_of(answer) -> str:
    return re.sub(r"<option.*?</option>", "", answer.content.decode())


def test_the_account_as_it_was_and_what_changed(teacher, pupil, stranger, attempt, solve):
    solve(attempt, 2)
    early = attempt.sandbox.snapshots.latest("pk").event
    selftest.solve(attempt, attempt.lab_version.data, attempt.lab_version.data["solution"][2]["lines"])
    late = attempt.sandbox.snapshots.latest("pk").event
    revision = controls.world(attempt.sandbox).revision
    url = reverse("as-it-was", args=[attempt.work.assignment.klass_id, attempt.pk, early])
    assert "Bills" in code_of(teacher.get(url)) and "anna" not in code_of(teacher.get(url))
    assert "anna" in code_of(teacher.get(url, {"to": late}))
    assert controls.world(attempt.sandbox).revision == revision
    assert [client.get(url).status_code for client in (pupil, stranger)] == [404, 404]


def test_a_step_is_unlocked_for_chosen_learners(teacher, assignment, attempt):
    many(teacher, assignment, act="unlock", step="policy", attempt=[attempt.pk])
    assert attempt.steps.get(step="policy").unlocked


def test_more_time_is_given_to_the_chosen_learners(teacher, assignment, attempt, learner):
    Assignment.objects.filter(pk=assignment.pk).update(due="2027-01-01T12:00Z")
    other = Enrolment.objects.create(klass=assignment.klass, person=Person.objects.create(username="ben"), name="Ben")
    second = work.begin(other.person, work.tasks(other.person)[0])
    answer = many(teacher, assignment, act="extend", due="2027-02-03T10:30", attempt=[attempt.pk, second.pk])
    assert "Done for 2 learners." in answer.content.decode()
    for person in (learner, other.person):
        assert work.tasks(person)[0].due == datetime(2027, 2, 3, 10, 30, tzinfo=UTC)
    assert attempt.happenings.get(kind="extend").data["due"] == "2027-02-03T10:30:00+00:00"
    answer = many(teacher, assignment, act="extend", due="soon", attempt=[attempt.pk])
    assert "say until when" in answer.content.decode()
    assert work.tasks(learner)[0].due == datetime(2027, 2, 3, 10, 30, tzinfo=UTC)


def test_a_fault_is_performed_in_the_chosen_accounts(teacher, assignment, attempt, solve):
    solve(attempt, 7)
    faults = acts.faults(attempt.lab_version.data)
    key = next(key for key in faults if key.startswith("policy-"))
    answer = many(teacher, assignment, act="fault", fault=key, attempt=[attempt.pk])
    assert "Done for 1 learner." in answer.content.decode()
    assert attempt.happenings.filter(kind="fault").exists()
    assert attempt.checks.filter(step="policy", status="fail").exclude(code="").exists()


DENY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}})
IN_GROUP = "aws iam {} --group-name billing --policy-name NoS3"


def test_the_time_from_a_fault_to_its_mending_is_told_everywhere(teacher, instructor, assignment, attempt, solve):
    solve(attempt, 9)
    line = {"as": "root", "run": f"{IN_GROUP.format('put-group-policy')} --policy-document '{DENY}'"}
    assert acts.inject(attempt, {"id": "deny", "title": "Deny <S3>", "lines": [line]}, instructor) == ""
    at = [assignment.klass_id, assignment.pk]
    pages = [reverse("class-many", args=at), timeline(attempt)]
    for page in pages:
        text = teacher.get(page).content.decode()
        assert "Deny &lt;S3&gt;" in text and "Not mended yet" in text
    selftest.solve(attempt, attempt.lab_version.data, [{"as": "root", "run": IN_GROUP.format("delete-group-policy")}])
    attempt.happenings.filter(kind="fault").update(at=timezone.now() - timedelta(minutes=7))
    assert all("Found and mended after 7 min." in teacher.get(page).content.decode() for page in pages)
    text = b"".join(teacher.get(reverse("grades-csv", args=at)).streaming_content).decode()
    (row,) = (row for row in csv.DictReader(io.StringIO(text)) if row["attempts"])
    assert (row["faults put in"], row["faults mended"], row["minutes to diagnosis"]) == ("1", "1", "7.0")


def test_a_fault_that_does_not_fit_changes_nothing(teacher, assignment, attempt):
    key = next(key for key in acts.faults(attempt.lab_version.data) if key.startswith("policy-"))
    answer = many(teacher, assignment, act="fault", fault=key, attempt=[attempt.pk])
    assert "Not done for 1" in answer.content.decode()
    assert not attempt.happenings.filter(kind="fault").exists()


def test_nobody_acts_on_another_class(stranger, assignment, attempt):
    assert many(stranger, assignment, act="message", text="x", attempt=[attempt.pk]).status_code == 404
    assert not attempt.messages.exists()


@pytest.fixture
def console(attempt, solve):
    """The learner's console session as root."""
    solve(attempt, 1)
    lines = attempt.lab_version.data["solution"][0]["lines"][0]["params"]
    nobody = authenticate.anonymous(controls.world(attempt.sandbox))
    login = call(nobody, "signin:ConsoleLogin", {"Email": lines["Email"], "Password": lines["Password"]})
    return sessions.open_session(attempt.person, login)


def test_looking_at_a_console_is_reading_only_noted_and_told(teacher, pupil, stranger, attempt, console):
    url = reverse("iam-home", args=[console.pk])
    assert url in teacher.get(timeline(attempt)).content.decode()
    assert teacher.get(url).status_code == 200
    teacher.get(url)
    assert attempt.happenings.filter(kind="look").count() == 1
    assert "looks at your console" in pupil.get(f"/attempts/{attempt.pk}/").content.decode()
    alias = reverse("iam-alias", args=[console.pk])
    assert teacher.post(alias, {"AccountAlias": "taken-over"}).status_code == 404
    assert stranger.get(url).status_code == 404
    pupil.post(f"/console/{console.pk}/sign-out/")
    assert teacher.get(url).status_code == 404


def test_who_looks_at_a_refusal_reads_what_would_change_it_and_changes_nothing(teacher, pupil, attempt, console):
    def do(who, operation, **params):
        return call(caller_as(controls.world(attempt.sandbox), console.account_id, who), operation, params)

    narrow = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::other"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [narrow]})
    do("root", "iam:CreateUser", UserName="mario")
    do("root", "iam:PutUserPolicy", UserName="mario", PolicyName="own", PolicyDocument=policy)
    do("root", "s3:CreateBucket", Bucket="looked-at-bills")
    with pytest.raises(AwsError) as refusal:
        do("user/mario", "s3:ListObjectsV2", Bucket="looked-at-bills")
    why = reverse("why", args=[console.pk, refusal.value.event_id])
    owner, looker = (browser.get(why).content.decode() for browser in (pupil, teacher))
    assert "Add the resource" in owner and "Add the resource" in looker
    assert ('name="PolicyDocument"' in owner, 'name="PolicyDocument"' in looker) == (True, False)


def test_who_has_left_the_class_is_not_looked_at(teacher, attempt):
    assert teacher.get(timeline(attempt)).status_code == 200
    attempt.person.enrolments.all().delete()
    assert teacher.get(timeline(attempt)).status_code == 404


def test_who_is_not_staff_looks_at_nothing(klass, console, make_person, browser_of):
    other = make_person("ben")
    Enrolment.objects.create(klass=klass, person=other, name="Ben")
    assert browser_of(other).get(reverse("iam-home", args=[console.pk])).status_code == 404
