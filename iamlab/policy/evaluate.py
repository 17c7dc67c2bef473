"""The order of judgement: a request and the policies that apply to it in, a decision out.

    policies = Policies(identity=(compile_policy(text, "BillWrite", via="group billing"),))
    request = Request("arn:aws:iam::111122223333:user/mario", "s3:PutObject", "arn:aws:s3:::bills/0042.txt", {})
    decision = evaluate(request, policies)
    decision.outcome    # "allowed", "explicitDeny" or "implicitDeny"
    decision.layer      # scp, rcp, vpce, resource, identity, boundary, session, guard or root

AWS: "Policy evaluation logic", "Cross-account policy evaluation logic", "Evaluating policies within a single account".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import guards
from .arns import IDENTITY, OUTSIDE, ROOT, SERVICE_LINKED, Caller, Principal, caller_from, is_account
from .compile import Document, Policy, Statement
from .conditions import text_of
from .principals import ACCOUNT, DIRECT
from .public import is_public

ALLOWED, EXPLICIT, IMPLICIT = "allowed", "explicitDeny", "implicitDeny"
KEPT_PLANS = 4_096
KEPT_CALLERS = 20_000

ContextValue = str | list[str]


@dataclass(slots=True)
class Request:
    """What is asked. `principal` is an ARN, {"Service": name}, {"Federated": provider} or "anonymous"; `resource` an
    ARN or "*"; `context` the whole request context, a list standing for a multivalued key; key names in any case.
    """

    principal: Principal
    action: str
    resource: str
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    resource_account: str | None = None
    session_issuer: str | None = None
    restrict_public_buckets: bool = False
    _lowered: dict[str, ContextValue | None] | None = field(default=None, init=False, repr=False, compare=False)

    def lookup(self, lower: str) -> ContextValue | None:
        """A context value by its key in lower case: text, a list of texts, or None when missing."""
        lowered = self._lowered
        if lowered is None:
            lowered = self._lowered = {key.lower(): _context_value(value) for key, value in self.context.items()}
        return lowered.get(lower)


def _context_value(value: object) -> ContextValue | None:
    if isinstance(value, (list, tuple)):
        return [text for member in value if (text := text_of(member)) is not None]
    return text_of(value)


class Entry(NamedTuple):
    """A statement in the layer and policy where it stands; `level` counts from the organisation root."""

    layer: str
    policy: Policy
    statement: Statement
    level: int = 0


class Decision(NamedTuple):
    """An outcome, the layer that decided and the statements that did; `grant` is the kind of principal match used."""

    outcome: str
    layer: str
    statements: tuple[Entry, ...] = ()
    grant: int = 0

    @property
    def allowed(self) -> bool:
        return self.outcome == ALLOWED


@dataclass(slots=True)
class Policies:
    """Every policy that applies, by layer; keep the object where it is used again, since it remembers its plans.

    None or an empty tuple: no such layer. An empty inner tuple of `scps` is a level at which nothing is allowed.
    """

    identity: tuple[Policy, ...] = ()
    resource: Policy | None = None
    boundaries: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    scps: tuple[tuple[Policy, ...], ...] | None = None
    rcps: tuple[tuple[Policy, ...], ...] | None = None
    vpce: tuple[Policy, ...] | None = None
    _plans: dict[tuple[int, str], "Plan"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def plan(self, group: int, action: str) -> "Plan":
        """What an action needs of a group of callers; depends on policies and the action's name only."""
        plan = self._plans.get((group, action))
        if plan is None:
            if len(self._plans) >= KEPT_PLANS:
                self._plans.clear()
            plan = self._plans[group, action] = Plan(self, group, action)
        return plan

    def layers(self) -> list[tuple[str, str, int, tuple[Policy, ...]]]:
        """(layer, kind of document, level, policies) in the order in which AWS names a denying layer."""
        found = [("scp", "scp", level, policies) for level, policies in enumerate(self.scps or ())]
        found += [("rcp", "rcp", level, policies) for level, policies in enumerate(self.rcps or ())]
        found.append(("vpce", "vpce", 0, tuple(self.vpce or ())))
        found.append(("boundary", "identity", 0, tuple(self.boundaries or ())))
        found.append(("session", "identity", 0, tuple(self.session or ())))
        found.append(("resource", "resource", 0, (self.resource,) if self.resource else ()))
        found.append(("identity", "identity", 0, tuple(self.identity)))
        return found


