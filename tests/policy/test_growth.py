"""How cost grows: counted in statements compiled and tested, never in seconds."""

import pytest

from iamlab.policy.compile import Document, Policy
from iamlab.policy.effective import known_actions
from iamlab.policy.evaluate import Policies, Request, evaluate
from iamlab.policy.statement import Statement

MARIO = "arn:aws:iam::111122223333:user/mario"


def held(statements):
    return Policies(identity=(Policy(Document({"Version": "2012-10-17", "Statement": statements}), "P"),))


def statement(number, action="s3:GetObject", shape="bucket-{}/*"):
    return {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::" + shape.format(number)}


def count_tested(policies, resource):
    """How many statements one more decision puts to the test."""
    request = Request(MARIO, "s3:GetObject", resource, {})
    evaluate(request, policies)
    count = 0

    def counting(applies):
        def test(asked):
            nonlocal count
            count += 1
            return applies(asked)

        return test

    for compiled in policies.identity[0].document._statements.values():
        compiled.applies = counting(compiled.applies)
    evaluate(request, policies)
    return count


@pytest.mark.parametrize("shape", ["bucket-{}/*", "bucket-{}/a", "*-number-{:06}-logs/*", "bucket-{}-?/*"])
def test_statements_whose_resource_cannot_fit_are_not_tested(shape):
    policies = held([statement(number, shape=shape) for number in range(2000)])
    assert count_tested(policies, "arn:aws:s3:::elsewhere/a") == 0


@pytest.mark.slow
def test_the_one_that_fits_is_found():
    policies = held([statement(number) for number in range(2000)])
    assert evaluate(Request(MARIO, "s3:GetObject", "arn:aws:s3:::bucket-1999/a", {}), policies).allowed
    assert count_tested(policies, "arn:aws:s3:::bucket-77/a") == 1


def test_statements_of_other_services_are_not_even_compiled(monkeypatch):
    compiled = []
    original = Statement.__init__

    def counting(self, index, *rest):
        compiled.append(index)
        original(self, index, *rest)

    monkeypatch.setattr(Statement, "__init__", counting)
    policies = held([*(statement(number, "ec2:RunInstances") for number in range(500)), statement(0)])
    assert evaluate(Request(MARIO, "s3:GetObject", "arn:aws:s3:::bucket-0/a", {}), policies).allowed
    assert compiled == [500]


def test_the_catalogue_is_known():
    universe = known_actions()
    assert len(universe.actions) > 15_000
    assert set(universe.names(universe.mask(["s3:GetObject", "iam:*sers"]))) == {"s3:GetObject", "iam:ListUsers"}
