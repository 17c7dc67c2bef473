"""Facts of the service authorisation reference, as the catalogue must know them."""

import pytest

from iamlab.policy import catalog


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("s3:GetObject", "Read"),
        ("s3:PutObject", "Write"),
        ("s3:ListAllMyBuckets", "List"),
        ("s3:PutBucketPolicy", "Permissions management"),
        ("iam:CreateUser", "Write"),
        ("iam:AttachUserPolicy", "Permissions management"),
        ("iam:TagUser", "Tagging"),
        ("iam:ListUsers", "List"),
        ("iam:PassRole", "Write"),
        ("ec2:RunInstances", "Write"),
        ("sts:AssumeRole", "Write"),
        ("kms:Decrypt", "Write"),
    ],
)
def test_an_action_has_its_access_level(action, level):
    assert catalog.action(action).access_level == level


def test_an_action_is_found_in_any_case_and_named_as_aws_writes_it():
    assert catalog.action("S3:putOBJECT").full_name == "s3:PutObject"
    assert catalog.real_name("IAM:createuser") == "iam:CreateUser"


@pytest.mark.parametrize("text", ["s3:PutObjects", "nosuch:Thing", "s3", "", "*", "s3:*", ":", "s3:PutObject:x"])
def test_what_is_no_action_is_none(text):
    assert catalog.action(text) is None
    assert catalog.real_name(text) is None


def test_an_action_knows_its_resource_types():
    resources = {r.type.name: r for r in catalog.action("s3:GetObject").resource_types}
    assert resources["object"].type.arn == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    bucket = next(r for r in catalog.action("s3:ListBucket").resource_types if r.type.name == "bucket")
    assert bucket.type.arn == "arn:${Partition}:s3:::${BucketName}"
    user = catalog.action("iam:CreateUser").resource_types
    assert [(r.type.name, r.type.arn) for r in user] == [
        ("user", "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}")
    ]


@pytest.mark.parametrize(
    "action", ["s3:ListAllMyBuckets", "iam:ListUsers", "sts:GetCallerIdentity", "ec2:DescribeVpcs"]
)
def test_an_action_on_star_alone_has_no_resource_type(action):
    assert catalog.action(action).resource_types == ()


def test_running_an_instance_takes_several_resource_types():
    types = {r.type.name for r in catalog.action("ec2:RunInstances").resource_types if r.required}
    assert types >= {"image", "instance", "network-interface", "security-group", "subnet"}


def test_actions_know_their_condition_keys():
    assert "s3:prefix" in catalog.action("s3:ListBucket").condition_keys
    assert "iam:PassedToService" in catalog.action("iam:PassRole").condition_keys
    assert "sts:ExternalId" in catalog.action("sts:AssumeRole").condition_keys


def test_services_have_names():
    services = catalog.services()
    assert services["s3"] == "Amazon S3"
    assert services["iam"] == "AWS Identity and Access Management (IAM)"
    assert list(services) == sorted(services)
    assert len(services) > 400


def test_names_levels_and_details_go_together():
    assert len(list(catalog.all_action_names())) > 20_000
    for prefix in ("iam", "s3", "ec2"):
        actions = catalog.actions(prefix)
        assert catalog.action_names(prefix) == tuple(actions)
        assert catalog.access_levels(prefix) == tuple(action.access_level for action in actions.values())


def test_every_service_reads():
    names = [action.full_name for action in catalog.all_actions()]
    assert names == list(catalog.all_action_names())


def test_an_unknown_service_is_empty():
    assert catalog.actions("nosuch") == {}
    assert catalog.action_names("nosuch") == ()
    assert catalog.access_levels("nosuch") == ()
    assert catalog.resource_types("nosuch") == {}


def test_resource_control_policies_cover_the_first_five_services():
    assert catalog.rcp_services() >= {"s3", "sts", "kms", "sqs", "secretsmanager"}
    assert "iam" not in catalog.rcp_services()
