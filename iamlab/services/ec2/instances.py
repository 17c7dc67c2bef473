"""Instances shown and ended. EC2 API Reference: "DescribeInstances", "TerminateInstances"."""

from typing import Any

from iamlab.services.ec2 import filters, places, tags, targets
from iamlab.services.ec2.models import Instance
from iamlab.services.operations import AwsError, Call, operation

PENDING, RUNNING = {"Code": 0, "Name": "pending"}, {"Code": 16, "Name": "running"}
SHUTTING_DOWN, TERMINATED = {"Code": 32, "Name": "shutting-down"}, {"Code": 48, "Name": "terminated"}


def state_of(row: Instance) -> dict[str, Any]:
    return RUNNING if row.terminated is None else TERMINATED


def describe(row: Instance, number: int, fresh: bool = False) -> dict[str, Any]:
    """The API's Instance; `fresh`: as the launch answers."""
    own = places.network(row.account_id, row.region)
    image = places.IMAGES[row.image_id]
    ended = row.terminated is not None
    found: dict[str, Any] = {
        "AmiLaunchIndex": number,
        "ImageId": row.image_id,
        "InstanceId": row.instance_id,
        "InstanceType": row.kind,
        "LaunchTime": row.launched,
        "Monitoring": {"State": "disabled"},
        "Placement": {"AvailabilityZone": f"{row.region}a", "GroupName": "", "Tenancy": "default"},
        "PrivateDnsName": "" if ended else places.host_name(row.private_ip, row.region),
        "PublicDnsName": "",
        "ProductCodes": [],
        "State": PENDING if fresh else state_of(row),
        "StateTransitionReason": f"User initiated ({places.moment(row.terminated)})" if row.terminated else "",
        "Architecture": image["Architecture"],
        "BlockDeviceMappings": [],
        "ClientToken": row.client_token,
        "EbsOptimized": False,
        "EnaSupport": True,
        "Hypervisor": "xen",
        "RootDeviceName": image["RootDeviceName"],
        "RootDeviceType": "ebs",
        "VirtualizationType": "hvm",
        "PlatformDetails": "Linux/UNIX",
        "MetadataOptions": {"State": "applied", **places.METADATA, **row.settings.get("MetadataOptions", {})},
        "NetworkInterfaces": [],
        "SecurityGroups": [] if ended else [{"GroupId": own["group"], "GroupName": "default"}],
        "Tags": tags.shown(row.tags),
    }
    if not ended:
        found |= {"PrivateIpAddress": row.private_ip, "SubnetId": own["subnet"], "VpcId": own["vpc"]}
        found["SourceDestCheck"] = True
    if row.profile_arn and not ended:
        found["IamInstanceProfile"] = {"Arn": row.profile_arn, "Id": row.profile_id}
    return found


def reservation(rows: list[Instance], fresh: bool = False) -> dict[str, Any]:
    """Instances that were launched together."""
    return {
        "ReservationId": rows[0].reservation_id,
        "OwnerId": rows[0].account_id,
        "Groups": [],
        "Instances": [describe(row, number, fresh) for number, row in enumerate(rows)],
    }


READERS: dict[str, filters.Read] = {
    "instance-id": lambda row: [row.instance_id],
    "instance-type": lambda row: [row.kind],
    "image-id": lambda row: [row.image_id],
    "instance-state-name": lambda row: [state_of(row)["Name"]],
    "instance-state-code": lambda row: [str(state_of(row)["Code"])],
    "iam-instance-profile.arn": lambda row: [row.profile_arn] if row.profile_arn else [],
    "iam-instance-profile.id": lambda row: [row.profile_id] if row.profile_id else [],
    "private-ip-address": lambda row: [row.private_ip],
    "reservation-id": lambda row: [row.reservation_id],
    "client-token": lambda row: [row.client_token],
    "vpc-id": lambda row: [places.network(row.account_id, row.region)["vpc"]],
    "subnet-id": lambda row: [places.network(row.account_id, row.region)["subnet"]],
    "tag-key": lambda row: list(row.tags),
    "tag-value": lambda row: list(row.tags.values()),
}


