"""A learner's world from outside: make it, list it, look into it."""

from django.http import Http404

from iamlab.people.models import Person
from iamlab.services import callers, statements
from iamlab.services.accounts.models import Account, Sandbox
from iamlab.services.callers import Caller, World
from iamlab.services.iam import known_passwords
from iamlab.services.iam.known_passwords import Known
from iamlab.services.prepared import Prepared


def create(owner: Person | None, title: str = "", *, throttled: bool = True) -> Sandbox:
    return Sandbox.objects.create(owner=owner, title=title, throttled=throttled)


def world(sandbox: Sandbox) -> World:
    """The world as calls see it, read anew: an object held for long may have missed a revision."""
    fresh = Sandbox.objects.values_list("revision", "clock_offset", "throttled").get(pk=sandbox.pk)
    return World(sandbox.pk, *fresh)


def world_of(fresh: Sandbox) -> World:
    """The world of a row that was read just now."""
    return World(fresh.pk, fresh.revision, fresh.clock_offset, fresh.throttled)


def by_public_id(public_id: str) -> Sandbox:
    """The sandbox of an address that is used before anybody is signed in."""
    found = Sandbox.objects.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def of_person(person: Person) -> list[Sandbox]:
    """A person's worlds with their accounts, newest first."""
    return list(Sandbox.objects.filter(owner=person).prefetch_related("accounts").order_by("-pk"))


def may_see(person: Person, sandbox: Sandbox) -> bool:
    """Its owner; others by the rules that a higher layer registers (an instructor of the attempt's class)."""
    return sandbox.owner_id == person.pk or any(rule(person, sandbox) for rule in viewers)


viewers: list = []  # rules (person, sandbox) -> bool


def examiner(person: Person, account: Account) -> Caller:
    """The caller by which checks, insight and the gradebook read. Raises Http404 for who may not see the sandbox."""
    if not may_see(person, account.sandbox):
        raise Http404
    return examiner_of(account)


def examiner_of(account: Account, now: World | None = None) -> Caller:
    """The examiner for the machinery itself (lab checks), which acts for the attempt's own person; in the world as it
    was read already, where it was.
    """
    return Caller(callers.EXAMINER, account.pk, now or world(account.sandbox), name="examiner", unique_id="examiner")


OPEN = Prepared(
    lambda sandbox: (
        Account.objects.filter(sandbox_id=sandbox, closed=None).select_related("sandbox").order_by("created", "pk")
    ),
    int,
)


def open_accounts(sandbox: Sandbox) -> list[Account]:
    """The accounts of a world, the first registered first; each with its sandbox."""
    return OPEN.all(sandbox.pk)


def password_of(account_id: str, user: str) -> Known | None:
    """A user's password as somebody knows it who was told; None without one."""
    return known_passwords.password_of(account_id, user)


MOVE = """update accounts_sandbox set clock_offset = clock_offset + %s where id = %s
    returning clock_offset, revision"""


def move_clock(sandbox: Sandbox, seconds: int) -> None:
    """Move the world's time on. Tokens, ages, expiry and condition keys follow it; the classroom does not."""
    ((sandbox.clock_offset, sandbox.revision),) = statements.rows(MOVE, [seconds, sandbox.pk])
