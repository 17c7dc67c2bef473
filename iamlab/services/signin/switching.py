"""Switching roles in the console: the events beside AssumeRole. User Guide: "Switch from a user to an IAM role"."""

from typing import Any

from iamlab.services.operations import Call, operation


def _sign_in_event(call: Call, name: str, **data: str) -> None:
    call.record.update(eventType="AwsConsoleSignIn", requestParameters=None, responseElements={name: "Success"})
    call.record["additionalEventData"] = data


@operation("signin:SwitchRole", unauthorised=True)
def switch_role(call: Call, SwitchFrom: str = "", RedirectTo: str = "") -> dict[str, Any]:
    """Called as the role: the taking of it was AssumeRole's matter."""
    _sign_in_event(call, "SwitchRole", SwitchFrom=SwitchFrom, RedirectTo=RedirectTo)
    return {}


@operation("signin:ExitRole", unauthorised=True)
def exit_role(call: Call, SwitchFrom: str = "", RedirectTo: str = "") -> dict[str, Any]:
    _sign_in_event(call, "ExitRole", SwitchFrom=SwitchFrom, RedirectTo=RedirectTo)
    return {}
