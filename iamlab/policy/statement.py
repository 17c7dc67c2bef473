"""One statement of a document, read for the kind of layer that it stands in."""

from collections.abc import Callable
from typing import Any

from .arns import Caller
from .conditions import Condition, always, compile_conditions
from .match import Resources, everything
from .principals import BothPrincipals, Principals


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
