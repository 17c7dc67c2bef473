"""Console sessions: opened after a sign-in, found by the person that they belong to, ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404

from iamlab.door import authenticate
from iamlab.people.models import Person
from iamlab.services import callers, clock
from iamlab.services.accounts import register
from iamlab.services.accounts.models import Account, Sandbox
from iamlab.services.callers import Caller, World
from iamlab.services.iam.models import Role
from iamlab.services.iam.names import secret_of
from iamlab.services.operations import AwsError
from iamlab.services.prepared import Prepared
from iamlab.services.signin.models import ConsoleSession

HOURS = 12


def open_session(person: Person, login: dict[str, Any], **more: Any) -> ConsoleSession:
    """A session from the answer of ConsoleLogin (or SwitchRole)."""
    return ConsoleSession.objects.create(
        person=person,
        account_id=login["AccountId"],
        kind=login["Kind"],
        principal=login["Principal"],
        label=login["Label"],
        token=login["SessionToken"],
        created=login["Issued"],
        expires=login.get("Expires") or login["Issued"] + timedelta(hours=HOURS),
        **more,
    )


def account_id_of(sandbox_id: int, name: str) -> str | None:
    """An account of the world by its id or alias."""
    rows = Account.objects.filter(sandbox_id=sandbox_id, closed=None)
    found = rows.filter(Q(pk=name) | Q(alias=name)).first() if name else None
    return found.pk if found else None


def open_role(
    person: Person, from_id: str, answer: dict[str, Any], label: str, colour: str
) -> tuple[ConsoleSession, Caller]:
    """A console session from the answer of AssumeRole, beside the one that switched; and its caller."""
    credentials = answer["Credentials"]
    caller = authenticate.temporary(credentials["AccessKeyId"], credentials["SessionToken"])
    row = ConsoleSession.objects.create(
        person=person,
        account_id=caller.account_id,
        kind=caller.kind,
        principal=caller.unique_id,
        label=label,
        token=credentials["SessionToken"],
        created=clock.now(caller.world),
        expires=credentials["Expiration"],
        switched_from_id=from_id,
        colour=colour,
    )
    return row, caller


def switched_from(person: Person, session_id: str) -> str | None:
    """The id of the session that switched to this one, if it is still open."""
    rows = ConsoleSession.objects.filter(pk=session_id, person=person, switched_from__ended=None)
    return rows.values_list("switched_from_id", flat=True).first()


def taken_by(person: Person, row: ConsoleSession) -> tuple[str, str] | None:
    """Of a role's session that has ended: the session that took the role, where that still stands, and the role's path
    and name."""
    if row.switched_from_id is None or not stands(person, row.switched_from_id):
        return None
    roles = Role.objects.filter(account_id=row.account_id, unique_id=row.principal).values_list("path", "name")
    found = roles.first()
    return (row.switched_from_id, "".join(found).lstrip("/")) if found else None


def session_of(person: Person, session_id: str) -> ConsoleSession:
    """The person's own session. Anybody else's is not found."""
    return with_others(person, session_id)[0]


def keys_of(person: Person, session_id: str) -> tuple[str, str, str]:
    """The temporary credentials of the person's own session: key id, secret and token. Raises AwsError."""
    row = session_of(person, session_id)
    key_id = authenticate.console_session(row).access_key_id
    return key_id, secret_of(key_id), row.token


def _with_others(session_id: str, person_id: int) -> QuerySet[ConsoleSession]:
    world = ConsoleSession.objects.filter(pk=session_id, person_id=person_id).values("account__sandbox_id")
    wanted = Q(pk=session_id) | Q(account__sandbox_id__in=world, ended=None)
    rows = ConsoleSession.objects.filter(wanted, person_id=person_id).select_related("account__sandbox")
    return rows.annotate(identity=RawSQL(authenticate.identity_of_session(), [])).order_by("created", "pk")


OWN = Prepared(_with_others, str, int)  # on the path of every page of the console


def with_others(person: Person, session_id: str) -> tuple[ConsoleSession, list[ConsoleSession]]:
    """The person's own session, and their others in its world that have not ended. Anybody else's is not found."""
    found = {row.pk: row for row in OWN.all(session_id, person.pk)}
    session = found.pop(session_id, None)
    if session is None:
        raise Http404
    return session, list(found.values())


# Rules (person, another's session) -> the caller by which the person may look at that session's account, or None.
lookers: list[Callable[[Person, ConsoleSession], Caller | None]] = []


def looked_at(person: Person, session_id: str) -> tuple[ConsoleSession, Caller]:
    """Another person's open session, and the caller by which this person may look. Raises Http404."""
    row = ConsoleSession.objects.select_related("account__sandbox").filter(pk=session_id, ended=None).first()
    caller = next(filter(None, (rule(person, row) for rule in lookers)), None) if row is not None else None
    if row is None or caller is None:
        raise Http404
    return row, caller


def users_in(person: Person, sandbox: Sandbox) -> list[ConsoleSession]:
    """The person's open sessions of IAM users in a world, newest first; of a user's several the newest."""
    rows = ConsoleSession.objects.filter(person=person, account__sandbox=sandbox, kind=callers.USER, ended=None)
    now = clock.now(World(sandbox.pk, sandbox.revision, sandbox.clock_offset, sandbox.throttled))
    found: dict[str, ConsoleSession] = {}
    for row in rows.filter(expires__gt=now).select_related("account").order_by("-created", "-pk"):
        found.setdefault(row.principal, row)
    return list(found.values())


def sessions_in(person: Person, sandbox: Sandbox) -> list[ConsoleSession]:
    """The person's open sessions in a world's open accounts, oldest first."""
    rows = ConsoleSession.objects.filter(person=person, account__sandbox=sandbox, account__closed=None, ended=None)
    return list(rows.order_by("created", "pk"))


def stands(person: Person, session_id: str) -> bool:
    """Whether a session still opens pages: it may have ended, or its user be gone, as when a world went back."""
    try:
        authenticate.console_session(session_of(person, session_id))
    except (AwsError, Http404):
        return False
    return True


def password_changed(person: Person, session_id: str) -> None:
    """The session may be used for everything now."""
    ConsoleSession.objects.filter(pk=session_id, person=person).update(must_change=False)


def end_session(session: ConsoleSession, now: Any) -> None:
    session.ended = now
    session.save(update_fields=["ended"])


def front_door(person: Person, public_id: str) -> tuple[Sandbox, Caller]:
    """A world of the person's by its public id, and the caller that nobody is in it yet. Else Http404."""
    sandbox = Sandbox.objects.filter(public_id=public_id, owner=person).first()
    if sandbox is None:
        raise Http404
    world = World(sandbox.pk, sandbox.revision, sandbox.clock_offset, sandbox.throttled)
    return sandbox, Caller(callers.ANONYMOUS, "anonymous", world, unique_id="anonymous", name="anonymous")


def require_free_email(sandbox: Sandbox, email: str) -> None:
    """That nobody has signed up with an address in a world yet. Raises EmailInUse, as RegisterAccount does later on."""
    register.require_free_email(sandbox.pk, email)
