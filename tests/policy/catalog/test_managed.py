"""AWS managed policies as the IAM console lists them."""

import json
from datetime import UTC, datetime

import pytest

from iamlab.policy import catalog

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def document(arn):
    return json.loads(catalog.managed_policy_document(arn))


def test_the_administrators_policy():
    policy = catalog.managed_policy(ADMINISTRATOR)
    assert (policy.name, policy.path, policy.version) == ("AdministratorAccess", "/", "v1")
    assert policy.created == datetime(2015, 2, 6, 18, 39, 46, tzinfo=UTC)
    assert policy.description
    assert document(ADMINISTRATOR) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }


def test_elements_stand_in_aws_order():
    text = catalog.managed_policy_document(ADMINISTRATOR)
    assert text.index("Version") < text.index("Effect") < text.index("Action") < text.index("Resource")


def test_read_only_access_to_s3_reads_and_writes_nothing():
    (statement,) = document("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")["Statement"]
    assert {"s3:Get*", "s3:List*"} <= set(statement["Action"])
    assert not any(action.startswith(("s3:Put", "s3:Delete")) for action in statement["Action"])


@pytest.mark.parametrize(
    "path",
    [
        "AdministratorAccess",
        "PowerUserAccess",
        "ReadOnlyAccess",
        "SecurityAudit",
        "job-function/Billing",
        "job-function/DatabaseAdministrator",
        "job-function/DataScientist",
        "job-function/NetworkAdministrator",
        "job-function/SupportUser",
        "job-function/SystemAdministrator",
        "job-function/ViewOnlyAccess",
    ],
)
def test_job_functions(path):
    """The page "AWS managed policies for job functions" lists these."""
    assert catalog.managed_policy(f"arn:aws:iam::aws:policy/{path}").is_job_function


@pytest.mark.parametrize("path", ["IAMFullAccess", "AmazonS3FullAccess", "service-role/AWSLambdaBasicExecutionRole"])
def test_other_policies_are_no_job_functions(path):
    assert not catalog.managed_policy(f"arn:aws:iam::aws:policy/{path}").is_job_function


def test_all_policies_are_there_in_the_order_of_names():
    policies = catalog.managed_policies()
    assert len(policies) >= 1_582
    names = [policy.name.lower() for policy in policies.values()]
    assert names == sorted(names)
    assert all(arn == policy.arn for arn, policy in policies.items())


def test_every_document_is_a_policy():
    for arn in catalog.managed_policies():
        assert document(arn)["Statement"]


def test_an_unknown_arn():
    assert catalog.managed_policy("arn:aws:iam::aws:policy/NoSuchPolicy") is None
    with pytest.raises(KeyError):
        catalog.managed_policy_document("arn:aws:iam::123456789012:policy/AdministratorAccess")
