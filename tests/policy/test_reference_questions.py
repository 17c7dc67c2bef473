"""The three questions over many, beside the second evaluator asked for each principal and action in turn."""

import json

import pytest

from iamlab.policy.batch import answer_lines
from tests.policy.random_cases import Dice
from tests.policy.random_names import ACTIONS, CALLERS, OTHER, OWN
from tests.policy.reference.judgement import answer

EVERYBODY = [f"arn:aws:iam::{OWN}:user/u{number}" for number in range(5)]
EVERYBODY += [caller for caller in CALLERS if isinstance(caller, str)]
OFFERED = [*ACTIONS, "s3:getobject", "s3:GetObjectAcl", "ec2:RunInstances", "ec2:Run", "foo:Bar", "s3:*", "a"]
LIMITS = ("permissionsBoundaries", "serviceControlPolicies", "sessionPolicies", "resourcePolicy")
ALL = {"Effect": "Allow", "Principal": {"AWS": OWN}, "Action": "*", "Resource": "*"}
NAMING = ("resourcePolicy", "resourceControlPolicies", "vpcEndpointPolicies")  # may tell principals apart by name


class Question:
    """Named policies, principals that have them, and the actions asked about."""

    def __init__(self, seed):
        self.dice = Dice(f"question {seed}")
        self.case = self.dice.case(seed)
        self.named = {f"p{number}": self.dice.document("identity") for number in range(4)}
        arns = self.dice.random.sample(EVERYBODY, self.dice.pick([1, 5, 12]))
        self.dice.caller = self.dice.pick(arns)  # so that policies name one of them
        self.shared = {field: self.naming() for field in NAMING}
        alike = self.held("user") if self.dice.chance(0.5) else None
        self.principals = [{"arn": arn, **(alike or self.held(arn))} for arn in arns]
        self.actions = self.dice.random.sample(OFFERED, 20)

    def held(self, arn):
        found = {"identityPolicies": self.some()}
        field = self.dice.pick(LIMITS)
        if self.dice.chance(0.4) and not (field == "sessionPolicies" and arn.endswith(":root")):
            held = self.some()
            found[field] = {"serviceControlPolicies": [held], "resourcePolicy": self.dice.document("resource")}.get(
                field, held
            )
        for field in NAMING:
            if self.dice.chance(0.4):
                held = self.shared[field]
                found[field] = {"resourceControlPolicies": [[held]], "vpcEndpointPolicies": [held]}.get(field, held)
        return found

    def naming(self):
        """A resource policy on everything, for some principals or against them."""
        effects = {"Effect": self.dice.pick(["Allow", "Deny"])}
        statement = {**effects, "Action": "*", "Resource": "*", **self.dice.principal_element()}
        return self.dice.wrapped([statement, ALL])

    def some(self):
        return [{"ref": self.dice.pick(list(self.named))} for _ in range(self.dice.pick([0, 1, 1, 2]))]

    def ask(self, **question):
        return json.loads(next(answer_lines([json.dumps({"policies": self.named, **question})])))

    def resolved(self, part):
        if isinstance(part, list):
            return [self.resolved(one) for one in part]
        return self.named[part["ref"]] if isinstance(part, dict) and "ref" in part else part

    def outcome(self, principal, action, resource, context, **more):
        policies = {field: self.resolved(held) for field, held in principal.items() if field != "arn"}
        case = {"principal": principal["arn"], "action": action, "resource": resource, "context": context}
        return answer({**case, **policies, **more})[0]


@pytest.fixture(params=range(20))
def question(request):
    return Question(request.param)


def test_who_can(question):
    requests = [question.dice.request() for _ in range(4)]
    queries = [{field: one[field] for field in ("action", "resource", "context")} for one in requests]
    queries[0]["resourceAccount"] = question.dice.pick([OWN, OTHER])
    answers = question.ask(principals=question.principals, queries=queries)["answers"]
    for query, found in zip(queries, answers, strict=True):
        allowed = [one["arn"] for one in question.principals if question.outcome(one, **query) == "allowed"]
        assert found["principals"] == allowed, query


def test_every_action_of_a_case(question):
    case = {field: value for field, value in question.case.items() if field not in ("action", "resource")}
    found = question.ask(case=case, actions=question.actions)
    outcomes = {action: answer({**case, "action": action, "resource": "*"})[0] for action in question.actions}
    for outcome in ("allowed", "explicitDeny"):
        assert sorted(found[outcome]) == sorted(action for action in outcomes if outcomes[action] == outcome)
    assert found["actions"] == len(question.actions)


def test_every_action_of_every_principal(question):
    found = question.ask(principals=question.principals, actions=question.actions)["principals"]
    for principal, row in zip(question.principals, found, strict=True):
        allowed = [one for one in question.actions if question.outcome(principal, one, "*", {}) == "allowed"]
        assert (row["arn"], sorted(row["allowed"])) == (principal["arn"], sorted(allowed))