ALLOWING = ("vpce", "boundary", "session", "resource", "identity")
BINDING = {
    IDENTITY: {"scp", "rcp", "vpce", "boundary", "session", "resource", "identity"},
    SERVICE_LINKED: {"vpce", "boundary", "session", "resource", "identity"},
    ROOT: {"scp", "rcp", "vpce", "resource"},
    OUTSIDE: {"rcp", "vpce", "resource"},
}


class Plan:
    """The statements that one action selects, sorted into what must be tested."""

    __slots__ = ("allows", "denies", "guarded", "scps", "sts", "trust")

    def __init__(self, policies: Policies, group: int, action: str):
        lower = action.lower()
        self.denies: list[Entry] = []
        self.scps: list[list[Entry]] = []
        self.allows: dict[str, list[Entry]] = {layer: [] for layer in ALLOWING}
        self.trust = lower in guards.TRUST_ACTIONS
        self.guarded = lower in guards.GUARDED_ACTIONS
        self.sts = lower if lower.startswith(("sts:", "iam:")) else ""
        for layer, kind, level, members in policies.layers():
            if layer not in BINDING[group] or (layer == "rcp" and lower == "kms:retiregrant"):
                continue
            allows: list[Entry] = []
            for policy in members:
                selection = policy.document.select(action, kind)
                self.denies += [Entry(layer, policy, statement, level) for statement in selection.denies]
                allows += [Entry(layer, policy, statement, level) for statement in selection.allows]
            if layer == "scp":
                self.scps.append(allows)
            elif layer != "rcp":
                self.allows[layer] = allows


_callers: dict[Any, Caller] = {}


def caller_of(request: Request) -> Caller:
    """The request's principal, read once and kept."""
    principal = request.principal
    if not isinstance(principal, str):
        return caller_from(principal, request.session_issuer)
    key = (principal, request.session_issuer)
    found = _callers.get(key)
    if found is None:
        if len(_callers) >= KEPT_CALLERS:
            _callers.clear()
        found = _callers[key] = caller_from(principal, request.session_issuer)
    return found


def evaluate(request: Request, policies: Policies) -> Decision:
    """Judge one request. Never raises on what policies or context hold."""
    caller = caller_of(request)
    plan = policies.plan(caller.group, request.action)
    if plan.sts:
        decided = guards.without_policies(plan.sts, caller, request)
        if decided is not None:
            return Decision(decided, "guard")
    denied = _explicit_deny(request, policies, plan, caller)
    if denied is not None:
        return Decision(EXPLICIT, denied.layer, (denied,))
    if plan.sts and guards.cannot_call(plan.sts, caller):
        return Decision(IMPLICIT, "guard")
    for level in plan.scps:
        if _first(level, request) is None:
            return Decision(IMPLICIT, "scp")
    if policies.vpce and not any(_reaches(entry, request, caller) for entry in plan.allows["vpce"]):
        return Decision(IMPLICIT, "vpce")
    decision = _grant(request, policies, plan, caller)
    return _guarded(decision, request, policies, plan, caller) if decision.allowed else decision


def _explicit_deny(request: Request, policies: Policies, plan: Plan, caller: Caller) -> Entry | None:
    bounded = bool(policies.boundaries) and caller.group in (IDENTITY, SERVICE_LINKED)
    spared = spared_layer(request, caller)
    for entry in plan.denies:
        if entry.layer != spared and entry.statement.hits(request, caller, bounded):
            return entry
    return None


def spared_layer(request: Request, caller: Caller) -> str | None:
    """The layer whose denies do not count: the bucket policy for its owner's root user who would mend it, and RCPs
    for a service that assumes its service-linked role.
    """
    if caller.group == ROOT and request.action.lower() in guards.BUCKET_POLICY_ACTIONS:
        return "resource" if _owner(request, caller) == caller.account else None
    if caller.kind == "service" and ":role/aws-service-role/" in request.resource:
        return "rcp" if request.action.lower() in guards.TRUST_ACTIONS else None
    return None


def _first(entries: list[Entry], request: Request) -> Entry | None:
    for entry in entries:
        if entry.statement.applies(request):
            return entry
    return None


def _reaches(entry: Entry, request: Request, caller: Caller) -> bool:
    statement = entry.statement
    return (statement.principals is None or bool(statement.principals.grants(caller))) and statement.applies(request)


def _owner(request: Request, caller: Caller) -> str:
    """The account that owns the resource: as given, else the ARN's account field, else the caller's."""
    if request.resource_account:
        return request.resource_account
    parts = request.resource.split(":", 5)
    return parts[4] if len(parts) == 6 and is_account(parts[4]) else caller.account


def _foreign(request: Request, caller: Caller) -> bool:
    return _owner(request, caller) != caller.account


