"""Who shut themselves out: of the users that a lab lists, those who can no longer sign in, or manage the account."""

from collections.abc import Callable
from typing import Any

from iamlab.labs.view import View
from iamlab.labs.vocabulary import fill

Lab = dict[str, Any]
Could = dict[str, list[str]]
MANAGING = "iam:AttachUserPolicy"  # whoever may do that can give back all else
WITH_CODE = {"aws:MultiFactorAuthPresent": "true"}  # who enforces a second factor is not shut out, only asked for it


def signs_in(name: str, view: View) -> bool:
    return view.read("iam:GetLoginProfile", UserName=name) is not None


def manages(name: str, view: View) -> bool:
    found = view.judge(f"user/{name}", MANAGING, "*", WITH_CODE)
    return found is not None and found.decision.outcome == "allowed"


CAN: dict[str, Callable[[str, View], bool]] = {"sign-in": signs_in, "manage": manages}


def standing(lab: Lab, view: View) -> Could:
    """What each user under the lab's `sign_ins` can: sign-in, manage. Those of another account can nothing in this."""
    names = [who["user"] for who in fill(lab.get("sign_ins") or [], view.bound) if "user" in who]
    return {name: [what for what, asks in CAN.items() if asks(name, view)] for name in names}


def shut(view: View) -> list[list[str]]:
    """[user, what they could at the start and cannot now], one a user; nothing of an attempt that noted no start."""
    could: Could = view.attempt.past.get("could") or {}
    lost = {name: next((what for what in before if not CAN[what](name, view)), "") for name, before in could.items()}
    return [[name, what] for name, what in lost.items() if what]


def touched(wanted: set[str] | None) -> bool:
    """Whether what was touched bears on who may sign in or manage."""
    return wanted is None or any(one.startswith(("state:iam.", "state:organizations.")) for one in wanted)
