"""A simulated request: what is asked under which policies, answered by the evaluator that judges every real call."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from iamlab.policy import positions
from iamlab.policy.compile import Policy, compile_policy
from iamlab.policy.evaluate import Decision, Entry, Policies, Request, evaluate
from iamlab.services.iam.context_keys import keys_of_statement, once
from iamlab.services.operations import AwsError

EVERYTHING = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9*]+")


@dataclass(slots=True)
class Source:
    """A policy of a simulation: the name and kind by which results call it."""

    name: str
    kind: str  # user, group, role, aws-managed, user-managed, resource, none
    text: str

    def compiled(self) -> Policy:
        return compile_policy(self.text, self.name, via=self.kind)


def inputs(name: str, texts: Iterable[str] | None) -> list[Source]:
    return [Source(f"{name}.{number}", "none", text) for number, text in enumerate(texts or (), 1)]


@dataclass(slots=True)
class Simulation:
    """The principal and everything that applies to it. `context` is complete but for what a resource adds."""

    principal: str
    identity: list[Source]
    boundary: list[Source] | None = None
    scps: list[list[Source]] | None = None
    resource: Source | None = None
    context: dict[str, str | list[str]] = field(default_factory=dict)
    resource_owner: str | None = None
    _policies: Policies | None = None

    @property
    def policies(self) -> Policies:
        if self._policies is None:
            self._policies = Policies(
                identity=tuple(one.compiled() for one in self.identity),
                resource=self.resource.compiled() if self.resource else None,
                boundaries=tuple(one.compiled() for one in self.boundary or ()) or None,
                scps=tuple(tuple(one.compiled() for one in level) for level in self.scps or ()) or None,
            )
        return self._policies

    def request(self, action: str, resource: str) -> Request:
        parts = resource.split(":", 5)
        owner = self.resource_owner if len(parts) < 6 or not parts[4] else None
        return Request(self.principal, action, resource, self.context, resource_account=owner)

    def result(self, action: str, resource: str, explicit: bool) -> dict[str, Any]:
        """One EvaluationResult. `explicit`: the caller named the resource."""
        request = self.request(action, resource)
        decision = evaluate(request, self.policies)
        matched, missing = self.matched(decision), self.missing(request)
        answer: dict[str, Any] = {
            "EvalActionName": action,
            "EvalResourceName": resource,
            "EvalDecision": decision.outcome,
            "MatchedStatements": matched,
            "MissingContextValues": missing,
        }
        if self.scps is not None:
            answer["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": self.allowed_by_scps(request)}
        if self.boundary:
            detail = {"AllowedByPermissionsBoundary": self.allowed_by_boundary(request)}
            answer["PermissionsBoundaryDecisionDetail"] = detail
        if explicit:
            answer["EvalDecisionDetails"] = {}
            answer["ResourceSpecificResults"] = [
                {
                    "EvalResourceName": resource,
                    "EvalResourceDecision": decision.outcome,
                    "MatchedStatements": matched,
                    "MissingContextValues": missing,
                    "EvalDecisionDetails": {},
                }
            ]
        return answer

    def allowed_by_boundary(self, request: Request) -> bool:
        return evaluate(request, Policies(identity=self.policies.boundaries or ())).allowed

    def allowed_by_scps(self, request: Request) -> bool:
        return evaluate(request, Policies(identity=(compile_policy(EVERYTHING),), scps=self.policies.scps)).allowed

    def matched(self, decision: Decision) -> list[dict[str, Any]]:
        sources = {(one.name, one.kind): one for one in self.sources()}
        return [described(entry, sources[entry.policy.name, entry.policy.via or ""]) for entry in decision.statements]

    def sources(self) -> list[Source]:
        levels = [one for level in self.scps or () for one in level]
        return [*self.identity, *(self.boundary or ()), *levels, *([self.resource] if self.resource else [])]

    def missing(self, request: Request) -> list[str]:
        """Keys that the statements on this action ask for and the context does not hold."""
        asked: set[str] = set()
        for _, kind, _, members in self.policies.layers():
            for policy in members:
                selection = policy.document.select(request.action, kind)
                for statement in (*selection.allows, *selection.denies):
                    asked.update(keys_of_statement(statement.raw))
        return once(key for key in asked if request.lookup(key.lower()) is None)


def described(entry: Entry, source: Source) -> dict[str, Any]:
    """A statement with where it begins and ends in its policy's text."""
    root = positions.parse(source.text)
    node = positions.locate(root, ("Statement", entry.statement.index)) or positions.locate(root, ("Statement",))
    found: dict[str, Any] = {"SourcePolicyId": source.name, "SourcePolicyType": source.kind}
    if node is not None:
        lines = positions.Lines(source.text)
        for name, offset in (("StartPosition", node.start), ("EndPosition", node.end)):
            line, column = lines.at(offset)
            found[name] = {"Line": line, "Column": column}
    return found


def context_of(ContextEntries: Sequence[dict[str, Any]] | None) -> dict[str, str | list[str]]:
    """A simulation's condition keys. Raises InvalidInput for an entry without a name or a value."""
    context: dict[str, str | list[str]] = {}
    for entry in ContextEntries or ():
        name, values = entry.get("ContextKeyName"), entry.get("ContextKeyValues")
        if not name or not values:
            raise AwsError("InvalidInput", "A context entry needs a name and at least one value.")
        several = entry.get("ContextKeyType", "string").endswith("List")
        if len(values) > 1 and not several:
            raise AwsError("InvalidInput", f"The context key {name} takes one value.")
        context[name] = list(values) if several else values[0]
    return context


def check_actions(ActionNames: Iterable[str]) -> None:
    for action in ActionNames:
        if not ACTION.fullmatch(action):
            raise AwsError("InvalidInput", f"Invalid Action Name: {action}")
