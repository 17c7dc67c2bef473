"""An action's outline as one caller's requests fill it in: each statement that hangs on the request is put to the test.

Rows, and whole answers of policies with few such statements, are kept by what the tests found.
"""

from collections.abc import Callable, Sequence
from typing import Any

from .arns import ROOT, Caller
from .evaluate import is_bounded, spared_layer
from .outline import Filled, Outline, Part, outline_of
from .plan import Plan
from .reasons import action_reason, condition_reason, principal_reason, resource_reason
from .request import Policies, Request, caller_of, callers
from .rows import CONDITION, PARTS, PRINCIPAL, RESOURCE, SELECTED, Row, policy_row, row_of
from .statement import Statement

KEPT_SEEN, KEPT_TESTED = 32, 64  # answers kept for an action and a caller; of no more than so many tests
BEGINNING, KEPT_BEGINNINGS = 12, 8  # characters of a resource, most often as far as its service
KEPT_VIEWS = 64  # callers of an action
KEPT_ROWS = 64  # for each statement

# True where a statement applies, else the parts that do not match; False for the one part that it has. Where a
# condition is the only one, that is told by the conditions that do not hold, each followed by the request's value.
Finding = bool | int | tuple[Any, ...]
Layers = list[dict[str, Any]]
Telling = tuple[int, int, Sequence[tuple[Statement, Row]]]


class Seen:
    """What the tests of one request found: the layers with the rows of the tested statements put in. `telling` has the
    policies in which the reasons of some rows name the request's resource: their layer's and their own place, and the
    statements with their rows so far. `kept` is what `explain` keeps of it.
    """

    __slots__ = ("kept", "layers", "telling")

    def __init__(self, layers: Layers, telling: Sequence[Telling]):
        self.layers, self.telling = layers, telling
        self.kept: dict[Any, Any] = {}

    def naming(self, request: Request) -> Layers:
        """The layers with the reasons that name the request's resource put in, in copies of what holds them."""
        layers, opened = self.layers.copy(), -1
        for place, which, statements in self.telling:
            if place != opened:  # they stand in order
                layer = layers[place] = layers[place].copy()
                policies = layer["policies"] = layer["policies"].copy()
                opened = place
            policy = policies[which] = policies[which].copy()
            rows = policy["statements"] = policy["statements"].copy()
            for statement, row in statements:
                rows[statement.index] = row.but(resource_reason(statement, request))
        return layers


class Probe:
    """The tests that resources of one beginning need; `numbers`: of each that of its statement, `parts`: the part that
    does not match where it fails. `states` are those of all statements before; `seen` keeps answers by what the tests
    found, where it `keeps` any.
    """

    __slots__ = ("keeps", "numbers", "parts", "seen", "states", "tests")

    def __init__(self, states: list[int]):
        self.states, self.keeps = states, True
        self.tests: list[Callable[[Request], Finding]] = []
        self.numbers: list[int] = []
        self.parts: list[int] = []
        self.seen: dict[Any, Seen] = {}


