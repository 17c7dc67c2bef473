"""Trails: made, found, changed and deleted as CloudTrail does it."""

import json
from datetime import datetime

import pytest

from tests import boto
from tests.services.cloud import ACCOUNT, allow, refusal

BUCKET = "bill-logs"
ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/bills"


@pytest.fixture
def trails(cloud):
    cloud.client("s3").create_bucket(Bucket=BUCKET)
    return cloud.client("cloudtrail")


def make(trails, name="bills", **more):
    answer = trails.create_trail(Name=name, S3BucketName=BUCKET, **more)
    del answer["ResponseMetadata"]
    return answer


def code(call, **params):
    return refusal(call, **params)["Error"]["Code"]


def test_a_new_trail(trails):
    assert make(trails, S3KeyPrefix="2026") == {
        "Name": "bills",
        "S3BucketName": BUCKET,
        "S3KeyPrefix": "2026",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": False,
        "TrailARN": ARN,
        "LogFileValidationEnabled": False,
        "IsOrganizationTrail": False,
        "RecursiveLogging": True,
    }
    for name in ("bills", ARN):
        trail = trails.get_trail(Name=name)["Trail"]
        assert (trail["HomeRegion"], trail["HasCustomEventSelectors"]) == ("us-east-1", False)
    assert trails.list_trails()["Trails"] == [{"TrailARN": ARN, "Name": "bills", "HomeRegion": "us-east-1"}]


def test_a_trail_logs_recursively_unless_told(trails):
    """CloudTrail API Reference: "CreateTrail": "The default value is true"."""
    assert make(trails, RecursiveLogging=False)["RecursiveLogging"] is False
    assert trails.update_trail(Name="bills", S3KeyPrefix="x")["RecursiveLogging"] is False
    assert trails.update_trail(Name="bills", RecursiveLogging=True)["RecursiveLogging"] is True
    assert trails.describe_trails()["trailList"][0]["RecursiveLogging"] is True


def test_a_trail_of_all_regions_has_its_name_in_each(cloud, trails):
    """CloudTrail User Guide: a multi-Region trail exists in every Region, where names are unique."""
    make(trails, IsMultiRegionTrail=True)
    make(trails, "local")
    milan = boto.client("cloudtrail", cloud.root, region="eu-south-1")
    assert code(milan.create_trail, Name="bills", S3BucketName=BUCKET) == "TrailAlreadyExistsException"
    make(milan, "local")
    every = {"S3BucketName": BUCKET, "IsMultiRegionTrail": True}
    assert code(milan.create_trail, Name="local", **every) == "TrailAlreadyExistsException"
    assert code(trails.update_trail, Name="local", IsMultiRegionTrail=True) == "TrailAlreadyExistsException"
    assert trails.update_trail(Name="bills", IsMultiRegionTrail=True)["IsMultiRegionTrail"] is True


def test_the_usual_selectors_are_no_custom_ones(trails):
    """CloudTrail API Reference, "Trail": "Specifies if the trail has custom event selectors"."""
    make(trails)
    trails.put_event_selectors(TrailName="bills", EventSelectors=[{"ReadWriteType": "All"}])
    assert trails.get_trail(Name="bills")["Trail"]["HasCustomEventSelectors"] is False
    trails.put_event_selectors(TrailName="bills", EventSelectors=[{"ReadWriteType": "WriteOnly"}])
    assert trails.get_trail(Name="bills")["Trail"]["HasCustomEventSelectors"] is True


def test_tags_of_a_trail_that_there_is_not(trails):
    """CloudTrail API Reference: "AddTags", "RemoveTags" and "ListTags" know no TrailNotFoundException."""
    tags = [{"Key": "team", "Value": "bills"}]
    assert code(trails.add_tags, ResourceId=ARN, TagsList=tags) == "ResourceNotFoundException"
    assert code(trails.remove_tags, ResourceId=ARN, TagsList=tags) == "ResourceNotFoundException"
    assert code(trails.list_tags, ResourceIdList=[ARN]) == "ResourceNotFoundException"


@pytest.mark.parametrize("name", ["ab", "a" * 129, "a b", "-bills", "bills.", "a--b", "192.168.5.4", "bìlls"])
def test_names_that_a_trail_cannot_have(trails, name):
    assert code(trails.create_trail, Name=name, S3BucketName=BUCKET) == "InvalidTrailNameException"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"S3BucketName": "no-such-logs"}, "S3BucketDoesNotExistException"),
        (
            {"IsMultiRegionTrail": True, "IncludeGlobalServiceEvents": False},
            "InvalidParameterCombinationException",
        ),
        ({"KmsKeyId": "alias/logs"}, "KmsKeyNotFoundException"),
        ({"IsOrganizationTrail": True}, "UnsupportedOperationException"),
        ({"TagsList": [{"Key": "aws:x", "Value": "1"}]}, "InvalidTagParameterException"),
    ],
)
def test_what_a_trail_cannot_be(trails, more, expected):
    assert code(trails.create_trail, **{"Name": "bills", "S3BucketName": BUCKET, **more}) == expected
    assert trails.list_trails()["Trails"] == []


