"""What checks hang on, by which only those run whose inputs were touched.

An input is `event:NAME` or `any event`, both also with ` by KIND` behind (root, user or role), `change:NAME` for a call
that changed something, `answer:ID`, `name:NAME` (what the learner called something), `state:TABLE` for what is read of
a table, or `state`: anything that the account holds.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from iamlab.labs import event_tests
from iamlab.labs.models import Attempt

STATE = "state"
VARIABLE = re.compile(r"\{\{(\w+)\}\}")
MOST = 50
# What tells which objects of a kind there are. A user's row changes for more than that: their calls tell it better.
OBJECTS = {
    "user": "change:CreateUser change:DeleteUser change:UpdateUser",
    "group": "state:iam.Group",
    "role": "state:iam.Role",
    "policy": "state:iam.Policy",
    "bucket": "state:s3.Bucket",
    "object": "state:s3.Bucket state:s3.Object",
    "alias": "state:accounts.Account",
    "account": "state:accounts.Account",
}
# What one object hangs on another by is a row of its own, made and deleted with either; but both have names.
RENAMED = {"user": "change:UpdateUser", "group": "change:UpdateGroup"}
POLICIES = "state:iam.Attachment state:iam.InlinePolicy"
GROUPS = f"state:iam.Membership {RENAMED['user']} {RENAMED['group']}"
DEVICES = f"state:iam.MfaDevice {RENAMED['user']}"
KEYS = f"state:iam.AccessKey {RENAMED['user']}"
# What the view of an object tells; of a kind that is not here it may be anything.
VIEWS = {
    "user": f"state:iam.User event:ConsoleLogin {GROUPS} {POLICIES}",
    "group": f"state:iam.Group {POLICIES}",
    "mfa": f"state:iam.User event:ConsoleLogin {DEVICES}",
    **{kind: OBJECTS[kind] for kind in ("bucket", "object", "alias", "account")},
}
CALLS = {
    "iam:GetLoginProfile": f"state:iam.LoginProfile {RENAMED['user']}",
    "iam:GetAccountPasswordPolicy": "state:iam.PasswordPolicy",
    "accounts:GetBill": "state:accounts.Account",
}


def all_of(names: str) -> set[str]:
    return set(names.split())


def of_objects(kind: str) -> set[str]:
    """The inputs of who asks which objects of a kind there are."""
    return all_of(DEVICES if kind == "mfa" else OBJECTS.get(kind, STATE))


def of_view(kind: str) -> set[str]:
    """The inputs of who looks at objects of a kind."""
    return all_of(VIEWS.get(kind, STATE))


def of_policies(kind: str) -> set[str]:
    """The inputs of who asks whether an object of a kind holds some policy."""
    return all_of(f"{POLICIES} {RENAMED.get(kind, '')}")


def of_test(test: dict[str, Any]) -> set[str]:
    """Whatever a test reads."""
    return set().union(*(INPUTS[name](spec) if name in INPUTS else {STATE} for name, spec in test.items()))


def _of_several(tests: list[dict[str, Any]]) -> set[str]:
    return set().union(*map(of_test, tests))


def _of_order(events: list[dict[str, Any]]) -> set[str]:
    return set().union(*map(event_tests.names, events))


def _of_call(name: str) -> set[str]:
    return all_of(CALLS.get(name, STATE))


def _of_keys(spec: dict[str, Any]) -> set[str]:
    used = {"any event"} if "used" in spec else set()
    made = {"event:CreateAccessKey"} if "created_by" in spec else set()
    return all_of(KEYS) | used | made


# By test; what is not here hangs on anything that the account holds.
INPUTS: dict[str, Callable[[Any], set[str]]] = {
    "all": _of_several,
    "any": _of_several,
    "not": of_test,
    "event": event_tests.names,
    "order": _of_order,
    "answer": lambda question: {f"answer:{question}"},
    "quiet": lambda spec: {"any event"},
    "addresses": lambda spec: {"any event"},
    "keys_of": _of_keys,
    "exists": lambda name: of_objects(name.partition("/")[0]),
    "field": lambda spec: of_view(spec["of"].partition("/")[0]),
    "attached": lambda spec: of_policies(spec["to"].partition("/")[0]),
    "member": lambda spec: all_of(GROUPS),
    "groups_of": lambda spec: all_of(GROUPS) | of_objects("user"),
    "only_via_group": lambda spec: of_policies("user") | of_objects("user"),
    "mfa": lambda spec: all_of(DEVICES),
    "password_policy": lambda spec: _of_call("iam:GetAccountPasswordPolicy"),
    "query": lambda spec: _of_call(spec["call"]),
}


def near(test: dict[str, Any]) -> set[str]:
    """Of what a test reads, that which tells of it alone: not what any call touches, nor all that a view is made of."""
    found: set[str] = set()
    for name, spec in test.items():
        if name in ("all", "any"):
            found.update(*map(near, spec))
        elif name == "not":
            found |= near(spec)
        elif name == "field":
            found |= of_objects(spec["of"].partition("/")[0])
        elif name in INPUTS:
            found |= INPUTS[name](spec)
    return {one for one in found - {STATE, "state:accounts.Account"} if not one.startswith("any event")}


class Read(NamedTuple):
    """The inputs of a check's test and of each of the mistakes that it knows; all of them, with the names that it
    speaks of; and those that tell of its test alone.
    """

    tests: tuple[set[str], ...]
    names: set[str]
    all: set[str]
    near: set[str]


def of_check(check: dict[str, Any]) -> Read:
    tests = tuple(of_test(one) for one in (check["test"], *(mistake["when"] for mistake in check.get("mistakes", ()))))
    names = {f"name:{name}" for name in VARIABLE.findall(json.dumps(check))}
    return Read(tests, names, names.union(*tests), near(check["test"]))


def of_source(source: dict[str, Any]) -> set[str]:
    """The inputs of a name that the learner chooses: the call that gives it, and the object that bears it."""
    return {f"event:{source['name']}"} | (of_objects(source["type"]) if source.get("type") else set())


Reads = dict[tuple[str, str], Read]
# Kept by digest and language: a page after a change asks for all of them.
_kept: dict[tuple[str, str], Reads] = {}


def of_lab(attempt: Attempt, lab: dict[str, Any]) -> Reads:
    """The inputs of every check, by step and check."""
    key = (attempt.lab_version.digest, attempt.language)
    if key not in _kept:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = {
            (step["id"], check["id"]): of_check(check) for step in lab["steps"] for check in step.get("checks", ())
        }
    return _kept[key]
