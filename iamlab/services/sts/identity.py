"""Who am I. STS API Reference: "GetCallerIdentity"."""

from typing import Any

from iamlab.services import callers
from iamlab.services.operations import Call, operation


@operation("sts:GetCallerIdentity", unauthorised=True)
def get_caller_identity(call: Call) -> dict[str, Any]:
    """Answered for every signed caller, whatever policies say."""
    caller = call.caller
    if caller.kind == callers.ROLE:
        user_id = f"{caller.unique_id}:{caller.session_name}"
    elif caller.kind == callers.FEDERATED:
        user_id = f"{caller.account_id}:{caller.session_name}"
    else:
        user_id = caller.unique_id
    return {"UserId": user_id, "Account": caller.account_id, "Arn": caller.arn}
