"""Virtual MFA devices. IAM User Guide: "AWS multi-factor authentication in IAM"."""

import base64
import io
import re
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import segno

from iamlab.services import callers, paging
from iamlab.services.accounts.models import Account
from iamlab.services.iam import quotas, tags, users
from iamlab.services.iam.loading import delete, grouped, loaded, with_loaded
from iamlab.services.iam.mfa_codes import paired_step, step_now
from iamlab.services.iam.models import MfaDevice, User
from iamlab.services.iam.secrets import encrypt
from iamlab.services.operations import AwsError, Call, Target, operation
from iamlab.services.prepared import Prepared

ISSUER = "Amazon Web Services"
SEED_BYTES = 40
ENABLE_WINDOW = 10  # steps of 30 s either way: whoever waits longer starts again
RESYNC_WINDOW = 120
Holder = User | Account
NAME_RULE = (
    "The specified value for virtualMFADeviceName is invalid. "
    "It must contain only alphanumeric characters and/or the following: +=,.@_-"
)


def arn(account_id: str, path: str, name: str) -> str:
    return f"arn:aws:iam::{account_id}:mfa{path}{name}"


def target(call: Call, SerialNumber: str, **_: Any) -> Target:
    row = MfaDevice.objects.filter(account_id=call.account_id, serial=SerialNumber).first()
    return Target(arn=SerialNumber, row=row, tags=row.tags if row else {}, account_id=call.account_id)


def new_target(
    call: Call, VirtualMFADeviceName: str, Path: str = "/", Tags: tags.Given = None, **_: Any
) -> list[Target]:
    return tags.at_birth(Target(arn=arn(call.account_id, Path, VirtualMFADeviceName)), Tags, "iam:TagMFADevice")


def list_target(call: Call, **_: Any) -> Target:
    return Target(shown=arn(call.account_id, "/", ""))


def holder_target(call: Call, UserName: str | None = None, **_: Any) -> Target:
    """The user of a device. The root user names itself by the account's id or "root", or not at all."""
    if call.caller.kind == callers.ROOT and UserName in (None, call.account_id):
        return users.whoever(call)
    found = users.target(call, UserName)
    if call.caller.kind == callers.ROOT and UserName == "root" and found.row is None:
        return users.whoever(call)
    return found


def holder_id(row: Holder) -> str:
    return row.id if isinstance(row, Account) else row.unique_id


def holder_name(row: Holder) -> str:
    return "root" if isinstance(row, Account) else row.name


def existing(call: Call) -> MfaDevice:
    """The target's device. Raises NoSuchEntity."""
    if call.target.row is None:
        raise no_such_device(call.params["SerialNumber"])
    return call.target.row


def no_such_device(serial: str) -> AwsError:
    return AwsError("NoSuchEntity", f"MFA Device with serial number {serial} does not exist.")


def device_of(call: Call, SerialNumber: str) -> MfaDevice:
    """A device that the target holds. Raises NoSuchEntity."""
    holder = users.existing(call)
    row = MfaDevice.objects.filter(
        account_id=call.account_id, serial=SerialNumber, holder=holder_id(holder), enabled__isnull=False
    ).first()
    if row is None:
        raise no_such_device(SerialNumber)
    return row


def new_seed(call: Call, VirtualMFADeviceName: str, **_: Any) -> tuple[str, bytes]:
    """A seed in base32 and the picture that an authenticator app reads it from."""
    seed = base64.b32encode(secrets.token_bytes(SEED_BYTES)).decode()
    label = quote(f"{ISSUER}:{VirtualMFADeviceName}@{call.account_id}")
    picture = io.BytesIO()
    address = f"otpauth://totp/{label}?secret={seed}&issuer={quote(ISSUER)}"
    segno.make(address, micro=False).save(picture, kind="png", scale=4)
    return seed, picture.getvalue()


