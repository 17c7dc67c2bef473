"""CloudTrail records of a world by the names of calls.

No index of the database has names: each would cost every call. Where the events of each name are, a process keeps for
the worlds that it looked at last, and reads on from there.
"""

import json
import sys
import threading
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from iamlab.sandbox.history import Touch, kind_of, name_of
from iamlab.services import statements
from iamlab.services.accounts.models import Sandbox

MOST = 200  # worlds
AT_ONCE = 500
WHOLE = "select id, record from cloudtrail_event where id in {}"


class Place(NamedTuple):
    seq: int
    error: str
    by: str  # root, user or role; "" for others
    who: str  # root, user/NAME; "" where the record itself has to tell


class Index(NamedTuple):
    """Where the events are up to the last one read, which is known again by its id: one that was taken back leaves its
    number to another."""

    last: int
    last_id: str
    names: dict[str, list[Place]]


class Record:
    """An event as CloudTrail records it. Its JSON is read, with that of the like, when somebody looks into it."""

    def __init__(self, name: str, place: Place, texts: "Texts") -> None:
        self.name, self.texts = name, texts
        self.seq, self.error, self.by, self.who = place

    @cached_property
    def whole(self) -> dict[str, Any]:
        return {**json.loads(self.texts.found[self.seq]), "seq": self.seq, "name": self.name, "error": self.error}

    def __getitem__(self, key: str) -> Any:
        return self.whole[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.whole.get(key, default)


class Texts:
    """The JSON of some events."""

    def __init__(self, keys: list[int]) -> None:
        self.keys = keys

    @cached_property
    def found(self) -> dict[int, str]:
        found: dict[int, str] = {}
        for first in range(0, len(self.keys), AT_ONCE):
            keys = self.keys[first : first + AT_ONCE]
            found |= dict(statements.rows(WHOLE.format(statements.marks(keys)), keys))
        return found


def of(index: Index, after: int, names: Collection[str]) -> list[Record]:
    """The events of some names behind a sequence number, in their order."""
    places = sorted((place, name) for name in names for place in index.names.get(name, ()) if place.seq > after)
    texts = Texts([place.seq for place, _ in places])
    return [Record(name, place, texts) for place, name in places]


_kept: dict[str, Index] = {}
_turn = threading.Lock()
NEW = (
    "select e.id, e.event_id, e.name, e.error, e.principal, e.username from cloudtrail_event e"
    " join accounts_account a on a.id = e.account_id where a.sandbox_id = %s and e.id >= %s order by e.id"
)


def index(sandbox: Sandbox, at_hand: Sequence[Touch] = ()) -> Index:
    """Where the events of a world are by now. `at_hand` are all from one that was seen on, where they were read."""
    if not statements.on_sqlite():  # where several write at once, a number may come after a higher one
        return _read_on(Index(0, "", {}), _new(sandbox, 0))
    with _turn:
        kept = _kept.pop(sandbox.public_id, None)
        rows = _beside(kept, at_hand) if kept is not None else None
        if rows is None:
            rows = _new(sandbox, kept.last if kept is not None else 0)
        if kept is not None and rows and rows[0][:2] == (kept.last, kept.last_id):
            rows = rows[1:]
        elif kept is not None:
            kept, rows = None, _new(sandbox, 0)
        found = _read_on(kept or Index(0, "", {}), rows)
        while len(_kept) >= MOST:
            _kept.pop(next(iter(_kept)))
        _kept[sandbox.public_id] = found  # as the last one: those not asked for go first
        return found


def _beside(kept: Index, at_hand: Sequence[Touch]) -> list[tuple[Any, ...]] | None:
    """Of events at hand, those from the last one that is kept on; None where that is not among them."""
    if not at_hand or not at_hand[0].seq <= kept.last <= at_hand[-1].seq:
        return None
    return [(one.seq, one.event_id, one.name, one.error, one.by, one.who) for one in at_hand if one.seq >= kept.last]


def _read_on(index: Index, rows: list[tuple[Any, ...]]) -> Index:
    if not rows:
        return index
    names = dict(index.names)
    new: dict[str, list[Place]] = {}
    for seq, _, name, error, by, who in rows:
        new.setdefault(name, []).append(Place(seq, error, by, sys.intern(who)))
    for name, places in new.items():
        names[name] = [*names.get(name, ()), *places]  # who looks at the list meanwhile has one of their own
    return Index(rows[-1][0], rows[-1][1], names)


def _new(sandbox: Sandbox, since: int) -> list[tuple[Any, ...]]:
    """Number, id, name, error, and who made them, of the events from a number on."""
    rows = statements.rows(NEW, [sandbox.pk, since])
    kinds = ((row, kind_of(row[4])) for row in rows)
    return [(*row[:4], by, name_of(by, row[5])) for row, by in kinds]
