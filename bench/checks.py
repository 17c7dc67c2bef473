"""A console page with the longest lab open, beside the same page without one; and what a touched input adds to it."""

import statistics
import time
from typing import Any

from bench._load import Request, medians
from tools import scratch

LAB = "account-setup"
ROUNDS = 40


def run() -> list[tuple[str, str]]:
    with scratch.site(ALLOWED_HOSTS="127.0.0.1,testserver"):
        world = scratch.world()
        session = attempted(world.person)
        signed_in = {"Cookie": f"sessionid={world.cookie}"}
        pages = [f"/console/{one}/iam/users/" for one in (world.session, session)]
        with scratch.server() as base:
            without, with_lab = medians(base, *(Request(page, headers=signed_in) for page in pages), rounds=6, each=15)
        return [
            (f"users page with {LAB} open", f"p50 {with_lab:.2f} ms, {with_lab / without:.2f} x without a lab"),
            ("checks alone, on that page", f"{share(world.person, *pages):.0%} of the page without a lab"),
            *((f"statements of checks, {what}", str(count)) for what, count in statements(session).items()),
        ]


def attempted(person) -> str:
    """A root session in the account of an attempt that has begun."""
    from iamlab.door import authenticate
    from iamlab.door.calls import call
    from iamlab.door.sessions import open_session
    from iamlab.labs import attempts, content
    from iamlab.sandbox import controls

    attempt = attempts.begin(person, content.catalogue()[LAB])
    nobody = authenticate.anonymous(controls.world(attempt.sandbox))
    root = {"Email": "root@bench.example", "Password": scratch.PASSWORD}
    call(nobody, "accounts:RegisterAccount", {**root, "AccountName": "Bench"})
    return open_session(person, call(nobody, "signin:ConsoleLogin", root)).pk


def share(person, without: str, with_lab: str) -> float:
    """Processor time that the checks take on a page with a lab, in parts of the same page without one."""
    from django.test import Client

    from iamlab.labs import runner

    browser = Client()
    browser.force_login(person)
    catch_up, spent = runner.catch_up, []

    def watched(*given: Any, **named: Any) -> bool:
        began = time.thread_time()
        changed = catch_up(*given, **named)
        spent.append(time.thread_time() - began)
        return changed

    runner.catch_up = watched
    pages: list[float] = []
    for _ in range(ROUNDS):
        began = time.thread_time()
        browser.get(without)
        pages.append(time.thread_time() - began)
        browser.get(with_lab)
    runner.catch_up = catch_up
    return statistics.median(spent) / statistics.median(pages)


def statements(session: str) -> dict[str, int]:
    """How many statements the checks make when nothing was touched, after a read, after a change."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from iamlab.door import authenticate, record
    from iamlab.door.calls import call
    from iamlab.labs import runner
    from iamlab.labs.models import Attempt
    from iamlab.services.signin.models import ConsoleSession

    root = authenticate.console_session(ConsoleSession.objects.get(pk=session))
    attempt = Attempt.objects.select_related("sandbox", "lab_version").latest("pk")
    runner.catch_up(attempt)
    acts = {
        "nothing touched": None,
        "after iam:GetUser": ("iam:GetUser", {}),
        "after iam:CreateUser": ("iam:CreateUser", {"UserName": "anna"}),
    }
    found = {}
    for what, act in acts.items():
        if act is not None:
            call(root, *act)
        record.flush()
        attempt.refresh_from_db()
        with CaptureQueriesContext(connection) as captured:
            runner.catch_up(attempt)
        found[what] = len(captured)
    return found
