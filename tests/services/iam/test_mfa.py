"""Virtual MFA devices with real codes."""

import pytest

from iamlab.services.cloudtrail.models import Event
from iamlab.services.iam.mfa_codes import code_at, step_now, step_of
from iamlab.services.iam.models import MfaDevice
from iamlab.services.iam.quotas import QUOTAS
from tests.services.iam.cast import ACCOUNT

SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/phone"
WRONG = ("InvalidAuthenticationCode", "Authentication code for device is not valid.")


@pytest.fixture(autouse=True)
def steady(monkeypatch):
    """A clock that stands: no test crosses from one step into the next."""
    monkeypatch.setattr("iamlab.services.iam.mfa_codes.time.time", lambda: 1_800_000_015.0)


@pytest.fixture
def seed(iam):
    iam.CreateUser(UserName="mario")
    return create(iam)


def create(iam, name="phone"):
    return iam.CreateVirtualMFADevice(VirtualMFADeviceName=name)["VirtualMFADevice"]["Base32StringSeed"].decode()


def codes(seed, step):
    """The codes of a step and of the one after it, relative to now."""
    now = step_now()
    return {
        "AuthenticationCode1": code_at(seed, now + step),
        "AuthenticationCode2": code_at(seed, now + step + 1),
    }


def enable(iam, seed, step=-1, user="mario"):
    return iam.EnableMFADevice(UserName=user, SerialNumber=SERIAL, **codes(seed, step))


def test_a_device_is_made_with_a_seed_and_its_picture(iam):
    device = iam.CreateVirtualMFADevice(VirtualMFADeviceName="phone", Path="/a/")["VirtualMFADevice"]
    assert device["SerialNumber"] == f"arn:aws:iam::{ACCOUNT}:mfa/a/phone"
    assert len(device["Base32StringSeed"]) == 64
    assert device["QRCodePNG"].startswith(b"\x89PNG")
    assert iam.ListVirtualMFADevices() == {
        "VirtualMFADevices": [{"SerialNumber": device["SerialNumber"]}],
        "IsTruncated": False,
    }


def test_a_device_comes_once(iam, seed):
    refused = iam.refused("CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    assert refused == ("EntityAlreadyExists", "MFA device already exists.")
    assert iam.refused("CreateVirtualMFADevice", VirtualMFADeviceName="a b")[0] == "ValidationError"


def test_two_codes_in_a_row_assign_a_device(iam, seed):
    enable(iam, seed)
    (device,) = iam.ListMFADevices(UserName="mario")["MFADevices"]
    assert (device["UserName"], device["SerialNumber"]) == ("mario", SERIAL)
    assert iam.GetMFADevice(UserName="mario", SerialNumber=SERIAL) == device
    (virtual,) = iam.ListVirtualMFADevices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert virtual["User"]["UserName"] == "mario"
    assert iam.ListVirtualMFADevices(AssignmentStatus="Unassigned")["VirtualMFADevices"] == []


def test_codes_that_do_not_follow_each_other_assign_nothing(iam, seed):
    now = step_now()
    for first, second in ((now, now), (now, now - 1), (now - 2, now), (now - 40, now - 39)):
        pair = {"AuthenticationCode1": code_at(seed, first), "AuthenticationCode2": code_at(seed, second)}
        assert iam.refused("EnableMFADevice", UserName="mario", SerialNumber=SERIAL, **pair) == WRONG
    assert iam.ListMFADevices(UserName="mario")["MFADevices"] == []


def test_codes_work_once(iam, seed):
    enable(iam, seed)
    iam.DeactivateMFADevice(UserName="mario", SerialNumber=SERIAL)
    again = iam.refused("EnableMFADevice", UserName="mario", SerialNumber=SERIAL, **codes(seed, -1))
    assert again == WRONG
    enable(iam, seed, step=0)


def test_a_device_belongs_to_one_user(iam, seed):
    enable(iam, seed)
    iam.CreateUser(UserName="luigi")
    refused = iam.refused("EnableMFADevice", UserName="luigi", SerialNumber=SERIAL, **codes(seed, 1))
    assert refused[0] == "EntityAlreadyExists"
    assert iam.refused("DeactivateMFADevice", UserName="luigi", SerialNumber=SERIAL)[0] == "NoSuchEntity"


def test_a_device_in_use_and_its_user_stay(iam, seed):
    enable(iam, seed)
    refused = iam.refused("DeleteVirtualMFADevice", SerialNumber=SERIAL)
    assert refused == ("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
    refused = iam.refused("DeleteUser", UserName="mario")
    assert refused == ("DeleteConflict", "Cannot delete entity, must delete MFA device first.")
    iam.DeactivateMFADevice(UserName="mario", SerialNumber=SERIAL)
    iam.DeleteVirtualMFADevice(SerialNumber=SERIAL)
    missing = ("NoSuchEntity", f"MFA Device with serial number {SERIAL} does not exist.")
    assert iam.refused("DeleteVirtualMFADevice", SerialNumber=SERIAL) == missing


def test_a_drifted_device_is_brought_back(iam, seed):
    enable(iam, seed)
    ahead = code_at(seed, step_now() + 50)
    assert step_of(MfaDevice.objects.get(), ahead) is None
    iam.ResyncMFADevice(UserName="mario", SerialNumber=SERIAL, **codes(seed, 48))
    assert step_of(MfaDevice.objects.get(), ahead) == step_now() + 50
    assert iam.refused("ResyncMFADevice", UserName="mario", SerialNumber=SERIAL, **codes(seed, 40)) == WRONG


def test_codes_that_were_typed_a_little_late_move_no_clock(iam, seed):
    enable(iam, seed, step=-2)
    assert step_of(MfaDevice.objects.get(), code_at(seed, step_now() + 1)) == step_now() + 1


def test_so_many_devices_at_most(iam, seed, monkeypatch):
    monkeypatch.setitem(QUOTAS, "MFADevicesPerUser", 0)
    refused = iam.refused("EnableMFADevice", UserName="mario", SerialNumber=SERIAL, **codes(seed, -1))
    assert refused == ("LimitExceeded", "Cannot exceed quota for MFADevicesPerUser: 0")


def test_the_root_user_has_a_device_of_its_own(iam):
    seed = create(iam, "root-account-mfa-device")
    serial = f"arn:aws:iam::{ACCOUNT}:mfa/root-account-mfa-device"
    iam.EnableMFADevice(UserName="root", SerialNumber=serial, **codes(seed, -1))
    assert [device["SerialNumber"] for device in iam.ListMFADevices()["MFADevices"]] == [serial]
    assert iam.GetAccountSummary()["SummaryMap"]["AccountMFAEnabled"] == 1
    (virtual,) = iam.ListVirtualMFADevices()["VirtualMFADevices"]
    assert virtual["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    iam.DeactivateMFADevice(SerialNumber=serial)
    assert iam.GetAccountSummary()["SummaryMap"]["AccountMFAEnabled"] == 0


def test_the_seed_is_encrypted_and_in_no_record(iam, seed):
    assert seed.encode() not in bytes(MfaDevice.objects.get().seed)
    assert not Event.objects.filter(record__contains=seed).exists()


def test_devices_bear_tags(iam, seed):
    iam.TagMFADevice(SerialNumber=SERIAL, Tags=[{"Key": "a", "Value": "1"}])
    assert iam.ListMFADeviceTags(SerialNumber=SERIAL)["Tags"] == [{"Key": "a", "Value": "1"}]
    iam.UntagMFADevice(SerialNumber=SERIAL, TagKeys=["a"])
    assert iam.ListMFADeviceTags(SerialNumber=SERIAL)["Tags"] == []
