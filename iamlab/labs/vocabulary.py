"""The closed vocabulary of checks: each test asks one thing of the world and answers true or false."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from iamlab.labs import event_tests, patterns, trust_tests
from iamlab.labs.inputs import VARIABLE
from iamlab.labs.view import View
from iamlab.policy.catalog import reference

Spec = Any
OUTCOMES = {"allow": "allowed", "implicit_deny": "implicitDeny", "explicit_deny": "explicitDeny"}
SELF_SERVICE = "arn:aws:iam::aws:policy/IAMUserChangePassword"
# What each request to AWS brings along: a policy that asks for it is as right as one that does not.
TLS = {"ContextKeyName": "aws:SecureTransport", "ContextKeyValues": ["true"], "ContextKeyType": "boolean"}
COMBINE = ("all", "any", "not")  # whose tests are filled each when it is asked
COSTS = {"event": 0, "order": 0, "answer": 0, "decision": 2, "unchanged": 2, "excess": 2, "trusts": 2}  # of others 1


def fill(value: Any, names: Mapping[str, str]) -> Any:
    """`{{names}}` replaced by what the learner chose; an unbound one stays and so fits nothing."""
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: names.get(match[1], match[0]), value) if "{{" in value else value
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    if isinstance(value, dict):
        return {fill(key, names): fill(item, names) for key, item in value.items()}
    return value


BEGINNING = re.compile(r"((?:^|[.!?]\s)\s*[*_>-]*\s*)\{\{(\w+)\}\}", re.MULTILINE)


def tell(text: str, names: Mapping[str, str]) -> str:
    """`fill` for sentences: the lab's words for whom nobody has named yet, such as *your administrator*, begin one with
    a capital. They have a space, which no name in AWS has: names stay as they are written.
    """

    def begun(match: re.Match[str]) -> str:
        name = names.get(match[2], "")
        return f"{match[1]}{name[0].upper()}{name[1:]}" if " " in name else match[0]

    return fill(BEGINNING.sub(begun, text), names)


def holds(test: Spec, view: View) -> bool:
    """Whether a test is true of the world now. `test` has one key, a test's name; several mean all of them."""
    return all(TESTS[name](spec if name in COMBINE else fill(spec, view.bound), view) for name, spec in test.items())


def _cheap_first(tests: list[Spec]) -> list[Spec]:
    """In the order of what they cost: events are read together, a decision gathers the policies of somebody."""
    return sorted(tests, key=lambda test: max((COSTS.get(name, 1) for name in test), default=0))


def split(name: str) -> tuple[str, str]:
    """type/name"""
    kind, _, rest = name.partition("/")
    return kind, rest


def exists(spec: str, view: View) -> bool:
    kind, name = split(spec)
    if kind == "account":
        return bool(view.accounts)
    return view.has(kind, name)


def _value(of: str, path: str, view: View) -> list[Any]:
    """The field of every object that fits; of the account for "account"."""
    kind, name = split(of)
    found = [view.account()] if kind == "account" else view.named(kind, name)
    return [view.search(path, item) for item in found]


def _fold(value: Any) -> Any:
    return str(value) if isinstance(value, bool | int | float) else value


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: _fold(a) == _fold(b),
    "!=": lambda a, b: _fold(a) != _fold(b),
    ">": lambda a, b: a is not None and a > b,
    ">=": lambda a, b: a is not None and a >= b,
    "<": lambda a, b: a is not None and a < b,
    "<=": lambda a, b: a is not None and a <= b,
    "in": lambda a, b: a in b,
    "matches": lambda a, b: a is not None and patterns.found(b, str(a)),
    "contains": lambda a, b: a is not None and b in a,
}


def field(spec: dict[str, Any], view: View) -> bool:
    operator = OPERATORS[spec.get("op", "=")]
    return any(operator(found, spec["value"]) for found in _value(spec["of"], spec["path"], view))


