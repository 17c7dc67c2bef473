"""Event history: order, filters, pages, and what records hold."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from django.db import connection

from iamlab.services.cloudtrail.models import Event
from tests import boto
from tests.services.cloud import ACCOUNT, allow, refusal


def lookup(cloud, key="", value="", **params):
    if key:
        params["LookupAttributes"] = [{"AttributeKey": key, "AttributeValue": value}]
    return cloud.client("cloudtrail").lookup_events(**params)


def names(answer):
    return [event["EventName"] for event in answer["Events"]]


def record(cloud, name):
    (event,) = lookup(cloud, "EventName", name)["Events"]
    return json.loads(event["CloudTrailEvent"])


def test_the_newest_comes_first_whoever_called(cloud):
    cloud.user("mario")
    cloud.client("iam").list_users()
    assert names(lookup(cloud)) == ["ListUsers", "CreateAccessKey", "CreateUser"]


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("EventName", "CreateUser", ["CreateUser"]),
        ("EventName", "createuser", []),
        ("ReadOnly", "true", ["ListUsers"]),
        ("ReadOnly", "false", ["CreateAccessKey", "CreateUser"]),
        ("ResourceName", "mario", ["CreateAccessKey", "CreateUser"]),
        ("ResourceType", "AWS::IAM::User", ["CreateAccessKey", "CreateUser"]),
        ("EventSource", "iam.amazonaws.com", ["ListUsers", "CreateAccessKey", "CreateUser"]),
        ("EventSource", "s3.amazonaws.com", []),
        ("Username", "nobody", []),
    ],
)
def test_one_attribute_filters(cloud, key, value, expected):
    cloud.user("mario")
    cloud.client("iam").list_users()
    assert names(lookup(cloud, key, value)) == expected


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("ResourceName", "arn:aws:s3:::customer-bills/a b", ["PutObject"]),
        ("ResourceName", "b", []),
        ("ResourceName", "customer-bills", ["PutObject", "CreateBucket"]),
        ("ResourceName", "Customer-Bills", []),
        ("ResourceName", "customer.bills", []),
        ("ResourceName", "arn:aws:s3:::customer-bills", []),
        ("ResourceType", "AWS::S3::Bucket", ["PutObject", "CreateBucket"]),
        ("ResourceType", "aws::s3::bucket", []),
        ("ResourceType", "AWS::S3", []),
    ],
)
def test_a_resource_is_found_by_its_whole_name_and_type_only(cloud, key, value, expected):
    """CloudTrail API Reference: "LookupAttribute" takes "a value for the specified AttributeKey", no part of one."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="customer-bills")
    s3.put_object(Bucket="customer-bills", Key="a b", Body=b"1")
    assert names(lookup(cloud, key, value)) == expected


def test_each_region_has_its_own_events_and_global_services_are_in_virginia(cloud):
    """CloudTrail API Reference: "LookupEvents"; User Guide: "Global service events"."""
    boto.client("iam", cloud.root, region="eu-west-1").create_user(UserName="mario")
    boto.client("sts", cloud.root, region="eu-west-1").get_caller_identity()  # AWS STS has an endpoint in each Region
    boto.client("organizations", cloud.root, region="eu-west-1").create_organization()
    virginia = boto.client("cloudtrail", cloud.root).lookup_events()
    assert names(virginia) == ["CreateOrganization", "CreateUser"]
    assert {json.loads(event["CloudTrailEvent"])["awsRegion"] for event in virginia["Events"]} == {"us-east-1"}
    assert names(boto.client("cloudtrail", cloud.root, region="eu-west-1").lookup_events()) == ["GetCallerIdentity"]


def test_a_condition_on_the_region_sees_iam_in_virginia(cloud):
    """IAM User Guide, "AWS global condition context keys": IAM calls are always made to us-east-1."""
    abroad = {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}
    key = cloud.user("mario", allow("iam:ListUsers"), {**allow("iam:ListUsers", Condition=abroad), "Effect": "Deny"})
    assert boto.client("iam", key, region="eu-west-1").list_users()["Users"]


def test_what_event_history_shows_first_is_not_searched_for(cloud):
    """Changes without the many reads between them, in one Region: an index leads to them."""
    cloud.client("cloudtrail").lookup_events()
    one = Event.objects.get()
    kept = {field.attname: getattr(one, field.attname) for field in Event._meta.fields if field.attname != "id"}
    Event.objects.bulk_create(Event(**kept) for _ in range(2000))  # reads: PostgreSQL's plan goes by how many there are
    shown = {"LookupAttributes": [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]}
    [sql] = [
        sql
        for sql in boto.statements(boto.client("cloudtrail", cloud.root, region="eu-west-1").lookup_events, **shown)
        if sql.startswith("SELECT") and 'FROM "cloudtrail_event"' in sql
    ]
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("ANALYZE cloudtrail_event")
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if connection.vendor == 'sqlite' else 'EXPLAIN'} {sql}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "event_changes" in plan and "Sort" not in plan and "TEMP B-TREE" not in plan


