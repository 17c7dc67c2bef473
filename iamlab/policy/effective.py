"""All actions at once: what a principal may do, and what a change of policies changes.

universe = known_actions()
permissions = effective(request, policies, universe)     # of request: principal, resource, context; not its action
permissions.names()                                      # allowed actions
difference(request, before, after, universe).gained
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from . import guards
from .arns import OUTSIDE, ROOT, Caller
from .compile import Policy
from .evaluate import FOREIGN, OWN, Policies, Request, caller_of, evaluate, is_bounded, where
from .guards import is_kms_key
from .masks import Universe
from .plan import BINDING
from .principals import ACCOUNT, DIRECT
from .statement import Statement


@lru_cache(maxsize=1)
def known_actions() -> Universe:
    """Every action of the catalogue."""
    from .catalog import all_action_names  # a large file, read only by those who ask for it

    return Universe(all_action_names())


@lru_cache(maxsize=1)
def _known_levels() -> dict[str, dict[str, int]]:
    """For each service its access levels, each with its actions as bits of the service's own names."""
    from .catalog import access_levels, action_names

    found: dict[str, dict[str, int]] = {}
    for service, (_, names) in known_actions().services.items():
        places = {name: number for number, name in enumerate(names)}
        levels = found.setdefault(service, {})
        for name, level in zip(action_names(service), access_levels(service), strict=True):
            place = places.get(name.lower())
            if place is not None:
                levels[level] = levels.get(level, 0) | 1 << place
    return found


@dataclass(frozen=True, slots=True)
class Permissions:
    """Sets of actions as bits: allowed, and explicitly denied."""

    universe: Universe
    allowed: int
    denied: int

    def names(self) -> list[str]:
        return list(self.universe.names(self.allowed))

    def by_service(self) -> Iterator[tuple[str, int, int]]:
        """(service, allowed actions, all its actions)."""
        for service, (start, names) in self.universe.services.items():
            yield service, (self.allowed >> start & ((1 << len(names)) - 1)).bit_count(), len(names)

    def by_level(self) -> Iterator[tuple[str, str, int, int]]:
        """(service, access level, allowed actions, all its actions), for permissions over the known actions."""
        levels = _known_levels()
        for service, (start, names) in self.universe.services.items():
            own = self.allowed >> start & ((1 << len(names)) - 1)
            for level, bits in levels[service].items():
                yield service, level, (own & bits).bit_count(), bits.bit_count()


def effective(request: Request, policies: Policies, universe: Universe, *, any_resource: bool = False) -> Permissions:
    """What `evaluate` would say of every action of the universe, the request's own action aside.

    With `any_resource` the resource part of Allows is taken to match and that of Denies only where it is everything:
    what the principal may do on some resource or other.
    """
    sets = _Sets(request, policies, universe, any_resource)
    denied = sets.denied()
    allowed = sets.granted() & ~denied
    for action in _singly(request, policies, universe, sets.caller):
        bit = universe.mask([action])
        outcome = evaluate(replace(request, action=action), policies).outcome
        allowed = allowed | bit if outcome == "allowed" else allowed & ~bit
        denied = denied | bit if outcome == "explicitDeny" else denied & ~bit
    return Permissions(universe, allowed, denied)


ALWAYS_SINGLY = guards.TRUST_ACTIONS | {"sts:getcalleridentity", "sts:getsessiontoken", "sts:getfederationtoken"}


def _singly(request: Request, policies: Policies, universe: Universe, caller: Caller) -> list[str]:
    """Actions that follow rules of their own here, judged one by one."""
    found = set(ALWAYS_SINGLY)
    found |= {action for action in guards.GUARDED_ACTIONS if guards.is_untouchable(action, request.resource)}
    if caller.kind == "root":
        found |= guards.BUCKET_POLICY_ACTIONS
    if policies.rcps:
        found.add("kms:retiregrant")
    if policies.resource:
        found.add("iam:passrole")
    for service in ("sts", "iam") if caller.kind == "federated-user" else ():
        found |= {f"{service}:{name}" for name in universe.services.get(service, (0, ()))[1]}
    if request.restrict_public_buckets:
        found |= {f"s3:{name}" for name in universe.services.get("s3", (0, ()))[1]}
    return sorted(action for action in found if universe.mask([action]))


