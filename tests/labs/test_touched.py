"""Only what a call touched is asked again; what is said of a check is right all the same."""

import pytest
from django.db import transaction

from iamlab.labs import runner
from iamlab.labs.models import CheckFact
from iamlab.labs.view import View
from tests.labs.conftest import step

pytestmark = pytest.mark.django_db
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ANNA = ("iam create-user --user-name anna", "iam create-group --group-name Readers")
CREATE = "iam create-group --group-name Readers"
JOIN = "iam add-user-to-group --group-name Readers --user-name anna"
KEY = "iam create-access-key --user-name anna"
PROFILE = "iam create-login-profile --user-name anna --password Long-and-good-1"


def said(attempt):
    return CheckFact.objects.values_list("status", "code").get(attempt=attempt, step="it")


MEMBER = {"member": {"user": "anna", "group": "Readers"}}
HOLDS = {"attached": {"policy": READ, "to": "group/Readers"}}
ATTACH = f"iam attach-group-policy --group-name Readers --policy-arn {READ}"
RENAMED = "iam update-user --user-name anna --new-user-name ana"


@pytest.mark.parametrize(
    ("test", "before", "line"),
    [
        ({"exists": "user/anna"}, ANNA, RENAMED),
        (MEMBER, (*ANNA, JOIN), RENAMED),
        (MEMBER, (*ANNA, JOIN), "iam update-group --group-name Readers --new-group-name Writers"),
        ({"groups_of": {"user": "an*", "count": 1}}, (*ANNA, JOIN), "iam create-user --user-name anton"),
        ({"field": {"of": "user/anna", "path": "GroupList[0]", "value": "Readers"}}, (*ANNA, JOIN),
         "iam update-group --group-name Readers --new-group-name Writers"),
        ({"field": {"of": "user/anna", "path": "length(Tags)", "value": 0}}, ANNA,
         "iam tag-user --user-name anna --tags Key=team,Value=red"),
        (HOLDS, (*ANNA, ATTACH), "iam update-group --group-name Readers --new-group-name Writers"),
        (HOLDS, (*ANNA, ATTACH), f"iam detach-group-policy --group-name Readers --policy-arn {READ}"),
        ({"only_via_group": "user/*"}, ANNA, f"iam attach-user-policy --user-name anna --policy-arn {READ}"),
        ({"keys_of": {"principal": "user/anna", "count": 1}}, (*ANNA, KEY), RENAMED),
        ({"query": {"call": "iam:GetLoginProfile", "params": {"UserName": "anna"}, "path": "LoginProfile.UserName",
                    "value": "anna"}}, (*ANNA, PROFILE), RENAMED),
        ({"exists": "role/*"}, (), "iam create-service-linked-role --aws-service-name organizations.amazonaws.com"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_check_follows_whatever_bears_on_it(begin, do, test, before, line):
    """It comes out otherwise after the line, as it does where all checks are run."""
    attempt = begin(step("it", test))
    do(attempt, *before)
    first = said(attempt)
    do(attempt, line)
    assert said(attempt)[0] != first[0]
    assert runner.examine(attempt) is False


def test_of_a_check_only_the_mistake_that_a_call_touched_is_asked_again(begin, do, monkeypatch):
    mistakes = [
        {"when": {"exists": "group/readers"}, "code": "name-case", "say": "Another case."},
        {"when": {"attached": {"policy": READ, "to": "user/*"}}, "code": "direct", "say": "At a user."},
        {"when": {"exists": "bucket/*"}, "code": "bucket", "say": "A bucket."},
    ]
    attempt = begin(step("it", HOLDS, check={"mistakes": mistakes}))
    do(attempt, "iam create-user --user-name anna", f"iam attach-user-policy --user-name anna --policy-arn {READ}")
    assert said(attempt) == ("fail", "direct")
    do(attempt, "s3api create-bucket --bucket readers-of-bills")
    assert said(attempt) == ("fail", "direct")  # behind the one that fits
    do(attempt, "iam create-group --group-name readers")
    assert said(attempt) == ("fail", "name-case")  # before it
    asked = []
    read = View.read
    monkeypatch.setattr(View, "read", lambda view, name, **params: asked.append(name) or read(view, name, **params))
    do(attempt, "iam delete-group --group-name readers")
    assert said(attempt) == ("fail", "direct")
    asked.clear()
    do(attempt, "iam create-group --group-name Writers")
    assert asked == ["iam:ListGroups"]
    do(attempt, f"iam detach-user-policy --user-name anna --policy-arn {READ}")
    assert said(attempt) == ("fail", "bucket")
    do(attempt, "s3api delete-bucket --bucket readers-of-bills")
    assert said(attempt) == ("fail", "")
    do(attempt, "iam update-group --group-name Writers --new-group-name Readers", ATTACH)
    assert said(attempt) == ("pass", "")


def test_an_event_that_was_taken_back_leaves_its_number_to_another(begin, do):
    attempt = begin(step("it", {"exists": "user/nobody"}))
    do(attempt, CREATE)
    assert [one["requestParameters"]["groupName"] for one in View(attempt).events("CreateGroup")] == ["Readers"]
    with transaction.atomic():
        do(attempt, "iam create-group --group-name Writers")
        assert len(View(attempt).events("CreateGroup")) == 2
        transaction.set_rollback(True)
    attempt.refresh_from_db()
    do(attempt, "iam create-user --user-name anna", "iam create-group --group-name Editors")
    names = [one["requestParameters"]["groupName"] for one in View(attempt).events("CreateGroup")]
    assert names == ["Readers", "Editors"]
