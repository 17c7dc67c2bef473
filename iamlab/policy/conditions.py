"""The judgement of a `Condition` block, compiled to one test per key.

AWS: "Creating a condition with multiple keys or values", "Conditions with multiple context keys or values".
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from .operators import OPERATORS, Matcher, OperatorName, read_operator, truth

KEPT_VERDICTS = 64  # per condition
RESOLVING = ("string", "arn")  # types of operators in whose values variables are resolved


class Condition:
    """One key under one operator; `test(request)` is its verdict."""

    __slots__ = ("demand", "key", "lower", "operator", "test", "values", "variables")

    def __init__(self, operator: str, key: str, values: object, variables: bool):
        self.operator, self.key, self.lower = operator, key, key.lower()
        self.demand: str | None = None  # in words; kept by `reasons`
        name = read_operator(operator)
        self.variables = variables and name.known and name.base != "null" and OPERATORS[name.base].type in RESOLVING
        members = values if isinstance(values, list) else [values]
        self.values = [text for value in members if (text := text_of(value)) is not None]
        self.test = self._build(name, empty=not members)

    def value(self, request) -> str | list[str] | None:
        """The request's value of the key: text, a list of texts for a multivalued key, None when missing."""
        value = request.context.get(self.key)
        return value if type(value) is str else request.lookup(self.lower)

    def _build(self, name: OperatorName, empty: bool) -> Callable[[Any], bool]:
        if not name.known:
            return never
        if name.base == "null":
            return self._null(name.quantifier)
        base = OPERATORS[name.base]
        matcher = base.build(self.values, self.variables)
        missing = name.if_exists or (name.quantifier == "ForAllValues" or (base.negated and not name.quantifier))
        if empty and (name.if_exists or name.quantifier):
            return self._empty(name, missing)
        if name.quantifier:
            return self._quantified(matcher, not base.negated, name.quantifier == "ForAllValues", missing)
        if self.variables and any("${" in value for value in self.values):
            return self._single(matcher, not base.negated, missing)
        return self._kept_single(matcher, not base.negated, missing)

    def _kept_single(self, matcher: Matcher, wanted: bool, missing: bool) -> Callable[[Any], bool]:
        """Without variables the verdict hangs on the value alone: the last few are kept."""
        key = self.key
        kept: dict[str, bool] = {}
        slowly = self._single(matcher, wanted, missing)

        def test(request) -> bool:
            value = request.context.get(key)
            if type(value) is not str:
                return slowly(request)
            verdict = kept.get(value)
            if verdict is None:
                if len(kept) >= KEPT_VERDICTS:
                    kept.clear()
                verdict = kept[value] = matcher(value, request) is wanted
            return verdict

        return test

    def _single(self, matcher: Matcher, wanted: bool, missing: bool) -> Callable[[Any], bool]:
        key, lower = self.key, self.lower

        def test(request) -> bool:
            value = request.context.get(key)
            if type(value) is not str:
                value = request.lookup(lower)
                if value is None:
                    return missing
                if type(value) is not str:
                    return False  # a single-value operator on a multivalued key
            return matcher(value, request) is wanted

        return test

    def _quantified(self, matcher: Matcher, wanted: bool, every: bool, missing: bool) -> Callable[[Any], bool]:
        def test(request) -> bool:
            value = self.value(request)
            if value is None:
                return missing
            members = [value] if isinstance(value, str) else value
            if not every:
                return any(matcher(member, request) is wanted for member in members)
            return not any(members) or all(matcher(member, request) is wanted for member in members)

        return test

    def _null(self, quantifier: str) -> Callable[[Any], bool]:
        if quantifier:
            return always if quantifier == "ForAllValues" else never
        wanted = {truth(value) for value in self.values}

        def test(request) -> bool:
            value = self.value(request)
            # An empty string, an empty set and a set of empty strings count as null.
            return (not value or not any(value)) in wanted

        return test

    def _empty(self, name: OperatorName, missing: bool) -> Callable[[Any], bool]:
        """`[]` as policy values with IfExists or a set operator: true only for a missing key or an empty set."""

        def test(request) -> bool:
            value = self.value(request)
            if value is None:
                return missing
            return name.quantifier == "ForAllValues" and not any([value] if isinstance(value, str) else value)

        return test


def always(request) -> bool:
    return True


def never(request) -> bool:
    return False


def text_of(value: object) -> str | None:
    """A JSON leaf as the text it is compared as: `true` is "true", 10 is "10"; None for what is no leaf."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return format(Decimal(value), "f")
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return None


def compile_conditions(block: object, variables: bool) -> tuple[Condition, ...]:
    """Every (operator, key) of a `Condition` element; what has not its shape becomes a condition that never holds."""
    if not isinstance(block, dict):
        return (_impossible("", ""),)
    found: list[Condition] = []
    for name, keys in block.items():
        if not isinstance(keys, dict) or (not keys and not read_operator(name).known):
            found.append(_impossible(name, ""))
        else:
            found += [Condition(name, key, values, variables) for key, values in keys.items()]
    return tuple(found)


def _impossible(name: str, key: str) -> Condition:
    condition = Condition(name, key, [], False)
    condition.test = never
    return condition
