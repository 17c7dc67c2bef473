"""The evidence of a decision: each layer in order, each statement with the parts that matched and why others did not.

Built from the same matchers as the decision, and only when somebody looks. Every statement that hangs on the request is
put to the test each time; rows, and whole answers of small policies, are kept by what the tests found.
"""

from collections.abc import Callable, Iterator
from typing import Any

from .arns import Caller
from .compile import Statement
from .conditions import Condition
from .evaluate import Policies, Request, caller_of, is_bounded, spared_layer
from .outline import (
    CONDITION,
    FAILS,
    GRANTING,
    LOOK,
    PARTS,
    PRINCIPAL,
    RESOURCE,
    SELECTED,
    Considered,
    Outline,
    Row,
    failing,
    listed,
    outline_of,
    policy_row,
    row_of,
)
from .plan import Decision, Entry
from .reasons import action_reason, condition_reason, principal_reason, resource_reason

KEPT_SEEN, KEPT_TESTED = 32, 64  # answers kept for an action and a caller; of no more than so many tests
BEGINNING, KEPT_BEGINNINGS = 12, 32  # characters of a resource, most often as far as its service
KEPT_VIEWS = 64  # callers of an action
KEPT_ROWS = 64  # for each statement

Test = tuple[Callable[[Request], bool] | None, int, int]


# How close a statement comes to granting, by the parts that do not match: the principal weighs most.
CLOSENESS = {
    parts: 2 * sum(weight for part, weight in ((PRINCIPAL, 4), (RESOURCE, 2), (CONDITION, 1)) if not parts & part)
    for parts in range(PARTS + 1)
}


class View:
    """An action's outline for one caller. `tests` has by the beginning of a resource, for each tested statement: its
    test, its state as far as principal and beginning go, and the part that does not match where the test fails.
    """

    __slots__ = ("outline", "seen", "states", "tests")

    def __init__(self, outline: Outline, caller: Caller, bounded: bool):
        self.outline = outline
        self.seen: dict[Any, Seen] = {}
        self.tests: dict[str, list[Test]] = {}
        self.states = outline.initial.copy()
        for number, statement in enumerate(outline.tested):
            principals = statement.principals
            if principals is not None:
                grant = principals.grants(caller)
                matches = principals.denies(caller, bounded) if statement.deny else grant > 0
                self.states[number] |= grant | (0 if matches else PRINCIPAL)

    def settle(self, beginning: str) -> list[Test]:
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


class Seen:
    """What the tests of one request found: its layers, and the rows of the tested statements; `telling` are the numbers
    of those whose reason names the request's resource. `near` keeps the nearest statement by the layer that decided,
    `told` what `explain` makes of it; answers that differ in such reasons alone share both.
    """

    __slots__ = ("layers", "near", "rows", "states", "telling", "told")

    def __init__(self, states: list[Any], layers: list[dict[str, Any]], rows: list[Row]):
        self.states, self.layers, self.rows = states, layers, rows
        self.telling: list[int] = []
        self.near: dict[str, Considered | None] = {}
        self.told: dict[Any, Any] = {}


