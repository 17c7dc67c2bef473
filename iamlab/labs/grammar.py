"""What may stand in a lab's files: keys, kinds of values, tests and their parts."""

import re
from typing import Any

REQUIRED, OPTIONAL = True, False
Shape = dict[str, tuple[bool, Any]]  # by key: whether it must be there, and of what kind: see iamlab/labs/shapes.py
NUMBER = (int, float)

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # they are parts of addresses
VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")
LONGEST = {"lab": 40, "id": 64, "title": 120}
MOST = {"steps": 100, "checks": 300, "questions": 200, "lines": 1000}  # of one lab
TEST = dict  # see iamlab/labs/validate_tests.py
TEXT = (str, int, float)  # what YAML may take for a number
ANY: Shape = {"*": (OPTIONAL, object)}
LINE: Shape = {
    "as": (OPTIONAL, str), "run": (OPTIONAL, str), "call": (OPTIONAL, str), "params": (OPTIONAL, ANY),
    "error": (OPTIONAL, str), "save": (OPTIONAL, str), "from": (OPTIONAL, str), "wait": (OPTIONAL, int),
    "in": (OPTIONAL, str), "answer": (OPTIONAL, str), "give": (OPTIONAL, (str, list, dict, int, float)),
    "fault": (OPTIONAL, str), "clock": (OPTIONAL, int), "take": (OPTIONAL, str), "codes": (OPTIONAL, str),
    "message": (OPTIONAL, str),
}  # fmt: skip
DOES = ("run", "call", "answer", "fault", "clock", "wait")  # of which a line has one
MISTAKE: Shape = {
    "when": (REQUIRED, TEST), "code": (REQUIRED, str), "say": (REQUIRED, str), "midway": (OPTIONAL, bool),
}  # fmt: skip
CHECK: Shape = {
    "id": (REQUIRED, str), "title": (REQUIRED, str), "test": (REQUIRED, TEST), "say": (REQUIRED, str),
    "latch": (OPTIONAL, str), "needs": (OPTIONAL, [str]), "mistakes": (OPTIONAL, [MISTAKE]),
    "bonus": (OPTIONAL, NUMBER),
}  # fmt: skip
STEP: Shape = {
    "id": (REQUIRED, str), "title": (REQUIRED, str), "text": (REQUIRED, str), "weight": (OPTIONAL, NUMBER),
    "needs": (OPTIONAL, [str]), "checks": (OPTIONAL, [CHECK]), "hints": (OPTIONAL, [str]),
    "questions": (OPTIONAL, [str]), "actor": (OPTIONAL, str), "where": (OPTIONAL, str), "group": (OPTIONAL, str),
    "fault": (OPTIONAL, str),
}  # fmt: skip
FAULT: Shape = {"id": (REQUIRED, str), "title": (REQUIRED, str), "lines": (REQUIRED, [LINE])}
ACTOR: Shape = {
    "name": (REQUIRED, str), "as": (REQUIRED, str), "from": (REQUIRED, str), "every": (REQUIRED, int),
    "lines": (REQUIRED, [LINE]), "when": (OPTIONAL, TEST),
}  # fmt: skip
BIND: Shape = {
    "name": (REQUIRED, str), "by": (OPTIONAL, str), "field": (REQUIRED, str), "type": (OPTIONAL, str),
    "where": (OPTIONAL, ANY), "from": (OPTIONAL, str), "until": (REQUIRED, str),
}  # fmt: skip
VARIED: Shape = {"until": (REQUIRED, str), "of": (REQUIRED, [str])}
SIGN_IN: Shape = {
    "label": (REQUIRED, str), "user": (OPTIONAL, str), "email": (OPTIONAL, str), "password": (REQUIRED, str),
}  # fmt: skip
LAB: Shape = {
    "id": (REQUIRED, str), "version": (REQUIRED, str), "title": (REQUIRED, str), "summary": (REQUIRED, str),
    "minutes": (REQUIRED, int), "concepts": (OPTIONAL, [str]), "mode": (OPTIONAL, str),
    "bind": (OPTIONAL, {"*": (OPTIONAL, BIND)}), "pass_at": (OPTIONAL, int), "steps": (REQUIRED, [STEP]),
    "files": (OPTIONAL, {"*": (OPTIONAL, str)}), "sign_ins": (OPTIONAL, [SIGN_IN]),
    "prices": (OPTIONAL, {"*": (OPTIONAL, NUMBER)}), "actors": (OPTIONAL, [ACTOR]), "faults": (OPTIONAL, [FAULT]),
    "variants": (OPTIONAL, {"*": (OPTIONAL, VARIED)}),
}  # fmt: skip
MODES = ("guided", "faded", "challenge")
OPTION: Shape = {
    "id": (REQUIRED, str), "text": (REQUIRED, str), "why": (REQUIRED, str), "right": (OPTIONAL, bool),
    "means": (OPTIONAL, str), "code": (OPTIONAL, str),
}  # fmt: skip
NAMED: Shape = {"id": (REQUIRED, str), "text": (REQUIRED, str)}
QUESTION: Shape = {
    "id": (REQUIRED, str), "kind": (REQUIRED, str), "text": (REQUIRED, str), "concept": (OPTIONAL, str),
    "options": (OPTIONAL, [OPTION]), "pairs": (OPTIONAL, [{**NAMED, "match": (REQUIRED, str)}]),
    "choices": (OPTIONAL, [NAMED]), "items": (OPTIONAL, [NAMED]), "order": (OPTIONAL, [str]),
    "accept": (OPTIONAL, [TEXT]), "value": (OPTIONAL, NUMBER), "within": (OPTIONAL, NUMBER),
    "event": (OPTIONAL, ANY), "names": (OPTIONAL, [str]), "test": (OPTIONAL, TEST), "why": (OPTIONAL, str),
    "wrong": (OPTIONAL, str), "run": (OPTIONAL, ANY), "until": (OPTIONAL, ANY),
    "decision": (OPTIONAL, {
        "as": (REQUIRED, str), "action": (REQUIRED, str), "resource": (OPTIONAL, str), "context": (OPTIONAL, ANY),
    }),
    "beside": (OPTIONAL, [
        {"id": (REQUIRED, str), "role": (REQUIRED, str), "why": (REQUIRED, str), "code": (OPTIONAL, str)},
    ]),
}  # fmt: skip
# What each kind of question is made of.
KINDS: dict[str, tuple[str, ...]] = {
    "single": ("options",), "predict": ("options",), "multiple": ("options",), "match": ("pairs", "choices", "why"),
    "order": ("items", "order", "why"), "text": ("accept", "why"), "number": ("value", "why"),
    "event": ("event", "why"), "fix": ("test", "why"), "statement": ("decision", "why", "wrong"),
}  # fmt: skip
PART: Shape = {"step": (REQUIRED, str), "lines": (REQUIRED, [LINE])}
WRONG: Shape = {
    "step": (REQUIRED, str), "check": (REQUIRED, str), "code": (REQUIRED, str), "lines": (REQUIRED, [LINE]),
    "also": (OPTIONAL, [str]), "at": (OPTIONAL, str),
}  # fmt: skip

