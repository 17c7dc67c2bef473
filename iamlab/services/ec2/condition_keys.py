"""Condition keys of instances and of what a launch uses. Service Authorization Reference: "Amazon EC2"; EC2 User Guide:
"Example policies to control access the Amazon EC2 API"."""

from collections.abc import Mapping
from typing import Any

from iamlab.services.ec2 import places
from iamlab.services.ec2.models import Instance
from iamlab.services.operations import Call

OF_METADATA = {
    "HttpTokens": "ec2:MetadataHttpTokens",
    "HttpEndpoint": "ec2:MetadataHttpEndpoint",
    "HttpPutResponseHopLimit": "ec2:MetadataHttpPutResponseHopLimit",
    "InstanceMetadataTags": "ec2:InstanceMetadataTags",
}
# What all instances and images here have in common.
IMAGE = {"ec2:Owner": "amazon", "ec2:Public": "true", "ec2:ImageType": "machine", "ec2:RootDeviceType": "ebs"}
INSTANCE = {
    "ec2:RootDeviceType": "ebs",
    "ec2:Tenancy": "default",
    "ec2:EbsOptimized": "false",
    "ec2:InstanceMarketType": "on-demand",
}


def region(call: Call) -> dict[str, Any]:
    return {"ec2:Region": call.source.region}


def instance(call: Call, kind: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Of an instance, or of one to be; `metadata`: its MetadataOptions, as far as they are known."""
    options = {key: str(metadata[name]) for name, key in OF_METADATA.items() if metadata.get(name) is not None}
    return {**region(call), **INSTANCE, "ec2:AvailabilityZone": zone(call), "ec2:InstanceType": kind, **options}


def existing(call: Call, row: Instance) -> dict[str, Any]:
    metadata = {**places.METADATA, **row.settings.get("MetadataOptions", {})}
    found = {**instance(call, row.kind, metadata), "ec2:InstanceID": row.instance_id}
    found |= {f"ec2:ResourceTag/{key}": value for key, value in row.tags.items()}
    return {**found, "ec2:InstanceProfile": row.profile_arn} if row.profile_arn else found


def image(call: Call, name: str) -> dict[str, Any]:
    known = {**IMAGE, "ec2:ImageID": name} if name in places.IMAGES else {}
    return {**region(call), **known}


def used(call: Call, kind: str, name: str, subnet: str) -> dict[str, Any]:
    """Of a subnet, security group, network interface, volume or key pair of a launch into the subnet."""
    arn = f"arn:aws:ec2:{call.source.region}:{call.account_id}"
    vpc = {"ec2:Vpc": f"{arn}:vpc/{places.network(call.account_id, call.source.region)['vpc']}"}
    at = {"ec2:AvailabilityZone": zone(call)}
    own: dict[str, dict[str, str]] = {
        "subnet": {"ec2:SubnetID": name, **vpc, **at},
        "network-interface": {"ec2:Subnet": f"{arn}:subnet/{subnet}", **vpc, **at},
        "security-group": {"ec2:SecurityGroupID": name, **vpc},
        "volume": at,
        "key-pair": {"ec2:KeyPairName": name},
    }
    return {**region(call), **own[kind]}


def zone(call: Call) -> str:
    return f"{call.source.region}a"