class _Sets:
    """The sets of actions that each layer allows or denies for one principal, resource and context."""

    def __init__(self, request: Request, policies: Policies, universe: Universe, any_resource: bool):
        self.request, self.policies, self.universe, self.any_resource = request, policies, universe, any_resource
        self.caller = caller_of(request)
        self.bounded = is_bounded(policies, self.caller)

    def _fits(self, statement: Statement) -> bool:
        if not self.any_resource:
            return statement.applies(self.request)
        if statement.deny and statement.resources is not None:
            return False
        return all(condition.test(self.request) for condition in statement.conditions)

    def _statements(self, policy: Policy, kind: str, effect: str) -> Iterator[tuple[Statement, int]]:
        document = policy.document
        for number, bits in enumerate(self.universe.statement_masks(document)):
            if bits and document.raw_statements[number].get("Effect") == effect:
                yield document.statement(number, kind), bits

    def _allows(self, policies: tuple[Policy, ...] | None, kind: str) -> int:
        found = 0
        for policy in policies or ():
            for statement, bits in self._statements(policy, kind, "Allow"):
                listed = statement.principals
                if (listed is None or listed.grants(self.caller)) and self._fits(statement):
                    found |= bits
        return found

    def denied(self) -> int:
        found = 0
        for layer, kind, _, policies in self.policies.layers():
            for policy in policies if layer in BINDING[self.caller.group] else ():
                for statement, bits in self._statements(policy, kind, "Deny"):
                    listed = statement.denied
                    if (listed is None or listed.denies(self.caller, self.bounded)) and self._fits(statement):
                        found |= bits
        return found

    def _reached(self) -> list[int]:
        """By kind of principal match, the actions that the resource policy grants in that way or a stronger one."""
        found = [0] * (DIRECT + 1)
        if self.policies.resource:
            for statement, bits in self._statements(self.policies.resource, "resource", "Allow"):
                kind = statement.principals.grants(self.caller) if statement.principals else 0
                if kind and self._fits(statement):
                    for weaker in range(1, kind + 1):
                        found[weaker] |= bits
        return found

    def granted(self) -> int:
        everything, policies, caller = self.universe.everything, self.policies, self.caller
        reached = self._reached()
        if caller.group == OUTSIDE:
            found = reached[DIRECT]
        else:
            place = where(self.request, caller)
            identity = everything if caller.group == ROOT else self._allows(policies.identity, "identity")
            capped = everything if caller.group == ROOT else self._limits()
            if place != OWN:
                found = reached[ACCOUNT] & identity & capped if place == FOREIGN else 0
            elif is_kms_key(self.request.resource):
                found = self._within(reached, reached[ACCOUNT] & identity, capped)
            else:
                found = self._within(reached, identity, capped)
        if "scp" in BINDING[caller.group]:
            for level in policies.scps or ():
                found &= self._allows(level, "scp")
        if policies.vpce:
            found &= self._allows(policies.vpce, "vpce")
        return found

    def _within(self, reached: list[int], identity: int, capped: int) -> int:
        if self.caller.group == ROOT:
            return reached[DIRECT] if is_kms_key(self.request.resource) else identity
        return reached[DIRECT] | ((reached[ACCOUNT + 1] | identity) & capped)

    def _limits(self) -> int:
        found = self.universe.everything
        if self.policies.boundaries:
            found &= self._allows(self.policies.boundaries, "identity")
        if self.policies.session:
            return found & self._allows(self.policies.session, "identity")
        return 0 if self.caller.kind == "federated-user" else found


@dataclass(frozen=True, slots=True)
class Difference:
    """Actions that became allowed and that ceased to be, as names."""

    gained: list[str]
    lost: list[str]


def difference(request: Request, before: Policies, after: Policies, universe: Universe) -> Difference:
    """What another set of policies changes for the request's principal, resource and context."""
    old, new = effective(request, before, universe).allowed, effective(request, after, universe).allowed
    return Difference(list(universe.names(new & ~old)), list(universe.names(old & ~new)))
