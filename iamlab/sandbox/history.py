"""The events of a world, read for checks, timelines and undo; nothing here writes."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Exists, QuerySet
from django.db.models.expressions import RawSQL

from iamlab.services import statements
from iamlab.services.accounts.models import Sandbox
from iamlab.services.cloudtrail.models import Event
from iamlab.services.prepared import Prepared


class Touch(NamedTuple):
    """An event as far as checks hang on it.

    `when` is in truth; `by` is root, user or role, "" for others; `who` is root or user/NAME, "" where the record
    itself has to tell.
    """

    seq: int
    event_id: str
    name: str
    changed: bool
    error: str
    when: datetime
    by: str
    who: str


def events(sandbox: Sandbox, after: int = 0) -> QuerySet[Event]:
    """Every event of the sandbox's accounts behind a sequence number, oldest first."""
    return Event.objects.filter(account__sandbox=sandbox, id__gt=after).order_by("id")


# Of each account the end of its index: a maximum over a join would pass over all events.
LAST = (
    "(select coalesce(max((select max(e.id) from cloudtrail_event e where e.account_id = a.id)), 0)"
    " from accounts_account a where a.sandbox_id = %s)"
)


def last(sandbox: Sandbox) -> int:
    """The sequence number of the newest event, 0 without any."""
    return statements.rows(f"select {LAST}", [sandbox.pk])[0][0]


def last_of_each(sandboxes: Collection[int]) -> dict[int, int]:
    """The same of several, by their keys, in one query."""
    newest = RawSQL(LAST.replace("%s", '"accounts_sandbox"."id"'), [])
    return dict(Sandbox.objects.filter(pk__in=sandboxes).annotate(newest=newest).values_list("pk", "newest"))


def exist_behind(sandbox: Any, after: Any) -> Exists:
    """An expression: whether there are events behind a sequence number; both may be columns of an outer query."""
    return Exists(Event.objects.filter(account__sandbox=sandbox, id__gt=after))


# The columns of `touch`, and where they are read, for who asks in a statement of their own.
TOUCHED = "e.id e.event_id e.name e.read_only e.error e.real_time e.principal e.username"
SINCE = (
    "cloudtrail_event e join accounts_account a on a.id = e.account_id"
    " where a.sandbox_id = {sandbox} and e.id >= {since}"
)


def is_of_console(seq: int) -> bool:
    """Whether an event, by its number, is of a call that the console made, as its record tells."""
    return Event.objects.filter(pk=seq, record__contains='"sessionCredentialFromConsole":"true"').exists()


# What the sign-in service records of people who come and go: the world stays as it is.
COMING_AND_GOING = ("ConsoleLogin", "CheckMfa", "SwitchRole", "ExitRole", "PasswordRecoveryRequested")


BY = {"AIDA": "user", "AROA": "role"}


def touch(
    seq: int, event_id: str, name: str, read_only: bool, error: str, real_time: Any, principal: str, username: str
) -> Touch:
    """A row of these columns as checks hang on it."""
    changed = not read_only and not error and name not in COMING_AND_GOING
    by = kind_of(principal)
    return Touch(seq, event_id, name, changed, error, statements.moment(real_time), by, name_of(by, username))


def kind_of(principal: str) -> str:
    """root, user or role; "" for others."""
    return "root" if principal.isdecimal() else BY.get(principal[:4], "")


def name_of(by: str, username: str) -> str:
    """root, or user/NAME; "" of others, of whom a name tells less."""
    return by if by == "root" else f"user/{username}" if by == "user" else ""


BEHIND = f"select {', '.join(TOUCHED.split())} from {SINCE.format(sandbox='%s', since='%s')} order by e.id"


def touched(sandbox: Sandbox, after: int) -> list[Touch]:
    """The events behind a sequence number, as far as checks hang on them."""
    return [touch(*row) for row in statements.rows(BEHIND, [sandbox.pk, after + 1])]


def _last_change(sandbox: int, after: int) -> QuerySet[Event]:
    rows = Event.objects.filter(account__sandbox_id=sandbox, id__gt=after, read_only=False, error="")
    told = ("name", "username", "time", "resources", "event_id")
    return rows.exclude(name__in=COMING_AND_GOING).only(*told).order_by("-id")[:1]


LAST_CHANGE = Prepared(_last_change, int, int)


def last_change(sandbox: Sandbox, after: int) -> tuple[int, dict[str, Any]]:
    """What changed the world last, and otherwise happened last: event name, identity, time and object; {} of nothing.
    Before it the event's number.

    `changed` says whether it is a change, which can be taken back.
    """
    change = LAST_CHANGE.first(sandbox.pk, after)
    row = change or events(sandbox, after).last()
    if row is None:
        return 0, {}
    names = [line.partition(" ")[2] for line in row.resources.split("\n")]
    return row.pk, {
        "event": row.name,
        "by": row.username,
        "time": row.time.isoformat(),
        "object": ", ".join(names),
        "event_id": row.event_id,
        "changed": change is not None,
    }
