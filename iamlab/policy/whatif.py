"""What would change a decision: small edits that flip it, each proved by evaluating again, fewest permissions first.

for change in changes(request, policies, decision, attachable=own_policies):
    change.sentence    # 'Add the resource "arn:aws:s3:::bills/*" to statement Write of BillWrite.'
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from .compile import Policy, as_list, compile_document
from .conditions import Condition
from .evaluate import Policies, Request, caller_of, evaluate
from .evidence import Judged
from .masks import Universe
from .operators import OPERATORS, read_operator
from .plan import EXPLICIT, Decision, Entry
from .reasons import shown_value

MOST_STEPS = 4  # edits that one change may consist of
LAYER_NAMES = {
    "scp": "the organisation's policy",
    "vpce": "the endpoint's policy",
    "boundary": "the permissions boundary",
    "session": "the session policy",
    "resource": "the resource's own policy",
    "identity": "an identity policy",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One edit: `kind` is remove-statement, add-action, add-resource, add-statement, attach-policy or set-key."""

    kind: str
    layer: str
    policy: str
    sentence: str
    permissions: int  # pairs of action and resource that it newly allows, roughly
    request: Request
    policies: Policies
    document: dict[str, Any] | None = None


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
        yield _without(request, policies, entry)
        return
    judged = Judged(request, policies)
    layer = decision.layer
    for entry, row, binds in judged.considered:
        statement = entry.statement
        if statement.deny or not binds or entry.layer != layer or row["applies"] or not row["principal"]:
            continue
        failed = [condition for condition in statement.conditions if not condition.test(request)]
        if row["resource"]:
            yield from _satisfy(request, policies, entry, failed)
        elif not failed and "Resource" in statement.raw:
            yield _edited(request, policies, entry, "Resource", request.resource, "add-resource")
    yield from _add_actions(judged, policies, layer)
    yield from _add_statement(request, policies, layer)
    for policy in attachable if layer == "identity" else ():
        yield _attach(request, policies, policy)


def _add_actions(judged: Judged, policies: Policies, layer: str) -> Iterator[Step]:
    """The action added to an Allow whose other parts match already."""
    request = judged.request
    service = request.action.partition(":")[0].lower()
    for held_layer, kind, level, binds, held in judged.outline.held:
        if held_layer != layer or not binds:
            continue
        for policy in held:
            for number, raw in enumerate(policy.document.raw_statements):
                actions = [one for one in as_list(raw.get("Action")) if isinstance(one, str)]
                if raw.get("Effect") != "Allow" or not any(one.lower().startswith(f"{service}:") for one in actions):
                    continue
                statement = policy.document.statement(number, kind)
                if judged.fits(statement):
                    entry = Entry(layer, policy, statement, level)
                    yield _edited(request, policies, entry, "Action", request.action, "add-action")


def _edited(request: Request, policies: Policies, entry: Entry, element: str, value: str, kind: str) -> Step:
    """A value added to a list of a statement."""
    raw = entry.statement.raw
    longer = [*as_list(raw.get(element, [])), value]
    other = "Action" if element == "Resource" else "Resource"
    sentence = f'Add the {element.lower()} "{value}" to {_named(entry)}.'
    document = _rewritten(entry, {**raw, element: longer})
    width = max(1, len(as_list(raw.get(other, []))))
    changed = _exchange(policies, entry, document)
    return Step(kind, entry.layer, entry.policy.name, sentence, width, request, changed, document)


