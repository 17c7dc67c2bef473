"""Single edits of a request or its policies, each with what comes of it: the steps of which `whatif` makes changes."""

from dataclasses import dataclass, replace
from typing import Any

from .arns import Caller
from .compile import Policy, compile_document
from .evaluate import Policies, Request, caller_of
from .plan import Entry
from .sentences import owner_word
from .statement import as_list

LAYER_NAMES = {
    "scp": "the organisation's policy",
    "rcp": "the organisation's resource control policy",
    "vpce": "the endpoint's policy",
    "boundary": "the permissions boundary",
    "session": "the session policy",
    "resource": "the resource's own policy",
    "identity": "an identity policy",
}
FIELDS = {"identity": "identity", "boundary": "boundaries", "session": "session", "vpce": "vpce"}
WILD, ALL = 10, 100  # how many a pattern with a wildcard counts for, and how many `*`


@dataclass(frozen=True, slots=True)
class Step:
    """One edit: `kind` is remove-statement, add-action, correct-action, add-resource, add-principal, add-value,
    except-principal, add-statement, attach-policy or set-key.
    """

    kind: str
    layer: str
    policy: str
    sentence: str
    permissions: int  # pairs of action and resource that it newly allows, roughly
    request: Request
    policies: Policies
    document: dict[str, Any] | None = None


def named(entry: Entry) -> str:
    where = entry.policy.name or LAYER_NAMES.get(entry.layer, entry.layer)
    return f"statement {entry.statement.name} of {where}"


def where_named(layer: str, request: Request) -> str:
    """The layer's policy, in which a statement is put."""
    return f"the {owner_word(request)}" if layer == "resource" else LAYER_NAMES[layer]


def breadth(values: Any) -> int:
    """How many things a list of patterns names, roughly."""
    texts = [text for text in as_list(values) if isinstance(text, str)]
    return max(1, sum(ALL if text == "*" else WILD if "*" in text or "?" in text else 1 for text in texts))


def reach(raw: dict[str, Any]) -> int:
    """How much a statement allows or forbids, roughly."""
    wide = ALL * ALL if "NotAction" in raw or "NotResource" in raw else 1
    return wide * breadth(raw.get("Action", "*")) * breadth(raw.get("Resource", "x"))


# Edits -------------------------------------------------------------------------------------------


def rewritten(
    request: Request,
    policies: Policies,
    entry: Entry,
    statement: dict[str, Any] | None,
    kind: str,
    sentence: str,
    permissions: int,
) -> Step:
    """A statement exchanged, or left out where None stands for it."""
    statements = list(entry.policy.document.raw_statements)
    statements[entry.statement.index : entry.statement.index + 1] = [] if statement is None else [statement]
    document = {**entry.policy.document.source, "Statement": statements}
    changed = exchanged(policies, entry, document)
    return Step(kind, entry.layer, entry.policy.name, sentence, permissions, request, changed, document)


def without(request: Request, policies: Policies, entry: Entry) -> Step:
    sentence = f"Remove {named(entry)}."
    return rewritten(request, policies, entry, None, "remove-statement", sentence, reach(entry.statement.raw))


def longer(request: Request, policies: Policies, entry: Entry, element: str, value: str, kind: str) -> Step:
    """A value added to a list of a statement."""
    raw = entry.statement.raw
    changed = {**raw, element: [*as_list(raw.get(element, [])), value]}
    other = raw.get("Action", "*") if element == "Resource" else raw.get("Resource", "x")
    sentence = f'Add the {element.lower()} "{value}" to {named(entry)}.'
    return rewritten(request, policies, entry, changed, kind, sentence, breadth(value) * breadth(other))


def with_caller(request: Request, policies: Policies, entry: Entry, element: str) -> Step | None:
    """The caller added to the principals that a statement names, or to those it excepts."""
    raw, caller = entry.statement.raw, caller_of(request)
    key, name = principal_entry(caller)
    listed = raw.get(element)
    if not name or not isinstance(listed, dict):
        return None
    changed = {**raw, element: {**listed, key: [*as_list(listed.get(key, [])), name]}}
    if element == "NotPrincipal":
        sentence = f'Except "{name}" from {named(entry)}, in its NotPrincipal.'
        return rewritten(request, policies, entry, changed, "except-principal", sentence, reach(raw))
    sentence = f'Add the principal "{name}" to {named(entry)}.'
    return rewritten(request, policies, entry, changed, "add-principal", sentence, reach(raw))


def principal_entry(caller: Caller) -> tuple[str, str]:
    """Key and value by which a Principal element names the caller; nothing for an anonymous one."""
    if caller.kind in ("service", "provider"):
        return ("Service" if caller.kind == "service" else "Federated"), caller.name
    return "AWS", caller.issuer or caller.arn or ""


def new_statement(request: Request, policies: Policies, layer: str, effect: str = "Allow") -> Step:
    """The narrowest new statement: this action on this resource."""
    statement: dict[str, Any] = {"Effect": effect, "Action": request.action, "Resource": request.resource}
    if layer == "resource":
        key, name = principal_entry(caller_of(request))
        statement["Principal"] = {key: name or "*"}
        if request.action.lower().startswith("sts:"):
            del statement["Resource"]
    document = {"Version": "2012-10-17", "Statement": [statement]}
    if layer == "scp":
        changed = replace(policies, scps=tuple(_grown(level, statement) for level in policies.scps or ()))
    elif layer == "resource":
        held = (policies.resource,) if policies.resource else ()
        changed = replace(policies, resource=_grown(held, statement)[0])
    elif layer == "identity":
        changed = replace(policies, identity=(*policies.identity, new_policy(document)))
    else:
        field = FIELDS[layer]
        changed = _put(policies, field, _grown(tuple(getattr(policies, field) or ()), statement))
    text = f"{effect} {request.action} on {request.resource} in {where_named(layer, request)}."
    return Step("add-statement", layer, "", text, int(effect == "Allow"), request, changed, document)


def _grown(policies: tuple[Policy, ...], statement: dict[str, Any]) -> tuple[Policy, ...]:
    """The first policy with one statement more, or a new one."""
    if not policies:
        return (new_policy({"Version": "2012-10-17", "Statement": [statement]}),)
    first = policies[0]
    source = {**first.document.source, "Statement": [*first.document.raw_statements, statement]}
    return (first._replace(document=compile_document(source)), *policies[1:])


def new_policy(source: dict[str, Any]) -> Policy:
    return Policy(compile_document(source), "new policy")


# Putting in --------------------------------------------------------------------------------------


def exchanged(policies: Policies, entry: Entry, document: dict[str, Any]) -> Policies:
    """The policies with another document in the place of the entry's."""
    new = entry.policy._replace(document=compile_document(document))

    def other(held: tuple[Policy, ...] | None) -> tuple[Policy, ...]:
        return tuple(new if policy is entry.policy else policy for policy in held or ())

    if entry.layer == "resource":
        return replace(policies, resource=new)
    if entry.layer in ("scp", "rcp"):
        levels = getattr(policies, f"{entry.layer}s") or ()
        return _put(policies, f"{entry.layer}s", tuple(other(level) for level in levels))
    field = FIELDS[entry.layer]
    return _put(policies, field, other(getattr(policies, field)))


def _put(policies: Policies, field: str, value: Any) -> Policies:
    changed: dict[str, Any] = {field: value}
    return replace(policies, **changed)
