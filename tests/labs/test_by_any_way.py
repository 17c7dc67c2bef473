"""Console, SDK and command line: the same work by either gives the same checks, events and marks."""

import json

import pytest
from botocore import xform_name
from django.urls import reverse

from iamlab.door.calls import call
from iamlab.door.identities import caller_as
from iamlab.labs import beside, scoring
from iamlab.labs.models import Attempt
from iamlab.sandbox import controls
from iamlab.services.cloudtrail.models import Event
from tests import boto
from tests.console.conftest import signed_in
from tests.labs.conftest import START, step

pytestmark = pytest.mark.django_db
READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
ANNA = {"as": "root", "run": "aws iam create-user --user-name anna"}
CASE = {"when": {"exists": "group/readers"}, "code": "name-case", "say": "It is called *readers*."}
STEPS = [
    step("group", {"exists": "group/Readers"}, check={"mistakes": [CASE]}),
    step("policy", {"attached": {"policy": READ, "to": "group/Readers"}}),
    step("member", {"member": {"user": "anna", "group": "Readers"}}),
    step("made", {"order": [{"name": "CreateGroup", "by": "root"}, {"name": "AddUserToGroup"}]}),
    step("kept", {"not": {"exists": "group/readers"}}, check={"needs": ["group"]}),
]
# What is done, wrong first: by the SDK's operation, and in the console by a form.
WORK = [
    ("create_group", {"GroupName": "readers"}, "groups/create/", {"GroupName": "readers"}),
    ("update_group", {"GroupName": "readers", "NewGroupName": "Readers"}, "groups/details/readers/rename/",
     {"NewGroupName": "Readers"}),
    ("attach_group_policy", {"GroupName": "Readers", "PolicyArn": READ}, "groups/details/Readers/attach-policies/",
     {"policies": [READ]}),
    ("add_user_to_group", {"GroupName": "Readers", "UserName": "anna"}, "groups/details/Readers/add-users/",
     {"users": ["anna"]}),
    ("detach_group_policy", {"GroupName": "Readers", "PolicyArn": READ}, "groups/details/Readers/remove-policies/",
     {"selected": [f"managed:{READ}"]}),
    ("attach_group_policy", {"GroupName": "Readers", "PolicyArn": READ}, "groups/details/Readers/attach-policies/",
     {"policies": [READ]}),
]  # fmt: skip


def by_console(attempt, client):
    client.force_login(attempt.person)
    account = attempt.sandbox.accounts.get()
    session = signed_in(attempt.person, account, "root", account.pk, "root")

    def work(number):
        _, _, place, form = WORK[number]
        response = client.post(f"/console/{session.id}/iam/{place}", form)
        assert response.status_code == 302, response.content.decode()

    return work


def root_key(attempt):
    account = attempt.sandbox.accounts.get()
    root = caller_as(controls.world(attempt.sandbox), account.pk, "root")
    return call(root, "iam:CreateAccessKey", {})["AccessKey"]


def by_sdk(attempt, client):
    iam = boto.client("iam", root_key(attempt))
    return lambda number: getattr(iam, WORK[number][0])(**WORK[number][1])


def by_command_line(attempt, client):
    client.force_login(attempt.person)
    url, key = reverse("terminal", args=[attempt.sandbox.public_id]), root_key(attempt)
    lines = ("aws configure", key["AccessKeyId"], key["SecretAccessKey"], "us-east-1", "json")
    client.post(url, {"line": "\n".join(lines)})

    def work(number):
        name, params, _, _ = WORK[number]
        options = " ".join(f"--{xform_name(key, '-')} {value}" for key, value in params.items())
        client.post(url, {"line": f"aws iam {name.replace('_', '-')} {options}"})

    return work


WAYS = [by_console, by_sdk, by_command_line]


def looked_at(attempt_id):
    """What the panel beside the next page has found."""
    attempt = Attempt.objects.select_related("sandbox", "lab_version").get(pk=attempt_id)
    beside.caught_up(beside.OWN.first(attempt.person_id, attempt_id))
    facts = attempt.checks.order_by("step", "check_id")
    state = list(facts.values_list("step", "status", "code", "message", "tries", "latched"))
    undone = [fact.undone.get("event") for fact in facts]
    return state, undone, scoring.score(attempt).auto


def test_either_way_gives_the_same_checks_events_and_marks(begin, client):
    told = []
    for way in WAYS:
        attempt = begin(*STEPS, start=[*START, ANNA])
        work = way(attempt, client)
        since = Event.objects.filter(account__sandbox=attempt.sandbox).latest("id").id
        seen = []
        for number in range(len(WORK)):
            work(number)
            seen.append(looked_at(attempt.pk))
        rows = Event.objects.filter(account__sandbox=attempt.sandbox, id__gt=since, read_only=False).order_by("id")
        records = [json.loads(row.record) for row in rows if row.name != "ConsoleLogin"]
        events = [
            (one["eventName"], one["requestParameters"], one["userIdentity"]["type"], one.get("errorCode"))
            for one in records
        ]
        told.append((seen, events))
    console, sdk, command_line = told
    assert sdk == console
    assert command_line == console
    assert [score for _, _, score in console[0]] == [0, 40, 60, 100, 80, 100]
    assert [one for one in console[0][0][0] if one[0] == "group"] == [
        ("group", "fail", "name-case", "It is called *readers*.", {"name-case": 1}, False)
    ]
    assert "DetachGroupPolicy" in console[0][4][1]
