"""Batches of cases: JSON Lines in, one JSON answer a line out, in order, whatever a line holds."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from .cases import CaseReader, UnreadableCase, load_line
from .evaluate import evaluate


def answer_lines(lines: Iterable[str], *, explain: bool = False) -> Iterator[str]:
    """One answer for each case; blank lines and a first line of named policies have none."""
    reader = CaseReader()
    for line in lines:
        if not line.strip():
            continue
        answer = answer_line(reader, line, explain=explain)
        if answer is not None:
            yield json.dumps(answer)


def answer_line(reader: CaseReader, line: str, *, explain: bool = False) -> dict[str, Any] | None:
    """The answer to one line; None for a line that only names policies."""
    case: Any = None
    try:
        case = load_line(line)
        if isinstance(case, dict) and "policies" in case and "action" not in case:
            reader.define(case["policies"])
            return None
        request, policies = reader.read(case)
    except UnreadableCase as error:
        name = case.get("id") if isinstance(case, dict) else None
        return {"id": name, "decision": None, "error": str(error)}
    decision = evaluate(request, policies)
    answer = {"id": case.get("id"), "decision": decision.outcome, "layer": decision.layer}
    if explain:
        from .explain import explain as evidence  # loaded only where asked for: it would slow every start

        answer["evidence"] = evidence(request, policies, decision, every_part=True)
    return answer
