"""The policy summary: groups, access levels, resources and conditions, as "Understanding policy summaries" tells."""

import json

import pytest

from iamlab.policy import catalog
from iamlab.policy.summary import summarise

BUCKET, OBJECTS = "arn:aws:s3:::customer-bills", "arn:aws:s3:::customer-bills/*"


def summary_of(*statements):
    statements = [{"Effect": "Allow", "Resource": "*"} | statement for statement in statements]
    return summarise(json.dumps({"Version": "2012-10-17", "Statement": statements}))


def row_of(*statements):
    (row,) = summary_of(*statements).allowed
    return row


def managed(name):
    return summarise(catalog.managed_policy_document(f"arn:aws:iam::aws:policy/{name}"))


def test_the_administrator_has_full_access_to_every_service():
    summary = managed("AdministratorAccess")
    assert summary.allowed_services == summary.services == len(catalog.services())
    assert {(row.access, row.resource, row.condition) for row in summary.allowed} == {
        ("Full access", "All resources", "None")
    }
    assert (summary.denied, summary.uncategorized, summary.without_effect) == ([], [], False)


def test_the_power_user_manages_no_users():
    rows = {row.prefix: row.access for row in managed("PowerUserAccess").allowed}
    assert rows["s3"] == "Full access"
    assert rows["iam"].startswith("Limited: ")


@pytest.mark.parametrize(
    ("actions", "access"),
    [
        ("iam:*", "Full access"),
        ("s3:GetObject", "Limited: Read"),
        (["s3:GetObject", "s3:PutObject", "s3:ListBucket"], "Limited: List, Read, Write"),
        (["sts:AssumeRole", "sts:TagSession"], "Limited: Write, Tagging"),
        ("S3:getobject", "Limited: Read"),
    ],
)
def test_access_levels(actions, access):
    assert row_of({"Action": actions}).access == access


def test_a_level_is_full_when_all_its_actions_are_named():
    rows = {row.prefix: row.access for row in managed("AmazonS3ReadOnlyAccess").allowed}
    assert rows["s3"] == "Full: List Limited: Read"


def test_everything_but_some_actions():
    summary = summary_of({"NotAction": ["iam:*", "s3:Delete*"]})
    rows = {row.prefix: row for row in summary.allowed}
    assert "iam" not in rows
    assert rows["ec2"].access == "Full access"
    assert "Limited: " in rows["s3"].access
    assert summary.allowed_services == summary.services - 1


def test_denies_stand_apart():
    summary = summary_of({"Action": "s3:*"}, {"Effect": "Deny", "Action": "s3:DeleteBucket"})
    assert [(row.prefix, row.access) for row in summary.denied] == [("s3", "Limited: Write")]
    assert [(row.prefix, row.access) for row in summary.allowed] == [("s3", "Full access")]


@pytest.mark.parametrize(
    ("resources", "text"),
    [
        ("*", "All resources"),
        (OBJECTS, "BucketName | string like | customer-bills, ObjectName | string like | All"),
        ("arn:aws:s3:::customer-bills/${aws:username}/*",
         "BucketName | string like | customer-bills, ObjectName | string like | ${aws:username}/*"),
        ([OBJECTS, "arn:aws:s3:::other/*"], "Multiple"),
        ([OBJECTS, "arn:aws:sqs:eu-west-1:111122223333:queue"],
         "BucketName | string like | customer-bills, ObjectName | string like | All"),
    ],
)  # fmt: skip
def test_the_resource_column(resources, text):
    assert row_of({"Action": "s3:GetObject", "Resource": resources}).resource == text


def test_a_region_is_said_and_an_account_is_not():
    row = row_of({"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:bills"})
    assert row.resource == "Region | string like | eu-west-1, QueueName | string like | bills"


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ({}, "None"),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "aws:SourceIp | IpAddress | 203.0.113.0/24"),
        ({"Bool": {"aws:SecureTransport": True, "aws:MultiFactorAuthPresent": "true"}}, "Multiple"),
    ],
)
def test_the_condition_column(condition, text):
    assert row_of({"Action": "s3:GetObject", "Condition": condition}).condition == text


def test_statements_of_one_service_share_a_line():
    first = {"Action": "s3:GetObject", "Resource": OBJECTS}
    second = {"Action": "s3:ListBucket", "Resource": BUCKET, "Condition": {"StringLike": {"s3:prefix": "a/*"}}}
    row = row_of(first, second)
    assert (row.access, row.resource, row.condition) == ("Limited: List, Read", "Multiple", "Multiple")
    assert [(a.name, a.level, a.condition) for a in row.actions()] == [
        ("ListBucket", "List", "s3:prefix | StringLike | a/*"),
        ("GetObject", "Read", "None"),
    ]


def test_an_action_that_no_resource_fits_grants_nothing():
    """The bucket's own action does nothing on the bucket's objects."""
    summary = summary_of({"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": OBJECTS})
    (row,) = summary.allowed
    assert (row.access, row.lost) == ("Limited: Read", ["ListBucket"])
    assert summary.without_effect


def test_what_aws_does_not_know_is_listed():
    summary = summary_of({"Action": ["acme:Explode", "s3:Nothing", "s3:GetObject"]})
    assert [(row.prefix, row.unknown) for row in summary.uncategorized] == [("acme", ["acme:Explode"])]
    assert summary.allowed[0].unknown == ["s3:Nothing"]
    assert summary.without_effect


@pytest.mark.parametrize("element", ["Principal", "NotPrincipal", "NotResource"])
def test_some_elements_have_no_summary(element):
    summary = summary_of({"Action": "s3:*", element: "*"})
    assert element in summary.unsupported
    assert summary.allowed == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '"x"', "{}", '{"Statement": 3}', '{"Statement": [[], {"Action": {}}]}']
)
def test_a_broken_document_has_an_empty_summary(text):
    summary = summarise(text)
    assert (summary.allowed, summary.denied) == ([], [])


def test_every_managed_policy_has_a_summary():
    for arn in list(catalog.managed_policies())[::25]:
        summary = summarise(catalog.managed_policy_document(arn))
        assert summary.unsupported or summary.allowed or summary.denied or summary.uncategorized
        for row in (*summary.allowed, *summary.denied):
            assert row.access
            assert row.resource
