"""Object Lock: versions that are retained or held stay, and who may lift that."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.services.cloud import allow, refusal

pytestmark = pytest.mark.django_db
BUCKET, KEY = "locked-bills", "bill.txt"
WHERE = {"Bucket": BUCKET, "Key": KEY}
LOCKED = "Access Denied because object protected by object lock."


@pytest.fixture
def s3(cloud):
    made = cloud.client("s3")
    made.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
    return made


def error(call, **params):
    return refusal(call, **params)["Error"]


def hence(days):
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)


def retain(mode, days):
    return {"ObjectLockMode": mode, "ObjectLockRetainUntilDate": hence(days)}


def test_a_bucket_made_with_object_lock_keeps_versions_for_good(s3):
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert s3.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled"
    }
    suspend = {"Bucket": BUCKET, "VersioningConfiguration": {"Status": "Suspended"}}
    assert error(s3.put_bucket_versioning, **suspend)["Code"] == "InvalidBucketState"


def test_a_bucket_needs_versions_to_get_object_lock(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="plain-bills")
    here = {"Bucket": "plain-bills"}
    assert error(s3.get_object_lock_configuration, **here)["Code"] == "ObjectLockConfigurationNotFoundError"
    lock = {**here, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    refused = refusal(s3.put_object_lock_configuration, **lock)
    assert refused["Error"]["Code"] == "InvalidBucketState"
    assert refused["ResponseMetadata"]["HTTPStatusCode"] == 409
    s3.put_bucket_versioning(**here, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(**lock)
    assert s3.get_object_lock_configuration(**here)["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"ObjectLockEnabled": "Enabled", "Rule": {}},
        {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE"}}},
        {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1, "Years": 1}}},
        {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}},
    ],
)
def test_configurations_that_are_none(s3, configuration):
    wrong = error(s3.put_object_lock_configuration, Bucket=BUCKET, ObjectLockConfiguration=configuration)
    assert wrong["Code"] == "MalformedXML"


def test_a_configuration_must_be_sent(s3):
    wrong = error(s3.put_object_lock_configuration, Bucket=BUCKET)
    assert (wrong["Code"], wrong["Message"]) == ("MissingRequestBodyError", "Request Body is empty")


def test_a_version_that_was_deleted_is_deleted_again(s3):
    """What never was a version of the key is an error among many."""
    version = s3.put_object(**WHERE, Body=b"1")["VersionId"]
    for _ in range(2):
        gone = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": KEY, "VersionId": version}]})
        assert gone["Deleted"] == [{"Key": KEY, "VersionId": version}]
    other = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "other", "VersionId": version}]})
    assert [one["Code"] for one in other["Errors"]] == ["NoSuchVersion"]


def test_governance_is_lifted_by_whoever_may_and_says_so(s3):
    version = s3.put_object(**WHERE, Body=b"1", **retain("GOVERNANCE", 1))["VersionId"]
    told = s3.head_object(**WHERE)
    assert told["ObjectLockMode"] == "GOVERNANCE"
    assert told["ObjectLockRetainUntilDate"] == s3.get_object_retention(**WHERE)["Retention"]["RetainUntilDate"]
    refused = error(s3.delete_object, **WHERE, VersionId=version)
    assert (refused["Code"], refused["Message"]) == ("AccessDenied", LOCKED)
    many = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": KEY, "VersionId": version}]})
    assert [(one["Code"], one["Message"]) for one in many["Errors"]] == [("AccessDenied", LOCKED)]
    assert s3.delete_object(**WHERE)["DeleteMarker"]
    s3.delete_object(**WHERE, VersionId=version, BypassGovernanceRetention=True)
    assert "Versions" not in s3.list_object_versions(Bucket=BUCKET)


def test_lifting_governance_is_a_permission_of_its_own(cloud, s3):
    version = s3.put_object(**WHERE, Body=b"1", **retain("GOVERNANCE", 1))["VersionId"]
    mario = cloud.client("s3", cloud.user("mario", allow("s3:DeleteObjectVersion")))
    luigi = cloud.user("luigi", allow(["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"]))
    lift = {**WHERE, "VersionId": version, "BypassGovernanceRetention": True}
    assert "s3:BypassGovernanceRetention" in error(mario.delete_object, **lift)["Message"]
    cloud.client("s3", luigi).delete_object(**lift)


def test_compliance_is_lifted_by_nobody_not_even_root(s3):
    version = s3.put_object(**WHERE, Body=b"1", **retain("COMPLIANCE", 10))["VersionId"]
    lift = {"VersionId": version, "BypassGovernanceRetention": True}
    assert error(s3.delete_object, **WHERE, **lift)["Message"] == LOCKED
    for shorter in ({}, {"Mode": "COMPLIANCE", "RetainUntilDate": hence(5)}, {"Mode": "GOVERNANCE"}):
        wanted = shorter and {"RetainUntilDate": hence(20), **shorter}
        assert error(s3.put_object_retention, **WHERE, Retention=wanted, **lift)["Message"] == LOCKED
    s3.put_object_retention(**WHERE, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": hence(20)})


def test_retention_is_made_longer_freely_and_shorter_by_bypass(s3):
    s3.put_object(**WHERE, Body=b"1", **retain("GOVERNANCE", 10))
    s3.put_object_retention(**WHERE, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": hence(20)})
    shorter = {**WHERE, "Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": hence(5)}}
    assert error(s3.put_object_retention, **shorter)["Code"] == "AccessDenied"
    s3.put_object_retention(**shorter, BypassGovernanceRetention=True)
    assert error(s3.put_object_retention, **WHERE, Retention={})["Code"] == "AccessDenied"
    s3.put_object_retention(**WHERE, Retention={}, BypassGovernanceRetention=True)
    assert error(s3.get_object_retention, **WHERE)["Code"] == "NoSuchObjectLockConfiguration"


def test_a_retention_that_is_over_keeps_nothing(cloud, s3):
    version = s3.put_object(**WHERE, Body=b"1", **retain("COMPLIANCE", 1))["VersionId"]
    assert error(s3.delete_object, **WHERE, VersionId=version)["Message"] == LOCKED
    cloud.move(days=2)
    s3.delete_object(**WHERE, VersionId=version)
    assert error(s3.head_object, **WHERE, VersionId=version)["Code"] == "404"


def test_a_legal_hold_stays_until_it_is_taken_off(s3):
    version = s3.put_object(**WHERE, Body=b"1")["VersionId"]
    assert error(s3.get_object_legal_hold, **WHERE)["Code"] == "NoSuchObjectLockConfiguration"
    s3.put_object_legal_hold(**WHERE, LegalHold={"Status": "ON"})
    assert s3.head_object(**WHERE)["ObjectLockLegalHoldStatus"] == "ON"
    gone = {**WHERE, "VersionId": version}
    assert error(s3.delete_object, **gone, BypassGovernanceRetention=True)["Message"] == LOCKED
    s3.put_object_legal_hold(**WHERE, LegalHold={"Status": "OFF"})
    assert s3.get_object_legal_hold(**WHERE)["LegalHold"]["Status"] == "OFF"
    s3.delete_object(**gone)


def test_a_bucket_gives_new_versions_its_own_retention(s3):
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}
    wanted = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=wanted)
    s3.put_object(**WHERE, Body=b"1")
    kept = s3.head_object(**WHERE)
    assert kept["ObjectLockMode"] == "GOVERNANCE"
    assert timedelta(days=2.9) < kept["ObjectLockRetainUntilDate"] - datetime.now(UTC) <= timedelta(days=3)
    s3.put_object(**WHERE, Body=b"1", **retain("COMPLIANCE", 9))
    assert s3.head_object(**WHERE)["ObjectLockMode"] == "COMPLIANCE"


def test_a_lock_is_told_to_those_who_may_read_it(cloud, s3):
    s3.put_object(**WHERE, Body=b"1", ObjectLockLegalHoldStatus="ON", **retain("GOVERNANCE", 1))
    mario = cloud.client("s3", cloud.user("mario", allow(["s3:GetObject", "s3:GetObjectLegalHold"])))
    told = mario.head_object(**WHERE)
    assert told["ObjectLockLegalHoldStatus"] == "ON"
    assert "ObjectLockMode" not in told


def test_locking_what_one_writes_needs_more_than_writing(cloud, s3):
    key = cloud.user("mario", allow("s3:PutObject"))
    mario = cloud.client("s3", key)
    mario.put_object(**WHERE, Body=b"1")
    refused = error(mario.put_object, **WHERE, Body=b"1", **retain("GOVERNANCE", 1))
    assert "s3:PutObjectRetention" in refused["Message"]
    refused = error(mario.put_object, **WHERE, Body=b"1", ObjectLockLegalHoldStatus="ON")
    assert "s3:PutObjectLegalHold" in refused["Message"]


def test_a_policy_bounds_how_long_may_be_retained(cloud, s3):
    bounded = {"NumericLessThanEquals": {"s3:object-lock-remaining-retention-days": "10"}}
    key = cloud.user("mario", allow("s3:PutObject"), allow("s3:PutObjectRetention", Condition=bounded))
    mario = cloud.client("s3", key)
    mario.put_object(**WHERE, Body=b"1", **retain("GOVERNANCE", 10))
    assert error(mario.put_object, **WHERE, Body=b"1", **retain("GOVERNANCE", 11))["Code"] == "AccessDenied"


def test_what_cannot_be_asked_for(cloud, s3):
    past = error(s3.put_object, **WHERE, Body=b"1", **retain("GOVERNANCE", -1))
    assert (past["Code"], past["Message"]) == ("InvalidArgument", "The retain until date must be in the future!")
    half = error(s3.put_object, **WHERE, Body=b"1", ObjectLockMode="GOVERNANCE")
    assert half["Message"].endswith("must both be supplied")
    s3.put_object(**WHERE, Body=b"1")
    assert error(s3.put_object_retention, **WHERE, Retention={"Mode": "GOVERNANCE"})["Code"] == "MalformedXML"
    s3.create_bucket(Bucket="plain-bills")
    plain = {**WHERE, "Bucket": "plain-bills"}
    s3.put_object(**plain, Body=b"1")
    for call, more in (
        (s3.put_object_retention, {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": hence(1)}}),
        (s3.get_object_retention, {}),
        (s3.put_object_legal_hold, {"LegalHold": {"Status": "ON"}}),
        (s3.put_object, retain("GOVERNANCE", 1)),
    ):
        wrong = error(call, **plain, **more)
        assert (wrong["Code"], wrong["Message"]) == ("InvalidRequest", "Bucket is missing Object Lock Configuration")
    bypass = error(s3.delete_object, **plain, BypassGovernanceRetention=True)
    assert bypass["Message"].endswith("only applicable to Object Lock enabled buckets.")


def test_a_copy_is_locked_as_it_is_asked_for_not_as_its_source(s3):
    s3.put_object(**WHERE, Body=b"1", ObjectLockLegalHoldStatus="ON", **retain("GOVERNANCE", 1))
    s3.copy_object(Bucket=BUCKET, Key="plain", CopySource=WHERE)
    assert "ObjectLockMode" not in s3.head_object(Bucket=BUCKET, Key="plain")
    s3.copy_object(Bucket=BUCKET, Key="locked", CopySource=WHERE, **retain("COMPLIANCE", 1))
    assert s3.head_object(Bucket=BUCKET, Key="locked")["ObjectLockMode"] == "COMPLIANCE"


def test_an_upload_in_parts_is_locked(s3):
    upload = {**WHERE, "UploadId": s3.create_multipart_upload(**WHERE, **retain("GOVERNANCE", 1))["UploadId"]}
    part = s3.upload_part(**upload, PartNumber=1, Body=b"1")["ETag"]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    assert s3.head_object(**WHERE)["ObjectLockMode"] == "GOVERNANCE"


def test_making_a_bucket_with_more_needs_more(cloud):
    mario = cloud.client("s3", cloud.user("mario", allow("s3:CreateBucket")))
    mario.create_bucket(Bucket="plain-bills")
    for more, action in (
        ({"ObjectLockEnabledForBucket": True}, "s3:PutBucketObjectLockConfiguration"),
        ({"ObjectOwnership": "ObjectWriter"}, "s3:PutBucketOwnershipControls"),
        ({"ACL": "public-read"}, "s3:PutBucketAcl"),
        ({"CreateBucketConfiguration": {"Tags": [{"Key": "team", "Value": "bills"}]}}, "s3:TagResource"),
    ):
        assert action in error(mario.create_bucket, Bucket="other-bills", **more)["Message"]
