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
from typing import Any

from . import guards
from .arns import IDENTITY, OUTSIDE, ROOT, SERVICE_LINKED, Caller, Principal, caller_from, is_account
from .compile import Document, Policy
from .conditions import text_of
from .plan import ALLOWED, EXPLICIT, IMPLICIT, NOTHING, Decision, Entry, Plan
from .principals import ACCOUNT, DIRECT
from .public import is_public

NO = {
    layer: Decision(IMPLICIT, layer)
    for layer in ("scp", "rcp", "vpce", "resource", "identity", "boundary", "session", "guard")
}
KEPT_PLANS = 4_096
KEPT_CALLERS = 20_000
# Explicit denies are named in this order (AWS: "Troubleshoot access denied error messages").
RANK = {layer: n for n, layer in enumerate(("scp", "rcp", "vpce", "boundary", "session", "resource", "identity"))}

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
            lowered = self._lowered = {
                key.lower(): value if type(value) is str else _context_value(value)
                for key, value in self.context.items()
            }
        return lowered.get(lower)


def _context_value(value: object) -> ContextValue | None:
    if isinstance(value, (list, tuple)):
        return [text for member in value if (text := text_of(member)) is not None]
    return text_of(value)


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
    _plans: tuple[dict[str, Plan], ...] = field(
        default_factory=lambda: ({}, {}, {}, {}), init=False, repr=False, compare=False
    )
    outlines: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)  # of `evidence`

    def plan(self, group: int, action: str) -> Plan:
        """What an action needs of a group of callers; depends on policies and the action's name only."""
        plans = self._plans[group]
        found = plans.get(action)
        if found is not None:
            return found
        if len(plans) >= KEPT_PLANS:
            plans.clear()
        plan = plans[action] = Plan(self, group, action)
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


_callers: dict[Any, Caller] = {}


def caller_of(request: Request) -> Caller:
    """The request's principal, read once and kept."""
    principal, issuer = request.principal, request.session_issuer
    if not isinstance(principal, str):
        return caller_from(principal, issuer)
    key = principal if issuer is None else (principal, issuer)
    found = _callers.get(key)
    if found is None:
        if len(_callers) >= KEPT_CALLERS:
            _callers.clear()
        found = _callers[key] = caller_from(principal, issuer)
    return found


def evaluate(request: Request, policies: Policies) -> Decision:
    """Judge one request. Never raises on what policies or context hold."""
    principal = request.principal
    if type(principal) is str and request.session_issuer is None:
        caller = _callers.get(principal) or caller_of(request)
    else:
        caller = caller_of(request)
    plan = policies._plans[caller.group].get(request.action) or policies.plan(caller.group, request.action)
    if plan.simple and request.resource_account is None and request.resource.startswith(caller.home):
        for applies, verdict in plan.tests:
            if applies(request):
                return verdict
        if plan.resource is NOTHING:
            return NO["identity"]
    return judge(request, policies, plan, caller)


def judge(request: Request, policies: Policies, plan: Plan, caller: Caller) -> Decision:
    """The whole order of judgement, of which `evaluate` cuts the commonest case short."""
    if plan.special:
        decided = guards.without_policies(plan.special, caller, request)
        if decided is not None:
            return Decision(decided, "guard")
    if plan.denies is not NOTHING:
        denied = _explicit_deny(request, policies, plan, caller)
        if denied is not None:
            return denied.verdict
    if plan.special and guards.cannot_call(plan.special, caller):
        return NO["guard"]
    for level in plan.scps:
        if level.first(request) is None:
            return NO["scp"]
    if policies.vpce and not _endpoint_allows(request, plan, caller):
        return NO["vpce"]
    decision = _grant(request, policies, plan, caller)
    if (plan.guarded or request.restrict_public_buckets) and decision.allowed:
        return _guarded(decision, request, policies, plan, caller)
    return decision


def _explicit_deny(request: Request, policies: Policies, plan: Plan, caller: Caller) -> Entry | None:
    """The first Deny that applies, in the order of layers."""
    denies = plan.denies
    if denies.always is not None:
        return denies.always  # it names no principal, so its layer is never a spared one
    bounded = is_bounded(policies, caller)
    spared = spared_layer(request, caller) if plan.special else None
    found = None
    for entry in denies.few if denies.index is None else denies.near(request.resource):
        statement = entry.statement
        listed = statement.denied
        if (listed is None or listed.denies(caller, bounded)) and statement.applies(request) and entry.layer != spared:
            if denies.index is None:
                return entry
            if found is None or RANK[entry.layer] < RANK[found.layer]:
                found = entry
    return found


def is_bounded(policies: Policies, caller: Caller) -> bool:
    """Whether the caller has a permissions boundary: then a Deny with NotPrincipal always matches."""
    return bool(policies.boundaries) and caller.group in (IDENTITY, SERVICE_LINKED)


def spared_layer(request: Request, caller: Caller) -> str | None:
    """The layer whose denies do not count: the bucket policy for its owner's root user who would mend it, and RCPs
    for a service that assumes its service-linked role.
    """
    if caller.group == ROOT and request.action.lower() in guards.BUCKET_POLICY_ACTIONS:
        return "resource" if where(request, caller) == OWN else None
    if caller.kind == "service" and ":role/aws-service-role/" in request.resource:
        return "rcp" if request.action.lower() in guards.TRUST_ACTIONS else None
    return None


