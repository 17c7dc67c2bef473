"""What S3 refuses, in its words: as LocalStack recorded AWS's answers, or has them in its source, for its tests."""

import pytest

from tests import boto
from tests.services.cloud import refusal

pytestmark = pytest.mark.django_db
BUCKET = "customer-bills"
HERE = {"Bucket": BUCKET}
RULE = {"ID": "a", "Filter": {"Prefix": ""}, "Status": "Enabled", "Expiration": {"Days": 1}}


@pytest.fixture
def s3(cloud):
    """A client that sends what AWS has to refuse."""
    made = boto.client("s3", cloud.root, parameter_validation=False)
    made.create_bucket(Bucket=BUCKET)
    return made


def told(call, **params):
    """An error's code and message."""
    found = refusal(call, **params)["Error"]
    return found["Code"], found["Message"]


MALFORMED = (
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
)


def test_an_owner_is_an_account(s3):
    assert told(s3.get_bucket_location, **HERE, ExpectedBucketOwner="mario") == (
        "InvalidBucketOwnerAWSAccountID",
        "The value of the expected bucket owner parameter must be an AWS Account ID... [mario]",
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("analytics", MALFORMED),
        ("intelligent_tiering", MALFORMED),
        ("inventory", ("IdMismatch", "Document ID does not match the specified configuration ID.")),
    ],
)
def test_a_configuration_has_one_id(s3, kind, expected):
    documents = {
        "analytics": {"StorageClassAnalysis": {}},
        "intelligent_tiering": {"Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]},
        "inventory": inventory(),
    }
    title = "".join(word.capitalize() for word in kind.split("_")) + "Configuration"
    document = {**documents[kind], "Id": "b"}
    put = getattr(s3, f"put_bucket_{kind}_configuration")
    assert told(put, **HERE, Id="a", **{title: document}) == expected
    put(**HERE, Id="b", **{title: document})


def inventory(bucket=f"arn:aws:s3:::{BUCKET}"):
    return {
        "Id": "a",
        "Destination": {"S3BucketDestination": {"Bucket": bucket, "Format": "CSV"}},
        "IsEnabled": True,
        "IncludedObjectVersions": "All",
        "Schedule": {"Frequency": "Daily"},
    }


def test_an_inventory_goes_to_a_bucket_by_its_arn(s3):
    wrong = told(
        s3.put_bucket_inventory_configuration, **HERE, Id="a", InventoryConfiguration=inventory("customer-bills")
    )
    assert wrong == ("InvalidS3DestinationBucket", "Invalid bucket ARN.")


PROTOCOL = (
    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically."
)
EMPTY = (
    "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't be "
    "present."
)
BOTH = "You can only define ReplaceKeyPrefix or ReplaceKey but not both."


@pytest.mark.parametrize(
    ("website", "expected"),
    [
        ({"RedirectAllRequestsTo": {"HostName": "a.example", "Protocol": "ftp"}}, ("InvalidRequest", PROTOCOL)),
        ({"RedirectAllRequestsTo": {"Protocol": "http"}}, MALFORMED),
        ({"RoutingRules": []}, MALFORMED),
        ({"RoutingRules": [{"Condition": {}, "Redirect": {"HostName": "a.example"}}]}, ("InvalidRequest", EMPTY)),
        (
            {"RoutingRules": [{"Redirect": {"ReplaceKeyWith": "a", "ReplaceKeyPrefixWith": "b"}}]},
            ("InvalidRequest", BOTH),
        ),
        ({"RoutingRules": [{"Redirect": {"Protocol": "ftp"}}]}, ("InvalidRequest", PROTOCOL)),
        ({"ErrorDocument": {}}, MALFORMED),
    ],
)
def test_web_sites_that_are_none(s3, website, expected):
    index = {} if "RedirectAllRequestsTo" in website else {"IndexDocument": {"Suffix": "index.html"}}
    assert told(s3.put_bucket_website, **HERE, WebsiteConfiguration={**index, **website}) == expected


def test_arguments_of_a_web_site_are_named(s3):
    both = {"IndexDocument": {"Suffix": "a"}, "RedirectAllRequestsTo": {"HostName": "a.example"}}
    wrong = refusal(s3.put_bucket_website, **HERE, WebsiteConfiguration=both)["Error"]
    assert (wrong["ArgumentName"], wrong["ArgumentValue"]) == ("RedirectAllRequestsTo", "not null")
    wrong = refusal(s3.put_bucket_website, **HERE, WebsiteConfiguration={"ErrorDocument": {"Key": "a"}})["Error"]
    assert (wrong["ArgumentName"], wrong["ArgumentValue"]) == ("IndexDocument", "null")


def test_tags_of_a_lifecycle_rule_are_different(s3):
    tag = {"Key": "a", "Value": "b"}
    rules = {"Rules": [{**RULE, "Filter": {"And": {"Prefix": "x", "Tags": [tag, tag]}}}]}
    put = s3.put_bucket_lifecycle_configuration
    assert told(put, **HERE, LifecycleConfiguration=rules) == ("InvalidRequest", "Duplicate Tag Keys are not allowed.")


def test_a_least_size_that_there_is_not(s3):
    wrong = told(
        s3.put_bucket_lifecycle_configuration,
        **HERE,
        LifecycleConfiguration={"Rules": [RULE]},
        TransitionDefaultMinimumObjectSize="a",
    )
    assert wrong == ("InvalidRequest", "Invalid TransitionDefaultMinimumObjectSize found: a")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"Name": "a", "Value": "b"}, ("InvalidArgument", "filter rule name must be either prefix or suffix")),
        ({"Name": "prefix"}, MALFORMED),
    ],
)
def test_what_filters_notifications(s3, rule, expected):
    topic = {
        "TopicArn": "arn:aws:sns:us-east-1:111122223333:bills",
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [rule]}},
    }
    wanted = {"TopicConfigurations": [topic]}
    put = s3.put_bucket_notification_configuration
    assert told(put, **HERE, NotificationConfiguration=wanted, SkipDestinationValidation=True) == expected


