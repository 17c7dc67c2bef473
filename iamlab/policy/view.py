"""An action's outline as one caller's requests fill it in: each statement that hangs on the request is put to the test.

Rows, and whole answers of policies with few such statements, are kept by what the tests found.
"""

from collections.abc import Callable
from typing import Any

from .arns import Caller
from .compile import Statement
from .conditions import Condition
from .evaluate import Policies, Request, caller_of, is_bounded
from .outline import (
    CONDITION,
    FAILS,
    LOOK,
    PARTS,
    PRINCIPAL,
    RESOURCE,
    SELECTED,
    Considered,
    Outline,
    Row,
    failing,
    outline_of,
    policy_row,
    row_of,
)
from .reasons import action_reason, condition_reason, principal_reason, resource_reason

KEPT_SEEN, KEPT_TESTED = 32, 64  # answers kept for an action and a caller; of no more than so many tests
BEGINNING, KEPT_BEGINNINGS = 12, 32  # characters of a resource, most often as far as its service
KEPT_VIEWS = 64  # callers of an action
KEPT_ROWS = 64  # for each statement

Test = tuple[Callable[[Request], bool] | None, int, int]


class Seen:
    """What the tests of one request found: the states of the tested statements and their rows, and the layers with
    these put in; `telling` are the numbers of those whose reason names the request's resource. `near` keeps the nearest
    statement by the layer that decided, `told` what `explain` makes of it; answers that differ in such reasons alone
    share both.
    """

    __slots__ = ("layers", "near", "rows", "states", "telling", "told")

    def __init__(self, states: list[Any], layers: list[dict[str, Any]], rows: list[Row], telling: list[int]):
        self.states, self.layers, self.rows, self.telling = states, layers, rows, telling
        self.near: dict[str, Considered | None] = {}
        self.told: dict[Any, Any] = {}


