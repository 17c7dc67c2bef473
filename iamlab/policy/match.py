"""The matching of actions and resources against the patterns of a statement."""

from collections.abc import Callable, Iterable
from typing import Any

from .globs import (
    ANY,
    ONE,
    Token,
    Variable,
    add_literal,
    glob,
    glob_tokens,
    split_segments,
    substitute,
    tokenise,
    variable_value,
)

KEPT_VALUES = 64  # of a pattern's variables

# Actions ------------------------------------------------------------------------------------------


def split_action(action: str) -> tuple[str, str]:
    """Service and name in lower case; an action without a colon has the service None of no pattern, ''."""
    service, colon, name = action.lower().partition(":")
    return (service, name) if colon else ("", service)


def action_matches(pattern: str, service: str, name: str) -> bool:
    """Whether one pattern of `Action` covers the action `service:name` (both in lower case).

    AWS: "IAM JSON policy elements: Action". White space in the name and wildcards in the prefix match nothing; a lone
    `*` prefix stands for any service.
    """
    if pattern == "*":
        return True
    prefix, colon, wanted = pattern.lower().partition(":")
    if not colon or not service or (prefix != service and prefix != "*"):
        return False
    if wanted == name:
        return not has_space(wanted)
    if "*" not in wanted and "?" not in wanted:
        return False
    return not has_space(wanted) and glob(wanted)(name)


def has_space(text: str) -> bool:
    return bool(text) and text.split() != [text]


# Resources ----------------------------------------------------------------------------------------


def everything(resource: str, request) -> bool:
    return True


def nothing(resource: str, request) -> bool:
    return False


def all_asterisks(pattern: str) -> bool:
    return bool(pattern) and not pattern.strip("*")


def pad_short_arn(segments: list[str], kind: str) -> list[str] | None:
    """Segments of an ARN with fewer than six parts that does not end in `*`, padded as its policy type has it."""
    padded = kind == "identity" or (kind in ("resource", "vpce") and any("*" in segment for segment in segments))
    return segments + ["*"] * (6 - len(segments)) if padded else None


class ResourcePattern:
    """One pattern of `Resource` or `NotResource` (AWS: "IAM JSON policy elements: Resource").

    `test(resource, request)` is True, False, or None when a variable of the pattern has no value. `head` is the text
    every matching resource starts with. `literal` is set when the pattern is plain text.
    """

    __slots__ = ("everything", "head", "literal", "prefix", "segments", "source", "test", "tokens")

    def __init__(self, source: str, kind: str, variables: bool):
        self.source, self.head = source, ""
        self.literal: str | None = None
        self.prefix: str | None = None
        self.segments: list[str] = []
        self.tokens: list[Token] = []
        self.everything = all_asterisks(source)
        self.test: Callable[..., bool | None] = everything
        if self.everything:
            return
        segments = split_segments(source, variables=variables)
        if len(segments) < 6 and not source.endswith("*"):
            padded = pad_short_arn(segments, kind)
            if padded is None:
                self.test = nothing
                return
            segments = padded
        self.segments = segments
        tail = len(segments) == 6 and variables
        before = ":".join(segments[:5]) + (":" if len(segments) == 6 else "")
        tokens = tokenise(before, variables=False)
        rest = tokenise(segments[5], variables=tail) if len(segments) == 6 else []
        for token in rest:
            add_literal(tokens, token) if isinstance(token, str) else tokens.append(token)
        self.tokens = tokens
        self.head = tokens[0] if tokens and isinstance(tokens[0], str) else ""
        if any(_restricted(segment) for segment in segments[:5]):
            self.test = _segmented(segments, rest)
        elif any(isinstance(token, Variable) for token in rest):
            self.test = _with_variables(tokens)
        else:
            self._plain(tokens)

    def _plain(self, tokens: list[Token]) -> None:
        if len(tokens) == 1 and isinstance(tokens[0], str):
            self.literal = tokens[0]
        elif len(tokens) == 2 and isinstance(tokens[0], str) and tokens[1] is ANY:
            self.prefix = tokens[0]
        matches = glob_tokens(tokens)
        self.test = lambda resource, request: matches(resource)


def _restricted(segment: str) -> bool:
    """Whether a segment holds a wildcard that may not match a colon: any but a `*` at its end."""
    return "?" in segment or "*" in segment[:-1]


def _with_variables(tokens: list[Token]):
    """A test for a pattern with variables: by its beginning or as a whole where no wildcard stands before its end."""
    open_ended = tokens[-1] is ANY
    fixed = tokens[:-1] if open_ended else tokens
    if ANY in fixed or ONE in fixed:
        return _with_wildcards(tokens)

    def test(resource: str, request) -> bool | None:
        text = ""
        for token in fixed:
            value = token if isinstance(token, str) else variable_value(token, request)
            if value is None:
                return None
            text += value
        return resource.startswith(text) if open_ended else resource == text

    return test