TYPES = {"user", "group", "role", "policy", "bucket", "object", "alias", "mfa", "account"}
OPERATORS = {"=", "!=", ">", ">=", "<", "<=", "in", "matches", "contains"}
OUTCOMES = {"allow", "implicit_deny", "explicit_deny"}
PREDICTIONS = {*OUTCOMES, "failure"}  # what an option of a prediction may mean; a sign-in fails without any policy
DECISION: Shape = {
    "as": (REQUIRED, str), "action": (REQUIRED, str), "resource": (OPTIONAL, str), "context": (OPTIONAL, ANY),
    "is": (REQUIRED, str), "by": (OPTIONAL, str),
}  # fmt: skip
EVENT: Shape = {
    "name": (REQUIRED, str), "by": (OPTIONAL, str), "where": (OPTIONAL, ANY), "error": (OPTIONAL, str),
    "count": (OPTIONAL, (int, str, dict)), "since": (OPTIONAL, dict), "last": (OPTIONAL, bool),
    "days": (OPTIONAL, int), "within": (OPTIONAL, int),
}  # fmt: skip
TESTS: dict[str, Shape | type] = {
    "all": list, "any": list, "not": dict, "exists": str, "only_via_group": str, "answer": str,
    "unchanged": list, "order": list,
    "field": {"of": (REQUIRED, str), "path": (REQUIRED, str), "op": (OPTIONAL, str), "value": (REQUIRED, object)},
    "member": {"user": (REQUIRED, str), "group": (REQUIRED, str)},
    "groups_of": {"user": (REQUIRED, str), "count": (REQUIRED, (int, dict))},
    "attached": {"policy": (REQUIRED, str), "to": (REQUIRED, str)},
    "password_policy": dict,
    "keys_of": {
        "principal": (REQUIRED, str), "active": (OPTIONAL, bool), "created_by": (OPTIONAL, str),
        "used": (OPTIONAL, bool), "count": (OPTIONAL, (int, dict)),
    },
    "mfa": {"principal": (REQUIRED, str), "active": (OPTIONAL, bool)},
    "decision": DECISION,
    "grants": {
        "policy": (REQUIRED, str), "action": (REQUIRED, str), "resource": (OPTIONAL, str), "is": (OPTIONAL, str),
    },
    "excess": {
        "as": (REQUIRED, str), "actions": (OPTIONAL, [str]), "beyond": (REQUIRED, [str]), "resource": (OPTIONAL, str),
        "max": (OPTIONAL, int),
    },
    "trusts": {"role": (REQUIRED, str), "only": (REQUIRED, [str]), "context": (OPTIONAL, ANY)},
    "event": EVENT,
    "quiet": {"by": (REQUIRED, str), "days": (REQUIRED, int)},
    "addresses": {"by": (REQUIRED, str), "count": (REQUIRED, int), "since": (OPTIONAL, dict)},
    "query": {
        "call": (REQUIRED, str), "params": (OPTIONAL, ANY), "path": (REQUIRED, str), "op": (OPTIONAL, str),
        "value": (REQUIRED, object), "missing": (OPTIONAL, bool),
    },
}  # fmt: skip
Data = dict[str, Any]
