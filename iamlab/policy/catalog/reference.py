"""Services, their actions and resource types; each service's details are read when first asked for."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from .files import read_block, read_json

LEVELS = {
    "L": "List",
    "R": "Read",
    "W": "Write",
    "P": "Permissions management",
    "T": "Tagging",
}


@dataclass(frozen=True, slots=True)
class ResourceType:
    """`arn` is the format, such as "arn:${Partition}:s3:::${BucketName}"."""

    service: str
    name: str
    arn: str
    condition_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionResource:
    """A resource type that an action can be asked for; `required`: a policy that allows the action must cover it."""

    type: ResourceType
    required: bool
    condition_keys: tuple[str, ...]
    dependent_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """`access_level` is one of LEVELS' values; no `resource_types`: the action takes only "*" as its resource."""

    service: str
    name: str
    access_level: str
    resource_types: tuple[ActionResource, ...]
    condition_keys: tuple[str, ...]
    dependent_actions: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return f"{self.service}:{self.name}"


@dataclass(frozen=True, slots=True)
class Service:
    actions: Mapping[str, Action]
    resource_types: Mapping[str, ResourceType]


def services() -> Mapping[str, str]:
    """The services' names by prefix, in the order of the prefixes: {"s3": "Amazon S3", ...}."""
    return _names()


def action_names(prefix: str) -> tuple[str, ...]:
    """The names of a service's actions in the order of `actions`, without their details; () for an unknown prefix."""
    return _action_names(prefix.lower())


def access_levels(prefix: str) -> tuple[str, ...]:
    """The access levels of `action_names`, one for one."""
    row = _index().get(prefix.lower())
    return tuple(LEVELS[letter] for letter in row[2]) if row else ()


def actions(prefix: str) -> Mapping[str, Action]:
    """A service's actions by name; empty for an unknown prefix."""
    service = _service(prefix.lower())
    return service.actions if service else {}


def resource_types(prefix: str) -> Mapping[str, ResourceType]:
    """A service's resource types by name; empty for an unknown prefix."""
    service = _service(prefix.lower())
    return service.resource_types if service else {}


def action(text: str) -> Action | None:
    """The action called `text`, such as "s3:PutObject", without regard to case."""
    prefix, _, name = text.partition(":")
    real = _by_lower_case(prefix.lower()).get(name.lower())
    return actions(prefix)[real] if real else None


def real_name(text: str) -> str | None:
    """`text`, an action in any case, as AWS writes it; None if there is none such. Reads no details."""
    prefix, _, name = text.partition(":")
    real = _by_lower_case(prefix.lower()).get(name.lower())
    return f"{prefix.lower()}:{real}" if real else None


def is_spelled(text: str) -> bool:
    """Whether `text` is an action as AWS writes it. Makes no list of names, so that asking for few costs little."""
    prefix, _, name = text.partition(":")
    row = _index().get(prefix)
    return row is not None and " " not in name and f" {name} " in f" {row[1]} "


def all_actions() -> Iterator[Action]:
    """Every action of every service, with its details; `all_action_names` costs a hundredth of it."""
    for prefix in services():
        yield from actions(prefix).values()


def all_action_names() -> Iterator[str]:
    """Every action's full name, such as "s3:PutObject", by service and name."""
    for prefix in services():
        for name in action_names(prefix):
            yield f"{prefix}:{name}"


def rcp_services() -> frozenset[str]:
    """The prefixes of the services whose resources resource control policies (RCPs) can protect."""
    return frozenset(_services_file()["rcp"])


def supplies_resource_tags(prefix: str) -> bool:
    """Whether any request to the service carries `aws:ResourceTag`."""
    return prefix.lower() not in _services_file()["untagged"]


@lru_cache(maxsize=1)
def arn_formats() -> Mapping[str, tuple[str, ...]]:
    """All resources' ARN formats by the ARN's own service part: {"s3": ("arn:${Partition}:s3:::...", ...)}."""
    return MappingProxyType({service: tuple(formats) for service, formats in read_json("arns").items()})


@lru_cache(maxsize=1)
def _services_file() -> dict:
    return read_json("services")


def _index() -> dict[str, list]:
    return _services_file()["index"]


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    return MappingProxyType({prefix: row[0] for prefix, row in _index().items()})


@cache
def _known_names(prefix: str) -> tuple[str, ...]:
    return tuple(_index()[prefix][1].split())


def _action_names(prefix: str) -> tuple[str, ...]:
    return _known_names(prefix) if prefix in _index() else ()


@cache
def _known_by_lower_case(prefix: str) -> dict[str, str]:
    return {name.lower(): name for name in _known_names(prefix)}


def _by_lower_case(prefix: str) -> dict[str, str]:
    return _known_by_lower_case(prefix) if prefix in _index() else {}


def _service(prefix: str) -> Service | None:
    # Only known prefixes reach the cache, so that a stream of invented ones cannot fill it.
    return _known_service(prefix) if prefix in _index() else None


@cache
def _known_service(prefix: str) -> Service:
    _, _, levels, offset, length = _index()[prefix]
    details = json.loads(read_block("service_details", offset, length))
    keys = [tuple(names) for names in details["keys"]]
    types = [ResourceType(prefix, name, arn, keys[number]) for name, arn, number in details["types"]]
    found = {}
    for name, level, (targets, number, dependent) in zip(_known_names(prefix), levels, details["actions"], strict=True):
        resources = tuple(ActionResource(types[t], bool(r), keys[k], tuple(d)) for t, r, k, d in targets)
        found[name] = Action(prefix, name, LEVELS[level], resources, keys[number], tuple(dependent))
    return Service(MappingProxyType(found), MappingProxyType({t.name: t for t in types}))
