"""The second factor of an STS call: a serial number and a code."""

from iamlab.services import callers
from iamlab.services.iam.mfa_codes import take_code
from iamlab.services.iam.models import MfaDevice
from iamlab.services.operations import AwsError, Call


def second_factor(call: Call, SerialNumber: str | None, TokenCode: str | None) -> bool:
    """Check the caller's own device and code; a code works once. Raises AccessDenied in AWS's words."""
    holder = call.caller.unique_id if call.caller.kind in (callers.USER, callers.ROOT) else ""
    device = MfaDevice.objects.filter(
        account_id=call.account_id, serial=SerialNumber or "", holder=holder, enabled__isnull=False
    ).first()
    if device is None or not holder:
        message = (
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is "
            "valid and associated with this user."
        )
        raise AwsError("AccessDenied", message, 403)
    if not TokenCode or not take_code(device, TokenCode):
        raise AwsError("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ", 403)
    return True