def _other_partition(request: Request, caller: Caller) -> bool:
    parts = request.resource.split(":", 2)
    return len(parts) == 3 and parts[1] not in ("", caller.partition)


# Granting -----------------------------------------------------------------------------------------


def _resource_grant(request: Request, plan: Plan, caller: Caller) -> tuple[int, Entry | None]:
    """The strongest way in which the resource policy reaches the caller, and the statement that does."""
    best, by = 0, None
    for entry in plan.allows["resource"]:
        kind = entry.statement.grants(request, caller)
        if kind > best:
            best, by = kind, entry
            if kind == DIRECT:
                break
    return best, by


def _limit(request: Request, policies: Policies, plan: Plan, caller: Caller) -> str | None:
    """The first of boundary and session policies that does not allow, or None when both do."""
    if policies.boundaries and _first(plan.allows["boundary"], request) is None:
        return "boundary"
    if policies.session:
        return None if _first(plan.allows["session"], request) else "session"
    # A federated-user session without session policy has no permissions of its own.
    return "session" if caller.kind == "federated-user" else None


def _grant(request: Request, policies: Policies, plan: Plan, caller: Caller) -> Decision:
    if caller.group == OUTSIDE:
        return _direct(request, plan, caller)
    if _other_partition(request, caller):
        return Decision(IMPLICIT, "resource")
    if _foreign(request, caller):
        return _across(request, policies, plan, caller)
    needs_resource_policy = plan.trust or guards.is_kms_key(request.resource)
    if caller.group == ROOT:
        return _direct(request, plan, caller) if needs_resource_policy else Decision(ALLOWED, "root")
    return _within(request, policies, plan, caller, needs_resource_policy)


def _direct(request: Request, plan: Plan, caller: Caller) -> Decision:
    """Callers whom only a direct grant of the resource policy lets in."""
    kind, entry = _resource_grant(request, plan, caller)
    if kind == DIRECT and entry:
        return Decision(ALLOWED, "resource", (entry,), kind)
    return Decision(IMPLICIT, "resource")


def _within(request: Request, policies: Policies, plan: Plan, caller: Caller, needs_resource_policy: bool) -> Decision:
    """Caller and resource in one account."""
    identity = _first(plan.allows["identity"], request)
    limit = _limit(request, policies, plan, caller)
    if identity and not limit and not needs_resource_policy:
        return Decision(ALLOWED, "identity", (identity,))
    kind, entry = _resource_grant(request, plan, caller)
    if entry and kind == DIRECT:
        return Decision(ALLOWED, "resource", (entry,), kind)
    if entry and kind > ACCOUNT:
        return Decision(IMPLICIT, limit, (entry,), kind) if limit else Decision(ALLOWED, "resource", (entry,), kind)
    if needs_resource_policy and not entry:
        return Decision(IMPLICIT, "resource")
    if not identity:
        return Decision(IMPLICIT, "identity", (entry,) if entry else (), kind)
    if limit:
        return Decision(IMPLICIT, limit, (identity,), kind)
    return Decision(ALLOWED, "identity", (identity, entry) if entry else (identity,), kind)


def _across(request: Request, policies: Policies, plan: Plan, caller: Caller) -> Decision:
    """Caller and resource in different accounts: both sides must allow."""
    kind, entry = _resource_grant(request, plan, caller)
    if entry is None:
        return Decision(IMPLICIT, "resource")
    if caller.group == ROOT:
        return Decision(ALLOWED, "resource", (entry,), kind)
    identity = _first(plan.allows["identity"], request)
    if identity is None:
        return Decision(IMPLICIT, "identity", (entry,), kind)
    limit = _limit(request, policies, plan, caller)
    if limit:
        return Decision(IMPLICIT, limit, (identity, entry), kind)
    return Decision(ALLOWED, "identity", (identity, entry), kind)


def _guarded(decision: Decision, request: Request, policies: Policies, plan: Plan, caller: Caller) -> Decision:
    """What no policy can lift: objects AWS keeps for itself, and S3 Block Public Access."""
    if plan.guarded and guards.is_untouchable(request.action.lower(), request.resource):
        return Decision(IMPLICIT, "guard")
    if request.restrict_public_buckets and policies.resource and guards.restricts(request.action, caller.kind):
        outsider = caller.group == OUTSIDE or _foreign(request, caller)
        if outsider and is_public(policies.resource.document):
            return Decision(EXPLICIT, "guard")
    return decision


__all__ = ["Decision", "Document", "Entry", "Policies", "Policy", "Request", "evaluate"]
