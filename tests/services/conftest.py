"""An account of its own for each test."""

import pyotp
import pytest

from iamlab.sandbox import lab_accounts
from tests.services.cloud import ACCOUNT, Cloud


@pytest.fixture
def cloud(db):
    return Cloud(lab_accounts.open_account(ACCOUNT, reset=True))


@pytest.fixture
def with_mfa(cloud, monkeypatch):
    """A new user's session, begun with a code of their device."""
    moment = 1_800_000_015
    monkeypatch.setattr("iamlab.services.iam.mfa_codes.time.time", lambda: float(moment))

    def session(name, *statements):
        key, iam = cloud.user(name, *statements), cloud.client("iam")
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
        totp, serial = pyotp.TOTP(device["Base32StringSeed"].decode()), device["SerialNumber"]
        first, second, third = (totp.at(moment + seconds) for seconds in (-30, 0, 30))
        iam.enable_mfa_device(UserName=name, SerialNumber=serial, AuthenticationCode1=first, AuthenticationCode2=second)
        return cloud.client("sts", key).get_session_token(SerialNumber=serial, TokenCode=third)["Credentials"]

    return session
