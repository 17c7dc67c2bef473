"""Are a lab's names such as addresses, tables and lists can hold them?"""

from collections.abc import Iterator
from typing import Any

from iamlab.labs import grammar
from iamlab.labs.places import Problem, Source, Steps

SAY = "lower-case letters, digits and single hyphens"


def problems(source: Source, lab: grammar.Data) -> Iterator[Problem]:
    """What cannot be called so in lab.yaml."""
    yield from _name(source, ("id",), lab["id"], "an id", grammar.LONGEST["lab"])
    if not grammar.VERSION.fullmatch(lab["version"]):
        yield source.problem(("version",), "a version is three numbers, such as 1.0.0")
    if len(lab["title"]) > grammar.LONGEST["title"]:
        yield source.problem(("title",), f"a title has at most {grammar.LONGEST['title']} characters")
    for part in ("faults", "steps"):
        for index, each in enumerate(lab.get(part) or ()):
            yield from _name(source, (part, index, "id"), each["id"], "an id")
            for at, check in enumerate(each.get("checks") or ()):
                yield from _check(source, (part, index, "checks", at), check)


def _check(source: Source, where: Steps, check: grammar.Data) -> Iterator[Problem]:
    yield from _name(source, (*where, "id"), check["id"], "an id")
    for index, mistake in enumerate(check.get("mistakes") or ()):
        yield from _name(source, (*where, "mistakes", index, "code"), mistake["code"], "a code")


def of_questions(source: Source, questions: list[Any]) -> Iterator[Problem]:
    for index, question in enumerate(questions):
        yield from _name(source, (index, "id"), question["id"], "an id")
        if "concept" in question:
            yield from _name(source, (index, "concept"), question["concept"], "a concept")
        for part in ("options", "beside"):
            for at, one in enumerate(question.get(part) or ()):
                if "code" in one:
                    yield from _name(source, (index, part, at, "code"), one["code"], "a code")


def _name(
    source: Source, where: Steps, name: str, kind: str, longest: int = grammar.LONGEST["id"]
) -> Iterator[Problem]:
    if not grammar.ID.fullmatch(name) or len(name) > longest:
        yield source.problem(where, f"{kind} is {SAY}, at most {longest} characters: {name[:80]!r}")