def test_five_trails_in_a_region_each_with_its_own_name(trails):
    make(trails)
    assert code(trails.create_trail, Name="bills", S3BucketName=BUCKET) == "TrailAlreadyExistsException"
    for number in range(4):
        make(trails, f"more{number}")
    assert code(trails.create_trail, Name="sixth", S3BucketName=BUCKET) == "MaximumNumberOfTrailsExceededException"


def test_a_trail_of_all_regions_is_seen_from_all_and_changed_at_home(cloud, trails):
    make(trails, IsMultiRegionTrail=True)
    make(trails, "local")
    milan = boto.client("cloudtrail", cloud.root, region="eu-south-1")
    assert [trail["Name"] for trail in milan.describe_trails()["trailList"]] == ["bills"]
    assert milan.describe_trails(includeShadowTrails=False)["trailList"] == []
    assert milan.describe_trails(trailNameList=[f"{ARN[:-5]}local", "nobody"])["trailList"][0]["Name"] == "local"
    assert milan.get_trail(Name="bills")["Trail"]["HomeRegion"] == "us-east-1"
    assert code(milan.delete_trail, Name="bills") == "InvalidHomeRegionException"
    assert code(milan.get_trail, Name="local") == "TrailNotFoundException"


def test_an_update_changes_what_it_is_given(trails):
    make(trails, S3KeyPrefix="old")
    answer = trails.update_trail(Name="bills", IsMultiRegionTrail=True, EnableLogFileValidation=True)
    assert (answer["S3KeyPrefix"], answer["IsMultiRegionTrail"], answer["LogFileValidationEnabled"]) == (
        "old",
        True,
        True,
    )


def test_what_is_not_there(trails):
    for call in (trails.get_trail, trails.delete_trail, trails.start_logging):
        error = refusal(call, Name="nothing")["Error"]
        assert error["Code"] == "TrailNotFoundException"
        assert error["Message"] == f"Unknown trail: nothing for the user: {ACCOUNT}"
    assert code(trails.get_trail, Name="arn:aws:s3:::x") == "CloudTrailARNInvalidException"
    make(trails)
    trails.delete_trail(Name="bills")
    assert code(trails.delete_trail, Name="bills") == "TrailNotFoundException"


def test_logging_is_started_and_stopped(trails):
    make(trails)
    status = trails.get_trail_status(Name="bills")
    assert (status["IsLogging"], status["TimeLoggingStarted"]) == (False, "")
    assert "StartLoggingTime" not in status
    trails.start_logging(Name=ARN)
    status = trails.get_trail_status(Name="bills")
    assert status["IsLogging"] is True
    assert isinstance(status["StartLoggingTime"], datetime)
    trails.stop_logging(Name="bills")
    status = trails.get_trail_status(Name="bills")
    assert (status["IsLogging"], bool(status["TimeLoggingStopped"])) == (False, True)


