"""An action's outline as one caller's requests fill it in: each statement that hangs on the request is put to the test.

Rows, and whole answers of policies with few such statements, are kept by what the tests found.
"""

from collections.abc import Callable
from typing import Any

from .arns import Caller
from .conditions import Condition
from .evaluate import is_bounded
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
    statements_about,
)
from .plan import Plan
from .reasons import action_reason, condition_reason, principal_reason, resource_reason
from .request import Policies, Request, caller_of, callers
from .statement import Statement

KEPT_SEEN, KEPT_TESTED = 32, 64  # answers kept for an action and a caller; of no more than so many tests
BEGINNING, KEPT_BEGINNINGS = 12, 32  # characters of a resource, most often as far as its service
KEPT_VIEWS = 64  # callers of an action
KEPT_ROWS = 64  # for each statement

Test = tuple[int, Callable[[Request], bool] | None, int, int]


class Seen:
    """What the tests of one request found: the states of the tested statements and their rows, and the layers with
    these put in; `telling` are the numbers of those whose reason names the request's resource. `near` keeps the nearest
    statement by the layer that decided, `told` what `explain` makes of it; answers that differ in such reasons alone
    share both.
    """

    __slots__ = ("layers", "near", "rows", "states", "telling", "told")

    def __init__(self, states: list[Any], layers: list[dict[str, Any]], rows: list[Row], telling: list[int]):
        self.states, self.layers, self.rows, self.telling = states, layers, rows, telling
        self.near: dict[tuple[str, str], Considered | None] = {}
        self.told: dict[Any, Any] = {}


class View:
    """An action's outline for one caller. `tried` has for each statement that is tested for every answer: its number,
    its state as far as the principal goes, and the part that does not match where the test fails. `tests` has the same
    by the beginning of a resource, with the test, for the others.
    """

    __slots__ = ("caller", "outline", "seen", "states", "tests", "tried", "untried")

    def __init__(self, outline: Outline, caller: Caller, bounded: bool):
        self.outline, self.caller = outline, caller
        self.seen: dict[Any, Seen] = {}
        self.tests: dict[str, list[Test]] = {}
        self.states = outline.initial.copy()
        for number, statement in enumerate(outline.tested):
            principals = statement.principals
            if principals is not None:
                self.states[number] |= principals.grants(caller)
                if not concerns(statement, caller, bounded):
                    self.states[number] |= PRINCIPAL
        numbers = [number for number in outline.tried if not self.states[number] & PRINCIPAL]
        self.tried = [(number, self.states[number], self._failing(number)) for number in numbers]
        self.untried = sorted(set(range(len(self.states))).difference(numbers))

    def _failing(self, number: int) -> int:
        return failing(self.outline.tested[number], self.states[number])

    def look(self, request: Request, tried: list[bool], spared: str | None) -> Seen:
        """The evidence of one request; `spared` is the layer whose denies do not count."""
        states = self._tested(request, tried)
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
        """The tests of the statements not tried, for resources that begin so."""
        tests: list[Test] = []
        for number in self.untried:
            statement, state, part = self.outline.tested[number], self.states[number], self._failing(number)
            if part == RESOURCE and not statement.resources.may_begin(beginning):
                tests.append((number, None, state | RESOURCE, 0))
            elif part == LOOK:
                tests.append((number, None, state | LOOK, 0))
            else:
                tests.append((number, statement.applies, state, part))
        if len(self.tests) >= KEPT_BEGINNINGS:
            self.tests.clear()
        self.tests[beginning] = tests
        return tests

    def _tested(self, request: Request, tried: list[bool]) -> list[Any]:
        """The state of each tested statement, with the conditions and values that its reason names."""
        resource = request.resource
        beginning = resource[:BEGINNING]
        states: list[Any] = self.states.copy()
        for (number, state, part), applies in zip(self.tried, tried, strict=True):
            if not applies:
                states[number] = state | part
        tests = self.tests.get(beginning)
        for number, test, state, part in self._settle(beginning) if tests is None else tests:
            states[number] = state if test is None or test(request) else state | part
        for number, matches, conditions in self.outline.looked_at:
            if not states[number] & LOOK:
                continue
            bits = states[number] ^ LOOK
            failed: list[Any] = []
            if matches is not None and not matches(resource, request):
                bits |= RESOURCE
            for condition in conditions:
                if not condition.test(request):
                    bits |= CONDITION
                    if bits & (SELECTED | PARTS) == SELECTED | CONDITION:
                        failed = _failed(conditions, condition, request)
                    break
            states[number] = (bits, *failed) if failed else bits
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
        pairs = zip(tested, states, strict=True)
        made = [statement.rows.get(state) or self._row(statement, state) for statement, state in pairs]
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


def concerns(statement: Statement, caller: Caller, bounded: bool) -> bool:
    """Whether the principals of a statement cover the caller, as its effect has it."""
    principals = statement.principals
    if principals is None:
        return True
    return principals.denies(caller, bounded) if statement.deny else principals.grants(caller) > 0


def trial_of(policies: Policies, plan: Plan, caller: Caller, action: str) -> tuple[Callable[[Request], bool], ...]:
    """The tests of the statements about the action that bind and concern the caller, kept with the plan."""
    if len(plan.trials) >= KEPT_VIEWS:
        plan.trials.clear()
    bounded = is_bounded(policies, caller)
    plan.trials[caller] = found = tuple(
        [
            statement.applies
            for statement in statements_about(policies, caller.group, action)
            if concerns(statement, caller, bounded)
        ]
    )
    return found


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


def tried(request: Request, policies: Policies) -> list[bool]:
    """Which of the statements about the action apply; a statement that concerns others is left out."""
    principal = request.principal
    if type(principal) is str and request.session_issuer is None:
        caller = callers.get(principal) or caller_of(request)
    else:
        caller = caller_of(request)
    plan = policies.plans[caller.group].get(request.action) or policies.plan(caller.group, request.action)
    trial = plan.trials.get(caller)
    if trial is None:
        trial = trial_of(policies, plan, caller, request.action)
    return [applies(request) for applies in trial]
