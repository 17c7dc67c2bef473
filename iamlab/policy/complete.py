"""What may be written at a place of a policy document: elements, actions, resources, condition operators and keys."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from . import catalog
from .operators import OPERATORS, SET_PREFIXES

ELEMENTS = ("Version", "Id", "Statement")
STATEMENT = ("Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition")
PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
# Elements that AWS refuses in a kind of policy, and the one service whose actions it takes.
REFUSED = {
    "identity": ("Principal",),
    "scp": ("Principal",),
    "trust": ("Resource", "NotResource"),
}
ONLY_SERVICE = {"trust": "sts", "bucket": "s3"}
MOST_SERVICES = 10


@dataclass(frozen=True, slots=True)
class Offers:
    """Texts with a word on each; the list is whole for everything that begins with `prefix`."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    prefix: str = ""


def offers(path: Sequence[str], typed: str, kind: str, services: Iterable[str] = (), account: str = "") -> Offers:
    """`path` names the properties from the document down to the place; it ends with "" where a name is being written.

    `services` are those whose actions the statement names: their condition keys and ARNs are offered.
    """
    known = [prefix for prefix in dict.fromkeys(services) if prefix in catalog.services()][:MOST_SERVICES]
    match [part.lower() for part in path]:
        case [""]:
            return _words(ELEMENTS)
        case ["version"]:
            return _words(["2012-10-17"])
        case ["statement", ""]:
            return _words(name for name in STATEMENT if name not in REFUSED.get(kind, ()))
        case ["statement", "effect"]:
            return _words(["Allow", "Deny"])
        case ["statement", "principal" | "notprincipal", ""]:
            return _words(PRINCIPALS)
        case ["statement", "action" | "notaction"]:
            return _actions(typed, kind)
        case ["statement", "resource" | "notresource"]:
            return Offers(list(_arns(known, account)))
        case ["statement", "condition", ""]:
            return Offers(list(operators()))
        case ["statement", "condition", _, ""]:
            return Offers(list(_keys(known)))
        case ["statement", "condition", operator, _] if operator.startswith(("bool", "null")):
            return _words(["true", "false"])
    return Offers()


def _words(words: Iterable[str]) -> Offers:
    return Offers([(word, "") for word in words])


def _actions(typed: str, kind: str) -> Offers:
    only = ONLY_SERVICE.get(kind)
    prefix, colon, _ = typed.partition(":")
    prefix = only or prefix.lower()
    if (not colon and not only) or prefix not in catalog.services():
        return Offers([(f"{one}:", name) for one, name in catalog.services().items()])
    named = zip(catalog.action_names(prefix), catalog.access_levels(prefix), strict=True)
    found = [(f"{prefix}:{name}", level) for name, level in named]
    return Offers([(f"{prefix}:*", "All actions"), *found], "" if only else f"{prefix}:")


def _arns(services: Iterable[str], account: str) -> Iterator[tuple[str, str]]:
    yield "*", "All resources"
    for prefix in services:
        for one in catalog.resource_types(prefix).values():
            yield example(one.arn, account), one.name


def example(form: str, account: str) -> str:
    """An ARN's format with what is known filled in, and the rest as names to write over."""
    text = form.replace("${Partition}", "aws").replace("${Account}", account or "Account")
    return text.replace("${", "").replace("}", "")


@lru_cache(maxsize=1)
def operators() -> tuple[tuple[str, str], ...]:
    """All condition operators: the plain ones first, then with IfExists, then for keys of several values."""
    plain = [(row.name, row.type) for row in OPERATORS.values()]
    missing = [(f"{name}IfExists", kind) for name, kind in plain]
    many = [
        (f"{prefix}:{name}", f"{kind}, several values")
        for prefix in SET_PREFIXES.values()
        for name, kind in (*plain, *missing)
    ]
    return (*plain, ("Null", "whether the key is missing"), *missing, *many)


def _keys(services: Sequence[str]) -> Iterator[tuple[str, str]]:
    for key in catalog.global_keys():
        yield _key(key)
    starts = tuple(f"{prefix}:" for prefix in services)
    for name in catalog.condition_key_names() if starts else ():
        found = catalog.condition_key(name)
        if name.startswith(starts) and found is not None and not found.is_global:
            yield _key(found)


def _key(key: catalog.ConditionKey) -> tuple[str, str]:
    return key.name, f"{key.type}, several values" if key.multivalued else key.type
