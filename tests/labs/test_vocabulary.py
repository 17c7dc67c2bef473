"""Tests of checks at their edges: how many are enough, how many too many. docs/labs.md, "Tests"."""

import json

import pytest

from tests.labs.conftest import START, step

pytestmark = pytest.mark.django_db
USER = "iam create-user --user-name anna"
GROUPS = [f"iam create-group --group-name {name}" for name in ("a", "b", "c")]
TWO = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": ["s3:GetObject", "s3:DeleteObject"], "Resource": "*"},
    }
)
MAY = [USER, f"iam put-user-policy --user-name anna --policy-name own --policy-document '{TWO}'"]
S3 = {"as": "user/anna", "actions": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]}


def status(attempt):
    return attempt.checks.get().status


@pytest.mark.parametrize(
    ("count", "passes"),
    [
        (1, [False, True, True, True]),
        (2, [False, False, True, True]),
        ({"exactly": 1}, [False, True, False, False]),
        ({"exactly": 2}, [False, False, True, False]),
        ("none", [True, False, False, False]),
    ],
)
def test_an_event_counts_as_often_as_is_asked(begin, do, count, passes):
    attempt = begin(step("made", {"event": {"name": "CreateGroup", "count": count}}))
    found = [status(attempt) == "pass"]
    for line in GROUPS:
        do(attempt, line)
        found.append(status(attempt) == "pass")
    assert found == passes


@pytest.mark.parametrize(
    ("beyond", "most", "passes"),
    [
        (["s3:GetObject"], {}, False),
        (["s3:GetObject"], {"max": 1}, True),
        ([], {"max": 1}, False),
        (["s3:GetObject", "s3:DeleteObject"], {}, True),
    ],
)
def test_so_many_actions_beyond_a_list_are_too_many(begin, do, beyond, most, passes):
    attempt = begin(step("least", {"excess": {**S3, "beyond": beyond, **most}}))
    do(attempt, *MAY)
    assert (status(attempt) == "pass") is passes


def test_who_made_no_call_came_from_no_address(begin, do):
    attempt = begin(step("home", {"addresses": {"by": "user/anna", "count": 1}}))
    do(attempt, USER)
    assert status(attempt) == "fail"


def test_an_order_is_the_order_in_which_things_happened(begin, do):
    attempt = begin(step("first", {"order": [{"name": "CreateGroup"}, {"name": "CreateUser"}]}))
    do(attempt, USER, GROUPS[0])
    assert status(attempt) == "fail"
    do(attempt, "iam create-user --user-name bob")
    assert status(attempt) == "pass"


ANNA = "iam create-user --user-name anna"
READERS = "iam create-group --group-name Readers"
JOIN = "iam add-user-to-group --group-name Readers --user-name anna"
READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
GIVE = f"iam attach-group-policy --group-name Readers --policy-arn {READ}"
LIST = f"iam create-policy --policy-name List --policy-document '{TWO}'"
KEY = "iam create-access-key --user-name anna"
POLICY = "iam update-account-password-policy --minimum-password-length 14 --require-numbers"
BUCKET = "s3 mb s3://a-bucket-of-anna"
OBJECT = "s3api put-object --bucket a-bucket-of-anna --key bills/1.txt"
ROLE = "iam create-role --role-name Helper --assume-role-policy-document " + json.dumps(
    json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
                                                       "Action": "sts:AssumeRole"}})
)  # fmt: skip
DECIDED = {"as": "user/anna", "action": "s3:GetObject", "resource": "arn:aws:s3:::some/thing"}


