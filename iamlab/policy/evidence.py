"""The evidence of a decision: each layer in order, each statement with the parts that matched and why others did not.

Built from the same matchers as the decision, and only when somebody looks.
"""

from collections.abc import Iterator
from typing import Any

from .arns import ROOT
from .evaluate import spared_layer
from .outline import CONDITION, GRANTING, PARTS, PRINCIPAL, RESOURCE, Considered, Row, listed
from .plan import Decision, Entry
from .request import Policies, Request
from .statement import Statement
from .view import tried, view_of

# How close a statement comes to granting, by the parts that do not match: the principal weighs most.
CLOSENESS = {
    parts: 2 * sum(weight for part, weight in ((PRINCIPAL, 4), (RESOURCE, 2), (CONDITION, 1)) if not parts & part)
    for parts in range(PARTS + 1)
}


class Judged:
    """One request with its policies, looked at statement by statement."""

    __slots__ = ("caller", "outline", "policies", "request", "seen")

    def __init__(self, request: Request, policies: Policies, found: list[bool] | None = None):
        """`found`: what `tried` says of the request, where it has been asked already."""
        self.request, self.policies = request, policies
        view = view_of(request, policies)
        self.caller, self.outline = view.caller, view.outline
        spared = spared_layer(request, view.caller) if view.caller.group >= ROOT else None
        self.seen = view.look(request, tried(request, policies) if found is None else found, spared)

    @property
    def considered(self) -> Iterator[tuple[Entry, Row, bool]]:
        """Each statement about the request's action, its row, and whether its layer binds the caller."""
        for one in self.outline.considered:
            yield one.entry, self.row(one), one.binds

    def row(self, one: Considered) -> Row:
        return one.row if one.row is not None else self.seen.rows[one.number]

    def fails(self, one: Considered) -> int:
        """The parts of it that do not match."""
        state = 0 if one.row is not None else self.seen.states[one.number]
        return (state[0] if isinstance(state, tuple) else state) & PARTS

    def fits(self, statement: Statement) -> bool:
        """Whether everything but the action of an Allow matches."""
        principals = statement.principals
        return (principals is None or principals.grants(self.caller) > 0) and statement.applies(self.request)


# Looking -----------------------------------------------------------------------------------------


def entry_row(entry: Entry) -> dict[str, Any]:
    if entry.row is None:
        entry.row = {
            "layer": entry.layer,
            "level": entry.level,
            "policy": entry.policy.name,
            "arn": entry.policy.arn,
            "via": entry.policy.via,
            "statement": entry.statement.name,
            "index": entry.statement.index,
            "effect": "Deny" if entry.statement.deny else "Allow",
        }
    return entry.row


def missing_keys(judged: Judged) -> list[str]:
    """Condition keys that a statement about this action asks for and the request does not have."""
    request = judged.request
    given = request.context
    return [one.key for one in judged.outline.asked if given.get(one.key) is None and one.value(request) is None]


def some_allow(judged: Judged) -> Entry | None:
    """An Allow of an identity or resource policy that applies."""
    return next((one.entry for one in judged.outline.grants if not judged.fails(one)), None)


def nearest(judged: Judged, decision: Decision) -> Considered | None:
    """The Allow that comes closest to granting: most parts match, action before resource before condition.

    Statements about other actions of the service are looked at only where none is about the request's.
    """
    kept, side = judged.seen.near, missing_side(judged, decision)
    key = decision.layer, side
    if key not in kept:
        kept[key] = _nearest(judged, decision, side) or next(_of_other_action(judged, side), None)
    return kept[key]


def _nearest(judged: Judged, decision: Decision, side: str) -> Considered | None:
    best, closest = -1, None
    for one in judged.outline.grants:
        if side and one.entry.layer != side:
            continue
        score = CLOSENESS[judged.fails(one)] + (one.entry.layer == decision.layer)
        if score > best:
            best, closest = score, one
    return closest


def missing_side(judged: Judged, decision: Decision) -> str:
    """The one of identity and resource policies that does not allow where the other does; both are needed there."""
    if decision.layer == "resource":
        return "resource" if some_allow(judged) else ""
    return "identity" if decision.layer == "identity" and decision.statements else ""


def _of_other_action(judged: Judged, side: str) -> Iterator[Considered]:
    service = judged.request.action.lower().partition(":")[0]
    place, sides = 0, (side,) if side else GRANTING
    for layer, kind, level, binds, held in judged.outline.held:
        if not held and layer != "scp":
            continue
        policies = judged.seen.layers[place]["policies"]
        place += 1
        for policy, shown in zip(held, policies, strict=True) if binds and layer in sides else ():
            document = policy.document
            for number in listed(document, kind).allows_about(document, service):
                row = shown["statements"][number]
                if row["resource"] and row["principal"]:
                    yield Considered(Entry(layer, policy, document.statement(number, kind), level), True, -1, row)
