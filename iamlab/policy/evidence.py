"""The evidence of a decision: each layer in order, each statement with the parts that matched and why others did not.

Built from the same matchers as the decision, and only when somebody looks.
"""

from collections.abc import Iterator
from typing import Any

from .arns import Caller
from .compile import Policy, Statement, as_list
from .conditions import Condition
from .evaluate import Policies, Request, caller_of, is_bounded, spared_layer
from .plan import BINDING, Decision, Entry
from .principals import KIND_WORDS
from .reasons import action_reason, condition_reason, principal_reason, resource_reason

Row = dict[str, Any]


class Judged:
    """One request with its policies, looked at statement by statement."""

    def __init__(self, request: Request, policies: Policies):
        self.request, self.policies = request, policies
        self.caller: Caller = caller_of(request)
        self.bounded = is_bounded(policies, self.caller)
        self.spared = spared_layer(request, self.caller)
        # (layer, policy, statement, level, row, binds) of each statement about the request's action.
        self.considered: list[tuple[str, Policy, Statement, int, Row, bool]] = []

    def binding_layers(self) -> Iterator[tuple[str, str, int, tuple[Policy, ...], bool]]:
        """The layers in order, each with whether it binds the caller."""
        for layer, kind, level, policies in self.policies.layers():
            binds = layer in BINDING[self.caller.group]
            if layer == "rcp" and self.request.action.lower() == "kms:retiregrant":
                binds = False
            yield layer, kind, level, policies, binds

    def parts(self, statement: Statement) -> tuple[bool, int, bool, list[Condition]]:
        """Whether the principal matches and how, whether the resource does, and the conditions that do not hold."""
        request = self.request
        principal, grant = True, 0
        if statement.principals is not None:
            grant = statement.principals.grants(self.caller)
            principal = statement.principals.denies(self.caller, self.bounded) if statement.deny else bool(grant)
        resources = statement.resources
        resource = resources is None or resources.matches(request.resource, request)
        failed = [one for one in statement.conditions if not one.test(request)] if statement.conditions else []
        return principal, grant, resource, failed

    def fits(self, statement: Statement) -> bool:
        """Whether everything but the action matches."""
        principal, _, resource, failed = self.parts(statement)
        return principal and resource and not failed

    def row(self, statement: Statement, *, selected: bool) -> Row:
        """One statement as evidence; `why` is about the first part that does not match."""
        principal, grant, resource, failed = self.parts(statement)
        if not selected:
            why: str | None = action_reason(statement.raw)
        elif not principal:
            why = principal_reason(statement, self.caller)
        elif not resource:
            why = resource_reason(statement, self.request)
        else:
            why = condition_reason(failed[0], self.request) if failed else None
        row = {
            "index": statement.index,
            "statement": statement.name,
            "effect": "Deny" if statement.deny else "Allow",
            "action": selected,
            "applies": why is None,
            "principal": principal,
            "resource": resource,
            "condition": not failed,
            "why": why,
        }
        if grant:
            row["grant"] = KIND_WORDS[grant]
        return row


def unselected_rows(policy: Policy) -> list[Row]:
    """The rows of statements that an action does not select: the same for every request, so made once a document."""
    document = policy.document
    if document.rows is None:
        document.rows = [_unselected(index, raw) for index, raw in enumerate(document.raw_statements)]
    return document.rows


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


def look(judged: Judged, *, every_part: bool = False) -> list[Row]:
    """Every layer that holds policies: whether it binds the caller, allows or denies, statement by statement.

    Fills `judged.considered` with the statements about the request's action.
    """
    found = []
    for layer, kind, level, policies, binds in judged.binding_layers():
        if not policies and layer != "scp":
            continue
        effects: set[str] = set()
        listed = []
        for policy in policies:
            rows = list(unselected_rows(policy)) if not every_part else _every_row(judged, policy, kind)
            selection = policy.document.select(judged.request.action, kind)
            for statement in (*selection.allows, *selection.denies):
                row = rows[statement.index] = judged.row(statement, selected=True)
                judged.considered.append((layer, policy, statement, level, row, binds))
                if row["applies"]:
                    effects.add(row["effect"])
            listed.append({"policy": policy.name, "arn": policy.arn, "via": policy.via, "statements": rows})
        outcome = _outcome(layer, effects, judged.spared) if binds else "does not bind the caller"
        found.append({"layer": layer, "level": level, "binds": binds, "outcome": outcome, "policies": listed})
    return found