def test_events_of_a_key_and_by_id(cloud):
    mario = cloud.user("mario")
    cloud.client("sts", mario).get_caller_identity()
    (event,) = lookup(cloud, "AccessKeyId", mario["AccessKeyId"])["Events"]
    assert (event["Username"], event["EventName"]) == ("mario", "GetCallerIdentity")
    assert names(lookup(cloud, "EventId", event["EventId"])) == ["GetCallerIdentity"]


def test_pages_follow_one_another(cloud):
    for number in range(5):
        cloud.client("iam").create_user(UserName=f"user{number}")
    first = lookup(cloud, "EventName", "CreateUser", MaxResults=2)
    second = lookup(cloud, "EventName", "CreateUser", MaxResults=2, NextToken=first["NextToken"])
    third = lookup(cloud, "EventName", "CreateUser", MaxResults=2, NextToken=second["NextToken"])
    found = [event["Resources"][0]["ResourceName"] for page in (first, second, third) for event in page["Events"]]
    assert found == ["user4", "user3", "user2", "user1", "user0"]
    assert "NextToken" not in third


def test_a_token_belongs_to_its_request(cloud):
    cloud.user("mario")
    token = lookup(cloud, "ReadOnly", "false", MaxResults=1)["NextToken"]
    for params in ({"NextToken": token}, {"NextToken": "nonsense"}, {"NextToken": "é"}):
        client = cloud.client("cloudtrail")
        assert refusal(client.lookup_events, **params)["Error"]["Code"] == "InvalidNextTokenException"


def test_times_bound_what_is_found(cloud):
    cloud.user("mario")
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    assert names(lookup(cloud, StartTime=now - hour, EndTime=now + hour)) == ["CreateAccessKey", "CreateUser"]
    assert "CreateUser" not in names(lookup(cloud, EndTime=now - hour))
    error = refusal(cloud.client("cloudtrail").lookup_events, StartTime=now, EndTime=now - hour)["Error"]
    assert error["Code"] == "InvalidTimeRangeException"


def test_two_attributes_are_one_too_many(cloud):
    two = [{"AttributeKey": "ReadOnly", "AttributeValue": "true"}] * 2
    error = refusal(cloud.client("cloudtrail").lookup_events, LookupAttributes=two)["Error"]
    assert error["Code"] == "InvalidLookupAttributesException"


def test_nothing_unusual_is_found(cloud):
    cloud.user("mario")
    assert lookup(cloud, EventCategory="insight")["Events"] == []


def test_data_events_are_listed_and_say_so(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="customer-bills")
    s3.put_object(Bucket="customer-bills", Key="0042.txt", Body=b"1", ServerSideEncryption="AES256")
    found = record(cloud, "PutObject")
    assert (found["eventCategory"], found["managementEvent"]) == ("Data", False)
    parameters = found["requestParameters"]
    assert parameters["bucketName"] == "customer-bills"
    assert parameters["key"] == "0042.txt"
    assert parameters["x-amz-server-side-encryption"] == "AES256"
    assert parameters["Host"] == "testserver"
    made = record(cloud, "CreateBucket")
    assert (made["eventCategory"], made["managementEvent"], made["readOnly"]) == ("Management", True, False)


def test_s3s_events_bear_cloudtrails_names(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="customer-bills")
    s3.put_public_access_block(
        Bucket="customer-bills", PublicAccessBlockConfiguration={"BlockPublicAcls": True, "BlockPublicPolicy": False}
    )
    found = record(cloud, "PutBucketPublicAccessBlock")["requestParameters"]
    assert found["PublicAccessBlockConfiguration"] == {"BlockPublicAcls": True, "BlockPublicPolicy": False}


def test_a_failure_and_a_refusal(cloud):
    mario = cloud.client("iam", cloud.user("mario"))
    refusal(cloud.client("iam").get_user, UserName="nobody")
    found = record(cloud, "GetUser")
    assert found["errorCode"] == "NoSuchEntityException"
    assert found["requestParameters"] == {"userName": "nobody"}
    refusal(mario.create_user, UserName="luigi")
    refused = next(json.loads(e["CloudTrailEvent"]) for e in lookup(cloud, "EventName", "CreateUser")["Events"])
    assert refused["errorCode"] == "AccessDenied"
    assert (refused["requestParameters"], refused["responseElements"]) == (None, None)


