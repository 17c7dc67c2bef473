"""Questions over many, derived by hand from AWS's documentation: what all may a principal do, who can, what changed.

The files of tests/policy/questions begin, as a batch does, with a line of named policies; every other line is a case
with the answer expected of `manage.py evaluate`.
"""

import json
from pathlib import Path

import pytest

from iamlab.policy.batch import answer_lines

QUESTIONS = Path(__file__).parent / "questions"
CASES = {path.stem: [json.loads(line) for line in path.read_text().splitlines()] for path in QUESTIONS.glob("*.jsonl")}


def cases(name):
    named, *found = CASES[name]
    return [pytest.param(named["policies"], case, id=case["id"]) for case in found]


def ask(policies, **question):
    return json.loads(next(answer_lines([json.dumps({"policies": policies, **question})])))


@pytest.mark.parametrize(("policies", "case"), cases("effective"))
def test_effective_permissions(policies, case):
    found = ask(policies, case=case["case"], actions=case["actions"])
    assert sorted(found["allowed"]) == case["allowed"], case["why"]
    assert sorted(found["explicitDeny"]) == case["explicitDeny"], case["why"]


@pytest.mark.parametrize(("policies", "case"), cases("who-can"))
def test_who_can(policies, case):
    found = ask(policies, principals=case["principals"], queries=[case["query"]])
    assert found["answers"][0]["principals"] == case["can"], case["why"]


@pytest.mark.parametrize(("policies", "case"), cases("difference"))
def test_the_difference_of_two_policy_sets(policies, case):
    found = ask(policies, case=case["case"], after=case["after"], actions=case["actions"])
    assert (sorted(found["gained"]), sorted(found["lost"])) == (case["gained"], case["lost"]), case["why"]


@pytest.mark.parametrize("name", sorted(CASES))
def test_question_cases_are_sourced(name):
    found = [case.values[1] for case in cases(name)]
    assert len(found) >= 12 and len({case["id"] for case in found}) == len(found)
    assert all(case["why"].endswith(".") and case["doc"] for case in found)


def test_what_is_no_set_of_policies_is_refused():
    assert ask({}, case={"principal": "anonymous"}, after=[], actions=[])["error"] == "after must be an object"