def member(spec: dict[str, str], view: View) -> bool:
    wanted = spec["group"].removeprefix("group/")
    users = view.named("user", spec["user"].removeprefix("user/"))
    return any(fnmatchcase(group, wanted) for user in users for group in user["GroupList"])


def groups_of(spec: dict[str, Any], view: View) -> bool:
    users = view.named("user", spec["user"].removeprefix("user/"))
    return bool(users) and all(_compares(len(user["GroupList"]), spec["count"]) for user in users)


def attached(spec: dict[str, str], view: View) -> bool:
    """A managed policy, by ARN or by the name of an own one, or an inline policy by name."""
    kind, name = split(spec["to"])
    held = (policy for item in view.named(kind, name) for policy in _policies(kind, item))
    return any(fnmatchcase(policy, spec["policy"]) for policy in held)


INLINE = {"user": "UserPolicyList", "group": "GroupPolicyList", "role": "RolePolicyList"}


def _policies(kind: str, item: dict[str, Any]) -> set[str]:
    managed = item.get("AttachedManagedPolicies", ())
    inline = {policy["PolicyName"] for policy in item.get(INLINE[kind], ())}
    own = {policy["PolicyName"] for policy in managed if ":aws:policy/" not in policy["PolicyArn"]}
    return {policy["PolicyArn"] for policy in managed} | own | inline


def only_via_group(spec: str, view: View) -> bool:
    users = view.named("user", spec.removeprefix("user/"))
    return bool(users) and all(not (_policies("user", user) - {SELF_SERVICE}) for user in users)


def password_policy(spec: dict[str, Any], view: View) -> bool:
    """`custom` says whether there is one; any other key compares a field, as a value or as {op: value}."""
    answer = view.read("iam:GetAccountPasswordPolicy")
    wanted = dict(spec)
    custom = wanted.pop("custom", True)
    if custom != (answer is not None):
        return False
    policy = (answer or {}).get("PasswordPolicy", {})
    return all(_compares(policy.get(name), value) for name, value in wanted.items())


