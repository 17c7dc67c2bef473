"""One statement of a document, read for the kind of layer that it stands in."""

import re
from collections.abc import Callable
from typing import Any

from .arns import Caller
from .conditions import Condition, always, compile_conditions
from .match import Resources, all_asterisks
from .principals import BothPrincipals, Principals

_LITERAL = re.compile(r"[^*?$]*")


class Statement:
    """One statement read for one kind of layer; `principals` None means everybody.

    What `compile` adds is there where a document was asked for the statement: `conditions`, `resources` (None means
    every resource) and tests of a request: `fits` of its resource part, `holds` of its condition part, `applies` of
    both; the action part has selected the statement already.
    """

    __slots__ = (
        "_heads",
        "applies",
        "compiled",
        "conditions",
        "denied",
        "deny",
        "everywhere",
        "fits",
        "holds",
        "index",
        "kind",
        "principals",
        "raw",
        "resources",
        "rows",
        "said",
        "sid",
        "telling",
        "unconditional",
        "variables",
    )

    def __init__(self, index: int, raw: dict[str, Any], version: object, kind: str):
        self.index, self.raw, self.kind = index, raw, kind
        self.said: Any = None  # its resources in words; kept by `reasons`
        self.rows: dict[Any, Any] = {}  # kept by `view`, as is
        self.telling: Any = None  # a test that tells what does not match
        sid = raw.get("Sid")
        self.sid = sid if isinstance(sid, str) and sid else None
        self.deny = raw.get("Effect") == "Deny"
        self.variables = version == "2012-10-17"
        self.principals = _principals(raw, kind)
        # Whom a Deny hits: None where that is everybody, so that nobody need be compared.
        self.denied = None if self.principals is None or self.principals.all_listed else self.principals
        self.everywhere = _everywhere(raw)
        self._heads: tuple[str, ...] | None = None
        self.compiled = False
        if self.everywhere:
            self.compile()
        self.unconditional = self.principals is None and self.everywhere and not self.conditions

    def compile(self) -> "Statement":
        if self.compiled:
            return self
        raw = self.raw
        self.resources: Any = None if self.everywhere else _resources(raw, self.kind, self.variables)
        self.conditions: tuple[Condition, ...] = ()
        if "Condition" in raw:
            self.conditions = compile_conditions(raw["Condition"], self.variables)
        self.fits: Callable[[Any], bool] = always if self.resources is None else self.resources.fits()
        self.holds: Callable[[Any], bool] = _all([one.test for one in self.conditions])
        self.applies: Callable[[Any], bool] = self._applies()
        self.compiled = True  # last, since other threads may ask for it, too
        return self

    def _applies(self) -> Callable[[Any], bool]:
        """One test of a request for both parts, the part first that oftener fails: of a Deny its conditions."""
        fits, holds = self.fits, self.holds
        if self.resources is None:
            return holds
        if not self.conditions:
            return fits
        if self.deny:
            return lambda request: holds(request) and fits(request)
        return lambda request: fits(request) and holds(request)

    @property
    def name(self) -> str:
        """Its Sid, or its place ("number 2")."""
        return self.sid or f"number {self.index + 1}"

    def may_begin(self, beginning: str) -> bool:
        """Whether it may cover some resource that begins so; told from the text, before it is compiled."""
        if "NotResource" in self.raw or self.everywhere:
            return True
        heads = self._heads
        if heads is None:
            texts = [text for text in as_list(self.raw["Resource"]) if isinstance(text, str)]
            if texts and texts[0].startswith(beginning):
                return True
            heads = self._heads = tuple({_LITERAL.match(text)[0] for text in texts})  # type: ignore[index]
        return beginning.startswith(heads) or any(head.startswith(beginning) for head in heads)

    def grants(self, request, caller: Caller) -> int:
        """How this Allow reaches the caller: a kind of `match`, NOT_COVERED when it does not apply."""
        assert self.principals is not None
        kind = self.principals.grants(caller)
        return kind if kind and self.applies(request) else 0


def _all(tests: list[Callable[[Any], bool]]) -> Callable[[Any], bool]:
    if len(tests) < 2:
        return tests[0] if tests else always

    def holds(request: Any) -> bool:
        for test in tests:  # noqa: SIM110 - a generator would double its cost
            if not test(request):
                return False
        return True

    return holds


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

    def fits(self) -> Callable[[Any], bool]:
        return lambda request: self.matches(request.resource, request)


def _resources(raw: dict[str, Any], kind: str, variables: bool) -> Any:
    elements = [
        Resources(as_list(raw[name]), kind, variables=variables, negated=name == "NotResource")
        for name in ("Resource", "NotResource")
        if name in raw
    ]
    return _Both(elements) if len(elements) > 1 else elements[0]


def _everywhere(raw: dict[str, Any]) -> bool:
    """Whether the resource part covers every resource."""
    if "NotResource" in raw:
        return False
    return "Resource" not in raw or any(
        isinstance(text, str) and all_asterisks(text) for text in as_list(raw["Resource"])
    )


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]
