"""Configurations with ids, replication rules, and restoring what is archived."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.services.cloud import allow, refusal

pytestmark = pytest.mark.django_db
BUCKET = "customer-bills"
HERE = {"Bucket": BUCKET}
ARCHIVED = {**HERE, "Key": "old.txt"}


@pytest.fixture
def s3(cloud):
    made = cloud.client("s3")
    made.create_bucket(**HERE)
    return made


def error(call, **params):
    return refusal(call, **params)["Error"]


KINDS = {
    "analytics": {"StorageClassAnalysis": {}},
    "intelligent_tiering": {"Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]},
    "inventory": {
        "Destination": {"S3BucketDestination": {"Bucket": f"arn:aws:s3:::{BUCKET}", "Format": "CSV"}},
        "IsEnabled": True,
        "IncludedObjectVersions": "All",
        "OptionalFields": ["Size", "ETag"],
        "Schedule": {"Frequency": "Daily"},
    },
    "metrics": {"Filter": {"Prefix": "bills/"}},
}


@pytest.mark.parametrize("kind", KINDS)
def test_configurations_are_kept_by_their_ids(s3, kind):
    title = "".join(word.capitalize() for word in kind.split("_")) + "Configuration"
    put, get, delete = (getattr(s3, f"{verb}_bucket_{kind}_configuration") for verb in ("put", "get", "delete"))
    missing = error(get, **HERE, Id="none")
    assert (missing["Code"], missing["Message"]) == (
        "NoSuchConfiguration",
        "The specified configuration does not exist.",
    )
    for name in ("b", "a"):
        put(**HERE, Id=name, **{title: {"Id": name, **KINDS[kind]}})
    assert get(**HERE, Id="a")[title] == {"Id": "a", **KINDS[kind]}
    listed = getattr(s3, f"list_bucket_{kind}_configurations")(**HERE)
    assert [one["Id"] for one in listed[f"{title}List"]] == ["a", "b"]
    assert listed["IsTruncated"] is False
    delete(**HERE, Id="a")
    assert error(delete, **HERE, Id="a")["Code"] == "NoSuchConfiguration"


@pytest.mark.slow
def test_configurations_are_listed_a_hundred_a_page(s3):
    for number in range(102):
        s3.put_bucket_metrics_configuration(**HERE, Id=f"{number:03}", MetricsConfiguration={"Id": f"{number:03}"})
    first = s3.list_bucket_metrics_configurations(**HERE)
    assert (len(first["MetricsConfigurationList"]), first["IsTruncated"]) == (100, True)
    token = first["NextContinuationToken"]
    second = s3.list_bucket_metrics_configurations(**HERE, ContinuationToken=token)
    assert [one["Id"] for one in second["MetricsConfigurationList"]] == ["100", "101"]
    assert (second["ContinuationToken"], second["IsTruncated"]) == (token, False)


def test_metrics_are_put_without_an_answer(s3):
    put = s3.put_bucket_metrics_configuration(**HERE, Id="a", MetricsConfiguration={"Id": "a"})
    assert put["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_a_policy_bounds_the_fields_of_an_inventory(cloud, s3):
    fields = {"ForAllValues:StringEquals": {"s3:InventoryAccessibleOptionalFields": ["Size"]}}
    mario = cloud.client("s3", cloud.user("mario", allow("s3:PutInventoryConfiguration", Condition=fields)))
    wanted = {"Id": "a", **KINDS["inventory"]}
    refused = error(mario.put_bucket_inventory_configuration, **HERE, Id="a", InventoryConfiguration=wanted)
    assert refused["Code"] == "AccessDenied"
    only = {**wanted, "OptionalFields": ["Size"]}
    mario.put_bucket_inventory_configuration(**HERE, Id="a", InventoryConfiguration=only)


def rules(bucket):
    role = "arn:aws:iam::111122223333:role/replicator"
    rule = {"Status": "Enabled", "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"}}
    return {**HERE, "ReplicationConfiguration": {"Role": role, "Rules": [rule]}}


def enable(s3, bucket):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def test_replication_goes_between_buckets_with_versions(s3):
    assert error(s3.get_bucket_replication, **HERE)["Code"] == "ReplicationConfigurationNotFoundError"
    assert "Versioning must be 'Enabled'" in error(s3.put_bucket_replication, **rules("copies"))["Message"]
    enable(s3, BUCKET)
    assert error(s3.put_bucket_replication, **rules("copies"))["Message"] == "Destination bucket must exist."
    s3.create_bucket(Bucket="copies")
    assert "must have versioning enabled" in error(s3.put_bucket_replication, **rules("copies"))["Message"]
    enable(s3, "copies")
    s3.put_bucket_replication(**rules("copies"))
    (kept,) = s3.get_bucket_replication(**HERE)["ReplicationConfiguration"]["Rules"]
    assert kept["ID"]
    assert kept["Destination"] == {"Bucket": "arn:aws:s3:::copies"}
    s3.delete_bucket_replication(**HERE)
    assert error(s3.get_bucket_replication, **HERE)["Code"] == "ReplicationConfigurationNotFoundError"


def test_replication_gives_a_role_to_s3(cloud, s3):
    s3.create_bucket(Bucket="copies")
    enable(s3, BUCKET)
    enable(s3, "copies")
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = cloud.role("replicator", trust)
    put = allow("s3:PutReplicationConfiguration")
    mario = cloud.client("s3", cloud.user("mario", put))
    assert "iam:PassRole" in error(mario.put_bucket_replication, **rules("copies"))["Message"]
    to_s3 = {"StringEquals": {"iam:PassedToService": "s3.amazonaws.com"}}
    luigi = cloud.client("s3", cloud.user("luigi", put, allow("iam:PassRole", role, Condition=to_s3)))
    luigi.put_bucket_replication(**rules("copies"))


def test_an_archived_object_is_restored_for_some_days(cloud, s3):
    s3.put_object(**ARCHIVED, Body=b"old", StorageClass="GLACIER")
    assert error(s3.get_object, **ARCHIVED)["Code"] == "InvalidObjectState"
    asked = datetime.now(UTC)
    first = s3.restore_object(**ARCHIVED, RestoreRequest={"Days": 1})
    answered = datetime.now(UTC)  # on the next day, where it is midnight
    assert first["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert s3.get_object(**ARCHIVED)["Body"].read() == b"old"
    ends = [f"{at + timedelta(days=2):%a, %d %b %Y} 00:00:00 GMT" for at in (asked, answered)]
    told = s3.head_object(**ARCHIVED)["Restore"]
    assert told in [f'ongoing-request="false", expiry-date="{end}"' for end in ends]
    again = s3.restore_object(**ARCHIVED, RestoreRequest={"Days": 2})
    assert again["ResponseMetadata"]["HTTPStatusCode"] == 200
    cloud.move(days=4)
    assert error(s3.get_object, **ARCHIVED)["Code"] == "InvalidObjectState"
    assert "Restore" not in s3.head_object(**ARCHIVED)


def test_what_is_not_archived_is_not_restored(s3):
    s3.put_object(**ARCHIVED, Body=b"new")
    wrong = error(s3.restore_object, **ARCHIVED, RestoreRequest={"Days": 1})
    assert (wrong["Code"], wrong["StorageClass"]) == ("InvalidObjectState", "STANDARD")
    assert wrong["Message"] == "Restore is not allowed for the object's current storage class"
    assert error(s3.restore_object, **HERE, Key="none", RestoreRequest={"Days": 1})["Code"] == "NoSuchKey"
