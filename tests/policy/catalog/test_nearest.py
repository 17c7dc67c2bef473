"""What somebody meant who wrote an action or a service that does not exist."""

import pytest

from iamlab.policy import catalog


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("s3:PutObjekt", "s3:PutObject"),
        ("s3:GetObjects", "s3:GetObject"),
        ("iam:CreateUsers", "iam:CreateUser"),
        ("IAM:AttachUserPolices", "iam:AttachUserPolicy"),
        ("ec2:DescribeInstence", "ec2:DescribeInstances"),
        ("dynamo:PutItem", "dynamodb:PutItem"),
        ("amazons3:GetObject", "s3:GetObject"),
        ("stepfunctions:StartExecution", "states:StartExecution"),
    ],
)
def test_a_slip_of_the_pen_is_mended(written, meant):
    assert catalog.nearest_action(written) == meant


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("s3:ListBuckets", "s3:ListAllMyBuckets"),
        ("s3:ListObjectsV2", "s3:ListBucket"),
        ("s3:HeadObject", "s3:GetObject"),
        ("s3:DeleteObjects", "s3:DeleteObject"),
        ("lambda:Invoke", "lambda:InvokeFunction"),
    ],
)
def test_an_operation_leads_to_the_action_that_it_needs(operation, action):
    assert catalog.nearest_action(operation) == action


def test_an_action_under_the_wrong_service_is_found_in_its_own():
    assert catalog.nearest_action("iam:PutObject") == "s3:PutObject"
    assert catalog.nearest_action("iam:AssumeRole") == "sts:AssumeRole"
    assert catalog.nearest_action("CreateUser") == "iam:CreateUser"


@pytest.mark.parametrize("text", ["", ":", "s3:", "iam:qwertzuiop", "x" * 10_000, "s3:" + "Put" * 5_000])
def test_what_resembles_nothing_is_none(text):
    assert catalog.nearest_action(text) is None


def test_every_replacement_is_a_real_action():
    from iamlab.policy.catalog.nearest import OPERATIONS, PREFIXES

    assert [name for name in OPERATIONS.values() if catalog.real_name(name) != name] == []
    assert [prefix for prefix in PREFIXES.values() if prefix not in catalog.services()] == []
    assert [prefix for prefix in PREFIXES if prefix in catalog.services()] == []
    assert [name for name in OPERATIONS if catalog.real_name(name)] == []


@pytest.mark.parametrize(
    ("written", "meant"), [("dynamo", "dynamodb"), ("Lambda", "lambda"), ("efs", "elasticfilesystem"), ("zzzzzz", None)]
)
def test_the_nearest_service(written, meant):
    assert catalog.nearest_service(written) == meant
