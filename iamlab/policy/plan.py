"""What one action needs of one group of callers: a plan, which depends on the policies and the action's name only."""

from typing import TYPE_CHECKING, Any, NamedTuple

from . import guards
from .arns import IDENTITY, OUTSIDE, ROOT, SERVICE_LINKED
from .compile import Policy
from .index import Candidates
from .statement import Statement

if TYPE_CHECKING:
    from .request import Policies

# What binds a caller (AWS: "SCP evaluation", "Resource control policies"), by the groups of `arns`.
BINDING = {
    IDENTITY: {"scp", "rcp", "vpce", "boundary", "session", "resource", "identity"},
    SERVICE_LINKED: {"vpce", "boundary", "session", "resource", "identity"},
    ROOT: {"scp", "rcp", "vpce", "resource"},
    OUTSIDE: {"rcp", "vpce", "resource"},
}


# Actions in which a layer takes no part (AWS: "Resource control policies", "Grant a user permissions to pass a role").
SPARED = {"kms:retiregrant": "rcp", "iam:passrole": "resource"}


def binds(layer: str, group: int, action: str) -> bool:
    """Whether a layer takes part for a group of callers; `action` in lower case."""
    return layer in BINDING[group] and SPARED.get(action) != layer


class Entry:
    """A statement in the layer and policy where it stands; `level` counts from the organisation root.

    `verdict` is what it decides alone: a Deny an explicit deny, an Allow of an identity policy an allow.
    """

    __slots__ = ("layer", "level", "policy", "row", "said", "statement", "verdict")

    def __init__(self, layer: str, policy: Policy, statement: Statement, level: int = 0):
        self.layer, self.policy, self.statement, self.level = layer, policy, statement, level
        self.row: dict[str, Any] | None = None  # kept by `evidence`
        self.said: str | None = None  # kept by `explain`
        self.verdict = Decision(EXPLICIT if statement.deny else ALLOWED, layer, (self,))


class Decision(NamedTuple):
    """An outcome, the layer that decided and the statements that did; `grant` is the kind of principal match used."""

    outcome: str
    layer: str
    statements: tuple[Entry, ...] = ()
    grant: int = 0

    @property
    def allowed(self) -> bool:
        return self.outcome == ALLOWED


NOTHING = Candidates([])
ALLOWED, EXPLICIT, IMPLICIT = "allowed", "explicitDeny", "implicitDeny"


class Plan:
    """The statements that one action selects, sorted into what must be tested.

    `scps` holds only the levels that need testing; `special` is the action's name in lower case where a guard may
    decide, else empty. A plan is `simple` where within the account the first of `tests` that applies decides, and
    where none does the resource's policy.
    """

    __slots__ = (
        "boundary",
        "denies",
        "guarded",
        "identity",
        "resource",
        "scps",
        "session",
        "simple",
        "special",
        "tests",
        "trust",
        "views",
        "vpce",
    )

    def __init__(self, policies: "Policies", group: int, action: str):
        lower = action.lower()
        self.views: dict[Any, Any] = {}  # by caller; kept by `view`
        self.trust = lower in guards.TRUST_ACTIONS
        self.guarded = lower in guards.GUARDED_ACTIONS
        spared = lower in guards.BUCKET_POLICY_ACTIONS or self.trust
        self.special = lower if lower.startswith(("sts:", "iam:")) or spared else ""
        self.vpce = self.boundary = self.session = self.resource = self.identity = NOTHING
        self.scps: list[Candidates] = []
        denies: list[Any] = []
        for layer, kind, level, members in policies.layers():
            if not binds(layer, group, lower):
                continue
            allows: list[Any] = []
            for policy in members:
                selection = policy.document.select(action, kind)
                denies += [policies.entry(layer, level, policy, statement) for statement in selection.denies]
                allows += [policies.entry(layer, level, policy, statement) for statement in selection.allows]
            self._keep(layer, Candidates(allows) if allows else NOTHING)
        self.denies = Candidates(denies) if denies else NOTHING
        self.simple = group in (IDENTITY, SERVICE_LINKED) and self._is_simple(policies)
        first = (*self.denies.tests, *self.identity.tests) if self.simple else ()
        self.tests = tuple([(applies, entry.verdict) for applies, entry in first])

    def _is_simple(self, policies: "Policies") -> bool:
        """Whether nothing but denies, identity policies and the resource's policy bears on the action."""
        limited = (policies.boundaries and self.boundary.always is None) or (
            policies.session and self.session.always is None
        )
        if self.special or self.guarded or self.scps or policies.vpce or limited:
            return False
        plain = self.denies.index is None and all(entry.statement.denied is None for _, entry in self.denies.tests)
        return plain and self.identity.index is None

    def _keep(self, layer: str, allows: Candidates) -> None:
        if layer == "scp":
            if allows.always is None:
                self.scps.append(allows)
        elif layer != "rcp":
            setattr(self, layer, allows)
