"""What the evidence of an action has in common for every request: made once for a plan.

The rows, policies and layers kept here stand in many answers: copy them before you change them.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from .arns import Caller
from .compile import Policy
from .conditions import Condition
from .plan import SPARED, Entry, binds
from .request import Policies
from .rows import SELECTED, Row, listed, matching_row, policy_row
from .statement import Statement

KEPT_OUTLINES, KEPT_PARTS = 256, 4_096
GRANTING = ("identity", "resource")


class Part:
    """A policy in its layer where an action selects certain statements of it, as far as that does not hang on the
    request or the caller; actions that select the same share it.

    `entries`: the selected statements; `tested`: the statements that hang on the request, `initial` their states before
    they are tested; `rows`: those of the others; `allows` and `denies`: whether some of those that
    hang on nothing do; `personal`: whether principals are named; `filled`: what `view` keeps of it by states.
    """

    __slots__ = (
        "allows",
        "denies",
        "entries",
        "filled",
        "initial",
        "personal",
        "policy",
        "row",
        "rows",
        "tested",
    )

    def __init__(self, entries: list[Entry], policy: Policy, kind: str):
        known = listed(policy.document, kind)
        self.policy, self.rows, self.tested = policy, known.rows, known.tested
        self.initial = [0] * len(known.tested)
        self.entries = entries
        self.allows = self.denies = False
        self.filled: dict[Any, Filled] = {}
        self.personal = kind in ("resource", "rcp", "vpce")
        for entry in entries:
            statement = entry.statement
            if statement.unconditional:
                self.rows = self.rows.copy() if self.rows is known.rows else self.rows
                self.rows[statement.index] = matching_row(statement)
                self.allows, self.denies = self.allows or not statement.deny, self.denies or statement.deny
            else:
                self.initial[known.numbers[statement.index]] = SELECTED
        self.row = policy_row(policy, self.rows)


class Filled(NamedTuple):
    """A part with the rows of the tested statements put in: its row, what they do, and those whose reason names the
    request's resource, with their rows so far.
    """

    row: dict[str, Any]
    allows: bool
    denies: bool
    telling: Sequence[tuple[Statement, Row]]


class Layer(NamedTuple):
    """A layer as far as it does not hang on the request: its name and kind, its parts and row, what the statements in
    that do, and the parts that must be looked at: their place, and where their statements begin and end.
    """

    name: str
    kind: str
    parts: list[Part]
    row: dict[str, Any]
    allows: bool
    denies: bool
    looked: list[tuple[int, Part, int, int]]

    @property
    def binds(self) -> bool:
        """Whether it takes part for the caller."""
        return self.row["binds"] is True

    def outcome(self, *, allows: bool, denies: bool) -> str:
        if not self.binds:
            return "does not bind the caller"
        if denies:
            return "denies"
        # RCPFullAWSAccess stands at every level.
        return "allows" if allows or self.name == "rcp" else "does not allow"


class Considered(NamedTuple):
    """A statement: its entry, whether its layer binds, and where it stands: its layer's and its policy's place."""

    entry: Entry
    binds: bool
    place: int
    which: int


Held = tuple[str, str, int, tuple[Policy, ...]]


class Outline:
    """The evidence of one action for a group of callers, as far as it does not hang on the request.

    `layers`: every layer that holds policies, and the organisation's. `tested`: the statements that hang on the
    request; `initial`: their states before they are tested. `asked`: the condition keys of the statements about the
    action that bind, each with one of its conditions. `views`: what `view` keeps for each caller.
    """

    __slots__ = ("_grants", "asked", "initial", "layers", "tested", "views")

    def __init__(self, group: int, action: str, layers: list[Held], parts: list[Part]):
        """`action` in lower case; `parts` are those of all layers' policies."""
        self.tested: list[Statement] = []
        self.initial: list[int] = []
        self.layers: list[Layer] = []
        self.views: dict[Caller, Any] = {}
        self._grants: list[Considered] | None = None
        asked: dict[str, Condition] = {}
        reached = 0
        for layer, kind, level, held in layers:
            if held or layer == "scp":
                bound, own = binds(layer, group, action), parts[reached : reached + len(held)]
                self._add(layer, kind, level, bound, own)
                reached += len(held)
                for part in own if bound else ():
                    for entry in part.entries:
                        for condition in entry.statement.conditions:
                            asked.setdefault(condition.key, condition)
        self.asked = [(key, condition) for key, condition in asked.items() if key]

    def _add(self, layer: str, kind: str, level: int, binds: bool, parts: list[Part]) -> None:
        looked, allows, denies = [], False, False
        for place, part in enumerate(parts):
            allows, denies = allows or part.allows, denies or part.denies
            if part.tested:
                start = len(self.tested)
                self.tested += part.tested
                self.initial += part.initial
                looked.append((place, part, start, len(self.tested)))
        row = {"layer": layer, "level": level, "binds": binds, "outcome": "", "policies": [part.row for part in parts]}
        made = Layer(layer, kind, parts, row, allows, denies, looked)
        row["outcome"] = made.outcome(allows=allows, denies=denies)
        self.layers.append(made)

    @property
    def considered(self) -> list[Considered]:
        """The statements about the action."""
        return [
            Considered(entry, layer.binds, place, which)
            for place, layer in enumerate(self.layers)
            for which, part in enumerate(layer.parts)
            for entry in part.entries
        ]

    @property
    def grants(self) -> list[Considered]:
        """Those that could grant it; kept, but made only for what is refused."""
        if self._grants is None:
            self._grants = [
                one
                for one in self.considered
                if one.binds and one.entry.layer in GRANTING and not one.entry.statement.deny
            ]
        return self._grants


def outline_of(policies: Policies, group: int, action: str) -> Outline:
    """The outline of an action; actions of a service that select the same statements have one."""
    lower, layers = action.lower(), policies.layers()
    parts = [
        _part_of(policies, layer, kind, level, policy, action) for layer, kind, level, held in layers for policy in held
    ]
    key = (group, lower.partition(":")[0], SPARED.get(lower), *parts)
    found = policies.outlines.get(key)
    if found is None:
        if len(policies.outlines) >= KEPT_OUTLINES:
            policies.outlines.clear()
        found = policies.outlines[key] = Outline(group, lower, layers, parts)
    return found


def _part_of(policies: Policies, layer: str, kind: str, level: int, policy: Policy, action: str) -> Part:
    selection = policy.document.select(action, kind)
    key = (layer, level, policy, selection)
    found = policies.parts.get(key)
    if found is None:
        if len(policies.parts) >= KEPT_PARTS:
            policies.parts.clear()
        entries = [policies.entry(layer, level, policy, statement) for chosen in selection for statement in chosen]
        found = policies.parts[key] = Part(entries, policy, kind)
    return found
