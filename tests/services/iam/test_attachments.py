"""Managed and inline policies on users, groups and roles: the same rules for all three."""

import json

import pytest

from iamlab.services.iam.quotas import QUOTAS
from tests.services.iam.cast import ACCOUNT, ADMINISTRATOR, EC2, EVERYTHING, READ_ONLY, document

KINDS = ["User", "Group", "Role"]


@pytest.fixture(params=KINDS)
def holder(iam, request):
    """(kind, the parameter that names it)."""
    more = {"AssumeRolePolicyDocument": EC2} if request.param == "Role" else {}
    named = {f"{request.param}Name": "Holder"}
    getattr(iam, f"Create{request.param}")(**named, **more)
    return request.param, named


def attached(iam, holder, **more):
    kind, named = holder
    answer = getattr(iam, f"ListAttached{kind}Policies")(**named, **more)
    return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]


def test_attaching_twice_changes_nothing(iam, holder):
    kind, named = holder
    getattr(iam, f"Attach{kind}Policy")(**named, PolicyArn=READ_ONLY)
    getattr(iam, f"Attach{kind}Policy")(**named, PolicyArn=READ_ONLY)
    assert attached(iam, holder) == [READ_ONLY]
    getattr(iam, f"Detach{kind}Policy")(**named, PolicyArn=READ_ONLY)
    assert attached(iam, holder) == []
    refused = iam.refused(f"Detach{kind}Policy", **named, PolicyArn=READ_ONLY)
    assert refused == ("NoSuchEntity", f"Policy {READ_ONLY} was not found.")


def test_what_cannot_be_attached(iam, holder):
    kind, named = holder
    missing = f"arn:aws:iam::{ACCOUNT}:policy/Nowhere"
    refused = iam.refused(f"Attach{kind}Policy", **named, PolicyArn=missing)
    assert refused == ("NoSuchEntity", f"Policy {missing} does not exist or is not attachable.")
    refused = iam.refused(f"Attach{kind}Policy", **named, PolicyArn="not an ARN at all, is it")
    assert refused == ("ValidationError", "ARN not an ARN at all, is it is not valid.")
    service = "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy"
    assert iam.refused(f"Attach{kind}Policy", **named, PolicyArn=service)[0] == "PolicyNotAttachable"


def test_so_many_policies_at_most(iam, holder, monkeypatch):
    kind, named = holder
    monkeypatch.setitem(QUOTAS, f"PoliciesPer{kind}", 1)
    getattr(iam, f"Attach{kind}Policy")(**named, PolicyArn=READ_ONLY)
    refused = iam.refused(f"Attach{kind}Policy", **named, PolicyArn=ADMINISTRATOR)
    assert refused == ("LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind}: 1")


def test_attached_policies_are_listed_by_path(iam, holder):
    kind, named = holder
    billing = "arn:aws:iam::aws:policy/job-function/Billing"
    for arn in (READ_ONLY, billing):
        getattr(iam, f"Attach{kind}Policy")(**named, PolicyArn=arn)
    assert attached(iam, holder) == [billing, READ_ONLY]
    assert attached(iam, holder, PathPrefix="/job-function/") == [billing]
    assert attached(iam, holder, MaxItems=1) == [billing]


def test_an_inline_policy_is_put_replaced_read_and_deleted(iam, holder):
    kind, named = holder
    put, get = getattr(iam, f"Put{kind}Policy"), getattr(iam, f"Get{kind}Policy")
    put(**named, PolicyName="own", PolicyDocument=EVERYTHING)
    put(**named, PolicyName="own", PolicyDocument=document("s3:*"))
    kept = json.loads(document("s3:*"))
    assert get(**named, PolicyName="own") == {**named, "PolicyName": "own", "PolicyDocument": kept}
    assert getattr(iam, f"List{kind}Policies")(**named) == {"PolicyNames": ["own"], "IsTruncated": False}
    getattr(iam, f"Delete{kind}Policy")(**named, PolicyName="own")
    missing = ("NoSuchEntity", f"The {kind.lower()} policy with name own cannot be found.")
    assert iam.refused(f"Get{kind}Policy", **named, PolicyName="own") == missing
    assert iam.refused(f"Delete{kind}Policy", **named, PolicyName="own") == missing


def test_an_inline_policy_must_be_one(iam, holder):
    kind, named = holder
    refused = iam.refused(f"Put{kind}Policy", **named, PolicyName="own", PolicyDocument="{")
    assert refused[0] == "MalformedPolicyDocument"


def test_inline_policies_share_one_quota(iam, holder, monkeypatch):
    kind, named = holder
    monkeypatch.setitem(QUOTAS, f"{kind}PolicySize", 100)
    put = getattr(iam, f"Put{kind}Policy")
    put(**named, PolicyName="one", PolicyDocument=EVERYTHING)
    refused = iam.refused(f"Put{kind}Policy", **named, PolicyName="two", PolicyDocument=EVERYTHING)
    assert refused == ("LimitExceeded", f"Maximum policy size of 100 bytes exceeded for {kind.lower()} Holder")
    put(**named, PolicyName="one", PolicyDocument=EVERYTHING)


def test_a_missing_holder_is_named(iam, holder):
    kind, _ = holder
    gone = {f"{kind}Name": "Nobody"}
    message = f"The {kind.lower()} with name Nobody cannot be found."
    for operation, more in (
        (f"Attach{kind}Policy", {"PolicyArn": READ_ONLY}),
        (f"Put{kind}Policy", {"PolicyName": "own", "PolicyDocument": EVERYTHING}),
        (f"List{kind}Policies", {}),
        (f"ListAttached{kind}Policies", {}),
    ):
        assert iam.refused(operation, **gone, **more) == ("NoSuchEntity", message)
