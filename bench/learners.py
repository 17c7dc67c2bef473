"""Thirty learners at work at once: how long until each reads what the checks say of a change just made.

Each changes the membership that a check of their open step asks for, on the console's form, every few
seconds, while their panel polls as a browser's does. Beside it, the same by one learner who is alone.
"""

import http.client
import os
import random
import re
import secrets
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from tools import scratch

LEARNERS = 30
SECONDS = 60
PAUSE = (2.0, 6.0)  # between what a learner reads and their next change
POLL = 2.0  # seconds, as templates/labs/live.html asks
LAB, STEP, CHECK = "account-setup", "membership", "member"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
GOAL = 300  # ms, at the 95th percentile


@dataclass(frozen=True)
class Learner:
    """One at work: the session of their browser, that of their console, and their attempt."""

    cookie: str
    console: str
    attempt: int


def run() -> list[tuple[str, str]]:
    with scratch.site(ALLOWED_HOSTS="127.0.0.1,testserver", REQUESTS_PER_SECOND="0"):
        learners = [learner(number) for number in range(LEARNERS)]
        with scratch.server() as base:
            at_work(base, learners[:2], seconds=4)  # warms both processes
            alone = at_work(base, learners[:1], seconds=SECONDS / 3)
            before = served()
            together = at_work(base, learners, seconds=SECONDS)
            busy = (served() - before) / SECONDS
        return [
            ("one learner", told(alone)),
            (f"{LEARNERS} learners, {len(together) / SECONDS:.1f} changes a second", told(together)),
            ("the server's processor time meanwhile, polls included", f"{busy:.2f} of a core"),
            ("goal", f"p95 {GOAL} ms on two cores with nothing else to do"),
        ]


def served() -> float:
    """Processor seconds of all processes that this one started, and of those that they did."""
    found, left = 0.0, [os.getpid()]
    while left:
        children = Path(f"/proc/{left.pop()}/task").glob("*/children")
        for child in (pid for file in children for pid in file.read_text().split()):
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            found += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            left.append(int(child))
    return found


def told(taken: list[float]) -> str:
    cuts = statistics.quantiles(taken, n=20)
    return f"p50 {cuts[9] * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms from a change to what the check says of it"


def learner(number: int) -> Learner:
    """A person in the middle of the lab: administrator and group are there, the membership is open."""
    from django.test import Client

    from iamlab.labs import attempts, content
    from iamlab.people.models import Person

    person = Person.objects.create_user(f"learner-{number}")
    attempt = attempts.begin(person, content.catalogue()[LAB])
    world = scratch.account(person, attempt.sandbox)
    world.call("iam:CreateUser", UserName="anna")
    world.call("iam:CreateGroup", GroupName="Admins")
    world.call("iam:AttachGroupPolicy", GroupName="Admins", PolicyArn=ADMINISTRATOR)
    browser = Client()
    browser.force_login(person)
    browser.get(f"/console/{world.session}/iam/groups/")
    attempts.open_step(attempt, STEP)
    return Learner(browser.cookies["sessionid"].value, world.session, attempt.pk)


def at_work(base: str, learners: list[Learner], seconds: float) -> list[float]:
    """Seconds from each change to the page that tells what came of it, of all learners together."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(len(learners)) as together:
        found = list(together.map(lambda one: changes(base, one, until), learners))
    return [taken for own in found for taken in own]


def changes(base: str, one: Learner, until: float) -> list[float]:
    """Put the administrator into the group and take them out, each time until the page says what the check says."""
    browser, taken, member = Browser(base, one), [], False
    page = f"/console/{one.console}/iam/groups/details/Admins"
    forms = {True: ("add-users/", {"users": "anna"}), False: ("remove-users/", {"selected": "anna"})}
    if browser.status(f"{page}/users/") == "pass":
        browser.post(f"{page}/remove-users/", {"selected": "anna"})
    pause = random.uniform(0, PAUSE[1])
    while time.monotonic() + pause < until:
        browser.polling(pause)
        member = not member
        address, form = forms[member]
        began = time.perf_counter()
        browser.post(f"{page}/{address}", form)
        found = browser.status(f"{page}/users/")
        taken.append(time.perf_counter() - began)
        if found != ("pass" if member else "fail"):
            raise RuntimeError(f"the check is {found!r} with the member {member}")
        pause = random.uniform(*PAUSE)
    return taken


class Browser:
    """One kept connection with a learner's cookies."""

    def __init__(self, base: str, one: Learner) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
        token = secrets.token_hex(16)
        self.headers = {"Cookie": f"sessionid={one.cookie}; csrftoken={token}", "X-CSRFToken": token}
        self.one, self.live = one, ""

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
        self.connection.request(method, path, body or None, {**self.headers, **headers})
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def post(self, path: str, form: dict[str, Any]) -> None:
        kind = "application/x-www-form-urlencoded"
        status, text = self.ask("POST", path, urlencode(form), **{"Content-Type": kind})
        if status != 302:
            raise RuntimeError(f"{path}: {status} {text[:300]}")

    def status(self, path: str) -> str:
        """What the panel of a page says of the check."""
        status, text = self.ask("GET", path)
        found = re.search(rf'id="check-{STEP}-{CHECK}"[^>]*data-status="(\w+)"', text)
        if status != 200 or found is None:
            raise RuntimeError(f"{path}: {status} without the check")
        poll = re.search(r'hx-get="(/attempts/\d+/live/[^"]*)"', text)
        self.live = poll[1].replace("&amp;", "&") if poll is not None else self.live
        return found[1]

    def polling(self, seconds: float) -> None:
        """Let time pass as an open page does."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > POLL:
            self.connection.close()
            time.sleep(min(POLL, left))
            status, _ = self.ask("GET", self.live, **{"HX-Request": "true"})
            if status not in (200, 204):
                raise RuntimeError(f"{self.live}: {status}")
        time.sleep(max(0, until - time.monotonic()))
        self.connection.close()  # the server lets go of one that rests; a browser opens another