def _add_statement(request: Request, policies: Policies, layer: str) -> Iterator[Step]:
    """The narrowest new statement: this action on this resource."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": request.action, "Resource": request.resource}
    if layer == "resource":
        caller = caller_of(request)
        named = caller.issuer or caller.arn
        statement["Principal"] = request.principal if isinstance(request.principal, dict) else {"AWS": named or "*"}
        if request.action.lower().startswith("sts:"):
            del statement["Resource"]
    if layer == "scp":
        levels = [_grown(level, statement) for level in policies.scps or ()]
        changed = replace(policies, scps=tuple(levels))
    elif layer == "resource":
        held = (policies.resource,) if policies.resource else ()
        changed = replace(policies, resource=_grown(held, statement)[0])
    else:
        field = FIELDS[layer]
        held = tuple(getattr(policies, field) or ())
        if layer == "identity":
            changed = replace(policies, identity=(*held, _policy({"Version": "2012-10-17", "Statement": [statement]})))
        else:
            changed = _put(policies, field, _grown(held, statement))
    text = f"Allow {request.action} on {request.resource} in {LAYER_NAMES[layer]}."
    document = {"Version": "2012-10-17", "Statement": [statement]}
    yield Step("add-statement", layer, "", text, 1, request, changed, document)


def _grown(policies: tuple[Policy, ...], statement: dict[str, Any]) -> tuple[Policy, ...]:
    """The first policy with one statement more, or a new one."""
    if not policies:
        return (_policy({"Version": "2012-10-17", "Statement": [statement]}),)
    first = policies[0]
    source = {**first.document.source, "Statement": [*first.document.raw_statements, statement]}
    return (first._replace(document=compile_document(source)), *policies[1:])


def _policy(source: dict[str, Any]) -> Policy:
    return Policy(compile_document(source), "new policy")


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
        said.append(f"{condition.key} to {shown_value(value)}")
    if said:
        sentence = f"Have the request bring {', '.join(said)}, as {_named(entry)} demands."
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
                sentence = f"Have the request bring {condition.key} as {shown}: {_named(entry)} then does not apply."
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
    value = condition.values[0].partition("/")[0] if OPERATORS[name.base].type == "ip" else condition.values[0]
    return [value] if name.quantifier else value


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
        yield _without(request, policies, entry)
    statement = {"Effect": "Deny", "Action": request.action, "Resource": request.resource}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    changed = replace(policies, identity=(*policies.identity, _policy(document)))
    text = f"Deny {request.action} on {request.resource} in {LAYER_NAMES['identity']}."
    yield Step("add-statement", "identity", "", text, 0, request, changed, document)


def _without(request: Request, policies: Policies, entry: Entry) -> Step:
    document = _rewritten(entry, None)
    changed = _exchange(policies, entry, document)
    sentence = f"Remove {_named(entry)}."
    return Step("remove-statement", entry.layer, entry.policy.name, sentence, 1, request, changed, document)


# Editing -----------------------------------------------------------------------------------------

FIELDS = {"identity": "identity", "boundary": "boundaries", "session": "session", "vpce": "vpce"}


def _named(entry: Entry) -> str:
    where = entry.policy.name or LAYER_NAMES.get(entry.layer, entry.layer)
    return f"statement {entry.statement.name} of {where}"


def _rewritten(entry: Entry, statement: dict[str, Any] | None) -> dict[str, Any]:
    """The entry's document with its statement exchanged, or left out."""
    statements = list(entry.policy.document.raw_statements)
    statements[entry.statement.index : entry.statement.index + 1] = [] if statement is None else [statement]
    return {**entry.policy.document.source, "Statement": statements}


def _exchange(policies: Policies, entry: Entry, document: dict[str, Any]) -> Policies:
    new = entry.policy._replace(document=compile_document(document))

    def exchanged(held: tuple[Policy, ...] | None) -> tuple[Policy, ...]:
        return tuple(new if policy is entry.policy else policy for policy in held or ())

    if entry.layer == "resource":
        return replace(policies, resource=new)
    if entry.layer in ("scp", "rcp"):
        levels = getattr(policies, f"{entry.layer}s") or ()
        return _put(policies, f"{entry.layer}s", tuple(exchanged(level) for level in levels))
    field = FIELDS[entry.layer]
    return _put(policies, field, exchanged(getattr(policies, field)))


def _put(policies: Policies, field: str, value: Any) -> Policies:
    changed: dict[str, Any] = {field: value}
    return replace(policies, **changed)
