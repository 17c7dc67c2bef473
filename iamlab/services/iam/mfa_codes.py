"""Time-based codes of virtual MFA devices, in real time: an authenticator app knows no other. RFC 6238."""

import time
from itertools import pairwise

import pyotp

from iamlab.services.iam.models import MfaDevice
from iamlab.services.iam.secrets import decrypt

STEP = 30  # seconds
WINDOW = 1  # steps either way


def step_now() -> int:
    return int(time.time()) // STEP


def code_at(seed: str, step: int) -> str:
    """The code of a base32 seed in a 30 s step."""
    return pyotp.TOTP(seed).at(step * STEP)


def step_of(device: MfaDevice, code: str, window: int = WINDOW) -> int | None:
    """The step in which the device shows this code, near now; None when it does not."""
    seed = decrypt(bytes(device.seed))
    now = step_now() + device.drift
    for step in range(now - window, now + window + 1):
        if code_at(seed, step) == code:
            return step
    return None


def take_code(device: MfaDevice, code: str) -> bool:
    """Use a code up: true once for each code. Two requests at once cannot both have it."""
    step = step_of(device, code)
    if step is None:
        return False
    taken = MfaDevice.objects.filter(pk=device.pk, last_step__lt=step).update(last_step=step)
    return bool(taken)


def paired_step(device: MfaDevice, first: str, second: str, window: int) -> int | None:
    """The step of `second` where the two codes follow each other at once, near now; None where they do not."""
    totp = pyotp.TOTP(decrypt(bytes(device.seed)))
    now = step_now()
    codes = [totp.at(step * STEP) for step in range(now - window, now + window + 2)]
    for index, pair in enumerate(pairwise(codes)):
        if pair == (first, second):
            return now - window + index + 1
    return None
