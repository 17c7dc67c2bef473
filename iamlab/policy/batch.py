"""Batches of cases: JSON Lines in, one JSON answer a line out, in order, whatever a line holds.

A whole input that is one JSON object without an action is a question over many: `{"policies", "principals",
"queries"}` (who can), `{"policies", "case", "actions"}` (all actions of a principal on `*`; with `"after"`, an object
of policy fields in the place of the case's, also what they change), `{"policies", "principals", "actions"}` (every
action of every principal).
"""

import gc
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from .cases import CaseReader, UnreadableCase, load_line
from .evaluate import Request, evaluate

BENCH_SECONDS = 2.0
Explain = Callable[..., Mapping[str, Any]]
QUESTIONS = ("queries", "actions")


def answer_lines(lines: Iterable[str], *, explain: bool = False) -> Iterator[str]:
    """One answer for each case; blank lines and a first line of named policies have none."""
    reader = CaseReader()
    filled = (line for line in one_object(lines) if line.strip())
    for number, line in enumerate(filled):
        answer = answer_line(reader, line, explain=explain, first=number == 0)
        if answer is not None:
            yield answer_text(answer)


def one_object(lines: Iterable[str]) -> Iterator[str]:
    """The lines; or all in one, where a question over many is laid out over several lines."""
    remaining = iter(lines)
    first = next(remaining, "")
    if first.strip() and _readable(first) is None:
        rest = list(remaining)
        whole = _readable("".join([first, *rest]))
        if is_question(whole):
            yield json.dumps(whole)
            return
        remaining = iter(rest)
    yield first
    yield from remaining


def answer_text(answer: dict[str, Any]) -> str:
    evidence = answer.pop("evidence", None)
    text = json.dumps(answer)
    if evidence is None:
        return text
    from .evidence_text import evidence_text

    return f'{text[:-1]}, "evidence": {evidence_text(evidence)}}}'


def answer_line(reader: CaseReader, line: str, *, explain: bool = False, first: bool = False) -> dict[str, Any] | None:
    """The answer to one line; None for a first line that only names policies."""
    case: Any = None
    try:
        case = load_line(line)
        if is_question(case):
            from .questions import answer_question

            return answer_question(reader, case)
        if names_policies(case):
            if not first:
                raise UnreadableCase("only the first line may name policies; a case has an action")
            reader.define(case["policies"])
            return None
        request, policies = reader.read(case)
    except UnreadableCase as error:
        name = case.get("id") if isinstance(case, dict) else None
        return {"id": name, "decision": None, "error": str(error)}
    decision = evaluate(request, policies)
    answer = {"id": case.get("id"), "decision": decision.outcome, "layer": decision.layer}
    if explain:
        answer["evidence"] = _explain()(request, policies, decision)
    return answer


def names_policies(case: Any) -> bool:
    return isinstance(case, dict) and "policies" in case and "action" not in case and not is_question(case)


def is_question(case: Any) -> bool:
    return isinstance(case, dict) and "action" not in case and any(field in case for field in QUESTIONS)


def _explain() -> Explain:
    """Loaded with the catalogue, of which the sentences speak, and only where asked for: it would slow every start."""
    from .catalog import services
    from .explain import explain

    services()
    return explain


# Measuring ---------------------------------------------------------------------------------------


def _reading() -> Explain:
    """Makes evidence with its rows and sentences, which are written when something of it is first read."""
    explain = _explain()

    def read(request: Any, policies: Any, decision: Any) -> Mapping[str, Any]:
        evidence = explain(request, policies, decision)
        evidence["sentence"]
        return evidence

    return read


def measure(lines: Iterable[str], mode: str, *, explain: bool = False) -> dict[str, Any]:
    """Decisions and seconds of one mode: warm (whole passes for about two seconds after one that is not counted),
    first (one pass from an evaluator that has seen no request) or cold (every decision from the documents as text).

    Seconds are the processor's, so that what else the machine does is not counted.
    """
    cases = [_readable(line) for line in lines if line.strip()]
    named = cases.pop(0)["policies"] if cases and names_policies(cases[0]) else {}
    explainer = _reading() if explain else None
    if mode == "cold":
        return _measure_cold(cases, named, explainer)
    reader = CaseReader()
    _define(reader, named)
    judged = [read for case in cases if (read := _read(reader, case)) is not None]
    gc.freeze()  # what has been read stays: the collector need not walk it again and again
    if mode == "warm":
        _pass(judged, explainer)
    decisions, until, began = 0, time.monotonic() + BENCH_SECONDS, time.process_time()
    while True:
        _pass(judged, explainer)
        decisions += len(judged)
        if mode == "first" or not judged or time.monotonic() >= until:
            return {"decisions": decisions, "seconds": time.process_time() - began}


def _readable(line: str) -> Any:
    try:
        return load_line(line)
    except UnreadableCase:
        return None


def _read(reader: CaseReader, case: Any) -> tuple[Any, ...] | None:
    try:
        request, policies = reader.read(case)
    except UnreadableCase:
        return None
    more = (request.resource_account, request.session_issuer, request.restrict_public_buckets)
    seldom = more if any(more) else None  # passed on only where there is any: it would slow every decision
    return request.principal, request.action, request.resource, request.context, seldom, policies


def _pass(judged: list[tuple[Any, ...]], explain: Explain | None) -> None:
    for principal, action, resource, context, seldom, policies in judged:
        if seldom is None:
            request = Request(principal, action, resource, context)
        else:
            request = Request(principal, action, resource, context, *seldom)
        decision = evaluate(request, policies)
        if explain is not None:
            explain(request, policies, decision)


def _measure_cold(cases: list[Any], named: Any, explain: Explain | None) -> dict[str, Any]:
    """Each case read and judged by a reader of its own, from the text of its documents."""
    named = named if isinstance(named, dict) else {}
    rows = [(case, _texts(case, named)) for case in cases if _read_with(case, named)]
    began = time.process_time()
    for case, texts in rows:
        reader = CaseReader(keep=False)
        documents = {field: json.loads(text) for field, text in texts.items()}
        request, policies = reader.request(case), reader.policies(documents)
        decision = evaluate(request, policies)
        if explain is not None:
            explain(request, policies, decision)
    return {"decisions": len(rows), "seconds": time.process_time() - began}


def _define(reader: CaseReader, policies: object) -> None:
    """Named documents that cannot be read are not measured."""
    with suppress(UnreadableCase):
        reader.define(policies)


def _read_with(case: Any, named: dict[str, Any]) -> bool:
    reader = CaseReader(keep=False)
    _define(reader, named)
    return _read(reader, case) is not None


def _texts(case: dict[str, Any], named: dict[str, Any]) -> dict[str, str]:
    """The case's policies as text, references resolved."""

    def resolve(part: Any) -> Any:
        if isinstance(part, list):
            return [resolve(one) for one in part]
        refers = isinstance(part, dict) and "Statement" not in part and isinstance(part.get("ref"), str)
        return named.get(part["ref"], part) if refers else part

    return {field: json.dumps(resolve(value)) for field, value in case.items() if field.endswith(("Policy", "ies"))}
