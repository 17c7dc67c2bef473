"""What the evidence of an action has in common for every request: made once, for a document or for a plan.

The rows, policies and layers kept here stand in many answers: copy them before you change them.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .arns import Caller
from .compile import Document, Policy, Selection
from .conditions import Condition
from .plan import SPARED, Entry, binds
from .principals import KIND_WORDS
from .reasons import action_reason
from .request import Policies
from .statement import Statement, as_list

NEAREST_OF, ACTIONS_OF = 50, 20  # statements about other actions, and actions of each, that are looked at
KEPT_SERVICES, KEPT_OUTLINES = 256, 256
GRANTING = ("identity", "resource")

# The state of a statement in a request: how its principals reach the caller (a kind of `principals`), the parts that do
# not match, and whether its action part does. Above FAILS it is about the action and does not apply.
GRANT, PRINCIPAL, RESOURCE, CONDITION, SELECTED = 7, 8, 16, 32, 64
PARTS, FAILS = PRINCIPAL | RESOURCE | CONDITION, SELECTED + PRINCIPAL
LOOK = 128  # it does not apply, and which parts do not match is to be seen


class Row(dict[str, Any]):
    """A statement as evidence. `like` is the row of which it is a copy but for the reason, if any; `head` its JSON as
    far as the reason, kept by `evidence_text`.
    """

    __slots__ = ("head", "like")
    head: str | None
    like: "Row | None"

    def but(self, why: str) -> "Row":
        """The same for another reason."""
        row = Row(self)
        row["why"] = why
        row.head, row.like = None, self
        return row


def row_of(index: int, raw: dict[str, Any], state: int | None, why: str | None) -> Row:
    """The row of a statement in a state; None where its effect is none, so that its parts are not looked at."""
    sid, parts = raw.get("Sid"), state or 0
    row = Row(
        {
            "index": index,
            "statement": sid if isinstance(sid, str) and sid else f"number {index + 1}",
            "effect": raw.get("Effect"),
            "action": parts & SELECTED > 0,
            "applies": parts & (SELECTED | PARTS) == SELECTED,
            "principal": None if state is None else not parts & PRINCIPAL,
            "resource": None if state is None else not parts & RESOURCE,
            "condition": None if state is None else not parts & CONDITION,
        }
    )
    if parts & GRANT:
        row["grant"] = KIND_WORDS[parts & GRANT]
    row["why"] = why
    row.head = row.like = None
    return row


# Documents ---------------------------------------------------------------------------------------


class Listed:
    """A document's statements as evidence where the action selects none: their rows, and those statements of which
    some part hangs on the request; kept by the document for each kind of layer.
    """

    __slots__ = ("about", "rows", "tested")

    def __init__(self, document: Document, kind: str):
        self.rows: list[Row] = []
        self.tested: list[Statement] = []
        self.about: dict[str, tuple[int, ...]] = {}  # by service: the Allows about it
        for index, raw in enumerate(document.raw_statements):
            state = None
            if raw.get("Effect") in ("Allow", "Deny"):
                statement, state = document.statement(index, kind), 0
                if not statement.unconditional:
                    self.tested.append(statement)
            self.rows.append(row_of(index, raw, state, action_reason(raw)))

    def allows_about(self, document: Document, service: str) -> tuple[int, ...]:
        """The numbers of the first Allows that name actions of a service, as theirs or as excepted."""
        found = self.about.get(service)
        if found is None:
            if len(self.about) >= KEPT_SERVICES:
                self.about.clear()
            found = self.about[service] = tuple(
                number
                for number, raw in enumerate(document.raw_statements[:NEAREST_OF])
                if raw.get("Effect") == "Allow"
                and any(
                    _names_service(as_list(raw.get(name))[:ACTIONS_OF], service) for name in ("Action", "NotAction")
                )
            )
        return found


def _names_service(actions: Iterable[object], service: str) -> bool:
    return any(isinstance(action, str) and action.lower().startswith(f"{service}:") for action in actions)


def listed(document: Document, kind: str) -> Listed:
    found = document.listed.get(kind)
    if found is None:
        found = document.listed[kind] = Listed(document, kind)
    return found


def matching_row(statement: Statement) -> Row:
    """The row of a statement all of whose parts match, whatever the request."""
    row = statement.rows.get(SELECTED)
    if row is None:
        row = statement.rows[SELECTED] = row_of(statement.index, statement.raw, SELECTED, None)
    return row


# Plans -------------------------------------------------------------------------------------------


class Looked(NamedTuple):
    """A policy of which some statements hang on the request: those `tested` from `start` to `stop`; `rows` holds the
    rest. `place` is the policy's in its layer.
    """

    place: int
    policy: Policy
    rows: list[Row]
    start: int
    stop: int


class Layer(NamedTuple):
    """A layer that hangs on the request: its row's place and the row as far as it does not, what the statements in
    that do, and the policies that must be looked at.
    """

    place: int
    row: dict[str, Any]
    binds: bool
    allows: bool
    denies: bool
    looked: list[Looked]

    def outcome(self, *, allows: bool, denies: bool) -> str:
        if not self.binds:
            return "does not bind the caller"
        if denies:
            return "denies"
        # RCPFullAWSAccess stands at every level.
        return "allows" if allows or self.row["layer"] == "rcp" else "does not allow"


class Considered(NamedTuple):
    """A statement about the action: its entry, whether its layer binds, and its number among the tested ones or its
    row where no part hangs on the request.
    """

    entry: Entry
    binds: bool
    number: int
    row: Row | None


class Outline:
    """The evidence of one action for a group of callers, as far as it does not hang on the request; kept by the plan.

    `tested`: the statements that hang on the request; `selected`: the numbers of those about the action; `tried`: those
    of them that bind, in the order of `statements_about`; `initial`: their states before they are tested; `looked_at`:
    those whose test does not tell all, with the tests of their parts;
    `paths`: where each stands, its layer's and its policy's place. `layers`: the layers that hang on the request;
    `layer_rows`: every layer's row. `considered`: the statements about the action; `grants`: those that could grant it;
    `asked`: the conditions of those that bind, one for each key. `held`: (layer, kind, level, binds, policies).
    `views`: what `evidence` keeps for each caller.
    """

    __slots__ = (
        "asked",
        "considered",
        "grants",
        "held",
        "initial",
        "layer_rows",
        "layers",
        "looked_at",
        "paths",
        "selected",
        "tested",
        "tried",
        "views",
    )

    def __init__(self, policies: Policies, group: int, action: str):
        self.tested: list[Statement] = []
        self.initial: list[int] = []
        self.tried: list[int] = []
        self.considered: list[Considered] = []
        self.held: list[tuple[str, str, int, bool, tuple[Policy, ...]]] = []
        self.layer_rows: list[dict[str, Any]] = []
        self.layers: list[Layer] = []
        self.paths: list[tuple[int, int]] = []
        self.views: dict[Caller, Any] = {}
        for layer, kind, level, held in policies.layers():
            bound = binds(layer, group, action.lower())
            self.held.append((layer, kind, level, bound, held))
            if held or layer == "scp":
                self._add(layer, kind, level, bound, held, action)
        asked: dict[str, Condition] = {}
        for one in self.considered:
            for condition in one.entry.statement.conditions if one.binds else ():
                asked.setdefault(condition.key, condition)
        self.asked = [condition for key, condition in asked.items() if key]
        self.grants = [
            one for one in self.considered if one.binds and one.entry.layer in GRANTING and not one.entry.statement.deny
        ]
        self.selected = [number for number, state in enumerate(self.initial) if state & SELECTED]
        triples = enumerate(zip(self.tested, self.initial, strict=True))
        self.looked_at = [
            (number, one.resources and one.resources.matches, one.conditions)
            for number, (one, state) in triples
            if failing(one, state) == LOOK
        ]

    def _add(self, layer: str, kind: str, level: int, binds: bool, held: tuple[Policy, ...], action: str) -> None:
        first, rows_of_policies, looked = len(self.considered), [], []
        for place, policy in enumerate(held):
            known = listed(policy.document, kind)
            selection = policy.document.select(action, kind)
            start = len(self.tested)
            rows = self._consider(layer, level, binds, policy, known, selection)
            rows_of_policies.append(policy_row(policy, rows))
            self.paths += [(len(self.layer_rows), place)] * len(known.tested)
            if known.tested:
                looked.append(Looked(place, policy, rows, start, len(self.tested)))
        sure = {one.row["effect"] for one in self.considered[first:] if one.row is not None}
        row = {"layer": layer, "level": level, "binds": binds, "outcome": "", "policies": rows_of_policies}
        made = Layer(len(self.layer_rows), row, binds, "Allow" in sure, "Deny" in sure, looked)
        row["outcome"] = made.outcome(allows=made.allows, denies=made.denies)
        self.layer_rows.append(row)
        if looked or made.denies:  # whether a Deny counts may hang on the request: see `spared_layer`
            self.layers.append(made)

    def _consider(
        self, layer: str, level: int, binds: bool, policy: Policy, known: Listed, selection: Selection
    ) -> list[Row]:
        """Takes in the statements of a policy; returns the rows that do not hang on the request."""
        chosen = (*selection.allows, *selection.denies)
        indexes = {statement.index for statement in chosen}
        numbers = {}
        for statement in known.tested:
            if statement.index in indexes:
                numbers[statement.index] = len(self.tested)
            self.initial.append(SELECTED if statement.index in indexes else 0)
            self.tested.append(statement)
        rows = known.rows
        for statement in chosen:
            row = None
            if statement.unconditional:
                row = matching_row(statement)
                rows = rows.copy() if rows is known.rows else rows
                rows[statement.index] = row
            elif binds:
                self.tried.append(numbers[statement.index])
            entry = Entry(layer, policy, statement, level)
            self.considered.append(Considered(entry, binds, numbers.get(statement.index, -1), row))
        return rows


def statements_about(policies: Policies, group: int, action: str) -> Iterator[Statement]:
    """The statements about an action that bind a group of callers and hang on the request."""
    for layer, kind, _, held in policies.layers():
        for policy in held if binds(layer, group, action.lower()) else ():
            selection = policy.document.select(action, kind)
            for statement in (*selection.allows, *selection.denies):
                if not statement.unconditional:
                    yield statement


def outline_of(policies: Policies, group: int, action: str) -> Outline:
    """The outline of an action; actions of a service that select the same statements have one."""
    lower = action.lower()
    key: list[Any] = [group, lower.partition(":")[0], SPARED.get(lower)]
    for _, kind, _, held in policies.layers():
        key += [policy.document.select(action, kind) for policy in held]
    found = policies.outlines.get(tuple(key))
    if found is None:
        if len(policies.outlines) >= KEPT_OUTLINES:
            policies.outlines.clear()
        found = policies.outlines[tuple(key)] = Outline(policies, group, action)
    return found


def failing(statement: Statement, state: int) -> int:
    """The part of a tested statement that does not match where it does not apply."""
    if statement.conditions and (state & SELECTED or statement.resources is not None):
        return LOOK
    return CONDITION if statement.resources is None else RESOURCE


def policy_row(policy: Policy, rows: list[Row]) -> dict[str, Any]:
    return {"policy": policy.name, "arn": policy.arn, "via": policy.via, "statements": rows}
