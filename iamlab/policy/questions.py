"""The three questions over many that a batch may ask as one JSON object."""

from collections.abc import Iterator
from typing import Any

from .cases import CaseReader, UnreadableCase
from .effective import difference, effective
from .masks import Universe
from .request import Policies
from .who_can import Directory


def answer_question(reader: CaseReader, question: dict[str, Any]) -> dict[str, Any]:
    """Raises UnreadableCase. Answers name principals and actions as the question does, actions by service and name."""
    if question.get("policies") is not None:
        reader.define(question["policies"])
    if "queries" in question:
        return _who_can(reader, question)
    universe = _universe(question)
    if "case" in question:
        return _all_actions(reader, question["case"], question.get("after"), universe)
    directory = Directory(_principals(reader, question))
    sets = directory.permissions(universe)
    names: dict[int, list[str]] = {}
    for bits in sets.values():
        if bits not in names:
            names[bits] = list(universe.names(bits))
    return {"principals": [{"arn": arn, "allowed": names[bits]} for arn, bits in sets.items()]}


def _who_can(reader: CaseReader, question: dict[str, Any]) -> dict[str, Any]:
    directory = Directory(_principals(reader, question))
    answers = []
    for query in _objects(question, "queries"):
        request = reader.request({**query, "principal": "anonymous"})
        found = directory.who_can(request, reader.policies({"resourcePolicy": query.get("resourcePolicy")}).resource)
        answers.append({"action": request.action, "resource": request.resource, "principals": found})
    return {"answers": answers}


def _all_actions(reader: CaseReader, case: Any, after: Any, universe: Universe) -> dict[str, Any]:
    if not isinstance(case, dict):
        raise UnreadableCase("case must be an object")
    request, policies = reader.read({**case, "action": "*", "resource": "*"})
    found = effective(request, policies, universe)
    answer = {
        "id": case.get("id"),
        "allowed": list(universe.names(found.allowed)),
        "explicitDeny": list(universe.names(found.denied & ~found.allowed)),
        "actions": sum(1 for _ in universe.names(universe.everything)),
    }
    if after is None:
        return answer
    if not isinstance(after, dict):
        raise UnreadableCase("after must be an object")
    changed = difference(request, policies, reader.policies({**case, **after}), universe)
    return {**answer, "gained": changed.gained, "lost": changed.lost}


def _universe(question: dict[str, Any]) -> Universe:
    actions = question.get("actions")
    if not isinstance(actions, list) or not all(isinstance(action, str) for action in actions):
        raise UnreadableCase("actions must be a list of strings")
    return Universe(actions)


def _objects(question: dict[str, Any], field: str) -> list[dict[str, Any]]:
    listed = question.get(field)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise UnreadableCase(f"{field} must be a list of objects")
    return listed


def _principals(reader: CaseReader, question: dict[str, Any]) -> Iterator[tuple[str, Policies]]:
    for one in _objects(question, "principals"):
        if not isinstance(one.get("arn"), str):
            raise UnreadableCase("a principal must have an arn")
        yield one["arn"], reader.policies(one)
