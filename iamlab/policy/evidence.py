"""The evidence of a decision: each layer in order, each statement with the parts that matched and why others did not.

Built from the same matchers as the decision, and only when somebody looks.
"""

from collections.abc import Iterator
from typing import Any

from .arns import IDENTITY, SERVICE_LINKED, Caller
from .compile import Policy, Statement, as_list
from .evaluate import Policies, Request, caller_of, spared_layer
from .plan import BINDING, Decision, Entry
from .principals import KIND_WORDS
from .reasons import action_reason, condition_reason, principal_reason, resource_reason

Row = dict[str, Any]


class Judged:
    """One request with its policies, looked at statement by statement."""

    def __init__(self, request: Request, policies: Policies):
        self.request, self.policies = request, policies
        self.caller: Caller = caller_of(request)
        self.bounded = bool(policies.boundaries) and self.caller.group in (IDENTITY, SERVICE_LINKED)
        self.spared = spared_layer(request, self.caller)

    def binding_layers(self) -> Iterator[tuple[str, str, int, tuple[Policy, ...], bool]]:
        """The layers in order, each with whether it binds the caller."""
        for layer, kind, level, policies in self.policies.layers():
            binds = layer in BINDING[self.caller.group]
            if layer == "rcp" and self.request.action.lower() == "kms:retiregrant":
                binds = False
            yield layer, kind, level, policies, binds

    def parts(self, statement: Statement) -> Row:
        """Whether principal, resource and each condition match; `applies` when all do."""
        request = self.request
        principal, grant = True, 0
        if statement.principals is not None:
            grant = statement.principals.grants(self.caller)
            principal = statement.principals.denies(self.caller, self.bounded) if statement.deny else bool(grant)
        resource = statement.resources is None or statement.resources.matches(request.resource, request)
        failed = [condition for condition in statement.conditions if not condition.test(request)]
        return {
            "applies": principal and resource and not failed,
            "principal": principal,
            "grant": grant,
            "resource": resource,
            "condition": not failed,
            "failed": failed,
        }

    def row(self, statement: Statement, *, selected: bool) -> Row:
        """One statement as evidence; `why` is about the first part that does not match."""
        parts = self.parts(statement)
        failed = parts.pop("failed")
        grant = parts.pop("grant")
        row = {
            "index": statement.index,
            "statement": statement.name,
            "effect": "Deny" if statement.deny else "Allow",
            "action": selected,
            **parts,
            "why": None,
        }
        row["applies"] = selected and parts["applies"]
        if grant:
            row["grant"] = KIND_WORDS[grant]
        if not selected:
            row["why"] = action_reason(statement.raw)
        elif not parts["principal"]:
            row["why"] = principal_reason(statement, self.caller)
        elif not parts["resource"]:
            row["why"] = resource_reason(statement, self.request)
        elif failed:
            row["why"] = condition_reason(failed[0], self.request)
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


def policy_rows(judged: Judged, policy: Policy, kind: str, *, every_part: bool) -> list[Row]:
    selection = policy.document.select(judged.request.action, kind)
    rows = list(unselected_rows(policy))
    if every_part:
        rows = [
            judged.row(policy.document.statement(row["index"], kind), selected=False)
            if row["effect"] in ("Allow", "Deny")
            else row
            for row in rows
        ]
    for statement in (*selection.allows, *selection.denies):
        rows[statement.index] = judged.row(statement, selected=True)
    return rows


def layer_rows(judged: Judged, *, every_part: bool = False) -> list[Row]:
    """Every layer that holds policies: what binds the caller, what allows, what denies, statement by statement."""
    found = []
    for layer, kind, level, policies, binds in judged.binding_layers():
        if not policies and layer != "scp":
            continue
        listed = [
            {
                "policy": policy.name,
                "arn": policy.arn,
                "via": policy.via,
                "statements": policy_rows(judged, policy, kind, every_part=every_part),
            }
            for policy in policies
        ]
        found.append(
            {
                "layer": layer,
                "level": level,
                "binds": binds,
                "outcome": _outcome(layer, listed, judged.spared) if binds else "does not bind the caller",
                "policies": listed,
            }
        )
    return found


def _outcome(layer: str, listed: list[Row], spared: str | None) -> str:
    effects = {row["effect"] for policy in listed for row in policy["statements"] if row["applies"]}
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
    for _, kind, _, policies, binds in judged.binding_layers():
        for policy in policies if binds else ():
            for statement in sum(policy.document.select(judged.request.action, kind), ()):
                for condition in statement.conditions:
                    if condition.key and condition.value(judged.request) is None:
                        found[condition.key] = None
    return list(found)


def nearest(judged: Judged, decision: Decision) -> tuple[Entry, Row] | None:
    """The Allow that comes closest to granting: most parts match, action before resource before condition."""
    best: tuple[tuple[int, ...], Entry, Row] | None = None
    for layer, kind, level, policies, binds in judged.binding_layers():
        if not binds or layer not in ("identity", "resource"):
            continue
        for policy in policies:
            for statement, selected in _candidates(judged, policy, kind):
                row = judged.row(statement, selected=selected)
                if not selected and not row["resource"]:
                    continue
                score = (selected, row["principal"], row["resource"], row["condition"], layer == decision.layer)
                if best is None or tuple(map(int, score)) > best[0]:
                    best = tuple(map(int, score)), Entry(layer, policy, statement, level), row
    return (best[1], best[2]) if best else None


NEAREST_OF = 50  # statements about other actions that are looked at for the nearest


def _candidates(judged: Judged, policy: Policy, kind: str) -> Iterator[tuple[Statement, bool]]:
    allows = policy.document.select(judged.request.action, kind).allows
    if allows:
        yield from ((statement, True) for statement in allows)
        return
    service = judged.request.action.lower().partition(":")[0]
    for row in unselected_rows(policy)[:NEAREST_OF]:
        raw = policy.document.raw_statements[row["index"]]
        actions = (action for action in as_list(raw.get("Action")) if isinstance(action, str))
        about = any(action.lower().startswith(f"{service}:") for action in actions)
        if row["effect"] == "Allow" and about:
            yield policy.document.statement(row["index"], kind), False
