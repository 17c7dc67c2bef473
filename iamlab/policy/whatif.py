"""What would change a decision: small edits that flip it, each proved by evaluating again, fewest permissions first.

for change in changes(request, policies, decision, attachable=own_policies):
    change.sentence    # 'Add the resource "arn:aws:s3:::bills/*" to statement Write of BillWrite.'
"""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from .arns import OUTSIDE, ROOT
from .compile import Policy
from .conditions import Condition
from .edits import Step, longer, named, new_statement, reach, rewritten, with_caller, without
from .evaluate import Policies, Request, caller_of, evaluate
from .evidence import Judged, judged
from .masks import Universe
from .operators import OPERATORS, number, read_operator
from .plan import EXPLICIT, Decision, Entry
from .reasons import shown_value, slip_of
from .statement import as_list

MOST_STEPS = 4  # edits that one change may consist of
BESIDE = {"NumericLessThan": -1, "NumericGreaterThan": 1}  # how far from the limit a number is that meets it
MOST_TRIED = 24  # statements that are edited for one decision


@dataclass(frozen=True, slots=True)
class Change:
    """Steps that together flip the decision, and the request and policies after them."""

    steps: tuple[Step, ...]

    @property
    def sentence(self) -> str:
        return " Then: ".join(step.sentence for step in self.steps)

    @property
    def permissions(self) -> int:
        return sum(step.permissions for step in self.steps)


def changes(
    request: Request, policies: Policies, decision: Decision, *, attachable: Iterable[Policy] = (), most: int = 8
) -> list[Change]:
    """Changes that flip the decision, verified, fewest steps and then fewest extra permissions first.

    `attachable` are policies that could be attached to the principal as they are.
    """
    if decision.allowed:
        found = [Change((step,)) for step in _closing(request, policies, decision)]
        return [change for change in found if not _outcome(change.steps[-1]).allowed][:most]
    found, open_ends = [], [Change((step,)) for step in _opening(request, policies, decision, tuple(attachable))]
    for _ in range(MOST_STEPS):
        remaining = []
        for change in open_ends:
            last = change.steps[-1]
            after = _outcome(last)
            if after.allowed:
                found.append(change)
            elif after != decision and len(change.steps) < MOST_STEPS:
                following = _opening(last.request, last.policies, after, ())
                remaining += [Change((*change.steps, step)) for step in list(following)[:2]]
        open_ends = remaining if not found else []
    return sorted(found, key=lambda change: (len(change.steps), change.permissions))[:most]


def _outcome(step: Step) -> Decision:
    return evaluate(step.request, step.policies)


# From denied to allowed --------------------------------------------------------------------------


def _opening(
    request: Request, policies: Policies, decision: Decision, attachable: tuple[Policy, ...]
) -> Iterator[Step]:
    if decision.layer == "guard":
        return
    if decision.outcome == EXPLICIT:
        entry = decision.statements[0]
        yield from _unmatch(request, policies, entry)
        if "NotPrincipal" in entry.statement.raw:
            yield from filter(None, [with_caller(request, policies, entry, "NotPrincipal")])
        yield without(request, policies, entry)
        return
    looked = judged(request, policies)
    layer = decision.layer
    yield from islice(_widened(looked, policies, layer), MOST_TRIED)
    yield from islice(_add_actions(looked, policies, layer), MOST_TRIED)
    yield new_statement(request, policies, layer)
    if layer == "identity" and policies.resource is not None:
        yield new_statement(request, policies, "resource")
    for policy in attachable if layer == "identity" else ():
        yield _attach(request, policies, policy)


def _widened(judged: Judged, policies: Policies, layer: str) -> Iterator[Step]:
    """The Allows about the action that one part keeps from applying, that part mended."""
    request = judged.request
    for entry, row, binds in judged.considered:
        statement = entry.statement
        if statement.deny or not binds or row["applies"]:
            continue
        if entry.layer != layer and (layer, entry.layer) != ("identity", "resource"):
            continue
        failed = [condition for condition in statement.conditions if not condition.test(request)]
        parts = (row["principal"], row["resource"], not failed)
        if parts == (False, True, True):
            yield from filter(None, [with_caller(request, policies, entry, "Principal")])
        elif parts == (True, False, True) and "Resource" in statement.raw:
            for value in _resources(statement.raw["Resource"], request.resource):
                yield longer(request, policies, entry, "Resource", value, "add-resource")
        elif parts == (True, True, False):
            yield from _satisfy(request, policies, entry, failed)
            yield from _add_value(request, policies, entry, failed)


def _resources(listed: Any, resource: str) -> list[str]:
    """The resource; before it all objects of the bucket, where a statement names the bucket in their place."""
    bucket, slash, _ = resource.partition("/")
    named_bucket = slash and resource.startswith("arn:aws:s3:::") and bucket in as_list(listed)
    return [resource, f"{bucket}/*"] if named_bucket else [resource]


def _add_actions(judged: Judged, policies: Policies, layer: str) -> Iterator[Step]:
    """The action added to an Allow whose other parts match already, or put in the place of a slip of the pen."""
    request = judged.request
    service = request.action.partition(":")[0].lower()
    for held in judged.outline.layers:
        if held.name != layer or not held.binds:
            continue
        for policy in [part.policy for part in held.parts]:
            for index, raw in enumerate(policy.document.raw_statements):
                actions = [one for one in as_list(raw.get("Action")) if isinstance(one, str)]
                if raw.get("Effect") != "Allow" or not any(one.lower().startswith(f"{service}:") for one in actions):
                    continue
                statement = policy.document.statement(index, held.kind)
                if judged.fits(statement):
                    entry = policies.entry(layer, held.row["level"], policy, statement)
                    yield from _corrected(request, policies, entry, actions)
                    yield longer(request, policies, entry, "Action", request.action, "add-action")


