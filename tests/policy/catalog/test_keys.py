"""Condition keys: types and the number of values, from AWS's pages on global and service keys."""

import pytest

from iamlab.policy import catalog


@pytest.mark.parametrize(
    ("name", "kind", "multivalued"),
    [
        ("aws:SourceIp", "IpAddress", False),
        ("aws:PrincipalArn", "Arn", False),
        ("aws:PrincipalOrgPaths", "String", True),
        ("aws:TagKeys", "String", True),
        ("aws:CalledVia", "String", True),
        ("aws:CalledViaFirst", "String", False),
        ("aws:MultiFactorAuthPresent", "Bool", False),
        ("aws:MultiFactorAuthAge", "Numeric", False),
        ("aws:CurrentTime", "Date", False),
        ("aws:PrincipalServiceNamesList", "String", True),
        ("aws:SourceArn", "Arn", False),
        ("s3:prefix", "String", False),
        ("s3:max-keys", "Numeric", False),
        ("s3:RequestObjectTagKeys", "String", True),
        ("kms:EncryptionContextKeys", "String", True),
        ("kms:GrantOperations", "String", True),
        ("sts:TransitiveTagKeys", "String", True),
        ("sts:ExternalId", "String", False),
        ("dynamodb:LeadingKeys", "String", True),
        ("iam:PolicyARN", "Arn", False),
        ("cognito-identity.amazonaws.com:amr", "String", True),
        ("saml:sub", "String", False),
    ],
)
def test_a_key_has_its_type_and_number_of_values(name, kind, multivalued):
    key = catalog.condition_key(name)
    assert (key.type, key.multivalued) == (kind, multivalued)


def test_key_names_are_found_in_any_case():
    assert catalog.condition_key("AWS:sourceIP").name == "aws:SourceIp"


def test_a_tag_key_belongs_to_its_family():
    assert catalog.condition_key("aws:PrincipalTag/Team").name == "aws:PrincipalTag/${TagKey}"
    assert catalog.condition_key("s3:ExistingObjectTag/Public").type == "String"
    assert catalog.condition_key("aws:PrincipalTag/") is None


@pytest.mark.parametrize("name", ["aws:SourceIP4", "s3:bucket-colour", "SourceIp", "", "aws:", ":"])
def test_an_invented_key_is_none(name):
    assert catalog.condition_key(name) is None


def test_only_keys_of_every_service_are_global():
    assert catalog.condition_key("aws:username").is_global
    assert not catalog.condition_key("s3:prefix").is_global
    assert all(key.is_global for key in catalog.global_keys())
    assert catalog.condition_key("aws:userid") in catalog.global_keys()


def test_a_name_is_compared_with_a_family():
    assert catalog.names_key("aws:RequestTag/${TagKey}", "aws:requesttag/Team")
    assert not catalog.names_key("aws:RequestTag/${TagKey}", "aws:RequestTag/")
    assert catalog.names_key("s3:prefix", "S3:Prefix")
