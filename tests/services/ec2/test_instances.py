"""EC2 as far as it shows how a role comes to a machine, through boto3 and its own protocol."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from iamlab.door import identities
from iamlab.door.calls import call
from iamlab.sandbox import controls, snapshots
from iamlab.services.accounts.models import Account, Sandbox
from iamlab.services.iam.models import Role
from iamlab.services.operations import AwsError
from tests import boto
from tests.services.cloud import ACCOUNT, allow, refusal

AMI = "ami-0abcdef1234567890"
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
LISTS = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
NAME = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}]
NOWHERE = "i-0123456789abcdef0"


@pytest.fixture
def ec2(cloud):
    return cloud.client("ec2")


@pytest.fixture
def profile(cloud):
    return a_profile(cloud)


def a_profile(cloud, name="AppServer", trust=TRUST):
    iam = cloud.client("iam")
    cloud.role(name, trust, LISTS)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return f"arn:aws:iam::{ACCOUNT}:instance-profile/{name}"


def launch(ec2, **more):
    params = {"ImageId": AMI, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **more}
    return [one["InstanceId"] for one in ec2.run_instances(**params)["Instances"]]


def get(ec2, name):
    (reservation,) = ec2.describe_instances(InstanceIds=[name])["Reservations"]
    (instance,) = reservation["Instances"]
    return instance


def listed(ec2, **params):
    found = ec2.describe_instances(**params)["Reservations"]
    return [one["InstanceId"] for reservation in found for one in reservation["Instances"]]


def error(call, **params):
    found = refusal(call, **params)["Error"]
    return found["Code"], found["Message"]


def test_an_instance_with_a_profile_is_launched_and_shown(ec2, profile):
    answer = ec2.run_instances(
        ImageId=AMI,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": "appserver"},
        TagSpecifications=NAME,
    )
    (launched,) = answer["Instances"]
    assert (answer["OwnerId"], launched["State"]) == (ACCOUNT, {"Code": 0, "Name": "pending"})
    found = get(ec2, launched["InstanceId"])
    assert found["State"] == {"Code": 16, "Name": "running"}
    assert found["IamInstanceProfile"]["Arn"] == profile and found["IamInstanceProfile"]["Id"].startswith("AIPA")
    assert found["Tags"] == [{"Key": "Name", "Value": "web"}]
    assert found["InstanceType"] == "t3.micro" and found["PrivateIpAddress"].startswith("172.31.")
    assert datetime.now(UTC) - found["LaunchTime"] < timedelta(minutes=5)


def test_several_are_launched_together_and_a_token_launches_once(ec2):
    token = {"MinCount": 2, "MaxCount": 3, "ClientToken": "once"}
    first = launch(ec2, **token)
    assert len(first) == 3 and launch(ec2, **token) == first
    assert listed(ec2) == first
    assert len(ec2.describe_instances()["Reservations"]) == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ImageId": "ami-00000000000000000"}, "InvalidAMIID.NotFound"),
        ({"ImageId": "image"}, "InvalidAMIID.Malformed"),
        ({"InstanceType": "t9.huge"}, "InvalidParameterValue"),
        ({"MinCount": 2}, "InvalidParameterValue"),
        ({"MinCount": 0}, "InvalidParameterValue"),
        ({"MinCount": 21, "MaxCount": 21}, "InstanceLimitExceeded"),
        ({"KeyName": "mine"}, "InvalidKeyPair.NotFound"),
        ({"SubnetId": "subnet-1"}, "InvalidSubnetID.NotFound"),
        ({"SecurityGroupIds": ["sg-1"]}, "InvalidGroup.NotFound"),
        ({"IamInstanceProfile": {"Name": "nobody"}}, "InvalidParameterValue"),
        ({"IamInstanceProfile": {"Name": "a", "Arn": "b"}}, "InvalidParameterCombination"),
        ({"UserData": "x" * 17_000}, "InvalidParameterValue"),
        ({"TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "aws:x"}]}]}, "InvalidParameterValue"),
    ],
)
def test_what_cannot_be_launched(ec2, more, code):
    params = {"ImageId": AMI, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **more}
    assert error(ec2.run_instances, **params)[0] == code
    assert listed(ec2) == []


def test_a_profile_without_a_role_cannot_be_given(cloud, ec2):
    cloud.client("iam").create_instance_profile(InstanceProfileName="empty")
    code, message = error(ec2.run_instances, ImageId=AMI, MinCount=1, MaxCount=1, IamInstanceProfile={"Name": "empty"})
    assert code == "InvalidParameterValue" and "no associated IAM Roles" in message


def test_giving_a_role_needs_pass_role_on_it_for_ec2(cloud, profile):
    """IAM User Guide, "Grant a user permissions to pass a role to an AWS service"."""
    run = allow("ec2:*")
    role = f"arn:aws:iam::{ACCOUNT}:role/AppServer"
    to = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    params = {"ImageId": AMI, "MinCount": 1, "MaxCount": 1, "IamInstanceProfile": {"Arn": profile}}
    without = cloud.client("ec2", cloud.user("without", run))
    code, message = error(without.run_instances, **params)
    assert code == "UnauthorizedOperation" and f"iam:PassRole on resource: {role}" in message
    elsewhere = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    other = cloud.client("ec2", cloud.user("other", run, allow("iam:PassRole", role, Condition=elsewhere)))
    assert error(other.run_instances, **params)[0] == "UnauthorizedOperation"
    passer = cloud.client("ec2", cloud.user("passer", run, allow("iam:PassRole", role, Condition=to)))
    assert len(passer.run_instances(**params)["Instances"]) == 1
    assert len(launch(without)) == 1


def test_a_refusal_carries_a_message_that_decodes_to_its_decision(cloud):
    """EC2 API Reference: UnauthorizedOperation; STS API Reference: "DecodeAuthorizationMessage"."""
    answer = refusal(cloud.client("ec2", cloud.user("nobody")).terminate_instances, InstanceIds=[NOWHERE])
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert answer["Error"]["Code"] == "UnauthorizedOperation"
    text = answer["Error"]["Message"]
    assert text.startswith("You are not authorized to perform this operation. User: ")
    encoded = text.rpartition("Encoded authorization failure message: ")[2]
    decoded = cloud.client("sts").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"]
    found = json.loads(decoded)
    assert (found["allowed"], found["context"]["action"]) == (False, "ec2:TerminateInstances")
    assert found["context"]["resource"].endswith(f"instance/{NOWHERE}")


def test_a_stranger_cannot_tell_whether_an_instance_exists(cloud, ec2):
    (real,) = launch(ec2)
    nobody = cloud.client("ec2", cloud.user("nobody"))
    for name in (real, NOWHERE):
        assert error(nobody.terminate_instances, InstanceIds=[name])[0] == "UnauthorizedOperation"


def test_a_dry_run_says_what_would_be_and_does_nothing(cloud, ec2):
    params = {"ImageId": AMI, "MinCount": 1, "MaxCount": 1, "DryRun": True}
    answer = refusal(ec2.run_instances, **params)
    assert answer["Error"]["Code"] == "DryRunOperation" and answer["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert answer["Error"]["Message"] == "Request would have succeeded, but DryRun flag is set."
    assert error(cloud.client("ec2", cloud.user("nobody")).run_instances, **params)[0] == "UnauthorizedOperation"
    (name,) = launch(ec2)
    assert error(ec2.terminate_instances, InstanceIds=[name], DryRun=True)[0] == "DryRunOperation"
    assert listed(ec2) == [name] and get(ec2, name)["State"]["Name"] == "running"


def test_a_profile_is_associated_replaced_and_taken_away(cloud, ec2, profile):
    a_profile(cloud, "Other")
    (name,) = launch(ec2)
    first = ec2.associate_iam_instance_profile(InstanceId=name, IamInstanceProfile={"Arn": profile})
    association = first["IamInstanceProfileAssociation"]
    assert association["State"] == "associating" and association["AssociationId"].startswith("iip-assoc-")
    again = error(ec2.associate_iam_instance_profile, InstanceId=name, IamInstanceProfile={"Name": "Other"})
    assert again == ("IncorrectState", f"There is an existing association for instance {name}")
    found = ec2.describe_iam_instance_profile_associations(Filters=[{"Name": "instance-id", "Values": [name]}])
    assert found["IamInstanceProfileAssociations"][0]["State"] == "associated"
    ids = {"AssociationId": association["AssociationId"]}
    replaced = ec2.replace_iam_instance_profile_association(**ids, IamInstanceProfile={"Name": "Other"})
    new = replaced["IamInstanceProfileAssociation"]["AssociationId"]
    assert get(ec2, name)["IamInstanceProfile"]["Arn"].endswith("/Other") and new != ids["AssociationId"]
    assert error(ec2.disassociate_iam_instance_profile, **ids)[0] == "InvalidAssociationID.NotFound"
    gone = ec2.disassociate_iam_instance_profile(AssociationId=new)["IamInstanceProfileAssociation"]
    assert gone["State"] == "disassociating" and "IamInstanceProfile" not in get(ec2, name)
    assert ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"] == []


def test_a_terminated_instance_shows_for_an_hour(ec2, profile):
    (name,) = launch(ec2, IamInstanceProfile={"Arn": profile})
    (change,) = ec2.terminate_instances(InstanceIds=[name])["TerminatingInstances"]
    assert (change["PreviousState"]["Name"], change["CurrentState"]["Name"]) == ("running", "shutting-down")
    assert get(ec2, name)["State"] == {"Code": 48, "Name": "terminated"}
    assert ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"] == []
    late = error(ec2.associate_iam_instance_profile, InstanceId=name, IamInstanceProfile={"Arn": profile})
    assert late[0] == "IncorrectInstanceState"
    Sandbox.objects.filter(accounts=ACCOUNT).update(clock_offset=3700)
    assert listed(ec2) == []


def test_ids_that_are_malformed_or_nobodys(ec2):
    assert error(ec2.describe_instances, InstanceIds=["web"]) == (
        "InvalidInstanceID.Malformed",
        'Invalid id: "web"',
    )
    missing = error(ec2.terminate_instances, InstanceIds=[NOWHERE])
    assert missing == ("InvalidInstanceID.NotFound", f"The instance ID '{NOWHERE}' does not exist")
    (name,) = launch(ec2)
    assert error(ec2.terminate_instances, InstanceIds=[name, NOWHERE])[0] == "InvalidInstanceID.NotFound"
    assert get(ec2, name)["State"]["Name"] == "running"


def test_each_region_has_its_own_instances(cloud, ec2):
    (name,) = launch(ec2)
    assert error(boto.client("ec2", cloud.root, region="eu-south-1").describe_instances, InstanceIds=[name])[0] == (
        "InvalidInstanceID.NotFound"
    )


def test_filters(ec2, profile):
    (web,) = launch(ec2, TagSpecifications=NAME, IamInstanceProfile={"Arn": profile})
    (plain,) = launch(ec2, InstanceType="t3.nano")
    for name, values, found in (
        ("tag:Name", ["w*"], [web]),
        ("tag-key", ["Name"], [web]),
        ("instance-type", ["t3.nano", "t3.small"], [plain]),
        ("instance-state-name", ["running"], [web, plain]),
        ("iam-instance-profile.arn", [profile], [web]),
        ("tag:Name", ["[w]eb"], []),
    ):
        assert listed(ec2, Filters=[{"Name": name, "Values": values}]) == found
    assert error(ec2.describe_instances, Filters=[{"Name": "colour", "Values": ["x"]}])[0] == "InvalidParameterValue"


def test_pages(ec2):
    every = launch(ec2, MinCount=7, MaxCount=7)
    first = ec2.describe_instances(MaxResults=5)
    rest = ec2.describe_instances(MaxResults=5, NextToken=first["NextToken"])
    shown = [one["InstanceId"] for page in (first, rest) for one in page["Reservations"][0]["Instances"]]
    assert shown == every and "NextToken" not in rest
    assert error(ec2.describe_instances, MaxResults=4)[0] == "InvalidParameterValue"


def test_tags(ec2):
    (name,) = launch(ec2, TagSpecifications=NAME)
    ec2.create_tags(Resources=[name], Tags=[{"Key": "Name", "Value": "db"}, {"Key": "x", "Value": ""}])
    ec2.delete_tags(Resources=[name], Tags=[{"Key": "x"}, {"Key": "Name", "Value": "web"}])
    (tag,) = ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [name]}])["Tags"]
    assert (tag["Key"], tag["Value"], tag["ResourceType"]) == ("Name", "db", "instance")
    assert error(ec2.create_tags, Resources=["vol-1"], Tags=[{"Key": "a", "Value": ""}])[0] == "InvalidID"
    many = [{"Key": str(number), "Value": ""} for number in range(50)]
    assert error(ec2.create_tags, Resources=[name], Tags=many)[0] == "TagLimitExceeded"


def test_user_data_is_readable_to_who_may_ask_and_not_in_the_event(cloud, ec2):
    (name,) = launch(ec2, UserData="AWS_ACCESS_KEY_ID=AKIAEXAMPLE")
    found = ec2.describe_instance_attribute(InstanceId=name, Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(found) == b"AWS_ACCESS_KEY_ID=AKIAEXAMPLE"
    attributes = [{"AttributeKey": "EventName", "AttributeValue": "RunInstances"}]
    (event,) = cloud.client("cloudtrail").lookup_events(LookupAttributes=attributes)["Events"]
    assert event["EventSource"] == "ec2.amazonaws.com" and found not in event["CloudTrailEvent"]


def test_refusals_and_failures_are_recorded_as_the_clients(cloud, ec2):
    refusal(cloud.client("ec2", cloud.user("nobody")).describe_instances)
    refusal(ec2.terminate_instances, InstanceIds=[NOWHERE])
    events = cloud.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "ec2.amazonaws.com"}]
    )["Events"]
    codes = {json.loads(event["CloudTrailEvent"])["errorCode"] for event in events}
    assert codes == {"Client.UnauthorizedOperation", "Client.InvalidInstanceID.NotFound"}


def test_errors_of_the_protocol_itself(cloud):
    wrong = {**cloud.root, "SecretAccessKey": "no"}
    answer = refusal(cloud.client("ec2", wrong).describe_instances)
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == ("AuthFailure", 401)
    ec2 = cloud.client("ec2")
    assert error(ec2.describe_vpcs)[0] == "InvalidAction"

    def without_image(params, **_):
        params["body"].pop("MaxCount")

    ec2.meta.events.register("before-call.ec2.RunInstances", without_image)
    code, message = error(ec2.run_instances, ImageId=AMI, MinCount=1, MaxCount=1)
    assert (code, message) == ("MissingParameter", "The request must contain the parameter MaxCount")


def test_the_answer_is_in_ec2s_shape(ec2):
    """EC2 API Reference, "DescribeInstances": the id comes first, nothing wraps the result, lists hold items."""
    launch(ec2)
    seen = []
    ec2.meta.events.register(
        "before-parse.ec2.DescribeInstances", lambda response_dict, **_: seen.append(response_dict)
    )
    ec2.describe_instances()
    text = seen[0]["body"].decode()
    opening = '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15"><requestId>'
    assert text.startswith(opening) and "</requestId><reservationSet><item><reservationId>r-" in text


def as_instance(name="web"):
    account = Account.objects.select_related("sandbox").get(pk=ACCOUNT)
    return identities.caller_as(controls.world(account.sandbox), ACCOUNT, f"instance/{name}")


def test_what_runs_on_an_instance_calls_with_its_role(cloud, ec2, profile):
    (name,) = launch(ec2, TagSpecifications=NAME, IamInstanceProfile={"Arn": profile})
    for known_as in ("web", name):
        caller = as_instance(known_as)
        assert caller.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/AppServer/{name}"
    call(as_instance(), "s3:ListBuckets")
    with pytest.raises(AwsError) as refused:
        call(as_instance(), "iam:ListUsers")
    assert refused.value.code == "AccessDenied"


def test_an_instance_finds_no_credentials_without_a_role_that_trusts_ec2(cloud, ec2, profile):
    launch(ec2, TagSpecifications=NAME)
    with pytest.raises(AwsError, match="has no role"):
        as_instance()
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    arn = a_profile(cloud, "Person", trust)
    launch(ec2, TagSpecifications=NAME, IamInstanceProfile={"Arn": arn})
    with pytest.raises(AwsError, match="trust policy"):
        as_instance()
    with pytest.raises(AwsError, match="no running instance"):
        as_instance("db")


def test_instances_go_back_with_the_world(cloud, ec2, profile):
    (name,) = launch(ec2, IamInstanceProfile={"Arn": profile})
    sandbox = Sandbox.objects.get(accounts=ACCOUNT)
    before = snapshots.take(sandbox)
    ec2.terminate_instances(InstanceIds=[name])
    launch(ec2)
    snapshots.restore(before)
    assert listed(ec2) == [name] and get(ec2, name)["State"]["Name"] == "running"


def test_an_account_with_a_worn_role_can_be_deleted(cloud, profile):
    Sandbox.objects.filter(accounts=ACCOUNT).delete()
    assert not Role.objects.filter(account_id=ACCOUNT).exists()
