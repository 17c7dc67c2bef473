"""What a panel shows of an attempt, and what happened since its checks ran: read in the attempt's own statement."""

import json
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from iamlab.labs.models import Answer, Attempt, HintUse, Message, Override, StepFact
from iamlab.sandbox import history
from iamlab.sandbox.history import Touch
from iamlab.services.prepared import Prepared

MOST = 200  # events that are read with an attempt: without a script that polls, any number may have piled up
# Kind -> columns, and where they are read. Before a column of JSON stands a #; {words} are the attempt's own columns.
PARTS = {
    "check": ("step check_id status code message latched #undone #tries", "labs_checkfact where attempt_id = {id}"),
    "step": ("step opened begun skipped read unlocked offered note", "labs_stepfact where attempt_id = {id}"),
    "hint": ("step tier price", "labs_hintuse where attempt_id = {id}"),
    "answer": ("id question #given correct sure", "labs_answer where not review and attempt_id = {id}"),
    "override": ("step score comment", "labs_override where attempt_id = {id}"),
    "message": ("id text", "labs_message where read is null and attempt_id = {id}"),
    "help": ("id", "labs_helpcall where answered is null and attempt_id = {id}"),
    "told": ("id", "(select max(id) as id from labs_happening where attempt_id = {id}) as newest"),
    "clock": (
        "#data",
        "(select data from labs_happening where kind = 'clock' and attempt_id = {id}"
        " order by id desc limit 1) as moved",
    ),
    "show": (
        "#data left_behind",
        "(select done.data as data, exists (select 1 from labs_happening as later where later.attempt_id ="
        " done.attempt_id and later.id > done.id and later.kind in ('jump', 'reset')) as left_behind"
        " from labs_happening as done where done.kind in ('show', 'brought')"
        " and done.attempt_id = {id} and done.step = {current} order by done.id desc limit 1) as shown",
    ),
    "checkpoint": (
        "id name",
        "(select id, name from sandbox_snapshot where kind in ('start', 'checkpoint', 'branch')"
        " and sandbox_id = {sandbox_id} order by id desc limit 20) as newest_ones",
    ),
    "event": (
        history.TOUCHED,
        f"(select {history.TOUCHED.replace(' ', ', ')} from"
        f" {history.SINCE.format(sandbox='{sandbox_id}', since='{examined}')} order by e.id limit {MOST + 1}) as e",
    ),
}


class Standing(NamedTuple):
    """How a check stands; a CheckFact has more of it, and costs many times as much to make."""

    step: str
    check_id: str
    status: str
    code: str
    message: str
    latched: bool
    undone: dict[str, Any]
    tries: dict[str, int]


class Seen:
    """An attempt's facts as they were at one moment. `rows`, all but the events, are equal while nothing changed."""

    def __init__(self, row: Attempt) -> None:
        self._texts: dict[str, str] = {kind: getattr(row, f"seen_{kind}") for kind in PARTS}
        self._events = self._texts.pop("event")
        self.rows = tuple(self._texts.values())

    @cached_property
    def events(self) -> list[Touch]:
        """What happened since the checks ran, from the last event that they have seen on: the first of it, where it is
        `much`.
        """
        return [history.touch(*row) for row in sorted(json.loads(self._events))]

    @cached_property
    def much(self) -> bool:
        """Whether more may have happened than was read."""
        return len(self.events) > MOST

    def read_on(self, attempt: Attempt) -> None:
        """All that happened, for who runs the checks: once, for they have seen it then."""
        if self.much:
            self.events, self.much = history.touched(attempt.sandbox, attempt.examined - 1), False

    def _found(self, kind: str) -> list[list[Any]]:
        return listed(self._texts[kind])

    def _models(self, model: Any, kind: str) -> list[Any]:
        names = [name.lstrip("#") for name in PARTS[kind][0].split()]
        return [model(**dict(zip(names, row, strict=True))) for row in self._found(kind)]

    @cached_property
    def checks(self) -> dict[tuple[str, str], Standing]:
        facts = (Standing(*row) for row in self._found("check"))
        return {(fact.step, fact.check_id): fact for fact in facts}

    @cached_property
    def steps(self) -> dict[str, StepFact]:
        """By step; whether a time is there is what counts of it here."""
        return {fact.step: fact for fact in self._models(StepFact, "step")}

    @cached_property
    def hints(self) -> dict[tuple[str, int], HintUse]:
        return {(hint.step, hint.tier): hint for hint in self._models(HintUse, "hint")}

    @cached_property
    def answers(self) -> list[Answer]:
        return sorted(self._models(Answer, "answer"), key=lambda answer: answer.pk)

    @property
    def overrides(self) -> list[Override]:
        return self._models(Override, "override")

    @property
    def messages(self) -> list[Message]:
        """Those not read yet."""
        return sorted(self._models(Message, "message"), key=lambda message: message.pk)

    @property
    def waiting(self) -> bool:
        """Whether a hand is up."""
        return bool(self._found("help"))

    @property
    def checkpoints(self) -> list[list[Any]]:
        """[key, name] of what may be jumped to, newest first."""
        return sorted(self._found("checkpoint"), reverse=True)

    @property
    def moved(self) -> dict[str, Any]:
        """What came of the newest move of the clock."""
        return next((data for (data,) in self._found("clock")), {})

    @property
    def shown(self) -> dict[str, Any] | None:
        """What was done for the learner last in the open step, or before it; `left` says that they went back since."""
        return next(({**data, "left": bool(left)} for data, left in self._found("show")), None)

    @property
    def cursor(self) -> str:
        told = next((key for (key,) in self._found("told")), None)
        return cursor(told, max((message.pk for message in self.messages), default=None))


def cursor(told: int | None, unread: int | None) -> str:
    """Changes whenever what the panel shows does: polling with the last one seen answers nothing new cheaply.

    It is the newest happening and the newest message that was not read.
    """
    return f"{told or 0}.{unread or 0}"


def told(rows: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Attempts with all that `Seen` is made of: of each kind its rows, as the text of one JSON list."""
    return with_parts(rows, PARTS, "seen")


def with_parts(rows: QuerySet[Attempt], parts: dict[str, tuple[str, str]], name: str) -> QuerySet[Attempt]:
    """Attempts with annotations `name_kind`, each the text of a list of rows: see `listed`."""
    return rows.annotate(
        **{f"{name}_{kind}": RawSQL(_part(connection.vendor, *part), []) for kind, part in parts.items()}
    )


def listed(text: str) -> list[list[Any]]:
    """The rows of such an annotation."""
    return json.loads(text) if text != "[]" else []


OF_ATTEMPT = Prepared(lambda attempt: told(Attempt.objects.filter(pk=attempt).only("pk")), int)


def of(attempt: Attempt) -> Seen:
    """As it was when the attempt was read, if that was read with it; else as it is now."""
    return Seen(attempt) if "seen_event" in attempt.__dict__ else anew(attempt)


def anew(attempt: Attempt) -> Seen:
    """As it is now."""
    return Seen(OF_ATTEMPT.first(attempt.pk))


def _part(vendor: str, columns: str, source: str) -> str:
    array, own = ("json_array", "json({})") if vendor == "sqlite" else ("json_build_array", "{}")
    listed = "json_group_array({})" if vendor == "sqlite" else "cast(coalesce(json_agg({}), '[]') as text)"
    values = ", ".join(own.format(name[1:]) if name.startswith("#") else name for name in columns.split())
    names = {name: f'"{Attempt._meta.db_table}"."{name}"' for name in ("id", "sandbox_id", "current", "examined")}
    return f"(select {listed.format(f'{array}({values})')} from {source.format(**names)})"
