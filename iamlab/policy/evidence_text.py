"""Evidence as JSON text. A long document has a row for each statement: what does not hang on the request is written
once and kept with the row.
"""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from .rows import Row


def evidence_text(found: Mapping[str, Any]) -> str:
    """What `json.dumps` makes of the evidence, its layers last."""
    return _with(found, "layers", [_with(layer, "policies", _policies(layer)) for layer in found["layers"]])


def _policies(layer: dict[str, Any]) -> list[str]:
    return [_with(policy, "statements", list(map(_row, policy["statements"]))) for policy in layer["policies"]]


def _with(whole: Mapping[str, Any], field: str, texts: list[str]) -> str:
    """An object as JSON; `texts` are the members of one of its fields, the last to be written."""
    rest = json.dumps({key: value for key, value in whole.items() if key != field})
    return f'{rest[:-1]}, "{field}": [{", ".join(texts)}]}}'


def _row(row: Row) -> str:
    kept = row.like or row
    if kept.head is None:
        kept.head = json.dumps({key: value for key, value in kept.items() if key != "why"})[:-1] + ', "why": '
    why = row["why"]
    return f"{kept.head}{'null' if why is None else quoted(why)}}}"