def _every_row(judged: Judged, policy: Policy, kind: str) -> list[Row]:
    return [
        judged.row(policy.document.statement(row["index"], kind), selected=False)
        if row["effect"] in ("Allow", "Deny")
        else dict(row)
        for row in unselected_rows(policy)
    ]


def _outcome(layer: str, effects: set[str], spared: str | None) -> str:
    if "Deny" in effects and layer != spared:
        return "denies"
    if layer == "rcp":
        return "allows"  # RCPFullAWSAccess stands at every level
    return "allows" if "Allow" in effects else "does not allow"


def entry_row(entry: Entry) -> Row:
    return {
        "layer": entry.layer,
        "level": entry.level,
        "policy": entry.policy.name,
        "arn": entry.policy.arn,
        "via": entry.policy.via,
        "statement": entry.statement.name,
        "index": entry.statement.index,
        "effect": "Deny" if entry.statement.deny else "Allow",
    }


def missing_keys(judged: Judged) -> list[str]:
    """Condition keys that a statement about this action asks for and the request does not have."""
    found: dict[str, None] = {}
    for _, _, statement, _, _, binds in judged.considered:
        for condition in statement.conditions if binds else ():
            if condition.key and condition.value(judged.request) is None:
                found[condition.key] = None
    return list(found)


GRANTING = ("identity", "resource")


def some_allow(judged: Judged) -> Entry | None:
    """An Allow of an identity or resource policy that applies."""
    for layer, policy, statement, level, row, binds in judged.considered:
        if binds and layer in GRANTING and row["applies"] and not statement.deny:
            return Entry(layer, policy, statement, level)
    return None


def nearest(judged: Judged, decision: Decision) -> tuple[Entry, Row] | None:
    """The Allow that comes closest to granting: most parts match, action before resource before condition.

    Statements about other actions of the service are looked at only where none is about the request's.
    """
    best: tuple[tuple[Any, ...], Any] | None = None
    for one in judged.considered:
        layer, _, statement, _, row, binds = one
        if binds and layer in GRANTING and not statement.deny:
            score = (row["principal"], row["resource"], row["condition"], layer == decision.layer)
            if best is None or score > best[0]:
                best = score, one
    if best is None:
        return _of_other_action(judged)
    layer, policy, statement, level, row, _ = best[1]
    return Entry(layer, policy, statement, level), row


def _of_other_action(judged: Judged) -> tuple[Entry, Row] | None:
    for layer, kind, level, policies, binds in judged.binding_layers():
        for policy in policies if binds and layer in GRANTING else ():
            for statement in _other_allows(judged, policy, kind):
                row = judged.row(statement, selected=False)
                if row["resource"] and row["principal"]:
                    return Entry(layer, policy, statement, level), row
    return None


def _other_allows(judged: Judged, policy: Policy, kind: str) -> Iterator[Statement]:
    service = judged.request.action.lower().partition(":")[0]
    for row in unselected_rows(policy)[:NEAREST_OF]:
        raw = policy.document.raw_statements[row["index"]]
        first = as_list(raw.get("Action"))[:ACTIONS_OF]
        about = any(isinstance(action, str) and action.lower().startswith(f"{service}:") for action in first)
        if row["effect"] == "Allow" and about:
            yield policy.document.statement(row["index"], kind)


NEAREST_OF, ACTIONS_OF = 50, 20  # statements about other actions, and actions of each, that are looked at
