"""What an account finds in EC2 before anything is made: images, and the default network of a Region."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

# Ids are iamlab's own and the same in all Regions; at AWS each Region has others.
IMAGES: dict[str, dict[str, Any]] = {
    "ami-0abcdef1234567890": {
        "Name": "al2023-ami-2023.9.20261101.0-kernel-6.1-x86_64",
        "Description": "Amazon Linux 2023 AMI 2023.9.20261101.0 x86_64 HVM kernel-6.1",
        "RootDeviceName": "/dev/xvda",
        "Architecture": "x86_64",
    },
    "ami-0a1b2c3d4e5f60718": {
        "Name": "al2023-ami-2023.9.20261101.0-kernel-6.1-arm64",
        "Description": "Amazon Linux 2023 AMI 2023.9.20261101.0 arm64 HVM kernel-6.1",
        "RootDeviceName": "/dev/xvda",
        "Architecture": "arm64",
    },
}
METADATA = {"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"}  # usual options
CREATED = "2026-11-01T00:00:00.000Z"


def new_id(prefix: str) -> str:
    """i-0123456789abcdef0: 17 hexadecimal digits."""
    return f"{prefix}-{secrets.token_hex(9)[:17]}"


def lasting_id(prefix: str, account_id: str, region: str) -> str:
    """The id of what every Region of an account has, always the same."""
    return f"{prefix}-{hashlib.sha256(f'{prefix} {account_id} {region}'.encode()).hexdigest()[:17]}"


def network(account_id: str, region: str) -> dict[str, str]:
    """The default VPC, its first subnet and its default security group."""
    return {name: lasting_id(prefix, account_id, region) for name, prefix in NETWORK.items()}


NETWORK = {"vpc": "vpc", "subnet": "subnet", "group": "sg"}


def image(image_id: str) -> dict[str, Any]:
    """An image as DescribeImages shows it."""
    return {
        "ImageId": image_id,
        "State": "available",
        "Public": True,
        "OwnerId": "137112412989",
        "ImageOwnerAlias": "amazon",
        "ImageType": "machine",
        "PlatformDetails": "Linux/UNIX",
        "UsageOperation": "RunInstances",
        "RootDeviceType": "ebs",
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EnaSupport": True,
        "CreationDate": CREATED,
        "BlockDeviceMappings": [],
        **IMAGES[image_id],
    }


def private_ip(instance_id: str) -> str:
    """An address of 172.31.0.0/20, the first subnet of a default VPC."""
    digest = hashlib.sha256(instance_id.encode()).digest()
    return f"172.31.{digest[0] % 16}.{digest[1] % 250 + 4}"


def host_name(ip: str, region: str) -> str:
    domain = "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"
    return f"ip-{ip.replace('.', '-')}.{domain}"


def moment(when: datetime) -> str:
    """As StateTransitionReason has times."""
    return f"{when:%Y-%m-%d %H:%M:%S} GMT"
