"""Empty lists and objects: well-formed, and seldom what was meant."""

from collections.abc import Iterator

from .model import Found, Place, Policy, Statement, place_of, shown, split_operator


def check(policy: Policy) -> Iterator[Found]:
    for statement in policy.statements:
        for name in ("Action", "NotAction", "Resource", "NotResource"):
            yield from _list(statement, name)
        yield from _principal(statement)
        yield from _condition(statement)


def _list(statement: Statement, name: str) -> Iterator[Found]:
    member = statement.elements.get(name)
    if member is not None and member.node.kind == "array" and not member.node.value:
        effect = "matches nothing" if name in ("Action", "Resource") else "leaves out nothing"
        code = "EMPTY_ARRAY_ACTION" if name.endswith("Action") else "EMPTY_ARRAY_RESOURCE"
        message = f"The empty list of `{name}` {effect}."
        yield Found(
            code, place_of(statement.paths[name], member.node), message, "Fill the list, or delete the statement."
        )


def _principal(statement: Statement) -> Iterator[Found]:
    for name in ("Principal", "NotPrincipal"):
        member = statement.elements.get(name)
        if member is None or member.node.kind not in ("object", "array"):
            continue
        path = statement.paths[name]
        if not member.node.value:
            code = "EMPTY_OBJECT_PRINCIPAL" if member.node.kind == "object" else "EMPTY_ARRAY_PRINCIPAL"
            message = f"The empty `{name}` names nobody."
            yield Found(code, place_of(path, member.node), message, "Name a principal, or delete the statement.")
        for entry in member.node.value if member.node.kind == "object" else ():
            if entry.node.kind == "array" and not entry.node.value:
                message = f"The empty list of {shown(entry.name)} names nobody."
                place = place_of((*path, entry.name), entry.node)
                yield Found("EMPTY_ARRAY_PRINCIPAL", place, message, "Name a principal, or delete the entry.")


def _condition(statement: Statement) -> Iterator[Found]:
    member = statement.elements.get("Condition")
    if member is None or member.node.kind != "object":
        return
    path = statement.paths["Condition"]
    if not member.node.value:
        yield _empty_object(place_of(path, member.node), "`Condition`")
    for block in member.node.value:
        if block.node.kind != "object":
            continue
        if not block.node.value:
            yield _empty_object(place_of((*path, block.name), block.node), shown(block.name))
        for key in block.node.value:
            if key.node.kind == "array" and not key.node.value:
                yield _empty_values(block.name, place_of((*path, block.name, key.name), key.node), key.name)


def _empty_object(place: Place, what: str) -> Found:
    message = f"The empty object of {what} restricts nothing."
    return Found("EMPTY_OBJECT_CONDITION", place, message, "Delete it, or write the condition that you meant.")


def _empty_values(operator: str, place: Place, key: str) -> Found:
    base, set_operator, if_exists = split_operator(operator)
    if set_operator == "ForAllValues":
        code, effect = "EMPTY_ARRAY_CONDITION_FORALLVALUES", "is true only when the key is missing or has no values"
    elif set_operator == "ForAnyValue":
        code, effect = "EMPTY_ARRAY_CONDITION_FORANYVALUE", "is never true"
    elif if_exists:
        code, effect = "EMPTY_ARRAY_CONDITION_IFEXISTS", "is true only when the key is missing"
    else:
        code, effect = "EMPTY_ARRAY_CONDITION", "is always true" if "Not" in base else "is never true"
    message = f"{shown(key)} has no values to be compared with: the condition {effect}."
    return Found(code, place, message, "Fill the list, or say the same with `Null`.")
