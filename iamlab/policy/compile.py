"""A policy document compiled once, statement by statement when an action first selects it, kept by content.

    document = compile_document('{"Version": "2012-10-17", "Statement": [...]}')
    policy = compile_policy(text_or_object, name="BillWrite", arn="arn:...", via="group billing")

A `Document` is content only, shared by all policies with the same text; a `Policy` is a document under a name.
"""

import json
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from .arns import Caller
from .conditions import Condition, always, compile_conditions
from .document import MalformedPolicy, loads
from .globs import glob
from .match import Resources, action_matches, everything, has_space, split_action
from .principals import BothPrincipals, Principals

KEPT_DOCUMENTS = 20_000
KEPT_SELECTIONS = 4_096
# How a document is read depends on the layer it stands in: what a short ARN means, and whose `Principal` counts.
KINDS = ("identity", "scp", "rcp", "resource", "vpce")


class Statement:
    """One statement read for one kind of layer; `resources` None means every resource, `principals` None everybody."""

    __slots__ = (
        "applies",
        "conditions",
        "denied",
        "deny",
        "index",
        "principals",
        "raw",
        "resources",
        "rows",
        "said",
        "sid",
        "unconditional",
    )

    def __init__(self, index: int, raw: dict[str, Any], version: object, kind: str):
        self.index, self.raw = index, raw
        self.said: Any = None  # its resources in words; kept by `reasons`
        self.rows: dict[Any, Any] = {}  # kept by `evidence`
        sid = raw.get("Sid")
        self.sid = sid if isinstance(sid, str) and sid else None
        self.deny = raw.get("Effect") == "Deny"
        variables = version == "2012-10-17"
        self.principals = _principals(raw, kind)
        # Whom a Deny hits: None where that is everybody, so that nobody need be compared.
        self.denied = None if self.principals is None or self.principals.all_listed else self.principals
        self.resources = _resources(raw, kind, variables)
        self.conditions: tuple[Condition, ...] = ()
        if "Condition" in raw:
            self.conditions = compile_conditions(raw["Condition"], variables)
        self.unconditional = self.principals is None and self.resources is None and not self.conditions
        # Whether resource and condition parts match a request; the action part has selected the statement already.
        self.applies: Callable[[Any], bool] = _tests(self.resources, [one.test for one in self.conditions], self.deny)

    @property
    def name(self) -> str:
        """Its Sid, or its place ("number 2")."""
        return self.sid or f"number {self.index + 1}"

    def grants(self, request, caller: Caller) -> int:
        """How this Allow reaches the caller: a kind of `match`, NOT_COVERED when it does not apply."""
        assert self.principals is not None
        kind = self.principals.grants(caller)
        return kind if kind and self.applies(request) else 0


def _tests(resources: Any, conditions: list[Callable[[Any], bool]], deny: bool) -> Callable[[Any], bool]:
    """One test of a request for both parts, the part first that oftener fails: of a Deny its conditions."""
    if resources is None:
        if len(conditions) < 2:
            return conditions[0] if conditions else always
        return lambda request: all(test(request) for test in conditions)
    fits = resources.fits()
    if not conditions:
        return fits
    if len(conditions) == 1:
        only = conditions[0]
        return (
            (lambda request: only(request) and fits(request))
            if deny
            else lambda request: fits(request) and only(request)
        )

    def applies(request: Any) -> bool:
        if not fits(request):
            return False
        for test in conditions:  # noqa: SIM110 - a generator would double its cost
            if not test(request):
                return False
        return True

    return applies


def _principals(raw: dict[str, Any], kind: str) -> Principals | BothPrincipals | None:
    if kind in ("identity", "scp"):
        return None
    if "NotPrincipal" in raw:
        excepted = Principals(raw["NotPrincipal"], negated=True)
        if "Principal" not in raw or kind == "vpce":
            return excepted
        return BothPrincipals((Principals(raw["Principal"], negated=False), excepted))
    if kind == "vpce":
        return None  # an endpoint policy's Principal is taken to be `*`
    return Principals(raw.get("Principal"), negated=False)


class _Both:
    """`Resource` and `NotResource` in one statement: both must hold."""

    __slots__ = ("elements", "patterns")

    def __init__(self, elements: list[Resources]):
        self.elements = elements
        self.patterns = tuple(pattern for element in elements for pattern in element.patterns)

    def matches(self, resource: str, request) -> bool:
        return all(element.matches(resource, request) for element in self.elements)

    def may_begin(self, beginning: str) -> bool:
        return all(element.may_begin(beginning) for element in self.elements)

    def fits(self) -> Callable[[Any], bool]:
        return lambda request: self.matches(request.resource, request)


def _resources(raw: dict[str, Any], kind: str, variables: bool) -> Any:
    elements = [
        Resources(as_list(raw[name]), kind, variables=variables, negated=name == "NotResource")
        for name in ("Resource", "NotResource")
        if name in raw
    ]
    if len(elements) > 1:
        return _Both(elements)
    if not elements or elements[0].matches is everything:
        return None
    return elements[0]


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


class Selection(NamedTuple):
    """The statements of one document whose action part matches one action."""

    allows: tuple[Statement, ...]
    denies: tuple[Statement, ...]


