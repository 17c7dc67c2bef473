"""The order of judgement: a request and the policies that apply to it in, a decision out.

    policies = Policies(identity=(compile_policy(text, "BillWrite", via="group billing"),))
    request = Request("arn:aws:iam::111122223333:user/mario", "s3:PutObject", "arn:aws:s3:::bills/0042.txt", {})
    decision = evaluate(request, policies)
    decision.outcome    # "allowed", "explicitDeny" or "implicitDeny"
    decision.layer      # scp, rcp, vpce, resource, identity, boundary, session, guard or root

AWS: "Policy evaluation logic", "Cross-account policy evaluation logic", "Evaluating policies within a single account".
"""

from . import guards
from .arns import IDENTITY, OUTSIDE, ROOT, SERVICE_LINKED, Caller, is_account
from .compile import Document, Policy
from .plan import ALLOWED, EXPLICIT, IMPLICIT, NOTHING, Decision, Entry, Plan
from .principals import ACCOUNT, DIRECT
from .public import is_public
from .request import Policies, Request, caller_of, callers

NO = {
    layer: Decision(IMPLICIT, layer)
    for layer in ("scp", "rcp", "vpce", "resource", "identity", "boundary", "session", "guard")
}
# Explicit denies are named in this order (AWS: "Troubleshoot access denied error messages").
RANK = {layer: n for n, layer in enumerate(("scp", "rcp", "vpce", "boundary", "session", "resource", "identity"))}


def evaluate(request: Request, policies: Policies) -> Decision:
    """Judge one request. Never raises on what policies or context hold."""
    principal = request.principal
    if type(principal) is str and request.session_issuer is None:
        caller = callers.get(principal) or caller_of(request)
    else:
        caller = caller_of(request)
    plan = policies.plans[caller.group].get(request.action) or policies.plan(caller.group, request.action)
    if plan.simple and request.resource_account is None and _at_home(request.resource, caller):
        for applies, verdict in plan.tests:
            if applies(request):
                return verdict
        if plan.resource is NOTHING:
            return NO["identity"]
    return judge(request, policies, plan, caller)


def _at_home(resource: str, caller: Caller) -> bool:
    """Whether a resource whose owner is not given is the caller's account's own and needs no policy of its own."""
    if resource.startswith(caller.home):
        return True
    parts = resource.split(":", 5)
    if len(parts) < 6 or not caller.home:
        return False
    _, partition, service, _, account, _ = parts
    return account == caller.account and partition == caller.partition and service != "kms"


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


__all__ = ["Decision", "Document", "Entry", "Policies", "Policy", "Request", "caller_of", "evaluate"]