def _endpoint_allows(request: Request, plan: Plan, caller: Caller) -> bool:
    for entry in plan.vpce.near(request.resource):
        principals = entry.statement.principals
        if (principals is None or principals.grants(caller)) and entry.statement.applies(request):
            return True
    return False


OWN, FOREIGN, OTHER_PARTITION = range(3)


def where(request: Request, caller: Caller) -> int:
    """Whether the resource is the account's own; the owner is as given, else the ARN's account, else the caller's."""
    parts = request.resource.split(":", 5)
    if len(parts) == 6:
        _, partition, _, _, account, _ = parts
        if partition != caller.partition and partition:
            return OTHER_PARTITION
        if request.resource_account is None:
            return FOREIGN if account != caller.account and is_account(account) else OWN
    owner = request.resource_account
    return OWN if owner == caller.account or not owner else FOREIGN


# Granting ----------------------------------------------------------------------------------------


def _resource_grant(request: Request, plan: Plan, caller: Caller) -> tuple[int, Entry | None]:
    """The strongest way in which the resource policy reaches the caller, and the statement that does."""
    best, by = 0, None
    if plan.resource is NOTHING:
        return best, by
    resource = plan.resource
    for entry in resource.few if resource.index is None else resource.near(request.resource):
        kind = entry.statement.grants(request, caller)
        if kind > best:
            best, by = kind, entry
            if kind == DIRECT:
                break
    return best, by


def _limit(request: Request, policies: Policies, plan: Plan, caller: Caller) -> str | None:
    """The first of boundary and session policies that does not allow, or None when both do."""
    if policies.boundaries and plan.boundary.first(request) is None:
        return "boundary"
    if policies.session:
        return None if plan.session.first(request) else "session"
    # A federated-user session without session policy has no permissions of its own.
    return "session" if caller.kind == "federated-user" else None


def _grant(request: Request, policies: Policies, plan: Plan, caller: Caller) -> Decision:
    if caller.group == OUTSIDE:
        return _direct(request, plan, caller)
    resource, needs_resource_policy = request.resource, plan.trust
    if request.resource_account is not None or not resource.startswith(caller.home):
        place = where(request, caller)
        if place:
            return _across(request, policies, plan, caller) if place == FOREIGN else NO["resource"]
        needs_resource_policy = needs_resource_policy or (":kms:" in resource and guards.is_kms_key(resource))
    if caller.group == ROOT:
        return _direct(request, plan, caller) if needs_resource_policy else Decision(ALLOWED, "root")
    return _within(request, policies, plan, caller, needs_resource_policy)


def _direct(request: Request, plan: Plan, caller: Caller) -> Decision:
    """Callers whom only a direct grant of the resource policy lets in."""
    kind, entry = _resource_grant(request, plan, caller)
    if kind == DIRECT and entry:
        return Decision(ALLOWED, "resource", (entry,), kind)
    return NO["resource"]


def _within(request: Request, policies: Policies, plan: Plan, caller: Caller, needs_resource_policy: bool) -> Decision:
    """Caller and resource in one account."""
    identity = plan.identity.first(request)
    if plan.resource is NOTHING:
        if needs_resource_policy or identity is None:
            return NO["resource" if needs_resource_policy else "identity"]
        limit = _limit(request, policies, plan, caller)
        return Decision(IMPLICIT, limit, (identity,)) if limit else identity.verdict
    limit = _limit(request, policies, plan, caller)
    if identity is not None and limit is None and not needs_resource_policy:
        return identity.verdict
    kind, entry = _resource_grant(request, plan, caller)
    if entry and kind == DIRECT:
        return Decision(ALLOWED, "resource", (entry,), kind)
    if entry and kind > ACCOUNT:
        return Decision(IMPLICIT, limit, (entry,), kind) if limit else Decision(ALLOWED, "resource", (entry,), kind)
    if needs_resource_policy and not entry:
        return NO["resource"]
    if not identity:
        return Decision(IMPLICIT, "identity", (entry,) if entry else (), kind)
    if limit:
        return Decision(IMPLICIT, limit, (identity,), kind)
    return Decision(ALLOWED, "identity", (identity, entry) if entry else (identity,), kind)


def _across(request: Request, policies: Policies, plan: Plan, caller: Caller) -> Decision:
    """Caller and resource in different accounts: both sides must allow."""
    kind, entry = _resource_grant(request, plan, caller)
    if entry is None:
        return NO["resource"]
    if caller.group == ROOT:
        return Decision(ALLOWED, "resource", (entry,), kind)
    identity = plan.identity.first(request)
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
        outsider = caller.group == OUTSIDE or where(request, caller) != OWN
        if outsider and is_public(policies.resource.document):
            return Decision(EXPLICIT, "guard")
    return decision


__all__ = ["Decision", "Document", "Entry", "Policies", "Policy", "Request", "evaluate"]
