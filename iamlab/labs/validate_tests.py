"""Is a test of the vocabulary well formed? Names of tests, parts, actions, types and operations are known ones."""

import re
from collections.abc import Collection, Iterator
from typing import Any

import jmespath

from iamlab.door.shown import S3_NAMES
from iamlab.labs import grammar, patterns
from iamlab.labs.places import Problem, Source, Steps
from iamlab.labs.shapes import shaped
from iamlab.labs.vocabulary import VARIABLE
from iamlab.policy.catalog import keys, reference
from iamlab.services.operations import REGISTRY, model

# Who makes calls: the first part of what iamlab/labs/event_tests.py calls an identity.
BY = ("root", "user", "role", "AWSService", "AWSAccount", "FederatedUser", "SAMLUser", "WebIdentityUser", "Unknown")


def test(source: Source, where: Steps, spec: Any, questions: Collection[Any]) -> Iterator[Problem]:
    """A test: a mapping of names of tests to what they ask."""
    if not isinstance(spec, dict) or not spec:
        yield source.problem(where, "a test is a mapping with the name of a test")
        return
    for name, asked in spec.items():
        place: Steps = (*where, name)
        shape = grammar.TESTS.get(name)
        if shape is None:
            yield source.problem(place, f"there is no test {name!r}; there are {', '.join(grammar.TESTS)}")
        elif isinstance(shape, dict):
            wrong = list(shaped(source, place, asked, shape))
            yield from wrong or _parts(source, place, name, asked)
        elif not isinstance(asked, shape):
            yield source.problem(place, f"{name} asks for {shape.__name__}, not {asked!r}")
        else:
            yield from _simple(source, place, name, asked, questions)


def _simple(source: Source, where: Steps, name: str, asked: Any, questions: Collection[Any]) -> Iterator[Problem]:
    if name in ("all", "any"):
        for index, part in enumerate(asked):
            yield from test(source, (*where, index), part, questions)
    elif name == "not":
        yield from test(source, where, asked, questions)
    elif name == "unchanged":
        for index, part in enumerate(asked):
            yield from shaped(source, (*where, index), part, {**grammar.DECISION, "is": (False, str)})
            yield from _action(source, (*where, index, "action"), part)
    elif name == "order":
        for index, part in enumerate(asked):
            yield from event(source, (*where, index), part)
    elif name == "password_policy":
        yield from _password_policy(source, where, asked)
    elif name == "answer" and asked not in questions:
        yield source.problem(where, f"there is no question {asked!r}")
    elif name == "exists":
        yield from _type(source, where, asked)
    elif name == "only_via_group":
        yield from _name(source, where, asked)


def _parts(source: Source, where: Steps, name: str, asked: grammar.Data) -> Iterator[Problem]:
    if "op" in asked and asked["op"] not in grammar.OPERATORS:
        yield source.problem((*where, "op"), f"there is no operator {asked['op']!r}")
    if "path" in asked:
        yield from _path(source, (*where, "path"), asked["path"])
    if isinstance(asked.get("count"), dict) and name != "event":
        yield from _compared(source, (*where, "count"), asked["count"])
    if name in ("decision", "grants"):
        yield from _resource(source, where, asked)
    if asked.get("op") == "matches":
        yield from _pattern(source, (*where, "value"), asked.get("value"))
    if name == "field":
        yield from _type(source, (*where, "of"), asked.get("of"))
    if name == "attached":
        yield from _type(source, (*where, "to"), asked.get("to"))
    if name in ("quiet", "addresses") and "since" in asked:
        yield from event(source, (*where, "since"), asked["since"])
    if name == "trusts":
        yield from _trusted(source, where, asked)
    if name == "grants":
        yield from _action(source, (*where, "action"), asked)
    if name == "excess":
        for action in (*asked.get("actions", ()), *asked["beyond"]):
            yield from _action(source, where, {"action": action})
        if not asked.get("actions") and not asked["beyond"]:
            yield source.problem(where, "excess names the actions that are looked at, or some that are meant")
    if name == "decision":
        if asked.get("is") not in grammar.OUTCOMES:
            yield source.problem((*where, "is"), f"a decision is one of {', '.join(sorted(grammar.OUTCOMES))}")
        yield from _action(source, (*where, "action"), asked)
        for key in asked.get("context") or ():
            if keys.condition_key(str(key)) is None:
                yield source.problem((*where, "context", key), f"there is no condition key {key!r}")
    if name == "event":
        yield from event(source, where, asked)
    if name == "query":
        yield from operation(source, (*where, "call"), asked.get("call"))
        found = REGISTRY.get(str(asked.get("call")))
        if found is not None and found.writes:
            yield source.problem((*where, "call"), f"{asked['call']} changes something; checks only read")