def _corrected(request: Request, policies: Policies, entry: Entry, actions: list[str]) -> Iterator[Step]:
    slip = slip_of(actions, request.action)
    if slip is not None:
        raw = entry.statement.raw
        changed = {**raw, "Action": [request.action if one == slip else one for one in actions]}
        sentence = f'Correct the action "{slip}" to "{request.action}" in {named(entry)}.'
        # What the statement was meant to allow is nothing extra.
        yield rewritten(request, policies, entry, changed, "correct-action", sentence, 1)


def _attach(request: Request, policies: Policies, policy: Policy) -> Step:
    changed = replace(policies, identity=(*policies.identity, policy))
    return Step("attach-policy", "identity", policy.name, f"Attach {policy.name}.", _width(policy), request, changed)


def _width(policy: Policy) -> int:
    """How much a policy allows: known actions, twice over where on everything."""
    from .effective import known_actions

    universe: Universe = known_actions()
    masks = universe.statement_masks(policy.document)
    return 10 + sum(
        bits.bit_count() * (2 if "*" in as_list(raw.get("Resource")) else 1)
        for raw, bits in zip(policy.document.raw_statements, masks, strict=True)
        if raw.get("Effect") == "Allow"
    )


# Conditions --------------------------------------------------------------------------------------


def _satisfy(request: Request, policies: Policies, entry: Entry, failed: list[Condition]) -> Iterator[Step]:
    """Every failed condition of an Allow satisfied by a value that it names."""
    context: dict[str, Any] = dict(request.context)
    said = []
    for condition in failed:
        value = _value_for(condition)
        if value is None:
            return
        _set(context, condition.key, value)
        said.append(f"{condition.key} as {shown_value(value)}")
    if said:
        sentence = f"Have the request bring {' and '.join(said)}, as {named(entry)} demands."
        yield Step("set-key", entry.layer, entry.policy.name, sentence, 0, replace(request, context=context), policies)


def _unmatch(request: Request, policies: Policies, entry: Entry) -> Iterator[Step]:
    """A Deny avoided by a request that its conditions do not cover."""
    for condition in entry.statement.conditions:
        for value in _other_values(condition):
            context: dict[str, Any] = dict(request.context)
            _set(context, condition.key, value)
            changed = replace(request, context=context)
            if not condition.test(changed):
                shown = "no value at all" if value is None else shown_value(value)
                sentence = f"Have the request bring {condition.key} as {shown}: {named(entry)} then does not apply."
                yield Step("set-key", entry.layer, entry.policy.name, sentence, 0, changed, policies)
                break


def _set(context: dict[str, Any], key: str, value: Any) -> None:
    for held in [held for held in context if held.lower() == key.lower()]:
        del context[held]
    if value is not None:
        context[key] = value


def _value_for(condition: Condition) -> Any:
    """A value that meets a condition: one that it names, where naming it suffices."""
    name = read_operator(condition.operator)
    if not name.known or name.base == "null" or not condition.values:
        return None
    if OPERATORS[name.base].negated or any("${" in value for value in condition.values):
        return None
    value, base = condition.values[0], OPERATORS[name.base]
    if base.type == "ip":
        value = _address_in(value)
    elif base.name in BESIDE and (limit := number(value)) is not None:
        value = format(limit + BESIDE[base.name], "f")
    return [value] if name.quantifier else value


def _address_in(text: str) -> str:
    """The first address of a range that a machine may have."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return text
    return str(next(iter(network.hosts()), network.network_address))


def _add_value(request: Request, policies: Policies, entry: Entry, failed: list[Condition]) -> Iterator[Step]:
    """The request's own value added to those that the only failed condition of an Allow names."""
    condition, raw = failed[0], entry.statement.raw
    name, value = read_operator(condition.operator), condition.value(request)
    if len(failed) > 1 or not condition.key or not name.known or name.base == "null" or name.quantifier:
        return
    base = OPERATORS[name.base]
    plain = isinstance(value, str) and value and not any(special in value for special in "*?$")
    if base.negated or base.type not in ("string", "arn", "ip") or not plain:
        return
    block = raw["Condition"]
    keys = block[condition.operator]
    values = [*as_list(keys[condition.key]), value]
    changed = {**raw, "Condition": {**block, condition.operator: {**keys, condition.key: values}}}
    sentence = f'Add the value "{value}" to the condition on {condition.key} of {named(entry)}.'
    yield rewritten(request, policies, entry, changed, "add-value", sentence, reach(raw))


def _other_values(condition: Condition) -> list[Any]:
    """Values that may lie outside a condition: the other truth, a value that a negated operator names, none."""
    name = read_operator(condition.operator)
    if not name.known or name.base == "null":
        return [None, "present"]
    if OPERATORS[name.base].type == "boolean":
        return ["true", "false", None]
    named: list[Any] = [value.partition("/")[0] for value in condition.values if "${" not in value]
    return [*([[value] for value in named] if name.quantifier else named), None]


# From allowed to denied --------------------------------------------------------------------------


def _closing(request: Request, policies: Policies, decision: Decision) -> Iterator[Step]:
    for entry in decision.statements:
        yield without(request, policies, entry)
    layers = ["identity"]
    if caller_of(request).group in (ROOT, OUTSIDE):  # no identity policy binds them
        layers = [layer for layer, held in (("resource", policies.resource), ("scp", policies.scps)) if held]
    for layer in layers:
        yield new_statement(request, policies, layer, "Deny")