@operation("iam:CreateVirtualMFADevice", target=new_target, prepare=new_seed)
def create_virtual_mfa_device(
    call: Call, VirtualMFADeviceName: str, Path: str = "/", Tags: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """The seed is shown this once."""
    if not re.fullmatch(r"[\w+=,.@-]+", VirtualMFADeviceName, re.ASCII):
        raise AwsError("ValidationError", NAME_RULE)
    serial = arn(call.account_id, Path, VirtualMFADeviceName)
    given = tags.read(Tags, fold=False)
    if MfaDevice.objects.filter(account_id=call.account_id, serial=serial).exists():
        raise AwsError("EntityAlreadyExists", "MFA device already exists.")
    seed, picture = call.prepared
    MfaDevice.objects.create(
        account_id=call.account_id,
        name=VirtualMFADeviceName,
        path=Path,
        serial=serial,
        seed=encrypt(seed),
        tags=given,
        created=call.now,
    )
    device = {"SerialNumber": serial, "Base32StringSeed": seed.encode(), "QRCodePNG": picture}
    return {"VirtualMFADevice": device | tags.echoed(given)}


@operation("iam:DeleteVirtualMFADevice", target=target)
def delete_virtual_mfa_device(call: Call, SerialNumber: str) -> dict[str, Any]:
    device = existing(call)
    if device.holder:
        raise AwsError("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
    delete(call, existing)
    return {}


@operation("iam:EnableMFADevice", target=holder_target)
def enable_mfa_device(
    call: Call, UserName: str, SerialNumber: str, AuthenticationCode1: str, AuthenticationCode2: str
) -> dict[str, Any]:
    holder = users.existing(call)
    device = MfaDevice.objects.filter(account_id=call.account_id, serial=SerialNumber).first()
    if device is None:
        raise no_such_device(SerialNumber)
    if device.holder:
        raise AwsError("EntityAlreadyExists", "MFA Device is already in use.")
    quotas.check_room("MFADevicesPerUser", MfaDevice.objects.filter(holder=holder_id(holder)).count())
    take_pair(device, AuthenticationCode1, AuthenticationCode2, ENABLE_WINDOW)
    device.holder, device.enabled = holder_id(holder), call.now
    device.save(update_fields=["holder", "enabled", "last_step", "drift"])
    return {}


def take_pair(device: MfaDevice, first: str, second: str, window: int) -> None:
    """Set the device's clock by two codes in a row; neither works again. Raises InvalidAuthenticationCode."""
    step = paired_step(device, first, second, window)
    if step is None or step <= device.last_step:
        raise AwsError("InvalidAuthenticationCode", "Authentication code for device is not valid.")
    # A code of the last step or so is late, not ahead of time: the usual window covers it.
    ahead = step - step_now()
    device.drift = ahead if abs(ahead) > 1 else 0
    device.last_step = step


@operation("iam:ResyncMFADevice", target=holder_target)
def resync_mfa_device(
    call: Call, UserName: str, SerialNumber: str, AuthenticationCode1: str, AuthenticationCode2: str
) -> dict[str, Any]:
    device = device_of(call, SerialNumber)
    take_pair(device, AuthenticationCode1, AuthenticationCode2, RESYNC_WINDOW)
    device.save(update_fields=["last_step", "drift"])
    return {}


@operation("iam:DeactivateMFADevice", target=holder_target)
def deactivate_mfa_device(call: Call, SerialNumber: str, UserName: str | None = None) -> dict[str, Any]:
    device = device_of(call, SerialNumber)
    device.holder, device.enabled = "", None
    device.save(update_fields=["holder", "enabled"])
    return {}


OF_HOLDERS = Prepared(lambda holders: MfaDevice.objects.filter(holder__in=holders).order_by("enabled", "serial"), [str])


def devices_of(rows: Sequence[Holder]) -> dict[Any, list[MfaDevice]]:
    """The devices of some holders by the holder's key, oldest first."""
    keys = {holder_id(row): row.pk for row in rows}
    return grouped((keys[device.holder], device) for device in OF_HOLDERS.all(keys))


def describe(device: MfaDevice, name: str) -> dict[str, Any]:
    return {"UserName": name, "SerialNumber": device.serial, "EnableDate": device.enabled}


@operation("iam:ListMFADevices", target=holder_target, bulk=with_loaded(users.bulk_targets, devices_of))
def list_mfa_devices(
    call: Call, UserName: str | None = None, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    name = holder_name(users.existing(call))
    devices = sorted(loaded(call, devices_of), key=lambda device: device.serial)
    page = paging.page_of_list("MFADevices", devices, lambda device: device.serial, Marker, MaxItems)
    page["MFADevices"] = [describe(device, name) for device in page["MFADevices"]]
    return page


@operation("iam:GetMFADevice", target=holder_target)
def get_mfa_device(call: Call, SerialNumber: str, UserName: str | None = None) -> dict[str, Any]:
    holder = users.existing(call)
    return describe(device_of(call, SerialNumber), holder_name(holder))


@operation("iam:ListVirtualMFADevices", target=list_target)
def list_virtual_mfa_devices(
    call: Call, AssignmentStatus: str = "Any", Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    rows = MfaDevice.objects.filter(account_id=call.account_id)
    if AssignmentStatus != "Any":
        rows = rows.filter(holder="") if AssignmentStatus == "Unassigned" else rows.exclude(holder="")
    page = paging.page("VirtualMFADevices", rows, lambda device: device, "serial", Marker, MaxItems)
    holders = holders_of(call.account_id, page["VirtualMFADevices"])
    page["VirtualMFADevices"] = [describe_virtual(device, holders) for device in page["VirtualMFADevices"]]
    return page


def holders_of(account_id: str, devices: Sequence[MfaDevice]) -> dict[str, dict[str, Any]]:
    """Who holds some devices, described, by their ids."""
    ids = {device.holder for device in devices if device.holder}
    found = {row.unique_id: users.describe_fully(row) for row in users.with_last_sign_in().filter(unique_id__in=ids)}
    if account_id in ids:
        found[account_id] = users.root_user(Account.objects.get(pk=account_id))
    return found


def describe_virtual(device: MfaDevice, holders: dict[str, dict[str, Any]]) -> dict[str, Any]:
    described: dict[str, Any] = {"SerialNumber": device.serial}
    if device.holder in holders:
        described |= {"User": holders[device.holder], "EnableDate": device.enabled}
    return described


@operation("iam:TagMFADevice", target=target)
def tag_mfa_device(call: Call, SerialNumber: str, Tags: list[dict[str, str]]) -> dict[str, Any]:
    tags.put(existing(call), Tags, fold=False)
    return {}


@operation("iam:UntagMFADevice", target=target)
def untag_mfa_device(call: Call, SerialNumber: str, TagKeys: list[str]) -> dict[str, Any]:
    tags.drop(existing(call), TagKeys, fold=False)
    return {}


@operation("iam:ListMFADeviceTags", target=target)
def list_mfa_device_tags(
    call: Call, SerialNumber: str, Marker: str | None = None, MaxItems: int | None = None
) -> dict[str, Any]:
    return tags.page(existing(call).tags, Marker, MaxItems)
