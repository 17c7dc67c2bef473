"""The shape of a document: its elements, their JSON types, and who may hold what."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from ..positions import Member, Node, duplicates
from .model import IDENTITY_TYPES, Found, Place, Policy, Statement, place_of, shown

TOP_ELEMENTS = ("Version", "Id", "Statement")
STATEMENT_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
VERSIONS = ("2012-10-17", "2008-10-17")
PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
SID_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")


def check(policy: Policy) -> Iterator[Found]:
    yield from _duplicates(policy)
    if policy.root.kind != "object":
        place = place_of((), policy.root)
        yield Found("DATA_TYPE_MISMATCH", place, "A policy is a JSON object.", "Begin with { and end with }.")
        return
    yield from _top(policy)
    for statement in policy.statements:
        yield from _elements(policy, statement)
        yield from _missing(policy, statement)
        yield from _types(statement)
    yield from _sids(policy)


def _duplicates(policy: Policy) -> Iterator[Found]:
    for path, member in duplicates(policy.root):
        message = f"{shown(member.name)} stands twice in the same object; only one of the two would count."
        place = Place((*path, member.name), member.start, member.end)
        yield Found("JSON_SYNTAX_ERROR", place, message, "Join the two values in one list, or delete one of them.")


def _top(policy: Policy) -> Iterator[Found]:
    for member in policy.root.value:
        if member.name not in TOP_ELEMENTS:
            yield _unknown_element((), member, TOP_ELEMENTS)
        elif member.name == "Id" and policy.type in (*IDENTITY_TYPES, "scp", "rcp"):
            message = "`Id` belongs to resource-based policies only."
            yield Found("INVALID_POLICY_ELEMENT", place_of(("Id",), member), message, "Delete the element.")
        elif member.name == "Id" and member.node.kind != "string":
            yield _mismatch(("Id",), member.node, "`Id`", "a string")
    yield from _version(policy)
    yield from _statement_list(policy)


def _version(policy: Policy) -> Iterator[Found]:
    node = policy.root.get("Version")
    if node is None:
        yield Found(
            "MISSING_VERSION",
            place_of((), policy.root),
            "Without `Version` the policy is read by the rules of 2008: policy variables stay plain text.",
            'Add "Version": "2012-10-17".',
        )
    elif node.kind != "string":
        yield _mismatch(("Version",), node, "`Version`", "a string")
    elif node.value not in VERSIONS:
        message = f"{shown(node.value)} is no version of the policy language; it is not a date of your own."
        yield Found("INVALID_VERSION", place_of(("Version",), node), message, 'Write "2012-10-17".')


def _statement_list(policy: Policy) -> Iterator[Found]:
    node = policy.root.get("Statement")
    if node is None or (node.kind == "array" and not node.value):
        place = place_of((), policy.root) if node is None else place_of(("Statement",), node)
        mend = "Add `Statement` with at least one statement."
        yield Found("MISSING_STATEMENT", place, "A policy without a statement says nothing.", mend)
        return
    items = enumerate(node.value) if node.kind == "array" else [(None, node)]
    for index, item in items:
        if item.kind != "object":
            path = ("Statement",) if index is None else ("Statement", index)
            yield _mismatch(path, item, "A statement", "an object")


def _unknown_element(path: tuple, member: Member, known: tuple[str, ...]) -> Found:
    by_case = {name.lower(): name for name in (*known, "Action", "Resource", "Statement")}
    near = get_close_matches(member.name.lower(), [name.lower() for name in known], n=1, cutoff=0.7)
    if near:
        mend = f"Write `{by_case[near[0]]}`: names of elements are compared exactly, capitals included."
    else:
        mend = "Delete it. The elements known here are " + ", ".join(known) + "."
    message = f"{shown(member.name)} is no element of {'a statement' if path else 'a policy'}."
    return Found("INVALID_POLICY_ELEMENT", place_of((*path, member.name), member), message, mend)


def _elements(policy: Policy, statement: Statement) -> Iterator[Found]:
    for name, member in statement.elements.items():
        if name not in STATEMENT_ELEMENTS:
            yield _unknown_element(statement.place.path, member, STATEMENT_ELEMENTS)
    for name, opposite in PAIRS:
        if statement.has(name) and statement.has(opposite):
            message = f"`{name}` and `{opposite}` cannot stand in one statement."
            mend = "Keep one of the two; for the other write a statement of its own."
            yield Found("UNSUPPORTED_ELEMENT_COMBINATION", statement.element(opposite), message, mend)
    if policy.type in IDENTITY_TYPES:
        for name in ("Principal", "NotPrincipal"):
            if statement.has(name):
                message = f"`{name}` has no place here: the policy applies to whoever it is attached to."
                mend = "Delete it, or put the policy on the resource."
                yield Found("UNSUPPORTED_PRINCIPAL", statement.element(name), message, mend)


def _missing(policy: Policy, statement: Statement) -> Iterator[Found]:
    if not statement.has("Effect"):
        mend = 'Add "Effect": "Allow" or "Effect": "Deny".'
        yield Found("MISSING_EFFECT", statement.place, "The statement neither allows nor denies.", mend)
    elif statement.elements["Effect"].node.kind == "string" and statement.effect not in ("Allow", "Deny"):
        right = statement.effect.capitalize()
        mend = f'Write "{right}".' if right in ("Allow", "Deny") else 'Write "Allow" or "Deny".'
        message = f"{shown(statement.effect)} is no effect; there are only `Allow` and `Deny`, spelt exactly so."
        node = statement.elements["Effect"].node
        yield Found("INVALID_EFFECT", place_of(statement.paths["Effect"], node), message, mend)
    if not statement.has("Action", "NotAction"):
        mend = 'Add `Action`, such as "Action": "s3:GetObject".'
        yield Found("MISSING_ACTION", statement.place, "The statement does not say what may be done.", mend)
    if policy.type != "trust" and not statement.has("Resource", "NotResource"):
        mend = 'Add `Resource`, such as "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*".'
        yield Found("MISSING_RESOURCE", statement.place, "The statement does not say on what it may be done.", mend)
    if policy.type in ("resource", "trust") and not statement.has("Principal", "NotPrincipal"):
        mend = 'Add `Principal`, such as "Principal": {"AWS": "arn:aws:iam::111122223333:user/Mario"}.'
        yield Found("MISSING_PRINCIPAL", statement.place, "The statement does not say who it is about.", mend)


def _types(statement: Statement) -> Iterator[Found]:
    for name, member in statement.elements.items():
        path, node = statement.paths[name], member.node
        if name in ("Sid", "Effect"):
            if node.kind != "string":
                yield _mismatch(path, node, f"`{name}`", "a string")
        elif name in ("Action", "NotAction", "Resource", "NotResource"):
            yield from _string_or_list(path, node, f"`{name}`")
        elif name in ("Principal", "NotPrincipal"):
            yield from _principal_types(path, node)
        elif name == "Condition":
            yield from _condition_types(path, node)


def _string_or_list(path: tuple, node: Node, what: str) -> Iterator[Found]:
    if node.kind == "array":
        for index, item in enumerate(node.value):
            if item.kind != "string":
                yield _mismatch((*path, index), item, f"Each entry of {what}", "a string")
    elif node.kind != "string":
        yield _mismatch(path, node, what, "a string or a list of strings")


def _principal_types(path: tuple, node: Node) -> Iterator[Found]:
    if node.kind == "object":
        for member in node.value:
            yield from _string_or_list((*path, member.name), member.node, shown(member.name))
    elif node.kind != "string":
        yield _mismatch(path, node, f"`{path[-1]}`", 'an object such as {"AWS": "..."}, or "*"')


def _condition_types(path: tuple, node: Node) -> Iterator[Found]:
    if node.kind != "object":
        yield _mismatch(path, node, "`Condition`", "an object of operators")
        return
    for block in node.value:
        above = (*path, block.name)
        if block.node.kind != "object":
            yield _mismatch(above, block.node, shown(block.name), "an object of condition keys")
            continue
        for member in block.node.value:
            items = member.node.value if member.node.kind == "array" else [member.node]
            for item in items:
                if item.kind in ("object", "array", "null"):
                    what = f"The value of {shown(member.name)}"
                    yield _mismatch((*above, member.name), item, what, "a string, number or Boolean, or a list of them")


def _mismatch(path: tuple, node: Node, what: str, wanted: str) -> Found:
    article = "an" if node.kind[0] in "ao" else "a"
    message = f"{what} must be {wanted}, not {'null' if node.kind == 'null' else f'{article} {node.kind}'}."
    return Found("DATA_TYPE_MISMATCH", place_of(path, node), message, f"Write {wanted}.")


def _sids(policy: Policy) -> Iterator[Found]:
    sids = [
        (s, s.elements["Sid"].node)
        for s in policy.statements
        if s.has("Sid") and s.elements["Sid"].node.kind == "string"
    ]
    seen: Counter[str] = Counter()
    for statement, node in sids:
        sid, place = node.value, place_of(statement.paths["Sid"], node)
        if not sid:
            message = "An empty `Sid` names nothing."
            yield Found("EMPTY_SID_VALUE", place, message, "Give the statement a name, or delete `Sid`.")
            continue
        if policy.type != "resource" and not SID_CHARACTERS.issuperset(sid):
            message = f"The `Sid` {shown(sid)} holds something else than letters and digits."
            yield Found("UNSUPPORTED_SID", place, message, "Use A to Z, a to z and 0 to 9 only: no spaces, no dashes.")
        seen[sid] += 1
        if seen[sid] == 2:
            code = "UNIQUE_SIDS_RECOMMENDED" if policy.type == "resource" else "UNIQUE_SIDS_REQUIRED"
            message = f"The `Sid` {shown(sid)} is used by more than one statement."
            yield Found(code, place, message, "Give each statement a name of its own.")
