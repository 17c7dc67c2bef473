"""Log files of trails: when they come, what is in them, and what selectors let through."""

import gzip
import json
from datetime import UTC, datetime
from math import ceil

import pytest
from django.db.models import F

from iamlab.services.accounts.models import Sandbox
from tests import boto
from tests.services.cloud import ACCOUNT, refusal

pytestmark = pytest.mark.django_db
LOGS, BUCKET = "bill-logs", "customer-bills"
ALL_OBJECTS = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{BUCKET}/"]}


def policy(bucket=LOGS):
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {**service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"},
                {
                    **service,
                    "Action": "s3:PutObject",
                    "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{ACCOUNT}/*",
                    "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
                },
            ],
        }
    )


class Logged:
    """An account with a trail that logs into a bucket of its own."""

    def __init__(self, cloud):
        self.later(5 - datetime.now(UTC).timestamp() % 300 / 60)  # five minutes begin now
        self.s3, self.trail, self.iam = cloud.client("s3"), cloud.client("cloudtrail"), cloud.client("iam")
        for bucket in (LOGS, BUCKET):
            self.s3.create_bucket(Bucket=bucket)
        self.s3.put_bucket_policy(Bucket=LOGS, Policy=policy())
        self.trail.create_trail(Name="bills", S3BucketName=LOGS)
        self.trail.start_logging(Name="bills")

    def later(self, minutes=5):
        Sandbox.objects.filter(accounts=ACCOUNT).update(clock_offset=F("clock_offset") + ceil(minutes * 60))

    def files(self):
        return [one["Key"] for one in self.s3.list_objects_v2(Bucket=LOGS).get("Contents", [])]

    def names(self):
        """What the log files tell of, in their order."""
        found = []
        for key in self.files():
            body = self.s3.get_object(Bucket=LOGS, Key=key)["Body"].read()
            found += [record["eventName"] for record in json.loads(gzip.decompress(body))["Records"]]
        return found


@pytest.fixture
def logged(cloud):
    return Logged(cloud)


def test_log_files_come_every_five_minutes_under_awss_names(logged):
    logged.iam.create_user(UserName="mario")
    logged.later()
    (key,) = logged.files()
    start, _, name = key.rpartition("/")
    assert start.startswith(f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/")
    assert name.startswith(f"{ACCOUNT}_CloudTrail_us-east-1_") and name.endswith(".json.gz")
    told = logged.s3.head_object(Bucket=LOGS, Key=key)
    assert (told["ContentType"], told["ContentEncoding"]) == ("application/json", "gzip")
    assert logged.names()[:2] == ["StartLogging", "CreateUser"]
    assert len(logged.files()) == 1  # nothing more before five minutes are over
    logged.later()
    assert len(logged.files()) == 2


def test_nothing_comes_before_its_time(logged):
    logged.iam.create_user(UserName="mario")
    status = logged.trail.get_trail_status(Name="bills")
    assert status["IsLogging"] is True
    assert "LatestDeliveryError" not in status


def test_a_policy_that_keeps_cloudtrail_out_keeps_the_files_out(logged):
    logged.s3.delete_bucket_policy(Bucket=LOGS)
    logged.later()
    assert logged.files() == []
    status = logged.trail.get_trail_status(Name="bills")
    assert status["LatestDeliveryError"] == "AccessDenied"
    assert status["LatestDeliveryAttemptTime"]
    logged.s3.put_bucket_policy(Bucket=LOGS, Policy=policy())
    logged.later()
    assert "DeleteBucketPolicy" in logged.names()  # what waited comes too


def test_after_the_stop_no_event_is_logged(logged):
    logged.trail.stop_logging(Name="bills")
    logged.later(1)
    logged.iam.create_user(UserName="mario")
    logged.later()
    assert "CreateUser" not in logged.names()
    assert "LatestDeliveryTime" in logged.trail.get_trail_status(Name="bills")


def test_what_happened_before_a_second_start_comes_and_what_happened_between_does_not(logged):
    logged.iam.create_user(UserName="mario")
    logged.trail.stop_logging(Name="bills")
    logged.later(1)
    logged.iam.create_group(GroupName="between")
    logged.trail.start_logging(Name="bills")
    logged.iam.create_user(UserName="luigi")
    logged.later()
    names = logged.names()
    assert names.count("CreateUser") == 2
    assert "CreateGroup" not in names


def events(logged):
    logged.s3.put_object(Bucket=BUCKET, Key="2026/bill.txt", Body=b"42")
    logged.s3.get_object(Bucket=BUCKET, Key="2026/bill.txt")
    logged.iam.create_user(UserName="mario")
    logged.iam.get_user(UserName="mario")
    logged.later()
    seen = ("PutObject", "GetObject", "CreateUser", "GetUser")
    return [name for name in logged.names() if name in seen]


def test_without_selectors_only_management_events_are_logged(logged):
    assert events(logged) == ["CreateUser", "GetUser"]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"DataResources": [ALL_OBJECTS]}, ["PutObject", "GetObject", "CreateUser", "GetUser"]),
        ({"ReadWriteType": "WriteOnly", "DataResources": [ALL_OBJECTS]}, ["PutObject", "CreateUser"]),
        ({"IncludeManagementEvents": False, "DataResources": [ALL_OBJECTS]}, ["PutObject", "GetObject"]),
        (
            {"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::other/"]}]},
            ["CreateUser", "GetUser"],
        ),
        (
            {"DataResources": [{"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{BUCKET}/2025"]}]},
            ["CreateUser", "GetUser"],
        ),
        ({"ExcludeManagementEventSources": ["iam.amazonaws.com"]}, []),
    ],
)
def test_basic_selectors_let_through(logged, selector, expected):
    logged.trail.put_event_selectors(TrailName="bills", EventSelectors=[{"ReadWriteType": "All", **selector}])
    assert events(logged) == expected