def _with_wildcards(tokens: list[Token]):
    filled = _filled(tokens)

    def test(resource: str, request) -> bool | None:
        matches = filled(request)
        return None if matches is None else matches(resource)

    return test


def _filled(tokens: list[Token]) -> Callable[[Any], Callable[[str], bool] | None]:
    """The test that a pattern is for a request, None where a variable has no value; the last few are kept by values."""
    variables = [token for token in tokens if isinstance(token, Variable)]
    if not variables:
        plain = glob_tokens(tokens)
        return lambda request: plain
    kept: dict[Any, Callable[[str], bool]] = {}

    def filled(request) -> Callable[[str], bool] | None:
        values = tuple([variable_value(variable, request) for variable in variables])
        matches = kept.get(values)
        if matches is None:
            whole = substitute(tokens, request)
            if whole is None:
                return None
            if len(kept) >= KEPT_VALUES:
                kept.clear()
            matches = kept[values] = glob_tokens(whole)
        return matches

    return filled


def _segmented(segments: list[str], rest: list[Token]):
    """A test for patterns whose first five segments hold wildcards that stop at a colon.

    Positions are the places in the resource where the next segment may begin; a segment that ends in `*` may end at
    any later colon.
    """
    heads = [(glob(segment), segment.endswith("*")) for segment in segments[:5]]
    complete = len(segments) == 6
    filled = _filled(rest)

    def test(resource: str, request) -> bool | None:
        ends = filled(request)
        if ends is None:
            return None
        positions = [0]
        for number, (matches, runs_on) in enumerate(heads):
            last = not complete and number == len(heads) - 1
            following: list[int] = []
            for start in positions:
                end = resource.find(":", start)
                if not matches(resource[start:] if end < 0 else resource[start:end]):
                    continue
                if last:
                    return True  # a pattern this short ends in `*`
                if runs_on:
                    following = _after_colons(resource, start)
                    break  # later starts reach no other colon
                if end >= 0:
                    following.append(end + 1)
            positions = following
        return any(ends(resource[start:]) for start in positions)

    return test


def _plainly(literals: frozenset[str], prefixes: tuple[str, ...]):
    """The test of a list that holds nothing but whole ARNs and `prefix*`; none of them is like `*`."""
    if not prefixes:
        return lambda resource, request: resource in literals
    if not literals:
        return lambda resource, request: resource.startswith(prefixes)
    return lambda resource, request: resource in literals or resource.startswith(prefixes)


def _after_colons(text: str, start: int) -> list[int]:
    return [place + 1 for place in range(start, len(text)) if text[place] == ":"]


class Resources:
    """All patterns of one `Resource` or `NotResource` element; `matches(resource, request)` is its verdict."""

    __slots__ = ("everything", "literals", "matches", "negated", "others", "patterns", "prefixes")

    def __init__(self, sources: Iterable[object], kind: str, *, variables: bool, negated: bool):
        self.patterns = tuple(ResourcePattern(text, kind, variables) for text in sources if isinstance(text, str))
        self.negated = negated
        self.everything = any(pattern.everything for pattern in self.patterns)
        self.literals = frozenset(pattern.literal for pattern in self.patterns if pattern.literal is not None)
        self.prefixes = tuple(pattern.prefix for pattern in self.patterns if pattern.prefix is not None)
        self.others = tuple(
            pattern.test
            for pattern in self.patterns
            if pattern.literal is None and pattern.prefix is None and not pattern.everything
        )
        if negated:
            self.matches = self._outside
        elif self.everything:
            self.matches = everything
        elif self.others:
            self.matches = self._inside
        else:
            self.matches = _plainly(self.literals, self.prefixes)

    def fits(self) -> Callable[[Any], bool]:
        """`matches` as a test of the request alone, with as few calls as will do where the list is plain."""
        matches, literals, prefixes = self.matches, self.literals, self.prefixes
        if self.negated or self.everything:
            return lambda request: matches(request.resource, request)
        if self.others:
            starts = tuple([pattern.head for pattern in self.patterns])
            return lambda request: request.resource.startswith(starts) and matches(request.resource, request)
        if not prefixes:
            return lambda request: request.resource in literals
        if not literals:
            return lambda request: request.resource.startswith(prefixes)
        return lambda request: request.resource in literals or request.resource.startswith(prefixes)

    def _inside(self, resource: str, request) -> bool:
        if resource == "*":
            return False
        if resource in self.literals or resource.startswith(self.prefixes):
            return True
        for test in self.others:  # noqa: SIM110 - a generator would double its cost
            if test(resource, request):
                return True
        return False

    def _outside(self, resource: str, request) -> bool:
        # A variable without value in NotResource: the statement does not apply.
        results = [test(resource, request) for test in self.others]
        if self.everything or None in results:
            return False
        if resource == "*":
            return True
        return not (True in results or resource in self.literals or resource.startswith(self.prefixes))
