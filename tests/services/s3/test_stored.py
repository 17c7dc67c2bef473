"""Settings of buckets that are checked, kept and shown."""

from datetime import UTC, datetime

import pytest

from tests.services.cloud import refusal

pytestmark = pytest.mark.django_db
BUCKET = "customer-bills"
HERE = {"Bucket": BUCKET}


@pytest.fixture
def s3(cloud):
    made = cloud.client("s3")
    made.create_bucket(**HERE)
    return made


def code(call, **params):
    return refusal(call, **HERE, **params)["Error"]["Code"]


def test_cors_rules_come_and_go(s3):
    assert code(s3.get_bucket_cors) == "NoSuchCORSConfiguration"
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://bills.example"], "MaxAgeSeconds": 60}
    s3.put_bucket_cors(**HERE, CORSConfiguration={"CORSRules": [rule]})
    assert s3.get_bucket_cors(**HERE)["CORSRules"] == [rule]
    s3.delete_bucket_cors(**HERE)
    assert code(s3.get_bucket_cors) == "NoSuchCORSConfiguration"


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ([], "MalformedXML"),
        ([{"AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"]}], "InvalidRequest"),
        ([{"AllowedMethods": ["GET"], "AllowedOrigins": ["*.a.*"]}], "InvalidRequest"),
    ],
)
def test_cors_rules_that_are_none(s3, rules, wrong):
    assert code(s3.put_bucket_cors, CORSConfiguration={"CORSRules": rules}) == wrong


def test_lifecycle_rules_get_ids_and_keep_dates(s3):
    when = datetime(2030, 1, 1, tzinfo=UTC)
    rule = {"Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Date": when}}
    put = s3.put_bucket_lifecycle_configuration(**HERE, LifecycleConfiguration={"Rules": [rule]})
    assert put["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    (kept,) = s3.get_bucket_lifecycle_configuration(**HERE)["Rules"]
    assert kept.pop("ID")
    assert kept == rule
    s3.delete_bucket_lifecycle(**HERE)
    assert code(s3.get_bucket_lifecycle_configuration) == "NoSuchLifecycleConfiguration"


TAG = {"Tag": {"Key": "a", "Value": "b"}}
RULE = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ([{**RULE, "Prefix": "a"}], "MalformedXML"),
        ([{**RULE, "Filter": {"Prefix": "a", "Tag": {"Key": "a", "Value": "b"}}}], "MalformedXML"),
        ([{**RULE, "Expiration": {"Days": 1, "ExpiredObjectDeleteMarker": True}}], "MalformedXML"),
        ([{**RULE, "Expiration": {"Days": 0}}], "InvalidArgument"),
        ([{**RULE, "Expiration": {"Date": datetime(2030, 1, 1, 5)}}], "InvalidArgument"),
        ([{"Status": "Enabled", "Filter": {"Prefix": ""}}], "InvalidRequest"),
        ([{**RULE, "ID": "a"}, {**RULE, "ID": "a"}], "InvalidArgument"),
        ([{**RULE, "Transitions": [{"Days": 29, "StorageClass": "STANDARD_IA"}]}], "InvalidArgument"),
        (
            [{**RULE, "NoncurrentVersionTransitions": [{"NoncurrentDays": 29, "StorageClass": "ONEZONE_IA"}]}],
            "InvalidArgument",
        ),
        (
            [{**RULE, "Filter": TAG, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}],
            "InvalidRequest",
        ),
        ([{**RULE, "Filter": TAG, "Expiration": {"ExpiredObjectDeleteMarker": True}}], "InvalidRequest"),
        ([{**RULE, "NoncurrentVersionExpiration": {"NoncurrentDays": 0}}], "InvalidArgument"),
        (
            [{**RULE, "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 101}}],
            "InvalidArgument",
        ),
        ([{**RULE, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 0}}], "InvalidArgument"),
        ([{**RULE, "Transitions": [{"Days": -1, "StorageClass": "GLACIER"}]}], "InvalidArgument"),
        ([{**RULE, "Filter": {"And": {"ObjectSizeGreaterThan": 9, "ObjectSizeLessThan": 9}}}], "InvalidRequest"),
        ([RULE, {"ID": "old", "Prefix": "a", "Status": "Enabled", "Expiration": {"Days": 1}}], "InvalidRequest"),
    ],
)
def test_lifecycle_rules_that_are_none(s3, rules, wrong):
    assert code(s3.put_bucket_lifecycle_configuration, LifecycleConfiguration={"Rules": rules}) == wrong


TO_GLACIER = {"Days": 30, "StorageClass": "GLACIER"}
LATER = {"Date": datetime(2030, 1, 1, tzinfo=UTC), "StorageClass": "DEEP_ARCHIVE"}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            {"Transitions": [TO_GLACIER], "Expiration": {"Days": 30}},
            "'Days' in the Expiration action for filter '(prefix=old/)' must be greater than 'Days' in the Transition "
            "action",
        ),
        (
            {"Transitions": [LATER], "Expiration": {"Date": datetime(2030, 1, 1, tzinfo=UTC)}},
            "'Date' in the Expiration action for filter '(prefix=old/)' must be greater than 'Date' in the Transition "
            "action",
        ),
        (
            {"Transitions": [TO_GLACIER, {**TO_GLACIER, "Days": 60}]},
            "'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter '(prefix=old/)'",
        ),
        (
            {"Transitions": [TO_GLACIER, LATER]},
            "Found mixed 'Date' and 'Days' based Transition actions in lifecycle rule for filter '(prefix=old/)'",
        ),
        (
            {"Transitions": [LATER], "Expiration": {"Days": 900}},
            "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for filter "
            "'(prefix=old/)'",
        ),
    ],
)
def test_what_a_rule_does_has_an_order(s3, rule, told):
    """User Guide: objects may not expire before they are moved; days and dates are not mixed in a rule."""
    rules = {"Rules": [{"Status": "Enabled", "Filter": {"Prefix": "old/"}, **rule}]}
    wrong = refusal(s3.put_bucket_lifecycle_configuration, **HERE, LifecycleConfiguration=rules)["Error"]
    assert wrong["Message"] == told