@operation("ec2:DescribeInstances", target=targets.listing)
def describe_instances(
    call: Call,
    InstanceIds: list[str] | None = None,
    Filters: list[dict[str, Any]] | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    DryRun: bool | None = None,
) -> dict[str, Any]:
    """By reservation. A terminated instance shows for an hour."""
    targets.dry_run(DryRun)
    if InstanceIds and MaxResults:
        message = "The parameter instancesSet cannot be used with the parameter maxResults"
        raise AwsError("InvalidParameterCombination", message)
    rows = targets.seen(call)
    if InstanceIds:
        targets.check_ids(InstanceIds)
        rows = rows.filter(instance_id__in=InstanceIds)
    every = list(rows)
    missing = sorted(set(InstanceIds or ()) - {row.instance_id for row in every})
    if missing:
        raise targets.no_such(missing)
    page = filters.page("rows", filters.chosen(every, Filters, READERS), MaxResults, NextToken)
    launches: dict[str, list[Instance]] = {}
    for row in page.pop("rows"):
        launches.setdefault(row.reservation_id, []).append(row)
    return {"Reservations": [reservation(some) for some in launches.values()], **page}


@operation("ec2:TerminateInstances", target=targets.many)
def terminate_instances(call: Call, InstanceIds: list[str], DryRun: bool | None = None) -> dict[str, Any]:
    """All or none. One that has ended already stays so."""
    rows = targets.existing(call)
    targets.dry_run(DryRun)
    changes = []
    for row in rows:
        before = state_of(row)
        now = SHUTTING_DOWN if row.terminated is None else TERMINATED
        changes.append({"InstanceId": row.instance_id, "CurrentState": now, "PreviousState": before})
        if row.terminated is None:
            row.terminated = call.now
            row.save(update_fields=["terminated"])
    return {"TerminatingInstances": changes}


@operation("ec2:DescribeInstanceAttribute", target=targets.one)
def describe_instance_attribute(
    call: Call, InstanceId: str, Attribute: str, DryRun: bool | None = None
) -> dict[str, Any]:
    """The type, or the user data: whoever may ask reads what stands in a start script."""
    (row,) = targets.existing(call)
    targets.dry_run(DryRun)
    if Attribute == "userData":
        text = row.settings.get("UserData")
        return {"InstanceId": row.instance_id, "UserData": {"Value": text} if text else {}}
    if Attribute == "instanceType":
        return {"InstanceId": row.instance_id, "InstanceType": {"Value": row.kind}}
    raise AwsError("InvalidParameterValue", f"The attribute {Attribute} is not simulated by iamlab.")


IMAGE_READERS: dict[str, filters.Read] = {
    "image-id": lambda one: [one["ImageId"]],
    "name": lambda one: [one["Name"]],
    "architecture": lambda one: [one["Architecture"]],
    "owner-alias": lambda one: [one["ImageOwnerAlias"]],
    "owner-id": lambda one: [one["OwnerId"]],
    "state": lambda one: [one["State"]],
    "is-public": lambda one: ["true"],
    "root-device-type": lambda one: [one["RootDeviceType"]],
    "virtualization-type": lambda one: [one["VirtualizationType"]],
}


@operation("ec2:DescribeImages", target=targets.listing)
def describe_images(
    call: Call,
    ImageIds: list[str] | None = None,
    Owners: list[str] | None = None,
    Filters: list[dict[str, Any]] | None = None,
    DryRun: bool | None = None,
) -> dict[str, Any]:
    """Amazon's two; an account has none of its own."""
    targets.dry_run(DryRun)
    for name in ImageIds or ():
        if name not in places.IMAGES:
            raise AwsError("InvalidAMIID.NotFound", f"The image id '[{name[:100]}]' does not exist")
    found = [places.image(name) for name in places.IMAGES if not ImageIds or name in ImageIds]
    if Owners:
        found = [one for one in found if {one["OwnerId"], one["ImageOwnerAlias"]} & set(Owners)]
    return {"Images": filters.chosen(found, Filters, IMAGE_READERS)}