class View:
    """An action's outline for one caller; `states` as far as the principal goes, `probes` by beginnings of resources.
    `spares`: there may be a layer whose denies do not count. `told` keeps what `explain` says where all is allowed.
    """

    __slots__ = ("caller", "outline", "probes", "spares", "states", "told")

    def __init__(self, outline: Outline, caller: Caller, bounded: bool):
        self.outline, self.caller = outline, caller
        self.spares = caller.group >= ROOT
        self.told: dict[Any, Any] = {}
        self.probes: dict[str, Probe] = {}
        self.states = outline.initial.copy()
        for number, statement in enumerate(outline.tested):
            principals = statement.principals
            if principals is not None:
                kind = principals.grants(caller)
                concerned = principals.denies(caller, bounded) if statement.deny else kind > 0
                self.states[number] |= kind if concerned else kind | PRINCIPAL

    def look(self, request: Request) -> Seen:
        """The evidence of one request."""
        beginning = request.resource[:BEGINNING]
        probe = self.probes.get(beginning) or self._probe(beginning)
        found = tuple([test(request) for test in probe.tests])
        if not probe.keeps:
            return self._assembled(probe, found, request)
        seen: Seen = probe.seen.get(found) or keep(probe.seen, found, self._assembled(probe, found))
        return seen

    # Testing

    def _probe(self, beginning: str) -> Probe:
        states = self.states.copy()
        probe = Probe(states)
        for number, statement in enumerate(self.outline.tested):
            part = RESOURCE
            test: Callable[[Request], Finding] | None = None
            if not statement.may_begin(beginning):
                states[number] |= RESOURCE
                if "Condition" in statement.raw and statement.compile().conditions:
                    part, test = CONDITION, statement.holds
            else:
                if not statement.compiled:
                    statement.compile()
                if statement.conditions and states[number] & (SELECTED | PARTS) == SELECTED:
                    test = statement.telling = statement.telling or _telling(statement)
                elif statement.resources is None:
                    part, test = CONDITION, statement.holds
                else:
                    test = _both(statement.fits, statement.holds) if statement.conditions else statement.fits
            if test is not None:
                probe.tests.append(test)
                probe.numbers.append(number)
                probe.parts.append(part)
        probe.keeps = not self.spares and len(probe.tests) <= KEPT_TESTED
        found: Probe = keep(self.probes, beginning, probe, KEPT_BEGINNINGS)
        return found

    # Telling

    def _assembled(self, probe: Probe, found: Any, request: Request | None = None) -> Seen:
        """The layers with the rows of the tested statements put in; those of one `request` where they are not kept."""
        spared = spared_layer(request, self.caller) if request is not None and self.spares else None
        states: list[Any] = probe.states.copy()
        for number, failing, one in zip(probe.numbers, probe.parts, found, strict=True):
            if one is False:
                states[number] |= failing
            elif one is not True:
                states[number] = states[number] | one if type(one) is int else (states[number] | CONDITION, *one)
        layers, telling = list[dict[str, Any]](), list[Telling]()
        for place, layer in enumerate(self.outline.layers):
            name, _, _, row, allows, denies, looked = layer
            if looked or denies:  # whether a Deny counts may hang on the request
                policies = row["policies"].copy()
                for which, part, start, stop in looked:
                    filled = self._filled(part, states[start:stop], request)
                    policies[which] = filled.row
                    allows, denies = allows or filled.allows, denies or filled.denies
                    if filled.telling:
                        telling.append((place, which, filled.telling))
                outcome = layer.outcome(allows=allows, denies=denies and name != spared)
                row = {**row, "outcome": outcome, "policies": policies}
            layers.append(row)
        return Seen(layers, telling or ())

    def _filled(self, part: Part, states: list[Any], request: Request | None) -> Filled:
        if len(states) > KEPT_TESTED:
            return self._fill(part, states, request)
        key = (self.caller.shown, *states) if part.personal else tuple(states)
        return part.filled.get(key) or keep(part.filled, key, self._fill(part, states))

    def _fill(self, part: Part, states: list[Any], request: Request | None = None) -> Filled:
        rows, allows, denies, telling = part.rows.copy(), False, False, list[tuple[Statement, Row]]()
        for statement, state in zip(part.tested, states, strict=True):
            row = statement.rows.get(state) or self._row(statement, state)
            if row["applies"]:
                allows, denies = allows or not statement.deny, denies or statement.deny
            elif type(state) is int and state & (SELECTED | PRINCIPAL | RESOURCE) == SELECTED | RESOURCE:
                if request is None:
                    telling.append((statement, row))
                else:
                    row = row.but(resource_reason(statement, request))
            rows[statement.index] = row
        return Filled(policy_row(part.policy, rows), allows, denies, telling or ())

    def _row(self, statement: Statement, state: Any) -> Row:
        """The row of a tested statement; `why` is about the first part that does not match, None where that is the
        resource.
        """
        key = (state, self.caller.shown) if type(state) is int and state & PRINCIPAL else state
        return statement.rows.get(key) or keep(statement.rows, key, self._new_row(statement, state), KEPT_ROWS)

    def _new_row(self, statement: Statement, state: Any) -> Row:
        bits, *failed = state if isinstance(state, tuple) else (state,)
        why = None
        if not bits & SELECTED:
            why = action_reason(statement.raw)
        elif bits & PRINCIPAL:
            why = principal_reason(statement, self.caller)
        elif failed:
            values = [list(value) if isinstance(value, tuple) else value for value in failed[1::2]]
            why = "; and ".join(map(condition_reason, failed[::2], values))
        return row_of(statement.index, statement.raw, bits, why)


def keep(kept: dict[Any, Any], key: Any, value: Any, most: int = KEPT_SEEN) -> Any:
    """Puts a value, which is whole, where other threads find it, too; of at most so many."""
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
    return value


def hashable(value: Any) -> Any:
    """A request's value as a key may hold it."""
    return tuple(value) if type(value) is list else value


def _both(fits: Callable[[Request], bool], holds: Callable[[Request], bool]) -> Callable[[Request], Finding]:
    """A test that finds the parts that do not match."""

    def test(request: Request) -> Finding:
        if fits(request):
            return True if holds(request) else CONDITION
        return RESOURCE if holds(request) else RESOURCE | CONDITION

    return test


def _telling(statement: Statement) -> Callable[[Request], Finding]:
    """The same for a statement about the action, whose reason names the values that do not meet its conditions."""
    conditions, holds = statement.conditions, statement.holds
    fits = None if statement.resources is None else statement.fits
    only = conditions[0] if len(conditions) == 1 else None

    def test(request: Request) -> Finding:
        if fits is not None and not fits(request):
            return RESOURCE if holds(request) else RESOURCE | CONDITION
        if holds(request):
            return True
        if only is not None:
            value = request.context.get(only.key)
            return only, value if type(value) is str else hashable(only.value(request))
        found: list[Any] = []
        for condition in conditions:
            if not condition.test(request):
                found += condition, hashable(condition.value(request))
        return tuple(found)

    return test


def view_of(request: Request, policies: Policies) -> View:
    """The view of the request's action and caller, kept with the plan."""
    principal = request.principal
    if type(principal) is str and request.session_issuer is None:
        caller = callers.get(principal) or caller_of(request)
    else:
        caller = caller_of(request)
    plan = policies.plans[caller.group].get(request.action) or policies.plan(caller.group, request.action)
    return plan.views.get(caller) or _new_view(policies, plan, caller, request.action)


def _new_view(policies: Policies, plan: Plan, caller: Caller, action: str) -> View:
    """A view of the action's outline, which actions may share."""
    outline = outline_of(policies, caller.group, action)
    view = outline.views.get(caller)
    if view is None:
        view = keep(outline.views, caller, View(outline, caller, is_bounded(policies, caller)), KEPT_VIEWS)
    return keep(plan.views, caller, view, KEPT_VIEWS)
