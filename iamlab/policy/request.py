"""What is judged: a request, the policies that apply to it by layer, and who calls.

`Request` and `Policies` are what callers of `evaluate` make; `caller_of` reads a principal once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .arns import Caller, Principal, caller_from
from .compile import Policy
from .conditions import text_of
from .plan import Entry, Plan
from .statement import Statement

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
    plans: tuple[dict[str, Plan], ...] = field(
        default_factory=lambda: ({}, {}, {}, {}), init=False, repr=False, compare=False
    )
    entries: dict[Any, Entry] = field(default_factory=dict, init=False, repr=False, compare=False)
    # Kept by `outline`.
    outlines: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    parts: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def plan(self, group: int, action: str) -> Plan:
        """What an action needs of a group of callers; depends on policies and the action's name only."""
        plans = self.plans[group]
        found = plans.get(action)
        if found is not None:
            return found
        if len(plans) >= KEPT_PLANS:
            plans.clear()
        plan = plans[action] = Plan(self, group, action)
        return plan

    def entry(self, layer: str, level: int, policy: Policy, statement: Statement) -> Entry:
        """A statement in its place, one for all actions that select it."""
        key = layer, level, policy, statement
        found = self.entries.get(key)
        if found is None:
            found = self.entries[key] = Entry(layer, policy, statement, level)
        return found

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


callers: dict[Any, Caller] = {}


def caller_of(request: Request) -> Caller:
    """The request's principal, read once and kept."""
    principal, issuer = request.principal, request.session_issuer
    key: Any = principal if issuer is None else (principal, issuer)
    if not isinstance(principal, str):
        if type(principal) is not dict or len(principal) != 1:
            return caller_from(principal, issuer)
        ((kind, name),) = principal.items()
        if type(name) is not str:
            return caller_from(principal, issuer)
        key = (kind, name, True)
    found = callers.get(key)
    if found is None:
        if len(callers) >= KEPT_CALLERS:
            callers.clear()
        kept = principal if isinstance(principal, str) else dict(principal)  # whose caller may change it
        found = callers[key] = caller_from(kept, issuer)
    return found
