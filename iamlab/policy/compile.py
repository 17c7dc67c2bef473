"""A policy document compiled once, statement by statement when an action first selects it, kept by content.

    document = compile_document('{"Version": "2012-10-17", "Statement": [...]}')
    policy = compile_policy(text_or_object, name="BillWrite", arn="arn:...", via="group billing")

A `Document` is content only, shared by all policies with the same text; a `Policy` is a document under a name.
"""

import json
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from .document import MalformedPolicy, loads
from .globs import glob
from .match import action_matches, has_space, split_action
from .statement import Statement, as_list

KEPT_DOCUMENTS = 20_000
KEPT_SELECTIONS = 4_096
# How a document is read depends on the layer it stands in: what a short ARN means, and whose `Principal` counts.
KINDS = ("identity", "scp", "rcp", "resource", "vpce")


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
        return self.read(index, kind).compile()

    def read(self, index: int, kind: str) -> Statement:
        """The same, of which resources and conditions need not be compiled yet."""
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
