"""Which S3 operation a request asks for: path-style addresses, by method, depth, query and headers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from botocore.model import OperationModel

from iamlab.services.operations import REGISTRY, AwsError, model
from iamlab.wire.facts import Facts

# Of other endpoints than S3's own: object lambdas, directory buckets.
NOT_ROUTED = ("WriteGetObjectResponse", "ListDirectoryBuckets")


@dataclass(frozen=True, slots=True)
class Route:
    """An operation with what a request must have to mean it."""

    operation: str
    query: tuple[tuple[str, str | None], ...]  # names; a value where only this one counts
    headers: tuple[str, ...]
    registered: bool

    def fits(self, query: dict[str, str], headers: Iterable[str]) -> bool:
        return all(name in query and value in (None, query[name]) for name, value in self.query) and all(
            name in headers for name in self.headers
        )


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request points: the whole service, a bucket, or an object."""

    bucket: str
    key: str

    @property
    def depth(self) -> int:
        return 2 if self.key else 1 if self.bucket else 0


def address(path: str) -> Address:
    """/bucket/key, without the prefix of the endpoint. Slashes within a key are the key's."""
    bucket, _, key = path.removeprefix("/").partition("/")
    return Address(bucket, key)


def query_of(http: Facts) -> dict[str, str]:
    return dict(parse_qsl(http.query, keep_blank_values=True))


def find(http: Facts, where: Address, query: dict[str, str]) -> Route | None:
    """The most specific operation that the request fits, simulated or not."""
    group = routes().get((http.method, where.depth), ())
    return next((route for route in group if route.fits(query, http.headers)), None)


# What AWS offers to accounts of old only, and refuses to new ones as a method that there is not: S3 Select, since 2024.
CLOSED = ("SelectObjectContent",)


def operation_of(http: Facts, where: Address, query: dict[str, str]) -> str:
    """The operation's name. Raises MethodNotAllowed; NotImplemented for what iamlab does not simulate."""
    route = find(http, where, query)
    if route is None or route.operation in CLOSED:
        kind = ("SERVICE", "BUCKET", "OBJECT")[where.depth]
        message = "The specified method is not allowed against this resource."
        raise AwsError("MethodNotAllowed", message, 405, Method=http.method, ResourceType=kind)
    if not route.registered:
        raise not_simulated(route.operation)
    return route.operation


def not_simulated(operation: str) -> AwsError:
    return AwsError("NotImplemented", f"s3:{operation} is not simulated by iamlab.", 501)


@cache
def routes() -> dict[tuple[str, int], list[Route]]:
    """Every operation of the model, so that one not simulated is not taken for another; most specific first."""
    found: dict[tuple[str, int], list[Route]] = defaultdict(list)
    for name in model("s3").operation_names:
        if name not in NOT_ROUTED:
            operation = model("s3").operation_model(name)
            depth = operation.http["requestUri"].count("{")
            found[operation.http["method"], depth].append(_route(operation))
    for group in found.values():
        group.sort(key=lambda route: (-len(route.query) - len(route.headers), not route.registered, route.operation))
    return found


def _route(operation: OperationModel) -> Route:
    fixed = parse_qsl(urlsplit(operation.http["requestUri"]).query, keep_blank_values=True)
    query: list[tuple[str, str | None]] = [(name, value or None) for name, value in fixed]
    headers = []
    shape = operation.input_shape
    for name in shape.required_members if shape is not None else ():
        how = shape.members[name].serialization
        if how.get("location") == "querystring":
            query.append((how["name"], None))
        elif how.get("location") == "header" and not fixed:
            headers.append(how["name"].lower())
    return Route(operation.name, tuple(query), tuple(headers), f"s3:{operation.name}" in REGISTRY)
