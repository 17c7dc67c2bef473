"""Changes made on the console's own forms: the POST, and the page that it leads to, with a lab open and without."""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench import pages
from tools import scratch

ROUNDS = 24
ADMIN = "user-004"  # the user made last, whom the lab takes for the learner's own
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
Form = tuple[str, dict[str, Any]]


def forms(session: str) -> dict[str, tuple[Form, Form]]:
    """Label -> two forms, of which the one takes back what the other did."""
    groups = f"/console/{session}/iam/groups"
    other, admins = f"{groups}/details/group-001", f"{groups}/details/Admins"
    return {
        "a group made, or deleted": (
            (f"{groups}/create/", {"GroupName": "made"}),
            (f"{groups}/delete/", {"selected": "made", "typed": "made"}),
        ),
        "a member more, or less": (
            (f"{other}/add-users/", {"users": ["user-002"]}),
            (f"{other}/remove-users/", {"selected": ["user-002"]}),
        ),
        "a policy attached, or detached": (
            (f"{other}/attach-policies/", {"policies": [READ_ONLY]}),
            (f"{other}/remove-policies/", {"selected": [f"managed:{READ_ONLY}"]}),
        ),
        "what makes a step regress, or pass": (
            (f"{admins}/remove-users/", {"selected": [ADMIN]}),
            (f"{admins}/add-users/", {"users": [ADMIN]}),
        ),
    }


def rows(browser: Any, person: Any, lab: str) -> list[tuple[str, str]]:
    """What the open lab adds to each change, in the middle of it: to POST and page together, and to each alone."""
    from iamlab.labs import attempts, content
    from iamlab.sandbox import controls

    attempt = attempts.begin(person, content.catalogue()[lab])
    worlds = [scratch.account(person, attempt.sandbox), scratch.account(person, controls.create(person, "Beside"))]
    for world in worlds:
        pages.fill(world, 0, pages.FEW)
        world.call("iam:CreateGroup", GroupName="Admins")
        world.call("iam:AttachGroupPolicy", GroupName="Admins", PolicyArn=ADMINISTRATOR)
        world.call("iam:AddUserToGroup", GroupName="Admins", UserName=ADMIN)
        world.call("iam:TagUser", UserName=ADMIN, Tags=[{"Key": "department", "Value": "engineers"}])
        browser.get(pages.pages(world.session)["iam: Users"])
    both = [forms(world.session) for world in worlds]
    return [(f"{label}, the lab open", beside(browser, [one[label] for one in both])) for label in both[0]]


def beside(browser: Any, changes: list[tuple[Form, Form]]) -> str:
    taken: list[list[tuple[float, float]]] = [[] for _ in changes]
    for turn in range(ROUNDS):
        for change, times in zip(changes, taken, strict=True):
            times.append(made(browser, *change[turn % 2]))
    posts, gets = ([statistics.median(times[part] for times in one[4:]) for one in taken] for part in (0, 1))
    whole = [statistics.median(map(sum, one[4:])) for one in taken]  # the first turns warm
    both, post, get = (f"{with_lab / without - 1:+.0%}" for with_lab, without in (whole, posts, gets))
    return f"{both} of POST and page ({whole[1] * 1000:.1f} ms without it): the POST {post}, the page {get}"


def made(browser: Any, path: str, form: dict[str, Any]) -> tuple[float, float]:
    """Processor seconds of a form, and of the page that it leads to."""
    began = time.process_time()
    answer = browser.post(path, form)
    middle = time.process_time()
    if answer.status_code != 302 or browser.get(answer["Location"]).status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return middle - began, time.process_time() - middle
