"""Who shut themselves out: of the users that a lab lists, those who can no longer sign in, or manage the account."""

from typing import Any

from iamlab.labs.view import View
from iamlab.labs.vocabulary import fill

Lab = dict[str, Any]
Can = dict[str, list[str]]
MANAGING = "iam:AttachUserPolicy"  # whoever may do that can give back all else
WITH_CODE = {"aws:MultiFactorAuthPresent": "true"}  # who enforces a second factor is not shut out, only asked for it


def standing(lab: Lab, view: View) -> Can:
    """What each user under the lab's `sign_ins` can: sign-in, manage. Those of another account can nothing in this."""
    names = [who["user"] for who in fill(lab.get("sign_ins") or [], view.bound) if "user" in who]
    return {name: [*_signs_in(name, view), *_manages(name, view)] for name in names}


def _signs_in(name: str, view: View) -> list[str]:
    return ["sign-in"] if view.read("iam:GetLoginProfile", UserName=name) is not None else []


def _manages(name: str, view: View) -> list[str]:
    found = view.judge(f"user/{name}", MANAGING, "*", WITH_CODE)
    return ["manage"] if found is not None and found.decision.outcome == "allowed" else []


def shut(lab: Lab, view: View) -> list[list[str]]:
    """[user, what they could at the start and cannot now], one a user; nothing of an attempt that noted no start."""
    could: Can = view.attempt.past.get("could") or {}
    if not any(could.values()):
        return []
    can = standing(lab, view)
    lost = {name: [one for one in before if one not in can.get(name, ())] for name, before in could.items()}
    return [[name, missing[0]] for name, missing in lost.items() if missing]


def touched(wanted: set[str] | None) -> bool:
    """Whether what was touched bears on who may sign in or manage."""
    return wanted is None or any(one.startswith(("state:iam.", "state:organizations.")) for one in wanted)