def _compares(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return all(OPERATORS[operator](found or 0, value) for operator, value in wanted.items())
    return OPERATORS["="](found, wanted)


def keys_of(spec: dict[str, Any], view: View) -> bool:
    """How many access keys a principal has: `count`, of the active ones with `active`; `created_by`, `used`."""
    keys = [key for name in _holders(spec["principal"], view) for key in view.keys_of(name)]
    if "active" in spec:
        keys = [key for key in keys if (key["Status"] == "Active") == spec["active"]]
    if "created_by" in spec:
        made = event_tests.made_keys(view, spec["created_by"])
        keys = [key for key in keys if key.get("AccessKeyId", spec["created_by"]) in {*made, "root"}]
    if "used" in spec:
        keys = [key for key in keys if event_tests.was_used(view, key) == spec["used"]]
    return _compares(len(keys), spec.get("count", {">=": 1}))


def _holders(principal: str, view: View) -> list[str]:
    """Whom a principal stands for: of a name with a wildcard, all users that it fits."""
    name = principal.removeprefix("user/")
    if "*" not in name and "?" not in name:
        return [principal]
    return [user["UserName"] for user in view.named("user", name)]


def mfa(spec: dict[str, Any], view: View) -> bool:
    return bool(view.named("mfa", spec["principal"].removeprefix("user/"))) == spec.get("active", True)


def decision(spec: dict[str, Any], view: View) -> bool:
    """What would be decided; `by` names the layer, or the Sid or policy of a statement that decided."""
    found = view.judge(spec["as"], spec["action"], spec.get("resource", "*"), spec.get("context", {}))
    if found is None or found.decision.outcome != OUTCOMES[spec["is"]]:
        return False
    by = spec.get("by")
    names = {found.decision.layer}
    for entry in found.decision.statements:
        names |= {entry.policy.name, entry.statement.name, entry.layer}
    return by is None or by in names


def grants(spec: dict[str, Any], view: View) -> bool:
    """Whether an own policy's default version, alone, allows an action on a resource (or as `is` says)."""
    wanted = OUTCOMES[spec.get("is", "allow")]
    params = {"ActionNames": [spec["action"]], "ResourceArns": [spec.get("resource", "*")], "ContextEntries": [TLS]}
    for policy in view.named("policy", spec["policy"]):
        for document in (v["Document"] for v in policy["PolicyVersionList"] if v["IsDefaultVersion"]):
            text = document if isinstance(document, str) else json.dumps(document)
            found = view.read("iam:SimulateCustomPolicy", PolicyInputList=[text], **params)
            if found is not None and found["EvaluationResults"][0]["EvalDecision"] == wanted:
                return True
    return False


def unchanged_of(test: Any) -> list[dict[str, Any]]:
    """The decisions that a test, or anything in it, wants unchanged."""
    if isinstance(test, list):
        return [one for part in test for one in unchanged_of(part)]
    if not isinstance(test, dict):
        return []
    return [*test.get("unchanged", ()), *(one for part in test.values() for one in unchanged_of(part))]


def unchanged(spec: Iterable[dict[str, Any]], view: View) -> bool:
    """Every decision comes out as in the start state, kept with the attempt when it began."""
    before = view.attempt.bound.get("_unchanged", {})
    return all(outcome_of(view, one) == before.get(decision_key(one)) for one in spec)


def decision_key(spec: dict[str, Any]) -> str:
    context = f" {json.dumps(spec['context'], sort_keys=True)}" if spec.get("context") else ""
    return f"{spec['as']} {spec['action']} {spec.get('resource', '*')}{context}"


def outcome_of(view: View, spec: dict[str, Any]) -> str | None:
    found = view.judge(spec["as"], spec["action"], spec.get("resource", "*"), spec.get("context", {}))
    return found.decision.outcome if found is not None else None


def excess(spec: dict[str, Any], view: View) -> bool:
    """At most `max` actions beyond the list `beyond` are allowed to a principal, on a resource or on `*`.

    They are sought among `actions`; without these, among all of the services that the list names.
    """
    allowed = sum(
        outcome_of(view, {"as": spec["as"], "action": action, "resource": spec.get("resource", "*")}) == "allowed"
        for action in spec.get("actions") or _whole_services(spec["beyond"])
        if action not in spec["beyond"]
    )
    return allowed <= spec.get("max", 0)


def _whole_services(actions: Iterable[str]) -> list[str]:
    services = sorted({action.partition(":")[0] for action in actions})
    return [f"{service}:{name}" for service in services for name in reference.action_names(service)]


def answer(spec: str, view: View) -> bool:
    return any(one.correct for one in view.answers(spec))


def query(spec: dict[str, Any], view: View) -> bool:
    """A JMESPath over the answer of one read call, compared as `field` does."""
    found = view.read(spec["call"], **spec.get("params", {}))
    if found is None:
        return bool(spec.get("missing", False))
    return OPERATORS[spec.get("op", "=")](view.search(spec["path"], found), spec["value"])


def all_of(spec: list[Spec], view: View) -> bool:
    return all(holds(test, view) for test in _cheap_first(spec))


def any_of(spec: list[Spec], view: View) -> bool:
    return any(holds(test, view) for test in _cheap_first(spec))


def none_of(spec: Spec, view: View) -> bool:
    return not holds(spec, view)


TESTS: dict[str, Callable[[Any, View], bool]] = {
    "all": all_of,
    "any": any_of,
    "not": none_of,
    "exists": exists,
    "field": field,
    "member": member,
    "groups_of": groups_of,
    "attached": attached,
    "only_via_group": only_via_group,
    "password_policy": password_policy,
    "keys_of": keys_of,
    "mfa": mfa,
    "decision": decision,
    "grants": grants,
    "unchanged": unchanged,
    "excess": excess,
    "trusts": trust_tests.trusts,
    "event": event_tests.event,
    "order": event_tests.order,
    "answer": answer,
    "quiet": event_tests.quiet,
    "addresses": event_tests.addresses,
    "query": query,
}