class Document:
    """A policy document ready to be asked which of its statements concern an action."""

    __slots__ = ("__weakref__", "_index", "_selections", "_statements", "digest", "listed", "source", "version")

    def __init__(self, source: dict[str, Any], digest: bytes = b""):
        """Raises MalformedPolicy when the object has not the shape of a policy."""
        statements = source.get("Statement") if isinstance(source, dict) else None
        raws = as_list(statements)
        if statements is None or not all(isinstance(raw, dict) for raw in raws):
            raise MalformedPolicy("Syntax errors in policy.")
        self.source, self.digest = source, digest
        self.version = source.get("Version")
        self.listed: dict[str, Any] = {}  # kept by `outline`
        self._index: _ActionIndex | None = None
        self._selections: dict[tuple[str, str], Selection] = {}
        self._statements: dict[tuple[int, str], Statement] = {}

    @property
    def raw_statements(self) -> list[dict[str, Any]]:
        return as_list(self.source["Statement"])

    def statement(self, index: int, kind: str) -> Statement:
        """The statement compiled for a kind of layer."""
        found = self._statements.get((index, kind))
        if found is None:
            found = Statement(index, self.raw_statements[index], self.version, kind)
            self._statements[index, kind] = found
        return found

    def select(self, action: str, kind: str) -> Selection:
        """The statements that an action selects, in document order; remembered per action."""
        found = self._selections.get((action, kind))
        if found is None:
            found = self._select(action, kind)
            if len(self._selections) >= KEPT_SELECTIONS:
                self._selections.clear()
            self._selections[action, kind] = found
        return found

    def _select(self, action: str, kind: str) -> Selection:
        service, name = split_action(action)
        raws = self.raw_statements
        if self._index is None and not self._selections:
            # Asked for the first time: reading the list once is cheaper than indexing it.
            numbers: Iterable[int] = [n for n, raw in enumerate(raws) if statement_selects(raw, service, name)]
        else:
            if self._index is None:
                self._index = _ActionIndex(raws)
            numbers = self._index.select(service, name)
        allows, denies = [], []
        for number in numbers:
            effect = raws[number].get("Effect")
            if effect == "Allow":
                allows.append(self.statement(number, kind))
            elif effect == "Deny":
                denies.append(self.statement(number, kind))
        return Selection(tuple(allows), tuple(denies))


def statement_selects(raw: dict[str, Any], service: str, name: str) -> bool:
    """Whether the action part of a statement matches; one without Action and NotAction matches nothing."""
    if "Action" in raw and not _any_action(raw["Action"], service, name):
        return False
    if "NotAction" in raw:
        return not _any_action(raw["NotAction"], service, name)
    return "Action" in raw


def _any_action(patterns: object, service: str, name: str) -> bool:
    # Most patterns are about other services, which their beginning tells.
    beginnings = f"{service}:", "*"
    for pattern in as_list(patterns):
        if isinstance(pattern, str):
            lower = pattern.lower()
            if lower.startswith(beginnings) and action_matches(lower, service, name):
                return True
    return False


class _ActionIndex:
    """The action patterns of a document by service; the statements that no service narrows stand in `anywhere`."""

    __slots__ = ("anywhere", "named", "raws", "services", "wild")

    def __init__(self, raws: list[dict[str, Any]]):
        self.raws = raws
        self.anywhere: list[int] = []
        self.services: dict[str, dict[str, list[int]]] = {}
        for number, raw in enumerate(raws):
            if "NotAction" in raw:
                self.anywhere.append(number)
                continue
            for pattern in as_list(raw.get("Action")):
                if isinstance(pattern, str):
                    self._file(number, pattern.lower())
        self.named: dict[str, dict[str, list[int]]] = {}
        self.wild: dict[str, list[tuple[Any, list[int]]]] = {}

    def _file(self, number: int, pattern: str) -> None:
        service, colon, name = pattern.partition(":")
        if pattern == "*" or service == "*":
            self.anywhere.append(number)
        elif colon:
            self.services.setdefault(service, {}).setdefault(name, []).append(number)

    def _open(self, service: str) -> None:
        """Tell names from globs, the first time the service is asked for."""
        names = self.services.pop(service)
        self.named[service] = names
        self.wild[service] = [
            (glob(name), numbers)
            for name, numbers in names.items()
            if ("*" in name or "?" in name) and not has_space(name)
        ]

    def select(self, service: str, name: str) -> list[int]:
        if service in self.services:
            self._open(service)
        found = {n for n in self.anywhere if statement_selects(self.raws[n], service, name)}
        if service in self.named:
            # A glob is no action's name, so the exact hit is a literal one.
            found.update(() if has_space(name) else self.named[service].get(name, ()))
            for matches, numbers in self.wild[service]:
                if matches(name):
                    found.update(numbers)
        return sorted(found)


class Policy(NamedTuple):
    """A document under the name by which explanations speak of it; `via` says how the caller has it."""

    document: Document
    name: str = ""
    arn: str | None = None
    via: str | None = None


_kept: dict[bytes, Document] = {}


def compile_document(source: str | dict[str, Any]) -> Document:
    """The compiled document of a JSON text or object, kept by content. Raises MalformedPolicy when it is no policy."""
    if isinstance(source, str):
        text = source
    else:
        try:
            text = json.dumps(source)
        except (RecursionError, TypeError, ValueError) as error:
            raise MalformedPolicy("Syntax errors in policy.") from error
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    found = _kept.get(digest)
    if found is None:
        found = Document(loads(text) if isinstance(source, str) else source, digest)
        if len(_kept) >= KEPT_DOCUMENTS:
            _kept.clear()
        _kept[digest] = found
    return found


def compile_policy(
    source: str | dict[str, Any], name: str = "", *, arn: str | None = None, via: str | None = None
) -> Policy:
    """`compile_document` under a name."""
    return Policy(compile_document(source), name, arn, via)