class Judged:
    """One request with its policies, looked at statement by statement."""

    __slots__ = ("caller", "outline", "policies", "request", "seen", "spared")

    def __init__(self, request: Request, policies: Policies):
        self.request, self.policies = request, policies
        self.caller = caller = caller_of(request)
        plan = policies.plan(caller.group, request.action)
        self.spared = spared_layer(request, caller) if plan.special else None
        outline = plan.outline
        if outline is None:
            outline = plan.outline = outline_of(policies, caller.group, request.action)
        self.outline: Outline = outline
        view = outline.views.get(caller)
        if view is None:
            if len(outline.views) >= KEPT_VIEWS:
                outline.views.clear()
            view = outline.views[caller] = View(outline, caller, is_bounded(policies, caller))
        self.seen: Seen = self._look(view)

    @property
    def considered(self) -> Iterator[tuple[Entry, Row, bool]]:
        """Each statement about the request's action, its row, and whether its layer binds the caller."""
        for one in self.outline.considered:
            yield one.entry, self.row(one), one.binds

    def row(self, one: Considered) -> Row:
        return one.row if one.row is not None else self.seen.rows[one.number]

    def fails(self, one: Considered) -> int:
        """The parts of it that do not match."""
        state = 0 if one.row is not None else self.seen.states[one.number]
        return (state[0] if isinstance(state, tuple) else state) & PARTS

    def fits(self, statement: Statement) -> bool:
        """Whether everything but the action of an Allow matches."""
        principals = statement.principals
        return (principals is None or principals.grants(self.caller) > 0) and statement.applies(self.request)

    # Testing

    def _look(self, view: View) -> Seen:
        states, telling = self._states(view)
        if len(states) > KEPT_TESTED:
            return self._told_apart(self._assembled(states), telling)
        key = (self.spared, *states) if self.spared else tuple(states)
        seen = view.seen.get(key)
        if seen is None:
            if len(view.seen) >= KEPT_SEEN:
                view.seen.clear()
            seen = view.seen[key] = self._assembled(states)
        return self._told_apart(seen, telling) if telling else seen

    def _states(self, view: View) -> tuple[list[Any], list[int]]:
        """The state of each tested statement, with the conditions and values that its reason names; and the numbers of
        those whose reason names the resource.
        """
        request, outline = self.request, self.outline
        resource = request.resource
        beginning = resource[:BEGINNING]
        tests = view.tests.get(beginning) or view.settle(beginning)
        states: list[Any] = [
            state if applies is None or applies(request) else state | part for applies, state, part in tests
        ]
        for number, matches, conditions in outline.looked_at:
            state = states[number]
            if matches is not None and not matches(resource, request):
                state |= RESOURCE
            for condition in conditions:
                if not condition.test(request):
                    state |= CONDITION
                    break
            only_condition = state & (SELECTED | PARTS) == SELECTED | CONDITION
            states[number] = (state, *self._failed(conditions)) if only_condition else state
        telling = []
        for number in outline.selected:
            state = states[number]
            if type(state) is int and state >= FAILS and not state & PRINCIPAL:
                telling.append(number)
        return states, telling

    def _failed(self, conditions: tuple[Condition, ...]) -> list[Any]:
        """The conditions that do not hold, each followed by the request's value."""
        request, found = self.request, list[Any]()
        for condition in conditions:
            if len(conditions) == 1 or not condition.test(request):
                value = condition.value(request)
                found += condition, tuple(value) if isinstance(value, list) else value
        return found

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

    def _assembled(self, states: list[Any]) -> Seen:
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
            row["outcome"] = layer.outcome(allows=allows, denies=denies and row["layer"] != self.spared)
        return Seen(states, found, made)

    def _told_apart(self, seen: Seen, telling: list[int]) -> Seen:
        """The same with the reasons that name the request's resource put in, in copies of what holds them."""
        outline, layers, rows = self.outline, seen.layers.copy(), seen.rows.copy()
        opened: dict[tuple[int, int], list[Row]] = {}
        for number in telling:
            statement, path = outline.tested[number], outline.paths[number]
            rows[number] = rows[number].but(resource_reason(statement, self.request))
            if path not in opened:
                place, which = path
                layer = layers[place] = layers[place].copy()
                policies = layer["policies"] = layer["policies"].copy()
                policy = policies[which] = policies[which].copy()
                opened[path] = policy["statements"] = policy["statements"].copy()
            opened[path][statement.index] = rows[number]
        told = Seen(seen.states, layers, rows)
        told.telling, told.near, told.told = telling, seen.near, seen.told
        return told


# Looking -----------------------------------------------------------------------------------------


def entry_row(entry: Entry) -> dict[str, Any]:
    if entry.row is None:
        entry.row = {
            "layer": entry.layer,
            "level": entry.level,
            "policy": entry.policy.name,
            "arn": entry.policy.arn,
            "via": entry.policy.via,
            "statement": entry.statement.name,
            "index": entry.statement.index,
            "effect": "Deny" if entry.statement.deny else "Allow",
        }
    return entry.row


def missing_keys(judged: Judged) -> list[str]:
    """Condition keys that a statement about this action asks for and the request does not have."""
    request = judged.request
    context = request.context
    return [
        condition.key
        for condition in judged.outline.asked
        if context.get(condition.key) is None and condition.value(request) is None
    ]


def some_allow(judged: Judged) -> Entry | None:
    """An Allow of an identity or resource policy that applies."""
    return next((one.entry for one in judged.outline.grants if not judged.fails(one)), None)


def nearest(judged: Judged, decision: Decision) -> Considered | None:
    """The Allow that comes closest to granting: most parts match, action before resource before condition.

    Statements about other actions of the service are looked at only where none is about the request's.
    """
    kept = judged.seen.near
    if decision.layer not in kept:
        kept[decision.layer] = _nearest(judged, decision) or next(_of_other_action(judged), None)
    return kept[decision.layer]


def _nearest(judged: Judged, decision: Decision) -> Considered | None:
    best, closest = -1, None
    for one in judged.outline.grants:
        score = CLOSENESS[judged.fails(one)] + (one.entry.layer == decision.layer)
        if score > best:
            best, closest = score, one
    return closest


def _of_other_action(judged: Judged) -> Iterator[Considered]:
    service = judged.request.action.lower().partition(":")[0]
    place = 0
    for layer, kind, level, binds, held in judged.outline.held:
        if not held and layer != "scp":
            continue
        policies = judged.seen.layers[place]["policies"]
        place += 1
        for policy, shown in zip(held, policies, strict=True) if binds and layer in GRANTING else ():
            document = policy.document
            for number in listed(document, kind).allows_about(document, service):
                row = shown["statements"][number]
                if row["resource"] and row["principal"]:
                    yield Considered(Entry(layer, policy, document.statement(number, kind), level), True, -1, row)
