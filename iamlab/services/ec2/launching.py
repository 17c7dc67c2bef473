"""Launching instances. EC2 API Reference: "RunInstances"; EC2 User Guide: "Example policies: Launch instances"."""

import base64
import binascii
from typing import Any

from iamlab.services.ec2 import condition_keys, instances, places, profiles, tags, targets
from iamlab.services.ec2.models import Instance
from iamlab.services.operations import AwsError, Call, Target, operation

MOST = 20  # running instances of an account in a Region
LARGEST_USER_DATA = 16_384
USUAL_TYPE = "m1.small"  # where a request names none


def resources(
    call: Call,
    ImageId: str | None = None,
    InstanceType: str | None = None,
    KeyName: str | None = None,
    SubnetId: str | None = None,
    SecurityGroupIds: list[str] | None = None,
    MetadataOptions: dict[str, Any] | None = None,
    IamInstanceProfile: dict[str, str] | None = None,
    TagSpecifications: list[dict[str, Any]] | None = None,
    **_: Any,
) -> list[Target]:
    """All that a launch uses or makes has to be allowed; tags at launch need ec2:CreateTags besides."""
    own = places.network(call.account_id, call.source.region)
    # Metadata options that a request leaves open have no key: who requires one requires that it is asked for.
    keys = condition_keys.instance(call, InstanceType or USUAL_TYPE, MetadataOptions or {})
    if IamInstanceProfile:
        row = profiles.found(call, IamInstanceProfile.get("Name") or "", IamInstanceProfile.get("Arn") or "")
        if row is not None:
            keys["ec2:InstanceProfile"] = profiles.instance_profiles.arn(call.account_id, row.path, row.name)
    requested = tags.keys_of(of_instances(TagSpecifications))
    instance = Target(arn=targets.arn(call, "instance"), context={**keys, **requested})
    subnet = SubnetId or own["subnet"]
    used = [
        ("subnet", subnet),
        ("network-interface", "*"),
        ("volume", "*"),
        *(("security-group", group) for group in SecurityGroupIds or [own["group"]]),
        *([("key-pair", KeyName)] if KeyName else []),
    ]
    image_arn = targets.arn(call, "image", ImageId or "*", owner=False)
    image = Target(arn=image_arn, context=condition_keys.image(call, ImageId or ""))
    others = [
        Target(arn=targets.arn(call, kind, name), context=condition_keys.used(call, kind, name, subnet))
        for kind, name in used
    ]
    tagging = {"ec2:CreateAction": "RunInstances"}
    made = Target(arn=instance.arn, context={**keys, **requested, **tagging}, action="ec2:CreateTags")
    return [instance, image, *others, *([made] if requested else [])]


def of_instances(given: list[dict[str, Any]] | None) -> list[dict[str, str]]:
    """The tags for the instances among those of a launch."""
    return [tag for one in given or () if one.get("ResourceType") == "instance" for tag in one.get("Tags") or ()]


def check_counts(call: Call, least: int, most: int) -> None:
    """Raises InvalidParameterValue, InstanceLimitExceeded."""
    for name, value in (("minCount", least), ("maxCount", most)):
        if value < 1:
            message = f"Value ({value}) for parameter {name} is invalid. Minimum value is 1."
            raise AwsError("InvalidParameterValue", message)
    if most < least:
        message = "Maximum instance count must not be smaller than minimum instance count"
        raise AwsError("InvalidParameterValue", message)
    room = MOST - targets.seen(call).filter(terminated=None).count()
    if least > room:
        message = (
            f"You have requested more instances ({least}) than your current instance limit of {MOST} allows for the "
            "specified instance type."
        )
        raise AwsError("InstanceLimitExceeded", message)


def check_used(call: Call, given: dict[str, Any]) -> None:
    """Image, network and key pair must exist. Raises AWS's error for each."""
    image = given.get("ImageId")
    if not image:
        raise AwsError("MissingParameter", "The request must contain the parameter ImageId")
    if not image.startswith("ami-"):
        raise AwsError("InvalidAMIID.Malformed", f'Invalid id: "{image[:100]}" (expecting "ami-...")')
    if image not in places.IMAGES:
        raise AwsError("InvalidAMIID.NotFound", f"The image id '[{image[:100]}]' does not exist")
    own = places.network(call.account_id, call.source.region)
    subnet = given.get("SubnetId")
    if subnet not in (None, own["subnet"]):
        raise AwsError("InvalidSubnetID.NotFound", f"The subnet ID '{subnet}' does not exist")
    for group in given.get("SecurityGroupIds") or ():
        if group != own["group"]:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{group}' does not exist")
    if given.get("KeyName"):
        raise AwsError("InvalidKeyPair.NotFound", f"The key pair '{given['KeyName']}' does not exist")


def check_user_data(text: str | None) -> None:
    """Raises InvalidParameterValue, InvalidUserData.Malformed."""
    if text is None:
        return
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise AwsError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.") from error
    if len(data) > LARGEST_USER_DATA:
        raise AwsError("InvalidParameterValue", "User data is limited to 16384 bytes")


@operation("ec2:RunInstances", target=resources)
def run_instances(
    call: Call,
    MinCount: int,
    MaxCount: int,
    ImageId: str | None = None,
    InstanceType: str | None = None,
    KeyName: str | None = None,
    SubnetId: str | None = None,
    SecurityGroupIds: list[str] | None = None,
    UserData: str | None = None,
    MetadataOptions: dict[str, Any] | None = None,
    TagSpecifications: list[dict[str, Any]] | None = None,
    IamInstanceProfile: dict[str, str] | None = None,
    ClientToken: str | None = None,
    DryRun: bool | None = None,
) -> dict[str, Any]:
    """A request that comes again with its token makes nothing new. To give a role needs iam:PassRole."""
    profile = profiles.passed(call, IamInstanceProfile) if IamInstanceProfile else None
    check_used(call, call.params)
    check_user_data(UserData)
    given_tags = tags.read(of_instances(TagSpecifications), {})
    rows = list(targets.seen(call).filter(client_token=ClientToken)) if ClientToken else []
    if not rows:
        check_counts(call, MinCount, MaxCount)
    targets.dry_run(DryRun)
    if not rows:
        room = MOST - targets.seen(call).filter(terminated=None).count()
        rows = [made(call, given_tags, profile) for _ in range(min(MaxCount, room))]
        reservation = places.new_id("r")
        for row in rows:
            row.reservation_id = reservation
        Instance.objects.bulk_create(rows)
    return instances.reservation(rows, fresh=True)


def made(call: Call, given_tags: dict[str, str], profile: tuple[str, str] | None) -> Instance:
    """A new instance, not saved yet."""
    given, instance_id = call.params, places.new_id("i")
    row = Instance(
        account_id=call.account_id,
        region=call.source.region,
        instance_id=instance_id,
        client_token=(given.get("ClientToken") or "")[:64],
        image_id=given["ImageId"],
        kind=given.get("InstanceType") or USUAL_TYPE,
        private_ip=places.private_ip(instance_id),
        settings={name: given[name] for name in ("UserData", "MetadataOptions") if given.get(name)},
        tags=given_tags,
        launched=call.now,
    )
    if profile is not None:
        profiles.put(row, profile, call)
    return row
