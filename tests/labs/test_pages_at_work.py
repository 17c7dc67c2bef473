"""Pages ask little in the very request in which a lab's checks run: at its last steps, and just after a change."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from iamlab.classroom.models import Assignment, Class, Enrolment, Extension, Role, Work
from iamlab.labs import attempts, content, past, selftest
from iamlab.labs.models import Attempt
from iamlab.services import callers, log_files
from iamlab.services.iam.models import AccessKey, LoginProfile, User
from tests.console.conftest import signed_in
from tools import scratch
from tools.pages import CONSOLE
from tools.screenshots import furnish

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MOST = 15  # queries of a page
LATE = ("billing-open", "rest")  # steps of the longest lab
READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
PASSWORDS = {"kind": "custom", "MinimumPasswordLength": "15", "RequireNumbers": "on", "sure": "1"}


@contextmanager
def at_work(until, without=()):
    """The longest lab up to a step, as a class's work: its attempt, a browser, names, and who is signed in where."""
    with transaction.atomic():
        world = scratch.world()
        attempt = attempts.begin(world.person, content.catalogue()["account-setup"])
        set_by_a_class(attempt)
        lab = attempt.lab_version.data
        for part in lab["solution"]:
            if part["step"] not in without:
                selftest.solve(attempt, lab, part["lines"])
            if part["step"] == until:
                break
        account = attempt.sandbox.accounts.get()
        # The first registered is the lab's own. A quick machine registers the others in the same second.
        attempt.sandbox.accounts.update(created=account.created - timedelta(minutes=1))
        root = signed_in(world.person, account, callers.ROOT, account.pk, "root")
        held = scratch.World(world.person, "", attempt.sandbox.public_id, account.pk, root.id, root.caller)
        names = furnish(held)
        admin = User.objects.get(account=account, name=attempt.bound["admin"])
        sessions = {"root": root.id}
        sessions["admin"] = signed_in(world.person, account, callers.USER, admin.unique_id, admin.name).id
        browser = Client()
        browser.force_login(world.person)
        yield attempt, browser, names, sessions
        transaction.set_rollback(True)


@pytest.fixture(scope="module", params=LATE)
def late(request, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), at_work(request.param) as begun:
        yield begun


@pytest.fixture(autouse=True)
def nothing_is_due(monkeypatch):
    """Of a trail, whose files for five minutes are written by whoever looks first after them, with queries besides."""
    monkeypatch.setattr(log_files, "_newer", lambda row, due: False)


def set_by_a_class(attempt):
    """With a window that closes, and more time for this learner."""
    now = timezone.now()
    klass = Class.objects.create(name="Cloud security")
    Enrolment.objects.create(klass=klass, person=attempt.person, role=Role.LEARNER, name="Ada")
    work = Assignment.objects.create(klass=klass, lab=attempt.lab, title="Set up", closes=now + timedelta(days=1))
    Extension.objects.create(assignment=work, person=attempt.person, due=now + timedelta(days=2))
    Work.objects.create(assignment=work, attempt=attempt)


def counted(browser, address) -> int:
    with CaptureQueriesContext(connection) as captured:
        page = browser.get(address)
    assert page.status_code in (200, 403), address
    return len(captured)


def addresses(browser, names, session):
    """Where each page of the console is, wizards begun."""
    for _, _, path in CONSOLE:
        address = f"/console/{session}/{path.format(**names)}"
        page = browser.get(address)
        yield page.url if page.status_code == 302 else address


@pytest.mark.parametrize("who", ["root", "admin"])
def test_pages_while_the_last_steps_wait(late, who):
    _, browser, names, sessions = late
    found = {address: counted(browser, address) for address in addresses(browser, names, sessions[who])}
    assert len(found) > 70
    assert {address: count for address, count in found.items() if count > MOST} == {}


@pytest.mark.parametrize("who", ["root", "admin"])
def test_pages_just_after_a_change(late, who):
    """Whatever page is opened next: what applies to the caller is gathered anew, and the checks have run."""
    attempt, browser, names, sessions = late
    groups, found = f"/console/{sessions[who]}/iam/groups", {}
    for address in addresses(browser, names, sessions[who]):
        browser.get(address)
        with transaction.atomic():
            before = past.present(Attempt.objects.get(pk=attempt.pk))
            assert browser.post(f"{groups}/create/", {"GroupName": "made"}).status_code == 302
            assert past.present(Attempt.objects.get(pk=attempt.pk)) > before  # what undo goes back to
            found[address] = counted(browser, address)
            transaction.set_rollback(True)
    assert {address: count for address, count in found.items() if count > MOST} == {}


CHANGES = {
    "a group": ("iam/groups/create/", {"GroupName": "made"}),
    "a member": ("iam/groups/details/billing/add-users/", {"users": ["charles"]}),
    "a policy": ("iam/groups/details/billing/attach-policies/", {"policies": [READ]}),
    "a user": ("iam/users/delete/", {"selected": "charles", "typed": "charles"}),
    "an access key": ("iam/users/details/mario/access-keys/{key}/status/", {"deactivate": "1"}),
    "an alias": ("iam/home/alias/", {"AccountAlias": "umbrella-drinks-ltd"}),
    "a password policy": ("iam/account_settings/edit/", PASSWORDS),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_page_that_a_change_leads_to(late, what):
    _, browser, names, sessions = late
    key = AccessKey.objects.get(user__name="mario").key_id
    path, form = CHANGES[what]
    for session in sessions.values():
        browser.get(f"/console/{session}/iam/home/")
        with transaction.atomic():
            answer = browser.post(f"/console/{session}/{path.format(**names | {'key': key})}", form)
            assert answer.status_code == 302
            assert counted(browser, answer.url) <= MOST
            transaction.set_rollback(True)


def test_a_password_that_is_taken_away(late):
    _, browser, _, sessions = late
    start = f"/console/{sessions['admin']}/iam/users/details/mario/console-access/"
    with transaction.atomic():
        browser.post(browser.get(start).url, {"console": "enable", "password_kind": "auto"})
        assert LoginProfile.objects.filter(user__name="mario").exists()
        answer = browser.post(browser.get(start).url, {"console": "disable", "password_kind": "keep"})
        assert counted(browser, answer.url) <= MOST
        transaction.set_rollback(True)
