"""What checks hang on, by which only those run whose inputs were touched.

An input is `event:NAME`, `event:NAME by KIND` (root, user or role), `any event`, `answer:ID`, `name:NAME` (what the
learner called something), `state:TABLE` for what is read of a table, or `state`: anything that the account holds.
"""

import json
import re
from collections.abc import Callable
from typing import Any

from iamlab.labs import event_tests
from iamlab.labs.models import Attempt

STATE = "state"
VARIABLE = re.compile(r"\{\{(\w+)\}\}")
MOST = 50
PERMISSIONS = "iam.Attachment iam.InlinePolicy"
# What is read of an object of each kind, and by each call that checks make often.
KINDS = {
    "user": f"iam.User iam.Membership iam.Group {PERMISSIONS}",
    "group": f"iam.Group {PERMISSIONS}",
    "bucket": "s3.Bucket",
    "object": "s3.Bucket s3.Object",
    "alias": "accounts.Account",
    "account": "accounts.Account",
    "mfa": "iam.MfaDevice iam.User",
    "keys": "iam.AccessKey iam.User",
}
CALLS = {
    "iam:GetLoginProfile": "iam.LoginProfile iam.User",
    "iam:GetAccountPasswordPolicy": "iam.PasswordPolicy",
    "accounts:GetBill": "accounts.Account",
}


def tables(names: str) -> set[str]:
    return {f"{STATE}:{name}" for name in names.split()}


def of_kind(kind: str) -> set[str]:
    """The inputs of who looks at objects of a kind."""
    return tables(KINDS[kind]) if kind in KINDS else {STATE}


def of_test(test: dict[str, Any]) -> set[str]:
    """Whatever a test reads."""
    return set().union(*(INPUTS[name](spec) if name in INPUTS else {STATE} for name, spec in test.items()))


def _of_several(tests: list[dict[str, Any]]) -> set[str]:
    return set().union(*map(of_test, tests))


def _of_order(events: list[dict[str, Any]]) -> set[str]:
    return set().union(*map(event_tests.names, events))


def _of_call(name: str) -> set[str]:
    return tables(CALLS[name]) if name in CALLS else {STATE}


def _of_keys(spec: dict[str, Any]) -> set[str]:
    used = {"any event"} if "used" in spec else set()
    made = {"event:CreateAccessKey"} if "created_by" in spec else set()
    return of_kind("keys") | used | made


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
    "exists": lambda name: of_kind(name.partition("/")[0]),
    "field": lambda spec: of_kind(spec["of"].partition("/")[0]),
    "attached": lambda spec: of_kind(spec["to"].partition("/")[0]),
    "member": lambda spec: of_kind("user"),
    "groups_of": lambda spec: of_kind("user"),
    "only_via_group": lambda spec: of_kind("user"),
    "mfa": lambda spec: of_kind("mfa"),
    "password_policy": lambda spec: _of_call("iam:GetAccountPasswordPolicy"),
    "query": lambda spec: _of_call(spec["call"]),
}


def of_check(check: dict[str, Any]) -> set[str]:
    """The inputs of a check, of the mistakes that it knows, and the names that it speaks of."""
    tests = (check["test"], *(mistake["when"] for mistake in check.get("mistakes", ())))
    return set().union(*map(of_test, tests)) | {f"name:{name}" for name in VARIABLE.findall(json.dumps(check))}


def of_source(source: dict[str, Any]) -> set[str]:
    """The inputs of a name that the learner chooses: the call that gives it, and the object that bears it."""
    return {f"event:{source['name']}"} | (of_kind(source["type"]) if source.get("type") else set())


# Kept by digest and language: a page after a change asks for all of them.
_kept: dict[tuple[str, str], dict[tuple[str, str], set[str]]] = {}


def of_lab(attempt: Attempt, lab: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """The inputs of every check, by step and check."""
    key = (attempt.lab_version.digest, attempt.language)
    if key not in _kept:
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = {
            (step["id"], check["id"]): of_check(check) for step in lab["steps"] for check in step.get("checks", ())
        }
    return _kept[key]
