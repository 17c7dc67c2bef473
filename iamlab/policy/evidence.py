"""The evidence of a decision: each layer in order, each statement with the parts that matched and why others did not.

Built from the same matchers as the decision, and only when somebody looks.
"""

from collections.abc import Iterator
from typing import Any

from .outline import GRANTING, Considered
from .plan import Decision, Entry
from .request import Policies, Request
from .rows import Row, listed
from .statement import Statement
from .view import Seen, View, view_of


class Judged:
    """One request with its policies, looked at statement by statement."""

    __slots__ = ("caller", "layers", "outline", "policies", "request", "seen", "view")

    def __init__(self, request: Request, policies: Policies, view: View, seen: Seen):
        self.request, self.policies, self.view, self.seen = request, policies, view, seen
        self.caller, self.outline = view.caller, view.outline
        self.layers = seen.naming(request) if seen.telling else seen.layers

    @property
    def considered(self) -> Iterator[tuple[Entry, Row, bool]]:
        """Each statement about the request's action, its row, and whether its layer binds the caller."""
        for one in self.outline.considered:
            yield one.entry, self.row(one), one.binds

    def row(self, one: Considered) -> Row:
        row: Row = self.layers[one.place]["policies"][one.which]["statements"][one.entry.statement.index]
        return row

    def fits(self, statement: Statement) -> bool:
        """Whether everything but the action of an Allow matches."""
        principals = statement.principals
        return (principals is None or principals.grants(self.caller) > 0) and statement.applies(self.request)


def judged(request: Request, policies: Policies) -> Judged:
    view = view_of(request, policies)
    return Judged(request, policies, view, view.look(request))


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


def some_allow(judged: Judged) -> Entry | None:
    """An Allow of an identity or resource policy that applies."""
    return next((one.entry for one in judged.outline.grants if judged.row(one)["applies"]), None)


def nearest(judged: Judged, decision: Decision) -> Considered | None:
    """The Allow that comes closest to granting: most parts match, action before principal before resource before
    condition; among equals the first of the layer that decided.

    Statements about other actions of the service are looked at only where none is about the request's.
    """
    side = missing_side(judged, decision)
    best, closest = -1, None
    for one in judged.outline.grants:
        if not side or one.entry.layer == side:
            row = judged.row(one)
            score = 8 * row["principal"] + 4 * row["resource"] + 2 * row["condition"]
            score += one.entry.layer == decision.layer
            if score > best:
                best, closest = score, one
    return closest or next(_of_other_action(judged, side), None)


def missing_side(judged: Judged, decision: Decision) -> str:
    """The one of identity and resource policies that does not allow where the other does; both are needed there."""
    if decision.layer == "resource":
        return "resource" if some_allow(judged) else ""
    return "identity" if decision.layer == "identity" and decision.statements else ""


def _of_other_action(judged: Judged, side: str) -> Iterator[Considered]:
    service = judged.request.action.lower().partition(":")[0]
    sides = (side,) if side else GRANTING
    for place, layer in enumerate(judged.outline.layers):
        for which, part in enumerate(layer.parts) if layer.binds and layer.name in sides else ():
            document = part.policy.document
            rows = judged.layers[place]["policies"][which]["statements"]
            for number in listed(document, layer.kind).allows_about(document, service):
                if rows[number]["resource"] and rows[number]["principal"]:
                    statement = document.statement(number, layer.kind)
                    entry = judged.policies.entry(layer.name, layer.row["level"], part.policy, statement)
                    yield Considered(entry, True, place, which)
