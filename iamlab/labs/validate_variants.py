"""Are a lab's variants as they should be? Each name has as many values as the others, none of them twice."""

from collections.abc import Iterator
from typing import Any

from iamlab.labs import grammar
from iamlab.labs.places import Problem, Source, Steps
from iamlab.labs.vocabulary import VARIABLE

# What is read of all learners of a class together, or before anybody has a variant.
SHARED = ("title", "group")


def problems(source: Source) -> Iterator[Problem]:
    lab: grammar.Data = source.data
    found: dict[str, Any] = lab.get("variants") or {}
    most = max((len(spec["of"]) for spec in found.values()), default=0)
    for name, spec in found.items():
        place = ("variants", name)
        if not VARIABLE.fullmatch(f"{{{{{name}}}}}"):
            yield source.problem(place, f"{name!r} is no name for {{{{...}}}}: letters, digits and _ only")
        if name == "account" or name in (lab.get("bind") or {}):
            yield source.problem(place, f"{{{{{name}}}}} is bound otherwise too")
        if len(spec["of"]) < 2:
            yield source.problem((*place, "of"), "of one thing there are no variants: give two or more")
        elif len(spec["of"]) != most:
            yield source.problem((*place, "of"), f"{len(spec['of'])} values where others have {most}")
        for index, value in enumerate(spec["of"]):
            if value in spec["of"][:index]:
                yield source.problem(
                    (*place, "of", index), f"{value!r} stands here twice: neighbours would have the same"
                )
            if not value.strip() or "{{" in value:
                yield source.problem((*place, "of", index), f"{value!r} is nothing that a text can say")
    yield from _shared(source, found)


def _shared(source: Source, found: dict[str, Any]) -> Iterator[Problem]:
    """What stands over the rows of all learners names nothing that differs among them."""
    lab: grammar.Data = source.data
    said: list[tuple[Steps, str]] = [(("title",), lab["title"]), (("summary",), lab["summary"])]
    for index, step in enumerate(lab["steps"]):
        said += [(("steps", index, key), step[key]) for key in SHARED if key in step]
    for place, text in said:
        for name in VARIABLE.findall(text):
            if name in found:
                yield source.problem(
                    place, f"{{{{{name}}}}} differs from learner to learner; this is one for all of them"
                )