def test_the_buckets_policy_is_asked_whether_log_files_could_be_written(cloud, trails):
    make(trails, S3KeyPrefix="own")
    trails.start_logging(Name="bills")
    assert trails.get_trail_status(Name="bills")["LatestDeliveryError"] == "AccessDenied"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/own/AWSLogs/{ACCOUNT}/*",
        "Condition": {"StringEquals": {"aws:SourceArn": ARN, "s3:x-amz-acl": "bucket-owner-full-control"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    cloud.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=policy)
    assert "LatestDeliveryError" not in trails.get_trail_status(Name="bills")


def test_there_are_no_topics_to_tell_of_log_files(trails):
    refused = refusal(trails.create_trail, Name="bills", S3BucketName=BUCKET, SnsTopicName="news")["Error"]
    assert refused["Code"] == "InsufficientSnsTopicPolicyException"
    assert refused["Message"] == "SNS Topic does not exist or the topic policy is incorrect!"


def test_the_status_of_no_trail_names_it_by_its_arn(trails):
    refused = refusal(trails.get_trail_status, Name="bills")["Error"]
    assert refused["Message"] == f"Unknown trail: {ARN} for the user: {ACCOUNT}"


def test_a_bucket_policy_must_let_cloudtrail_write(cloud, trails):
    elsewhere = f"arn:aws:s3:::{BUCKET}/other/*"
    statement = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject"}
    for resource, wrong in ((elsewhere, True), (f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/*", False)):
        policy = json.dumps({"Version": "2012-10-17", "Statement": {**statement, "Resource": resource}})
        cloud.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=policy)
        if wrong:
            refused = refusal(trails.create_trail, Name="bills", S3BucketName=BUCKET)["Error"]
            assert refused["Code"] == "InsufficientS3BucketPolicyException"
            assert refused["Message"] == f"Incorrect S3 bucket policy is detected for bucket: {BUCKET}"
    make(trails)
    refused = refusal(trails.update_trail, Name="bills", S3KeyPrefix="elsewhere")["Error"]
    assert refused["Code"] == "InsufficientS3BucketPolicyException"


def test_event_selectors(trails):
    make(trails)
    usual = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }
    assert trails.get_event_selectors(TrailName="bills")["EventSelectors"] == [usual]
    data = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::customer-bills/"]}
    trails.put_event_selectors(TrailName="bills", EventSelectors=[{"DataResources": [data]}])
    found = trails.get_event_selectors(TrailName=ARN)
    assert found["TrailARN"] == ARN
    assert found["EventSelectors"] == [{**usual, "DataResources": [data]}]
    assert trails.get_trail(Name="bills")["Trail"]["HasCustomEventSelectors"] is True
    fields = {"eventCategory": ["Data"], "resources.type": ["AWS::S3::Object"]}
    advanced = [{"Name": "all", "FieldSelectors": [{"Field": name, "Equals": to} for name, to in fields.items()]}]
    trails.put_event_selectors(TrailName="bills", AdvancedEventSelectors=advanced)
    found = trails.get_event_selectors(TrailName="bills")
    assert found["AdvancedEventSelectors"] == advanced
    assert "EventSelectors" not in found


def of_names(number):
    """An advanced selector of that many event names, and one category."""
    names = {"Field": "eventName", "Equals": [f"Event{one}" for one in range(number)]}
    return {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}, names]}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"EventSelectors": [{"ReadWriteType": "All"}] * 6},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::SQS::Queue", "Values": ["arn:aws:sqs"]}]}]},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["bucket"]}]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "readOnly", "Equals": ["true"]}]}]},
        {"AdvancedEventSelectors": [of_names(250), of_names(249)]},  # with a category each
    ],
)
def test_selectors_that_select_nothing_sensible(trails, params):
    make(trails)
    assert code(trails.put_event_selectors, TrailName="bills", **params) == "InvalidEventSelectorsException"


def test_advanced_selectors_have_500_values_in_all(trails):
    """CloudTrail API Reference: "PutEventSelectors": "a maximum of 500 total values for all conditions"."""
    make(trails)
    sent = [of_names(250), of_names(248)]
    trails.put_event_selectors(TrailName="bills", AdvancedEventSelectors=sent)
    kept = trails.get_event_selectors(TrailName="bills")["AdvancedEventSelectors"]
    assert [one["FieldSelectors"] for one in kept] == [one["FieldSelectors"] for one in sent]


def test_tags(trails):
    make(trails, TagsList=[{"Key": "team", "Value": "bills"}])
    trails.add_tags(ResourceId=ARN, TagsList=[{"Key": "cost", "Value": "7"}, {"Key": "empty"}])
    trails.remove_tags(ResourceId=ARN, TagsList=[{"Key": "team"}, {"Key": "cost", "Value": "8"}])
    (found,) = trails.list_tags(ResourceIdList=[ARN])["ResourceTagList"]
    assert found == {"ResourceId": ARN, "TagsList": [{"Key": "cost", "Value": "7"}, {"Key": "empty", "Value": ""}]}
    assert code(trails.list_tags, ResourceIdList=[f"{ARN}x"]) == "ResourceNotFoundException"
    assert code(trails.add_tags, ResourceId="bills", TagsList=[]) == "CloudTrailARNInvalidException"


@pytest.mark.parametrize(("tags", "allowed"), [([], False), ([{"Key": "team", "Value": "audit"}], True)])
def test_making_a_trail_can_be_held_to_its_tags(cloud, trails, tags, allowed):
    """Service Authorization Reference, "AWS CloudTrail": CreateTrail has aws:RequestTag and aws:TagKeys."""
    tagged = allow("cloudtrail:CreateTrail", Condition={"StringEquals": {"aws:RequestTag/team": "audit"}})
    maker = cloud.client("cloudtrail", cloud.user("mario", tagged))
    if allowed:
        assert make(maker, TagsList=tags)["TrailARN"] == ARN
    else:
        assert code(maker.create_trail, Name="bills", S3BucketName=BUCKET, TagsList=tags) == "AccessDeniedException"