class View:
    """An action's outline for one caller. `tests` has by the beginning of a resource, for each tested statement: its
    test, its state as far as principal and beginning go, and the part that does not match where the test fails.
    """

    __slots__ = ("caller", "outline", "seen", "states", "tests")

    def __init__(self, outline: Outline, caller: Caller, bounded: bool):
        self.outline, self.caller = outline, caller
        self.seen: dict[Any, Seen] = {}
        self.tests: dict[str, list[Test]] = {}
        self.states = outline.initial.copy()
        for number, statement in enumerate(outline.tested):
            principals = statement.principals
            if principals is not None:
                grant = principals.grants(caller)
                matches = principals.denies(caller, bounded) if statement.deny else grant > 0
                self.states[number] |= grant | (0 if matches else PRINCIPAL)

    def look(self, request: Request, spared: str | None) -> Seen:
        """The evidence of one request; `spared` is the layer whose denies do not count."""
        states = self._tested(request)
        if len(states) > KEPT_TESTED:
            return self._naming(request, self._assembled(states, spared))
        key = (spared, *states) if spared else tuple(states)
        seen = self.seen.get(key)
        if seen is None:
            if len(self.seen) >= KEPT_SEEN:
                self.seen.clear()
            seen = self.seen[key] = self._assembled(states, spared)
        return self._naming(request, seen) if seen.telling else seen

    # Testing

    def _settle(self, beginning: str) -> list[Test]:
        """The tests for resources that begin so."""
        tests: list[Test] = []
        for statement, state in zip(self.outline.tested, self.states, strict=True):
            part = failing(statement, state)
            if part == RESOURCE and not statement.resources.may_begin(beginning):
                tests.append((None, state | RESOURCE, 0))
            elif part == LOOK:
                tests.append((None, state, 0))
            else:
                tests.append((statement.applies, state, part))
        if len(self.tests) >= KEPT_BEGINNINGS:
            self.tests.clear()
        self.tests[beginning] = tests
        return tests

    def _tested(self, request: Request) -> list[Any]:
        """The state of each tested statement, with the conditions and values that its reason names."""
        resource = request.resource
        beginning = resource[:BEGINNING]
        tests = self.tests.get(beginning) or self._settle(beginning)
        states: list[Any] = [
            state if applies is None or applies(request) else state | part for applies, state, part in tests
        ]
        for number, matches, conditions in self.outline.looked_at:
            state = states[number]
            if matches is not None and not matches(resource, request):
                state |= RESOURCE
            for condition in conditions:
                if not condition.test(request):
                    state |= CONDITION
                    if state & (SELECTED | PARTS) == SELECTED | CONDITION:
                        state = (state, *_failed(conditions, condition, request))
                    break
            states[number] = state
        return states

    # Telling

    def _row(self, statement: Statement, state: Any) -> Row:
        """The row of a tested statement; `why` is about the first part that does not match, None where that is the
        resource.
        """
        rows = statement.rows
        key = (state, self.caller.shown) if type(state) is int and state & PRINCIPAL else state
        row = rows.get(key)
        if row is None:
            if len(rows) >= KEPT_ROWS:
                rows.clear()
            row = rows[key] = self._new_row(statement, state)
        return row

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

    def _assembled(self, states: list[Any], spared: str | None) -> Seen:
        """The layers with the rows of the tested statements put in."""
        tested = self.outline.tested
        made = [self._row(statement, state) for statement, state in zip(tested, states, strict=True)]
        found = self.outline.layer_rows.copy()
        for layer in self.outline.layers:
            row = found[layer.place] = layer.row.copy()
            policies, allows, denies = row["policies"].copy(), layer.allows, layer.denies
            for place, policy, rows, start, stop in layer.looked:
                rows = rows.copy()
                for number in range(start, stop):
                    statement, one = tested[number], made[number]
                    rows[statement.index] = one
                    if one["applies"]:
                        allows, denies = allows or not statement.deny, denies or statement.deny
                policies[place] = policy_row(policy, rows)
            row["policies"] = policies
            row["outcome"] = layer.outcome(allows=allows, denies=denies and row["layer"] != spared)
        telling = [number for number in self.outline.selected if _names_resource(states[number])]
        return Seen(states, found, made, telling)

    def _naming(self, request: Request, seen: Seen) -> Seen:
        """The same with the reasons that name the request's resource put in, in copies of what holds them."""
        outline, layers, rows = self.outline, seen.layers.copy(), seen.rows.copy()
        opened: dict[tuple[int, int], list[Row]] = {}
        for number in seen.telling:
            statement, path = outline.tested[number], outline.paths[number]
            row = rows[number] = rows[number].but(resource_reason(statement, request))
            if path not in opened:
                place, which = path
                layer = layers[place] = layers[place].copy()
                policies = layer["policies"] = layer["policies"].copy()
                policy = policies[which] = policies[which].copy()
                opened[path] = policy["statements"] = policy["statements"].copy()
            opened[path][statement.index] = row
        named = Seen(seen.states, layers, rows, seen.telling)
        named.near, named.told = seen.near, seen.told
        return named


def _failed(conditions: tuple[Condition, ...], first: Condition, request: Request) -> list[Any]:
    """The conditions from the first that does not hold, each followed by the request's value."""
    failed = [first]
    if len(conditions) > 1:
        failed = [condition for condition in conditions if not condition.test(request)]
    found: list[Any] = []
    for condition in failed:
        value = condition.value(request)
        found += condition, tuple(value) if isinstance(value, list) else value
    return found


def _names_resource(state: Any) -> bool:
    """Whether the reason of a statement about the action names the resource: where that fits not, but the principal."""
    return type(state) is int and state >= FAILS and not state & PRINCIPAL


def view_of(request: Request, policies: Policies) -> View:
    """The view of the request's action and caller, kept with the plan."""
    caller = caller_of(request)
    plan = policies.plan(caller.group, request.action)
    outline: Outline | None = plan.outline
    if outline is None:
        outline = plan.outline = outline_of(policies, caller.group, request.action)
    view = outline.views.get(caller)
    if view is None:
        if len(outline.views) >= KEPT_VIEWS:
            outline.views.clear()
        view = outline.views[caller] = View(outline, caller, is_bounded(policies, caller))
    return view