PASSWORD_FIELDS = {"custom", *model("iam").shape_for("PasswordPolicy").members}


def _password_policy(source: Source, where: Steps, asked: grammar.Data) -> Iterator[Problem]:
    for name, wanted in asked.items():
        if name not in PASSWORD_FIELDS:
            known = ", ".join(sorted(PASSWORD_FIELDS))
            yield source.problem((*where, name), f"there is no {name!r} in a password policy; there are {known}")
        elif isinstance(wanted, dict):
            yield from _compared(source, (*where, name), wanted)


def _compared(source: Source, where: Steps, asked: grammar.Data) -> Iterator[Problem]:
    """{operator: number}"""
    for operator, value in asked.items():
        if operator not in grammar.OPERATORS:
            yield source.problem((*where, operator), f"there is no operator {operator!r}")
        elif not isinstance(value, int | list):
            yield source.problem((*where, operator), f"{value!r} is no number to compare with")


def _path(source: Source, where: Steps, path: str) -> Iterator[Problem]:
    try:
        jmespath.compile(VARIABLE.sub("x", path))
    except jmespath.exceptions.JMESPathError as error:
        yield source.problem(where, f"this is no JMESPath: {str(error).splitlines()[0]}")


def _resource(source: Source, where: Steps, asked: grammar.Data) -> Iterator[Problem]:
    resource = asked.get("resource", "*")
    if resource != "*" and not resource.startswith(("arn:", "{{")):
        yield source.problem((*where, "resource"), f"a resource is an ARN or *, not {resource!r}")


def _name(source: Source, where: Steps, name: str) -> Iterator[Problem]:
    """A user, with or without the kind before it."""
    kind, slash, _ = name.partition("/")
    if slash and kind != "user":
        yield source.problem(where, f"{name!r} is no user")


TRUSTED = re.compile(r"(user|role)/.+|arn:.+|[\w.-]+\.amazonaws\.com|\{\{.+")


def _trusted(source: Source, where: Steps, asked: grammar.Data) -> Iterator[Problem]:
    """Those whom a role may trust are principals, by name, ARN or service."""
    for index, one in enumerate(asked["only"]):
        if not TRUSTED.fullmatch(one):
            yield source.problem((*where, "only", index), f"{one!r} is no principal: user/..., role/..., or a service")


def _pattern(source: Source, where: Steps, value: Any) -> Iterator[Problem]:
    """One that RE2 takes: without look-around and references back, and so without texts that it never ends with."""
    wrong = patterns.fault(VARIABLE.sub("x", value)) if isinstance(value, str) else "it is no text"
    if wrong:
        yield source.problem(where, f"this is no pattern as RE2 has them: {wrong}")


def _action(source: Source, where: Steps, asked: Any) -> Iterator[Problem]:
    name = asked.get("action") if isinstance(asked, dict) else None
    if isinstance(name, str) and reference.action(name) is None:
        yield source.problem(where, f"there is no action {name!r}")


def _type(source: Source, where: Steps, name: Any) -> Iterator[Problem]:
    kind = str(name).partition("/")[0]
    if kind not in grammar.TYPES:
        yield source.problem(where, f"there is no type {kind!r}; there are {', '.join(sorted(grammar.TYPES))}")


def event(source: Source, where: Steps, asked: Any) -> Iterator[Problem]:
    wrong = list(shaped(source, where, asked, grammar.EVENT))
    if wrong:
        yield from wrong
        return
    name = asked["name"]
    for path in asked.get("where") or ():
        yield from _path(source, (*where, "where", path), str(path))
    if "by" in asked and asked["by"].partition("/")[0] not in BY and not asked["by"].startswith(("{{", "*")):
        yield source.problem((*where, "by"), f"{asked['by']!r} makes no calls; there are {', '.join(BY)}")
    count = asked.get("count", 1)
    if count != "none" and not isinstance(count, int) and set(count) != {"exactly"}:
        yield source.problem((*where, "count"), "a count is a number, none, or {exactly: number}")
    if "*" not in name and name not in {S3_NAMES.get(each, each) for each in (n.partition(":")[2] for n in REGISTRY)}:
        yield source.problem((*where, "name"), f"no operation {name!r} is simulated")
    if "since" in asked:
        yield from event(source, (*where, "since"), asked["since"])


def operation(source: Source, where: Steps, name: Any) -> Iterator[Problem]:
    if str(name) not in REGISTRY:
        yield source.problem(where, f"no operation {name!r} is simulated")
