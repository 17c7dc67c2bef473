"""The learner's phone: the codes of the world's virtual MFA devices, for who has no authenticator app."""

import time
from typing import Any

from iamlab.services.accounts.models import Sandbox
from iamlab.services.iam.mfa_codes import STEP, code_at, step_now
from iamlab.services.iam.models import MfaDevice
from iamlab.services.iam.secrets import decrypt


def devices(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Each device with the code before, the code now, and the seconds that it is good for; first what is set up now."""
    rows = MfaDevice.objects.filter(account__sandbox=sandbox, account__closed=None).select_related("account")
    step = step_now()
    left = STEP - int(time.time()) % STEP
    found = []
    for row in rows.order_by("account_id", "name"):
        seed = decrypt(bytes(row.seed))
        codes = {"before": code_at(seed, step - 1), "now": code_at(seed, step), "next": code_at(seed, step + 1)}
        found.append({"name": row.name, "account": row.account.name, "assigned": row.enabled is not None, **codes})
    for one in found:
        one["left"] = left
    return sorted(found, key=lambda one: one["assigned"])
