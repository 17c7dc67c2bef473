"""A console page with the longest lab open, beside the same page without one; and a change with the page that follows.

Also a signed GetUser in that lab's account, beside one in an account without a lab.
"""

from botocore.credentials import Credentials

from bench import _changes, _peers
from bench._load import Request, medians
from bench._replay import Load
from bench._replay import medians as replayed
from bench.wire import furnished, get_users
from tools import scratch

LAB = "account-setup"


def run() -> list[tuple[str, str]]:
    with scratch.site(ALLOWED_HOSTS="127.0.0.1,testserver", REQUESTS_PER_SECOND="0"):
        from django.test import Client

        world = scratch.world()
        session = attempted(world.person)
        browser = Client()
        browser.force_login(world.person)
        signed_in = {"Cookie": f"sessionid={browser.cookies['sessionid'].value}"}
        pages = [f"/console/{one}/iam/users/" for one in (world.session, session)]
        with scratch.server() as base:
            without, with_lab = medians(base, *(Request(page, headers=signed_in) for page in pages), rounds=6, each=15)
        return [
            (f"users page with {LAB} open", f"p50 {with_lab:.2f} ms, {with_lab / without:.2f} x without a lab"),
            *((f"statements of checks, {what}", str(count)) for what, count in statements(session).items()),
            *_changes.rows(browser, world.person, LAB),
            (f"GetUser over the wire with {LAB} open", over_the_wire(world.session, session)),
        ]


def over_the_wire(*sessions: str) -> str:
    """A signed GetUser with the second session's key, beside one with the first's."""
    with _peers.iamlab() as server:
        loads = []
        for session in sessions:
            root = authenticated(session)
            key = furnished(server, root)
            loads.append(Load(server, get_users(server, key)))
        without, with_lab = replayed(loads, rounds=6, seconds=1)
    return f"{with_lab.cpu:.2f} ms of processor time, {with_lab.cpu / without.cpu:.2f} x without a lab (at most 2)"


def authenticated(session: str) -> Credentials:
    """A key of the session's root user."""
    from iamlab.door import authenticate
    from iamlab.door.calls import call
    from iamlab.services.signin.models import ConsoleSession

    root = authenticate.console_session(ConsoleSession.objects.get(pk=session))
    key = call(root, "iam:CreateAccessKey", {})["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def attempted(person) -> str:
    """A root session in the account of an attempt that has begun."""
    from iamlab.door import authenticate
    from iamlab.door.calls import call
    from iamlab.door.sessions import open_session
    from iamlab.labs import attempts, content, runner
    from iamlab.sandbox import controls

    attempt = attempts.begin(person, content.catalogue()[LAB])
    nobody = authenticate.anonymous(controls.world(attempt.sandbox))
    root = {"Email": "root@bench.example", "Password": scratch.PASSWORD}
    call(nobody, "accounts:RegisterAccount", {**root, "AccountName": "Bench"})
    session = open_session(person, call(nobody, "signin:ConsoleLogin", root)).pk
    runner.catch_up(attempt)  # as the panel's poll does
    return session


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