def test_a_trust_policy_is_encoded_in_the_answer_and_not_in_the_request(cloud):
    """As in recorded events of CreateRole."""
    statement = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    cloud.client("iam").create_role(RoleName="Clerk", AssumeRolePolicyDocument=trust)
    found = record(cloud, "CreateRole")
    assert found["requestParameters"]["assumeRolePolicyDocument"] == trust
    told = found["responseElements"]["role"]["assumeRolePolicyDocument"]
    assert told.startswith("%7B%22Version%22") and json.loads(unquote(told)) == json.loads(trust)


def test_s3_tells_of_its_own_headers_alone(cloud):
    """Amazon S3 User Guide: "Example: Amazon S3 log file entries"; CloudTrail record contents, `resources`."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="customer-bills")
    assert record(cloud, "CreateBucket")["responseElements"] is None
    s3.put_object(Bucket="customer-bills", Key="may.txt", Body=b"1")
    found = record(cloud, "PutObject")
    assert found["responseElements"]["x-amz-server-side-encryption"] == "AES256"
    assert all(name.startswith("x-amz-") for name in found["responseElements"])
    assert found["resources"] == [
        {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::customer-bills/may.txt"},
        {"accountId": ACCOUNT, "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::customer-bills"},
    ]


def test_the_taking_of_a_role_names_it_among_the_resources(cloud):
    mario = cloud.user("mario", allow("sts:AssumeRole"))
    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}
    trust["Statement"]["Principal"] = {"AWS": ACCOUNT}
    role = cloud.client("iam").create_role(RoleName="Clerk", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    cloud.client("sts", mario).assume_role(RoleArn=role, RoleSessionName="mario")
    told = record(cloud, "AssumeRole")["resources"]
    assert told == [{"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": role}]


def test_root_is_named_by_the_accounts_alias_where_there_is_one(cloud):
    """CloudTrail userIdentity element: userName of the root user is absent, or the account's alias."""
    iam = cloud.client("iam")
    iam.list_users()
    assert "userName" not in record(cloud, "ListUsers")["userIdentity"]
    iam.create_account_alias(AccountAlias="umbrella-drinks")
    iam.list_groups()
    assert record(cloud, "ListGroups")["userIdentity"]["userName"] == "umbrella-drinks"
    session = cloud.client("sts").get_session_token()["Credentials"]
    cloud.client("s3", session).list_buckets()
    identity = record(cloud, "ListBuckets")["userIdentity"]
    assert (identity["type"], identity["userName"]) == ("Root", "umbrella-drinks")


def test_secrets_are_in_no_record(cloud):
    secret = cloud.user("mario", allow("sts:*"))["SecretAccessKey"]
    cloud.client("iam").create_login_profile(UserName="mario", Password="Correct-Horse-1")
    session = cloud.client("sts").get_session_token()["Credentials"]
    text = json.dumps([event["CloudTrailEvent"] for event in lookup(cloud)["Events"]])
    for hidden in (secret, "Correct-Horse-1", session["SecretAccessKey"], session["SessionToken"]):
        assert hidden not in text
    assert record(cloud, "CreateAccessKey")["responseElements"]["accessKey"]["status"] == "Active"


def test_a_sessions_event_tells_its_key_and_its_end(cloud):
    session = cloud.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    shown = record(cloud, "GetSessionToken")["responseElements"]["credentials"]
    ends = datetime.strptime(shown["expiration"], "%b %d, %Y, %I:%M:%S %p").replace(tzinfo=UTC)
    assert (shown["accessKeyId"], ends) == (session["AccessKeyId"], session["Expiration"])


def test_another_accounts_events_are_not_seen(cloud):
    cloud.user("mario")
    assert {json.loads(e["CloudTrailEvent"])["recipientAccountId"] for e in lookup(cloud)["Events"]} == {ACCOUNT}


@pytest.mark.parametrize("key", ["a\u2028AWS::IAM::User mario", "a\nAWS::IAM::User mario", "a\x0bb"])
def test_a_key_with_line_breaks_is_one_resource(cloud, key):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="bills")
    s3.put_object(Bucket="bills", Key=key, Body=b"")
    (event,) = lookup(cloud, "EventName", "PutObject")["Events"]
    name = f"arn:aws:s3:::bills/{key}".replace("\n", " ")
    assert [(one["ResourceType"], one["ResourceName"]) for one in event["Resources"]] == [
        ("AWS::S3::Bucket", "bills"),
        ("AWS::S3::Object", name),
    ]


def test_a_budgets_name_with_a_line_break_is_one_resource(cloud):
    period = {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": "1", "Unit": "USD"}}
    name = "monthly\nbills of all"
    budgets = cloud.client("budgets")
    budgets.create_budget(AccountId=ACCOUNT, Budget={"BudgetName": name, **period})
    budgets.describe_budget(AccountId=ACCOUNT, BudgetName=name)
    (event,) = lookup(cloud, "EventName", "DescribeBudget")["Events"]
    assert [one["ResourceType"] for one in event["Resources"]] == ["AWS::Budgets::Budget"]