@pytest.mark.parametrize(
    ("test", "before", "line"),
    [
        ({"exists": "user/anna"}, [], ANNA),
        ({"exists": "user/an?a"}, [], ANNA),
        ({"exists": "group/Readers"}, ["iam create-group --group-name readers"],
         "iam update-group --group-name readers --new-group-name Readers"),
        ({"exists": "role/Helper"}, [], ROLE),
        ({"exists": "policy/L*"}, [], LIST),
        ({"exists": "bucket/*anna"}, [], BUCKET),
        ({"exists": "object/a-bucket-of-anna/bills/*"}, [BUCKET], OBJECT),
        ({"exists": "alias/bills-of-x"}, [], "iam create-account-alias --account-alias bills-of-x"),
        ({"field": {"of": "user/anna", "path": "Tags[?Key=='team'].Value | [0]", "value": "red"}},
         [ANNA], "iam tag-user --user-name anna --tags Key=team,Value=red"),
        ({"field": {"of": "group/Readers", "path": "length(AttachedManagedPolicies)", "op": ">=", "value": 1}},
         [READERS], GIVE),
        ({"field": {"of": "user/anna", "path": "Path", "op": "matches", "value": "^/sales/"}},
         [ANNA], "iam update-user --user-name anna --new-path /sales/eu/"),
        ({"field": {"of": "account", "path": "Alias", "op": "contains", "value": "bills"}},
         [], "iam create-account-alias --account-alias bills-of-x"),
        ({"member": {"user": "anna", "group": "Read*"}}, [ANNA, READERS], JOIN),
        ({"groups_of": {"user": "anna", "count": 1}}, [ANNA, READERS], JOIN),
        ({"groups_of": {"user": "anna", "count": {">=": 1}}}, [ANNA, READERS], JOIN),
        ({"attached": {"policy": READ, "to": "group/Readers"}}, [READERS], GIVE),
        ({"attached": {"policy": "*ReadOnlyAccess", "to": "group/*"}}, [READERS], GIVE),
        ({"attached": {"policy": "own", "to": "user/anna"}}, [ANNA], MAY[1]),
        ({"not": {"only_via_group": "user/anna"}}, [ANNA], MAY[1]),
        ({"password_policy": {"MinimumPasswordLength": {">=": 14}, "RequireNumbers": True}}, [], POLICY),
        ({"not": {"password_policy": {"custom": False}}}, [], POLICY),
        ({"keys_of": {"principal": "user/anna", "active": True, "created_by": "root"}}, [ANNA], KEY),
        ({"keys_of": {"principal": "user/a*", "used": False}}, [ANNA], KEY),
        ({"keys_of": {"principal": "root", "created_by": "root", "used": False}}, [], "iam create-access-key"),
        ({"decision": {**DECIDED, "is": "allow", "by": READ.partition("/")[2]}}, [ANNA, READERS, GIVE], JOIN),
        ({"grants": {"policy": "List", "action": "s3:GetObject"}}, [], LIST),
        ({"not": {"excess": {"as": "user/anna", "beyond": ["s3:GetObject"]}}}, [ANNA], MAY[1]),
        ({"event": {"name": "CreateUser", "by": "root", "where": {"requestParameters.userName": "an*"}}}, [], ANNA),
        ({"event": {"name": "CreateUser", "error": "EntityAlreadyExists"}},
         [ANNA], {"as": "root", "run": f"aws {ANNA}", "error": "EntityAlreadyExists"}),
        ({"order": [{"name": "CreateGroup"}, {"name": "CreateUser"}]}, [READERS], ANNA),
        ({"query": {"call": "iam:GetGroup", "params": {"GroupName": "Readers"},
         "path": "Users[].UserName", "op": "contains", "value": "anna"}},
         [ANNA, READERS], JOIN),
        ({"query": {"call": "iam:GetUser", "params": {"UserName": "anna"},
         "path": "User", "value": None, "missing": True}},
         [ANNA], "iam delete-user --user-name anna"),
        ({"all": [{"exists": "user/anna"}, {"exists": "group/Readers"}]}, [ANNA], READERS),
        ({"any": [{"exists": "user/nobody"}, {"exists": "group/Readers"}]}, [], READERS),
        ({"not": {"exists": "user/anna"}}, [ANNA], "iam delete-user --user-name anna"),
    ],
)  # fmt: skip
def test_each_test_of_the_vocabulary_is_false_then_true(begin, do, test, before, line):
    """docs/labs.md, "Tests": by the call that makes it true, and not by those before."""
    attempt = begin(step("it", test))
    do(attempt, *before)
    assert status(attempt) == "fail"
    do(attempt, line)
    assert status(attempt) == "pass"


def test_unchanged_is_noted_at_the_start_wherever_it_stands(begin, do):
    """Within others, with names filled in, and once for each context."""
    own = {"as": "user/anna", "action": "s3:GetObject", "resource": "arn:aws:s3:::{{account}}-bills/1"}
    with_code = {**own, "context": {"aws:MultiFactorAuthPresent": "true"}}
    start = [*START, *({"as": "root", "run": f"aws {line}"} for line in MAY)]
    attempt = begin(step("it", {"all": [{"not": {"not": {"unchanged": [own, with_code]}}}]}), start=start)
    assert status(attempt) == "pass"
    deny = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}})  # fmt: skip
    do(attempt, f"iam put-user-policy --user-name anna --policy-name deny --policy-document '{deny}'")
    assert status(attempt) == "fail"
