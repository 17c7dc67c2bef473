"""EC2's own condition keys, as the EC2 User Guide's "Example policies to control access the Amazon EC2 API" use them:
launching from certain images, into certain networks, with the metadata service's second version only."""

import pytest

from tests.services.cloud import ACCOUNT, allow

LAUNCH = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
HERE = f"arn:aws:ec2:us-east-1:{ACCOUNT}"
IMAGES, INSTANCES = "arn:aws:ec2:us-east-1::image/ami-*", f"{HERE}:instance/*"


@pytest.fixture
def networks(cloud):
    """ARNs of the account's subnet and network, in words that a case may name."""
    (found,) = cloud.client("ec2").run_instances(**LAUNCH)["Instances"]
    return {"SUBNET": f"{HERE}:subnet/{found['SubnetId']}", "VPC": f"{HERE}:vpc/{found['VpcId']}"}


@pytest.fixture
def may(cloud):
    """Whether somebody may do it who may do everything in EC2 but for what a condition denies."""

    def judge(name, action, params, resource, condition):
        denied = {"Effect": "Deny", "Action": f"ec2:{action}", "Resource": resource, "Condition": condition}
        client = cloud.client("ec2", cloud.user(name, allow("ec2:*"), denied))
        do = {"RunInstances": client.run_instances, "TerminateInstances": client.terminate_instances}[action]
        try:
            do(**params)
        except client.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "UnauthorizedOperation"
            return False
        return True

    return judge


@pytest.mark.parametrize(
    ("resource", "operator", "key", "own", "other"),
    [
        (IMAGES, "StringNotEquals", "ec2:Owner", "amazon", ACCOUNT),
        (IMAGES, "StringNotEquals", "ec2:ImageID", LAUNCH["ImageId"], "ami-0a1b2c3d4e5f60718"),
        (IMAGES, "StringNotEquals", "ec2:RootDeviceType", "ebs", "instance-store"),
        (INSTANCES, "StringNotEquals", "ec2:InstanceType", "t3.micro", "t3.large"),
        (INSTANCES, "StringNotEquals", "ec2:Tenancy", "default", "dedicated"),
        (INSTANCES, "StringNotEquals", "ec2:AvailabilityZone", "us-east-1a", "us-east-1b"),
        (f"{HERE}:network-interface/*", "ArnNotEquals", "ec2:Subnet", "SUBNET", f"{HERE}:subnet/subnet-1"),
        (f"{HERE}:subnet/*", "StringNotEquals", "ec2:Vpc", "VPC", f"{HERE}:vpc/vpc-1"),
        (f"{HERE}:security-group/*", "StringNotEquals", "ec2:Vpc", "VPC", f"{HERE}:vpc/vpc-1"),
    ],
)
def test_a_launch_is_judged_by_what_it_uses(may, networks, resource, operator, key, own, other):
    assert may("fitting", "RunInstances", LAUNCH, resource, {operator: {key: networks.get(own, own)}})
    assert not may("other", "RunInstances", LAUNCH, resource, {operator: {key: other}})


@pytest.mark.parametrize(
    ("options", "allowed"), [({}, False), ({"HttpTokens": "optional"}, False), ({"HttpTokens": "required"}, True)]
)
def test_a_launch_can_be_held_to_the_second_version_of_the_metadata_service(may, options, allowed):
    """Work with instance metadata: whoever does not ask for it in the request is refused."""
    wanted = {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
    assert may("mario", "RunInstances", {**LAUNCH, "MetadataOptions": options}, INSTANCES, wanted) is allowed


@pytest.mark.parametrize(("hops", "allowed"), [(3, True), (4, False)])
def test_a_launch_can_be_held_to_a_hop_limit(may, hops, allowed):
    """Work with instance metadata: "NumericGreaterThan": {"ec2:MetadataHttpPutResponseHopLimit": "3"}."""
    limit = {"NumericGreaterThan": {"ec2:MetadataHttpPutResponseHopLimit": "3"}}
    launch = {**LAUNCH, "MetadataOptions": {"HttpPutResponseHopLimit": hops}}
    assert may("mario", "RunInstances", launch, INSTANCES, limit) is allowed


@pytest.mark.parametrize(("tokens", "allowed"), [("required", True), ("optional", False)])
def test_an_instance_is_judged_by_its_metadata_options(cloud, may, tokens, allowed):
    (made,) = cloud.client("ec2").run_instances(**LAUNCH, MetadataOptions={"HttpTokens": tokens})["Instances"]
    wanted = {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
    who = {"InstanceIds": [made["InstanceId"]]}
    assert may("mario", "TerminateInstances", who, INSTANCES, wanted) is allowed
