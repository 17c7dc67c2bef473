"""Condition keys: the global ones, by hand, and every service's, read when first asked for."""

from dataclasses import dataclass
from functools import lru_cache

from .files import read_json
from .global_keys import GLOBAL_KEYS, MULTIVALUED_SERVICE_KEYS, ROLE_SESSION_KEYS

# The service data's type words, as this package uses them.
TYPES = {"Date": "Date", "IPAddress": "IpAddress", "ARN": "Arn"}
MANY = "ArrayOf"
PLACEHOLDERS = (("${", "}"), ("<", ">"))


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """`name` as AWS writes it, "aws:PrincipalTag/${TagKey}" for a family of keys; `type` is String, Arn, Bool, Date,
    Numeric, IpAddress or Binary; a `multivalued` key needs ForAllValues or ForAnyValue."""

    name: str
    type: str
    multivalued: bool
    is_global: bool


def condition_key(name: str) -> ConditionKey | None:
    """The key called `name`, without regard to case; a member of a family ("aws:PrincipalTag/Team") gives that."""
    name = name.lower()
    exact, families = _keys()
    if name in exact:
        return exact[name]
    for start, end, key in families:
        if len(name) > len(start) + len(end) and name.startswith(start) and name.endswith(end):
            return key
    return None


def global_keys() -> list[ConditionKey]:
    return [key for key in _all_keys() if key.is_global]


def condition_key_names() -> list[str]:
    """Every key and family by its name, the global ones first."""
    return [key.name for key in _all_keys()]


def is_family(name: str) -> bool:
    """Whether `name` stands for many keys, each with a name of its own in the placeholder's stead."""
    return any(opening in name for opening, _ in PLACEHOLDERS)


def family_ends(name: str) -> tuple[str, str]:
    """What a family's members begin and end with."""
    for opening, closing in PLACEHOLDERS:
        start, found, rest = name.partition(opening)
        if found:
            return start, rest.partition(closing)[2]
    raise ValueError(f"{name} has no placeholder")


def names_key(pattern: str, name: str) -> bool:
    """Whether the key `name` is `pattern`, or a member of the family `pattern`."""
    pattern, name = pattern.lower(), name.lower()
    if not is_family(pattern):
        return pattern == name
    start, end = family_ends(pattern)
    return len(name) > len(start) + len(end) and name.startswith(start) and name.endswith(end)


@lru_cache(maxsize=1)
def _all_keys() -> list[ConditionKey]:
    keys = [ConditionKey(name, *how, is_global=True) for name, how in (GLOBAL_KEYS | ROLE_SESSION_KEYS).items()]
    by_hand = {key.name.lower() for key in keys}
    for name, kind in read_json("keys").items():
        if name.lower() not in by_hand:
            word = kind.removeprefix(MANY)
            several = kind.startswith(MANY) or name in MULTIVALUED_SERVICE_KEYS
            keys.append(ConditionKey(name, TYPES.get(word, word), several, is_global=False))
    return keys


@lru_cache(maxsize=1)
def _keys() -> tuple[dict[str, ConditionKey], list[tuple[str, str, ConditionKey]]]:
    exact = {key.name.lower(): key for key in _all_keys() if not is_family(key.name)}
    families = [(*family_ends(key.name.lower()), key) for key in _all_keys() if is_family(key.name)]
    return exact, families
