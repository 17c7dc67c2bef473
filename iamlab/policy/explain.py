"""A decision in sentences and as evidence.

explain(request, policies, decision, who="Mario")["sentence"]
# "No. Nothing that applies to Mario allows this. Nearest is statement Write of BillWrite: ..."
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .arns import Caller
from .evidence import Judged, entry_row, nearest
from .outline import Considered
from .plan import ALLOWED, EXPLICIT, Decision, Entry
from .reasons import SHOWN, variables_of
from .request import Policies, Request
from .sentences import owner_word, sentence
from .view import Layers, hashable, keep, view_of


class Evidence(Mapping[str, Any]):
    """The evidence of a decision as plain data.

    Keys: sentence, outcome, layer, deciding (statements), layers (in order; each with its outcome and its policies'
    statements), missing_keys, nearest. A statement's row says whether action, principal, resource and condition match
    and `why` not. What is read is shared with other answers: copy before you change it.

    All of it is made when something of it is first read: until then a decision costs nothing more.
    """

    __slots__ = ("_asked", "_whole")

    def __init__(self, request: Request, policies: Policies, decision: Decision, *, who: str | None = None):
        self._asked = request, policies, decision, who
        self._whole: dict[str, Any] | None = None

    def __getitem__(self, key: str) -> Any:
        whole = self._whole
        return (self._read() if whole is None else whole)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def _read(self) -> dict[str, Any]:
        if self._whole is None:
            request, policies, decision, who = self._asked
            self._whole = _written(request, policies, decision, who)
        return self._whole


explain = Evidence  # what callers ask for: `explain(request, policies, decision)["sentence"]`


def _written(request: Request, policies: Policies, decision: Decision, who: str | None) -> dict[str, Any]:
    """The whole evidence; kept where nothing in it is the request's own, so that nobody may change it."""
    view = view_of(request, policies)
    seen = view.look(request)
    given, missing = request.context, []
    for name, condition in view.outline.asked:
        if given.get(name) is None and condition.value(request) is None:
            missing.append(name)
    outcome, layer, statements, grant = decision
    owner = owner_word(request) if grant or layer == "resource" else ""
    values = _values(statements[0], request) if outcome == EXPLICIT and statements else ()
    key = (decision, request.action, who, owner, values)
    if seen.telling:
        told = (view.told if outcome == ALLOWED else seen.kept).get(key)
        if told is not None:
            return _whole(told, decision, seen.naming(request), missing)
    else:
        whole: dict[str, Any] | None = seen.kept.get((key, *missing) if missing else key)
        if whole is not None:
            return whole
    return _made(Judged(request, policies, view, seen), decision, who, key, missing)


def _made(judged: Judged, decision: Decision, who: str | None, key: Any, missing: list[str]) -> dict[str, Any]:
    """`key` holds all that sentences name of the request but its resource."""
    seen, told = judged.seen, judged.view.told.get(key) or _told(judged, decision, who)
    whole = _whole(told, decision, judged.layers, missing)
    if told.lasts:
        if decision.allowed:
            keep(judged.view.told, key, told)
        elif seen.telling:
            keep(seen.kept, key, told)
        if not seen.telling:
            keep(seen.kept, (key, *missing) if missing else key, whole)
    return whole


def _whole(told: "Told", decision: Decision, layers: Layers, missing: list[str]) -> dict[str, Any]:
    return {
        "sentence": told.sentence,
        "outcome": decision.outcome,
        "layer": decision.layer,
        "deciding": told.deciding,
        "layers": layers,
        "missing_keys": missing,
        "nearest": told.nearest,
    }


def _values(entry: Entry, request: Request) -> tuple[Any, ...]:
    """The request's values that the sentence of an explicit deny names."""
    return tuple([hashable(condition.value(request)) for condition in entry.statement.conditions[:SHOWN]])


class Told(NamedTuple):
    """What is said of a decision; `lasts` where it names nothing that the next request may have otherwise."""

    sentence: str
    deciding: list[dict[str, Any]]
    nearest: dict[str, Any] | None
    lasts: bool


def _told(judged: Judged, decision: Decision, who: str | None) -> Told:
    near = None if decision.allowed else nearest(judged, decision)
    close = None if near is None else (near.entry, judged.row(near))
    deciding = [entry_row(entry) for entry in decision.statements]
    said = sentence(judged, decision, who or _shown(judged.caller), close)
    lasts = decision.layer != "guard" and not (near and _names_request(judged, near))
    return Told(said, deciding, None if close is None else {**entry_row(close[0]), **close[1]}, lasts)


def _names_request(judged: Judged, near: Considered) -> bool:
    """Whether what is told of the nearest statement names the request's resource, or what its variables stand for."""
    row = judged.row(near)
    names_resource = row["action"] and row["principal"] and not row["resource"]
    return names_resource or any(map(variables_of, near.entry.statement.conditions))


def _shown(caller: Caller) -> str:
    return "an anonymous caller" if caller.kind == "anonymous" else caller.name or caller.shown