def test_dates_that_are_kept_can_be_put_anew(s3):
    rule = {"ID": "a", "Status": "Enabled", "Filter": {"Prefix": ""}, "Transitions": [LATER],
            "Expiration": {"Date": datetime(2031, 1, 1, tzinfo=UTC)}}  # fmt: skip
    for _ in range(2):
        s3.put_bucket_lifecycle_configuration(**HERE, LifecycleConfiguration={"Rules": [rule]})
        (rule,) = s3.get_bucket_lifecycle_configuration(**HERE)["Rules"]
    assert rule["Transitions"] == [LATER]


def test_a_web_site_has_an_index_or_goes_elsewhere(s3):
    s3.put_bucket_website(**HERE, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    assert s3.get_bucket_website(**HERE)["IndexDocument"] == {"Suffix": "index.html"}
    both = {"IndexDocument": {"Suffix": "index.html"}, "RedirectAllRequestsTo": {"HostName": "bills.example"}}
    assert code(s3.put_bucket_website, WebsiteConfiguration=both) == "InvalidArgument"
    assert code(s3.put_bucket_website, WebsiteConfiguration={"ErrorDocument": {"Key": "a"}}) == "InvalidArgument"


def test_logs_go_to_a_bucket_of_ones_own_in_the_region(s3):
    far = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    s3.create_bucket(Bucket="far-logs", **far)
    s3.create_bucket(Bucket="near-logs")

    def status(bucket):
        return {"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "a/"}}

    s3.put_bucket_logging(**HERE, BucketLoggingStatus=status("near-logs"))
    assert s3.get_bucket_logging(**HERE)["LoggingEnabled"] == status("near-logs")["LoggingEnabled"]
    assert code(s3.put_bucket_logging, BucketLoggingStatus=status("far-logs")) == "CrossLocationLoggingProhibitted"
    assert code(s3.put_bucket_logging, BucketLoggingStatus=status("no-logs")) == "InvalidTargetBucketForLogging"
    s3.put_bucket_logging(**HERE, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(**HERE)


def test_destinations_of_notifications_do_not_exist(s3):
    topic = {"TopicArn": "arn:aws:sns:us-east-1:111122223333:bills", "Events": ["s3:ObjectCreated:*"]}
    wanted = {"TopicConfigurations": [topic]}
    assert code(s3.put_bucket_notification_configuration, NotificationConfiguration=wanted) == "InvalidArgument"
    s3.put_bucket_notification_configuration(**HERE, NotificationConfiguration=wanted, SkipDestinationValidation=True)
    (kept,) = s3.get_bucket_notification_configuration(**HERE)["TopicConfigurations"]
    assert kept.pop("Id")
    assert kept == topic


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("arn:aws:{}:us-east-1:111122223333:bills", "The ARN is not well formed"),
        ("arn:aws:sns:eu-west-1:111122223333:bills", "The notification destination service region is not valid"),
        ("arn:aws:sns:us-east-1:111122223333:bills", "Unable to validate the following destination configurations"),
    ],
)
def test_what_is_wrong_with_a_destination_is_told(s3, arn, message):
    wanted = {"TopicConfigurations": [{"TopicArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    wrong = refusal(s3.put_bucket_notification_configuration, **HERE, NotificationConfiguration=wanted)["Error"]
    assert (wrong["Code"], wrong["Message"][: len(message)]) == ("InvalidArgument", message)


def test_an_event_that_there_is_not(s3):
    topic = {"TopicArn": "arn:aws:sns:us-east-1:111122223333:bills", "Events": ["s3:Bill:*"]}
    wrong = refusal(
        s3.put_bucket_notification_configuration, **HERE, NotificationConfiguration={"TopicConfigurations": [topic]}
    )["Error"]
    assert (wrong["Code"], wrong["Message"]) == (
        "InvalidArgument",
        "A specified event is not supported for notifications.",
    )


def test_acceleration_and_who_pays(s3):
    assert "Status" not in s3.get_bucket_accelerate_configuration(**HERE)
    s3.put_bucket_accelerate_configuration(**HERE, AccelerateConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_accelerate_configuration(**HERE)["Status"] == "Enabled"
    s3.put_bucket_accelerate_configuration(**HERE, AccelerateConfiguration={"Status": "Suspended"})
    assert s3.get_bucket_accelerate_configuration(**HERE)["Status"] == "Suspended"
    assert s3.get_bucket_request_payment(**HERE)["Payer"] == "BucketOwner"
    s3.put_bucket_request_payment(**HERE, RequestPaymentConfiguration={"Payer": "Requester"})
    assert s3.get_bucket_request_payment(**HERE)["Payer"] == "Requester"
