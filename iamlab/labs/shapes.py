"""Are a lab's files made as iamlab/labs/grammar.py says? What is, can be read on without asking for kinds again."""

from collections.abc import Iterator, Mapping
from typing import Any

from iamlab.labs import grammar
from iamlab.labs.places import Problem, Source, Steps

PARTS: dict[str, Any] = {
    "questions": [grammar.QUESTION], "start": [grammar.LINE], "solution": [grammar.PART], "mistakes": [grammar.WRONG],
}  # fmt: skip


def problems(files: Mapping[str, Source]) -> Iterator[Problem]:
    """What of lab.yaml and its parts has another shape than it should; a part may be empty."""
    yield from shaped(files["lab"], (), files["lab"].data, grammar.LAB)
    for part, kind in PARTS.items():
        if part in files and files[part].data is not None:
            yield from of_kind(files[part], (), files[part].data, kind, f"{part}.yaml")


def too_many(files: Mapping[str, Source]) -> Iterator[Problem]:
    """What a lab has more of than is good for learners, and for who checks it."""
    lab = files["lab"].data
    parts = {part: files[part].data or () if part in files else () for part in PARTS}
    steps = lab["steps"]
    holders = [*(lab.get("faults") or ()), *(lab.get("actors") or ()), *parts["solution"], *parts["mistakes"]]
    counts = {
        "steps": len(steps),
        "checks": sum(len(step.get("checks") or ()) for step in steps),
        "questions": len(parts["questions"]),
        "lines": len(parts["start"]) + sum(len(one["lines"]) for one in holders),
    }
    for what, most in grammar.MOST.items():
        if counts[what] > most:
            yield files["lab"].problem((), f"a lab has at most {most} {what}; this one has {counts[what]}")


def shaped(source: Source, where: Steps, data: Any, shape: grammar.Shape) -> Iterator[Problem]:
    """A mapping with the keys of a shape, each of its kind; the key * stands for any."""
    if not isinstance(data, dict):
        yield source.problem(where, f"expected a mapping with {', '.join(shape)}")
        return
    for key, (required, _) in shape.items():
        if required and key not in data:
            yield source.problem(where, f"{key} is missing")
    for key, value in data.items():
        known = shape.get(key) or shape.get("*")
        if known is not None:
            yield from of_kind(source, (*where, key), value, known[1], str(key))
        else:
            yield source.problem((*where, key), f"{key!r} is not known here; there are {', '.join(shape)}")


def of_kind(source: Source, where: Steps, value: Any, kind: Any, name: str) -> Iterator[Problem]:
    """A value of a type, a mapping of a shape, or a list whose items are of the kind that [kind] holds."""
    if isinstance(kind, dict):
        yield from shaped(source, where, value, kind)
    elif isinstance(kind, list) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from of_kind(source, (*where, index), item, kind[0], name)
    elif isinstance(kind, list) or not _is(value, kind):
        yield source.problem(where, f"{name} has the wrong kind of value: {value!r}")
    elif kind is str and not value.strip():
        yield source.problem(where, f"{name} is empty")


def _is(value: Any, kind: Any) -> bool:
    """Python takes true for a number; an author does not."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if isinstance(value, bool):
        return bool in kinds or object in kinds
    return isinstance(value, kind)
