"""Is a test of the vocabulary well formed? Names of tests, parts, actions, types and operations are known ones."""

from collections.abc import Collection, Iterator
from typing import Any

from iamlab.door.shown import S3_NAMES
from iamlab.labs import grammar, patterns
from iamlab.labs.places import Problem, Source, Steps
from iamlab.labs.vocabulary import VARIABLE
from iamlab.policy.catalog import keys, reference
from iamlab.services.operations import REGISTRY


def shaped(source: Source, where: Steps, data: Any, shape: grammar.Shape) -> Iterator[Problem]:
    """A mapping with the keys of a shape, each of its kind."""
    if not isinstance(data, dict):
        yield source.problem(where, f"expected a mapping with {', '.join(shape)}")
        return
    for key, (required, kind) in shape.items():
        if required and key not in data:
            yield source.problem(where, f"{key} is missing")
        elif key in data and not isinstance(data[key], kind):
            yield source.problem((*where, key), f"{key} has the wrong kind of value: {data[key]!r}")
    for key in data:
        if key not in shape:
            yield source.problem((*where, key), f"{key!r} is not known here; there are {', '.join(shape)}")


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
            yield from shaped(source, place, asked, shape)
            if isinstance(asked, dict):
                yield from _parts(source, place, name, asked)
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
    elif name == "answer" and asked not in questions:
        yield source.problem(where, f"there is no question {asked!r}")
    elif name == "exists":
        yield from _type(source, where, asked)


def _parts(source: Source, where: Steps, name: str, asked: grammar.Data) -> Iterator[Problem]:
    if "op" in asked and asked["op"] not in grammar.OPERATORS:
        yield source.problem((*where, "op"), f"there is no operator {asked['op']!r}")
    if asked.get("op") == "matches":
        yield from _pattern(source, (*where, "value"), asked.get("value"))
    if name == "field":
        yield from _type(source, (*where, "of"), asked.get("of"))
    if name == "attached":
        yield from _type(source, (*where, "to"), asked.get("to"))
    if name == "grants":
        yield from _action(source, (*where, "action"), asked)
    if name == "decision":
        if asked.get("is") not in grammar.OUTCOMES:
            yield source.problem((*where, "is"), f"a decision is one of {', '.join(sorted(grammar.OUTCOMES))}")
        yield from _action(source, (*where, "action"), asked)
        for key in asked.get("context") or ():
            if keys.condition_key(key) is None:
                yield source.problem((*where, "context", key), f"there is no condition key {key!r}")
    if name == "event":
        yield from event(source, where, asked)
    if name == "query":
        yield from operation(source, (*where, "call"), asked.get("call"))
        found = REGISTRY.get(str(asked.get("call")))
        if found is not None and found.writes:
            yield source.problem((*where, "call"), f"{asked['call']} changes something; checks only read")


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
    yield from shaped(source, where, asked, grammar.EVENT)
    if not isinstance(asked, dict):
        return
    name = str(asked.get("name", ""))
    if "*" not in name and name not in {S3_NAMES.get(each, each) for each in (n.partition(":")[2] for n in REGISTRY)}:
        yield source.problem((*where, "name"), f"no operation {name!r} is simulated")
    if isinstance(asked.get("since"), dict):
        yield from event(source, (*where, "since"), asked["since"])


def operation(source: Source, where: Steps, name: Any) -> Iterator[Problem]:
    if name not in REGISTRY:
        yield source.problem(where, f"no operation {name!r} is simulated")
