"""What is offered at a place of a document. Expected names are of AWS's Service Authorization Reference."""

import pytest

from iamlab.policy.complete import offers


def texts(path: str, typed: str = "", kind: str = "identity", **more) -> list[str]:
    return [text for text, _ in offers(path.split("/"), typed, kind, **more).texts]


@pytest.mark.parametrize(
    ("path", "kind", "offered", "not_offered"),
    [
        ("", "identity", "Statement", "Effect"),
        ("Version", "identity", "2012-10-17", "2008-10-17"),
        ("Statement/", "identity", "NotAction", "Principal"),
        ("Statement/", "bucket", "Principal", "Version"),
        ("Statement/", "scp", "Action", "Principal"),
        ("Statement/", "trust", "Principal", "Resource"),
        ("Statement/Effect", "identity", "Deny", "deny"),
        ("Statement/Principal/", "trust", "Federated", "*"),
        ("Statement/Condition/", "identity", "StringNotEqualsIfExists", "NullIfExists"),
        ("Statement/Condition/", "identity", "ForAnyValue:StringLike", "ForAnyValue:Null"),
        ("Statement/Condition/Bool/aws:SecureTransport", "identity", "true", "True"),
    ],
)
def test_names_that_aws_takes_there_are_offered_and_no_others(path, kind, offered, not_offered):
    found = texts(path, kind=kind)
    assert offered in found
    assert not_offered not in found


def test_services_first_then_the_actions_of_the_one_that_was_typed():
    assert dict(offers(["Statement", "Action"], "s", "identity").texts)["s3:"] == "Amazon S3"
    found = offers(["Statement", "NotAction"], "S3:Pu", "identity")
    assert found.prefix == "s3:"
    assert dict(found.texts)["s3:PutObject"] == "Write"
    assert dict(found.texts)["s3:*"] == "All actions"
    assert "iam:ListUsers" not in dict(found.texts)


def test_a_trust_policy_is_offered_actions_of_sts_alone():
    found = texts("Statement/Action", kind="trust")
    assert "sts:AssumeRole" in found
    assert all(text.startswith("sts:") for text in found)


def test_arns_of_the_statements_services_are_offered_with_the_account_filled_in():
    found = texts("Statement/Resource", services=["s3", "iam"], account="111122223333")
    assert found[0] == "*"
    assert "arn:aws:s3:::BucketName/ObjectName" in found
    assert "arn:aws:iam::111122223333:user/UserNameWithPath" in found


def test_condition_keys_are_the_global_ones_and_those_of_the_statements_services():
    found = texts("Statement/Condition/StringEquals/", services=["s3"])
    assert "aws:PrincipalTag/${TagKey}" in found
    assert "s3:x-amz-acl" in found
    assert not any(text.startswith("iam:") for text in found)


@pytest.mark.parametrize("path", ["Id", "Statement/Sid", "Nothing/Known", "a/" * 200])
def test_elsewhere_nothing_is_offered(path):
    assert texts(path, typed="s3:", services=["no-such-service"]) == []
