"""What the evidence of an action has in common for every request: made once, for a document or for a plan.

The rows, policies and layers kept here stand in many answers: copy them before you change them.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from .compile import Document, Policy, Statement, as_list
from .conditions import Condition
from .evaluate import Policies
from .plan import Entry, binds
from .reasons import action_reason

Row = dict[str, Any]
NEAREST_OF, ACTIONS_OF = 50, 20  # statements about other actions, and actions of each, that are looked at
KEPT_SERVICES = 256
KEPT_ROWS = 100  # documents with more statements are listed anew for every request


# Documents ---------------------------------------------------------------------------------------


class Unselected:
    """The rows of a document's statements when an action selects none of them; kept by the document."""

    __slots__ = ("about", "full", "rows")

    def __init__(self, document: Document):
        self.rows = [_unselected(index, raw) for index, raw in enumerate(document.raw_statements)]
        # For each kind of layer: rows with every part, and the statements of which some part hangs on the request.
        self.full: dict[str, tuple[list[Row], list[Statement]]] = {}
        self.about: dict[str, tuple[int, ...]] = {}  # by service: the Allows about it


def unselected(document: Document) -> Unselected:
    if document.unselected is None:
        document.unselected = Unselected(document)
    return document.unselected


def _unselected(index: int, raw: dict[str, Any]) -> Row:
    sid = raw.get("Sid")
    return {
        "index": index,
        "statement": sid if isinstance(sid, str) and sid else f"number {index + 1}",
        "effect": raw.get("Effect"),
        "action": False,
        "applies": False,
        "principal": None,
        "resource": None,
        "condition": None,
        "why": action_reason(raw),
    }


def _full(document: Document, kind: str) -> tuple[list[Row], list[Statement]]:
    kept = unselected(document)
    if kind not in kept.full:
        rows, tested = kept.rows.copy(), []
        for row in kept.rows:
            if row["effect"] in ("Allow", "Deny"):
                statement = document.statement(row["index"], kind)
                if statement.unconditional:
                    rows[row["index"]] = {**row, "principal": True, "resource": True, "condition": True}
                else:
                    tested.append(statement)
        kept.full[kind] = rows, tested
    return kept.full[kind]


def allows_about(document: Document, service: str) -> tuple[int, ...]:
    """The numbers of the first Allows that name actions of a service."""
    kept = unselected(document).about
    found = kept.get(service)
    if found is None:
        if len(kept) >= KEPT_SERVICES:
            kept.clear()
        found = kept[service] = tuple(
            number
            for number, raw in enumerate(document.raw_statements[:NEAREST_OF])
            if raw.get("Effect") == "Allow" and _names_service(as_list(raw.get("Action"))[:ACTIONS_OF], service)
        )
    return found


def _names_service(actions: Iterable[object], service: str) -> bool:
    return any(isinstance(action, str) and action.lower().startswith(f"{service}:") for action in actions)


def matching_row(statement: Statement) -> Row:
    """The row of a statement all of whose parts match."""
    if statement.row is None:
        statement.row = {
            "index": statement.index,
            "statement": statement.name,
            "effect": "Deny" if statement.deny else "Allow",
            "action": True,
            "applies": True,
            "principal": True,
            "resource": True,
            "condition": True,
            "why": None,
        }
    return statement.row


# Plans -------------------------------------------------------------------------------------------


class Looked(NamedTuple):
    """A policy of which some statements hang on the request: those selected, each with its number in the outline,
    and others; `rows` holds the rest. `place` is the policy's in its layer.
    """

    place: int
    policy: Policy
    rows: list[Row]
    selected: list[tuple[int, Statement]]
    others: list[Statement]


class Layer(NamedTuple):
    """A layer that hangs on the request: its row's place and the row as far as it does not, what the statements in
    that do, and the policies that must be looked at.
    """

    place: int
    row: Row
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


class Outline:
    """The evidence of one action for a group of callers, as far as it does not hang on the request; kept by the plan.

    `entries`: each statement about the action, and whether its layer binds; `rows`: theirs, None where the row hangs
    on the request. `layer_rows`: every layer's; `layers`: those that hang on the request. `asked`: the conditions of
    statements that bind, one for each key. `held`: (layer, kind, level, binds, policies).
    """

    __slots__ = ("asked", "entries", "held", "layer_rows", "layers", "rows")

    def __init__(self, policies: Policies, group: int, action: str, *, every_part: bool):
        self.entries: list[tuple[Entry, bool]] = []
        self.rows: list[Any] = []
        self.held: list[tuple[str, str, int, bool, tuple[Policy, ...]]] = []
        self.layer_rows: list[Row] = []
        self.layers: list[Layer] = []
        for layer, kind, level, held in policies.layers():
            bound = binds(layer, group, action.lower())
            self.held.append((layer, kind, level, bound, held))
            if held or layer == "scp":
                self._add(layer, kind, level, bound, held, action, every_part)
        asked: dict[str, Condition] = {}
        for entry, bound in self.entries:
            for condition in entry.statement.conditions if bound else ():
                asked.setdefault(condition.key, condition)
        self.asked = [condition for key, condition in asked.items() if key]

    def _add(
        self, layer: str, kind: str, level: int, bound: bool, held: tuple[Policy, ...], action: str, every_part: bool
    ) -> None:
        first, listed, looked = len(self.rows), [], []
        for place, policy in enumerate(held):
            rows, others = _full(policy.document, kind) if every_part else (unselected(policy.document).rows, [])
            selection = policy.document.select(action, kind)
            chosen = (*selection.allows, *selection.denies)
            keeps = len(rows) <= KEPT_ROWS
            rows = rows.copy() if chosen and keeps else rows
            selected = []
            for statement in chosen:
                row = matching_row(statement) if keeps and statement.unconditional else None
                if row is None:
                    selected.append((len(self.rows), statement))
                else:
                    rows[statement.index] = row
                self.entries.append((Entry(layer, policy, statement, level), bound))
                self.rows.append(row)
            if others and chosen:
                indexes = {statement.index for statement in chosen}
                others = [statement for statement in others if statement.index not in indexes]
            listed.append(policy_row(policy, rows))
            if selected or others:
                looked.append(Looked(place, policy, rows, selected, others))
        effects = {row["effect"] for row in self.rows[first:] if row is not None}
        row = {"layer": layer, "level": level, "binds": bound, "outcome": "", "policies": listed}
        made = Layer(len(self.layer_rows), row, bound, "Allow" in effects, "Deny" in effects, looked)
        row["outcome"] = made.outcome(allows=made.allows, denies=made.denies)
        self.layer_rows.append(row)
        if looked or made.denies:  # whether a Deny counts may hang on the request: see `spared_layer`
            self.layers.append(made)


def policy_row(policy: Policy, rows: list[Row]) -> Row:
    return {"policy": policy.name, "arn": policy.arn, "via": policy.via, "statements": rows}
