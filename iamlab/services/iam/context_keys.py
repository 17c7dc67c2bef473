"""The condition keys that policies ask for. IAM API Reference: "GetContextKeysForCustomPolicy"."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from iamlab.policy.document import MalformedPolicy, loads
from iamlab.services.iam import held_policies, principals
from iamlab.services.operations import AwsError, Call, Target, operation

VARIABLE = re.compile(r"\$\{\s*([A-Za-z][^},\s]*)")
DYNAMIC = ("Resource", "NotResource", "Condition")  # where variables may stand


def check(texts: Iterable[str] | None) -> list[str]:
    """Documents that can be read. Raises InvalidInput."""
    found = list(texts or ())
    for text in found:
        try:
            document = loads(text)
        except MalformedPolicy as error:
            raise AwsError("InvalidInput", error.message) from error
        if not isinstance(document, dict) or "Statement" not in document:
            raise AwsError("InvalidInput", "Syntax errors in policy.")
    return found


def statements(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)["Statement"]
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


@lru_cache(maxsize=2_000)
def keys_of(text: str) -> frozenset[str]:
    """The keys of a document's conditions and variables, as it spells them."""
    return frozenset(key for statement in statements(text) for key in keys_of_statement(statement))


def keys_of_statement(statement: dict[str, Any]) -> Iterator[str]:
    condition = statement.get("Condition")
    for block in condition.values() if isinstance(condition, dict) else ():
        yield from block if isinstance(block, dict) else ()
    for element in DYNAMIC:
        yield from VARIABLE.findall(json.dumps(statement.get(element)))


def once(keys: Iterable[str]) -> list[str]:
    """Sorted; of spellings that differ in case only, one."""
    return sorted({key.lower(): key for key in sorted(keys)}.values())


@operation("iam:GetContextKeysForCustomPolicy")
def get_context_keys_for_custom_policy(call: Call, PolicyInputList: list[str]) -> dict[str, Any]:
    return {"ContextKeyNames": once(key for text in check(PolicyInputList) for key in keys_of(text))}


def source_target(call: Call, PolicySourceArn: str, **_: Any) -> Target:
    return principals.holder_target(call, PolicySourceArn)


@operation("iam:GetContextKeysForPrincipalPolicy", target=source_target)
def get_context_keys_for_principal_policy(
    call: Call, PolicySourceArn: str, PolicyInputList: list[str] | None = None
) -> dict[str, Any]:
    held = held_policies.of_entity(principals.existing(call))
    texts = [*(one.text for one in held), *check(PolicyInputList)]
    return {"ContextKeyNames": once(key for text in texts for key in keys_of(text))}
