"""DescribeImages: what an account finds to launch from."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def ec2(cloud):
    return cloud.client("ec2")


def names(ec2, **asked) -> list[str]:
    return [one["ImageId"] for one in ec2.describe_images(**asked)["Images"]]


def test_images_are_found_by_id_owner_and_filter(ec2):
    everything = names(ec2)
    assert len(everything) == len(set(everything)) > 1
    assert names(ec2, ImageIds=everything[:1]) == everything[:1]
    assert names(ec2, Owners=["amazon"]) == everything and names(ec2, Owners=["self"]) == []
    arm = names(ec2, Filters=[{"Name": "architecture", "Values": ["arm64"]}])
    assert arm and set(arm) < set(everything)


def test_an_image_that_is_not_there(ec2):
    with pytest.raises(ClientError) as refused:
        names(ec2, ImageIds=["ami-00000000000000000"])
    assert refused.value.response["Error"] == {
        "Code": "InvalidAMIID.NotFound",
        "Message": "The image id '[ami-00000000000000000]' does not exist",
    }