def field(name, **how):
    return {"Field": name, **how}


DATA = [field("eventCategory", Equals=["Data"]), field("resources.type", Equals=["AWS::S3::Object"])]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (DATA, ["PutObject", "GetObject"]),
        ([*DATA, field("readOnly", Equals=["false"])], ["PutObject"]),
        ([*DATA, field("resources.ARN", StartsWith=[f"arn:aws:s3:::{BUCKET}/2026"])], ["PutObject", "GetObject"]),
        ([*DATA, field("resources.ARN", NotStartsWith=[f"arn:aws:s3:::{BUCKET}/"])], []),
        ([*DATA, field("eventName", Equals=["GetObject"])], ["GetObject"]),
        ([field("eventCategory", Equals=["Management"])], ["CreateUser", "GetUser"]),
    ],
)
def test_advanced_selectors_let_through(logged, fields, expected):
    logged.trail.put_event_selectors(TrailName="bills", AdvancedEventSelectors=[{"FieldSelectors": fields}])
    assert events(logged) == expected


@pytest.mark.parametrize(
    "fields",
    [
        [field("readOnly", Equals=["true"])],
        [field("eventCategory", Equals=["Data"])],
        [field("eventCategory", Equals=["Management"]), field("colour", Equals=["pink"])],
        [field("eventCategory", Equals=["Management"]), field("readOnly")],
    ],
)
def test_advanced_selectors_that_are_none(logged, fields):
    wanted = {"TrailName": "bills", "AdvancedEventSelectors": [{"FieldSelectors": fields}]}
    assert refusal(logged.trail.put_event_selectors, **wanted)["Error"]["Code"] == "InvalidEventSelectorsException"


def test_a_trail_of_one_region_logs_that_region_and_what_is_global(logged, cloud):
    far = boto.client("cloudtrail", cloud.root, region="eu-west-1")
    far.describe_trails()
    boto.client("iam", cloud.root, region="us-east-1").list_users()
    logged.later()
    names = logged.names()
    assert "DescribeTrails" not in names and "ListUsers" in names
    logged.trail.update_trail(Name="bills", IsMultiRegionTrail=True)
    far.describe_trails()
    logged.later()
    assert [key for key in logged.files() if "/eu-west-1/" in key]


def test_how_much_is_looked_up(cloud):
    wrong = refusal(cloud.client("cloudtrail").lookup_events, MaxResults=51)["Error"]
    assert wrong["Code"] == "InvalidMaxResultsException"
    assert wrong["Message"] == "A value of 51 for MaxResults is not valid. Specify max results between 1 and 50."