def test_filters_are_told_as_s3_spells_them(s3):
    """Prefix and Suffix come back with a capital, however they were sent."""
    topic = {
        "TopicArn": "arn:aws:sns:us-east-1:111122223333:bills",
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "2026/"}]}},
    }
    wanted = {"TopicConfigurations": [topic]}
    s3.put_bucket_notification_configuration(**HERE, NotificationConfiguration=wanted, SkipDestinationValidation=True)
    (kept,) = s3.get_bucket_notification_configuration(**HERE)["TopicConfigurations"]
    assert kept["Filter"] == {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "2026/"}]}}


def test_a_mode_that_there_is_not(cloud):
    s3 = boto.client("s3", cloud.root)
    s3.create_bucket(**HERE, ObjectLockEnabledForBucket=True)
    wrong = refusal(s3.put_object, **HERE, Key="a", ObjectLockMode="FOR_EVER", ObjectLockRetainUntilDate="2099-01-01")
    wrong = wrong["Error"]
    assert (wrong["Code"], wrong["Message"]) == ("InvalidArgument", "Unknown wormMode directive.")
    assert (wrong["ArgumentName"], wrong["ArgumentValue"]) == ("x-amz-object-lock-mode", "FOR_EVER")


def test_a_copy_names_a_key(s3):
    wrong = refusal(s3.copy_object, **HERE, Key="a", CopySource=BUCKET)["Error"]
    assert (wrong["Code"], wrong["Message"]) == ("InvalidArgument", "Invalid copy source object key")
    assert (wrong["ArgumentName"], wrong["ArgumentValue"]) == ("x-amz-copy-source", "x-amz-copy-source")


def test_of_many_none_is_deleted_on_conditions_of_directory_buckets(s3):
    """S3 API Reference: "ObjectIdentifier": Size and LastModifiedTime are for directory buckets only."""
    s3.put_object(**HERE, Key="a", Body=b"1")
    s3.put_object(**HERE, Key="b", Body=b"1")
    answer = s3.delete_objects(**HERE, Delete={"Objects": [{"Key": "a", "Size": 1}, {"Key": "b"}]})
    assert [one["Key"] for one in answer["Deleted"]] == ["b"]
    assert [(one["Key"], one["Code"]) for one in answer["Errors"]] == [("a", "NotImplemented")]


def test_buckets_of_a_region_are_asked_for_there(cloud, s3):
    """S3 API Reference: "ListBuckets": no Regional endpoint that is different from the bucket-region parameter."""
    wrong = refusal(s3.list_buckets, BucketRegion="eu-west-1")["Error"]
    assert (wrong["Code"], wrong["ArgumentName"]) == ("InvalidArgument", "bucket-region")
    there = boto.client("s3", cloud.root, region="eu-west-1")
    assert there.list_buckets(BucketRegion="eu-west-1")["Buckets"] == []


def test_a_location_that_is_none_is_named(s3):
    """As LocalStack recorded it: us-east-1 is no constraint."""
    where = {"LocationConstraint": "us-east-1"}
    wrong = refusal(s3.create_bucket, Bucket="other-bills", CreateBucketConfiguration=where)["Error"]
    assert (wrong["Code"], wrong["LocationConstraint"]) == ("InvalidLocationConstraint", "us-east-1")
