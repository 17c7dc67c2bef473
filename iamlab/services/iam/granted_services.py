"""Which services a policy's Allow statements name."""

import json
from functools import lru_cache
from typing import Any

from iamlab.policy.catalog import services


@lru_cache(maxsize=2_000)
def granted(text: str) -> frozenset[str]:
    """The prefixes of the services for which a document allows something, whatever its conditions."""
    statements = json.loads(text)["Statement"]
    found: set[str] = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement.get("Effect") == "Allow":
            found |= _named(_list(statement.get("Action"))) | _all_but(statement.get("NotAction"))
    return frozenset(found)


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _named(actions: list[str]) -> set[str]:
    if "*" in actions or "*:*" in actions:
        return set(services())
    return {action.partition(":")[0].lower() for action in actions} & set(services())


def _all_but(excepted: Any) -> set[str]:
    """NotAction leaves out a service only where it names all of its actions."""
    if excepted is None:
        return set()
    whole = {action.partition(":")[0].lower() for action in _list(excepted) if action.endswith(":*")}
    return set() if "*" in _list(excepted) else set(services()) - whole
