"""Wildcards without backtracking, policy variables, and the matching of actions, resources and principals."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from .arns import Caller, is_account, split_arn

ANY, ONE = object(), object()
_VARIABLE = re.compile(r"\$\{(?:([*?$])|([^\s{}',]+)(?:, '([^']*)')?)\}")
_WILD = re.compile(r"[*?]")


class Variable(NamedTuple):
    """`${name}` or `${name, 'default'}`; `name` in lower case, None when what stands in the braces is no name."""

    name: str | None
    default: str | None
    source: str


Token = object  # a literal string, ANY, ONE or a Variable


# Reading patterns ---------------------------------------------------------------------------------


def tokenise(text: str, *, variables: bool, wildcards: bool = True) -> list[Token]:
    """Split a pattern into literals, wildcards and variables (AWS: "IAM policy elements: Variables and tags")."""
    tokens: list[Token] = []
    position = 0
    while variables:
        start = text.find("${", position)
        if start < 0:
            break
        end = text.find("}", start)
        if end < 0:
            break  # unclosed: literal text
        found = _VARIABLE.match(text, start)
        _add_text(tokens, text[position:start], wildcards)
        position = found.end() if found else end + 1
        if found and found[1]:
            _add_literal(tokens, found[1])
        else:
            name = found[2].lower() if found else None
            tokens.append(Variable(name, found[3] if found else None, text[start:position]))
    _add_text(tokens, text[position:], wildcards)
    return tokens


def _add_literal(tokens: list[Token], text: str) -> None:
    if tokens and isinstance(tokens[-1], str):
        tokens[-1] += text
    elif text:
        tokens.append(text)


def _add_text(tokens: list[Token], text: str, wildcards: bool) -> None:
    if not wildcards:
        _add_literal(tokens, text)
        return
    position = 0
    for wild in _WILD.finditer(text):
        _add_literal(tokens, text[position : wild.start()])
        tokens.append(ANY if wild[0] == "*" else ONE)
        position = wild.end()
    _add_literal(tokens, text[position:])


def split_segments(text: str, *, variables: bool) -> list[str]:
    """Split at the first five colons, those inside `${...}` not counted when variables are recognised."""
    if not variables or "${" not in text:
        return text.split(":", 5)
    segments, start, position = [], 0, 0
    while len(segments) < 5:
        colon, opening = text.find(":", position), text.find("${", position)
        if colon < 0:
            break
        if 0 <= opening < colon and (closing := text.find("}", opening)) >= 0:
            found = _VARIABLE.match(text, opening)
            position = found.end() if found else closing + 1
            continue
        segments.append(text[start:colon])
        start = position = colon + 1
    return [*segments, text[start:]]


# Globs --------------------------------------------------------------------------------------------


class Chunk(NamedTuple):
    """A run of a pattern without `*`: literals at fixed offsets; `lead` is the length up to the first literal."""

    length: int
    parts: tuple[tuple[int, str], ...]


def chunks_of(tokens: Iterable[Token]) -> list[Chunk]:
    """The runs between the stars of a pattern without variables; `?` beside a star moves into the run after it."""
    chunks, length, parts = [], 0, []
    for token in tokens:
        if token is ANY:
            chunks.append(Chunk(length, tuple(parts)))
            length, parts = 0, []
        elif token is ONE:
            length += 1
        else:
            parts.append((length, token))
            length += len(token)
    return [*chunks, Chunk(length, tuple(parts))]


def _chunk_at(chunk: Chunk, value: str, position: int) -> bool:
    return all(value.startswith(text, position + offset) for offset, text in chunk.parts)


def _find_chunk(chunk: Chunk, value: str, start: int, end: int) -> int:
    """The first position from `start` where the chunk fits wholly before `end`, or -1."""
    if not chunk.parts:
        return start if start + chunk.length <= end else -1
    offset, text = chunk.parts[0]
    last = end - chunk.length + offset + len(text)
    position = value.find(text, start + offset, last)
    while position >= 0:
        if len(chunk.parts) == 1 or _chunk_at(chunk, value, position - offset):
            return position - offset
        position = value.find(text, position + 1, last)
    return -1


def match_chunks(chunks: list[Chunk], value: str) -> bool:
    """Leftmost-first search of each run between the stars: at worst pattern length times value length."""
    first, last = chunks[0], chunks[-1]
    if len(chunks) == 1:
        return len(value) == first.length and _chunk_at(first, value, 0)
    start, end = first.length, len(value) - last.length
    if end < start or not _chunk_at(first, value, 0) or not _chunk_at(last, value, end):
        return False
    for chunk in chunks[1:-1]:
        if not chunk.length:
            continue
        start = _find_chunk(chunk, value, start, end)
        if start < 0:
            return False
        start += chunk.length
    return True


def glob(pattern: str) -> Callable[[str], bool]:
    """A test for a pattern of `*` and `?`, case-sensitive; every other character is itself."""
    return glob_tokens(tokenise(pattern, variables=False))


def glob_tokens(tokens: list[Token]) -> Callable[[str], bool]:
    """The cheapest test for a pattern without variables."""
    if not tokens:
        return "".__eq__
    if len(tokens) == 1:
        only = tokens[0]
        if isinstance(only, str):
            return only.__eq__
        if only is ANY:
            return lambda value: True
    if len(tokens) == 2 and tokens[1] is ANY and isinstance(tokens[0], str):
        prefix = tokens[0]
        return lambda value: value.startswith(prefix)
    chunks = chunks_of(tokens)
    return lambda value: match_chunks(chunks, value)


def substitute(tokens: Iterable[Token], request) -> list[Token] | None:
    """Put the request's values in place of variables, as plain text; None when one has no value."""
    filled: list[Token] = []
    for token in tokens:
        if isinstance(token, Variable):
            value = variable_value(token, request)
            if value is None:
                return None
            _add_literal(filled, value)
        elif isinstance(token, str):
            _add_literal(filled, token)
        else:
            filled.append(token)
    return filled


def variable_value(variable: Variable, request) -> str | None:
    """The single-valued context key of that name, else the default, else None."""
    if variable.name is None:
        return None
    value = request.lookup(variable.name)
    return value if isinstance(value, str) else variable.default


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
        return True
    if "*" not in wanted and "?" not in wanted:
        return False
    return not any(map(str.isspace, wanted)) and glob(wanted)(name)


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
        self.source, self.head, self.literal, self.prefix = source, "", None, None
        self.segments: list[str] = []
        self.tokens: list[Token] = []
        self.everything = all_asterisks(source)
        self.test = everything
        if self.everything:
            return
        segments: list[str] | None = split_segments(source, variables=variables)
        if len(segments) < 6 and not source.endswith("*"):
            segments = pad_short_arn(segments, kind)
        if segments is None:
            self.test = nothing
            return
        self.segments = segments
        tail = len(segments) == 6 and variables
        before = ":".join(segments[:5]) + (":" if len(segments) == 6 else "")
        tokens = tokenise(before, variables=False)
        rest = tokenise(segments[5], variables=tail) if len(segments) == 6 else []
        for token in rest:
            _add_literal(tokens, token) if isinstance(token, str) else tokens.append(token)
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
    def test(resource: str, request) -> bool | None:
        filled = substitute(tokens, request)
        return None if filled is None else glob_tokens(filled)(resource)

    return test


def _segmented(segments: list[str], rest: list[Token]):
    """A test for patterns whose first five segments hold wildcards that stop at a colon.

    Positions are the places in the resource where the next segment may begin; a segment that ends in `*` may end at
    any later colon.
    """
    heads = [(glob(segment), segment.endswith("*")) for segment in segments[:5]]
    complete = len(segments) == 6

    def test(resource: str, request) -> bool | None:
        filled = substitute(rest, request)
        if filled is None:
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
        ends = glob_tokens(filled)
        return any(ends(resource[start:]) for start in positions)

    return test


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
        else:
            self.matches = self._inside

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


# Principals ---------------------------------------------------------------------------------------

# How a principal element covers a caller, strongest last.
NOT_COVERED, ACCOUNT, ISSUER, ROLE, DIRECT = range(5)
KIND_WORDS = ("none", "account", "issuer", "role", "direct")


class Principals:
    """One `Principal` or `NotPrincipal` element (AWS: "AWS JSON policy elements: Principal" and "NotPrincipal")."""

    __slots__ = ("accounts", "arns", "everyone", "federated", "issuers", "negated", "services", "source")

    def __init__(self, source: object, *, negated: bool):
        self.source, self.negated = source, negated
        self.everyone = source == "*"
        entries = source if isinstance(source, dict) else {}
        named = _texts(entries.get("AWS"))
        self.everyone = self.everyone or "*" in named
        self.arns = frozenset(named)
        self.accounts = frozenset(
            account for text in (*named, *_texts(entries.get("CanonicalUser"))) if (account := _account_of(text))
        )
        self.issuers = frozenset(tail for text in named if (tail := _issuer_tail(text)))
        self.services = frozenset(_texts(entries.get("Service")))
        self.federated = frozenset(_texts(entries.get("Federated")))

    def covers(self, caller: Caller) -> int:
        """The strongest way in which the listed principals cover the caller, NOT_COVERED when they do not."""
        if self.everyone or (caller.arn is not None and caller.arn in self.arns):
            return DIRECT
        kind = caller.kind
        if kind == "service":
            return DIRECT if caller.name in self.services else NOT_COVERED
        if kind == "provider":
            return DIRECT if caller.name in self.federated else NOT_COVERED
        if not caller.account:
            return NOT_COVERED
        if kind in ("role", "federated-user") and self._issued(caller):
            return ROLE if kind == "role" else ISSUER
        if (caller.partition, caller.account) in self.accounts or ("", caller.account) in self.accounts:
            return DIRECT if kind == "root" else ACCOUNT
        return NOT_COVERED

    def _issued(self, caller: Caller) -> bool:
        if caller.issuer is not None:
            role_or_user = ":role/" if caller.kind == "role" else ":user/"
            return caller.issuer in self.arns and role_or_user in caller.issuer
        return caller.issuer_tail in self.issuers

    def grants(self, caller: Caller) -> int:
        """How an Allow with this element reaches the caller."""
        kind = self.covers(caller)
        if not self.negated:
            return kind
        return NOT_COVERED if kind else DIRECT

    def denies(self, caller: Caller, bounded: bool) -> bool:
        """Whether a Deny with this element hits the caller; `bounded`: the caller has a permissions boundary."""
        kind = self.covers(caller)
        if self.negated:
            return bounded or kind <= ACCOUNT  # a listed account exempts its root user only
        return kind > NOT_COVERED


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def _account_of(text: str) -> tuple[str, str] | None:
    """Partition ('' for any) and account of an account principal: twelve digits or the root ARN."""
    if is_account(text):
        return "", text
    arn = split_arn(text)
    if arn and arn.prefix == "arn" and arn.service == "iam" and not arn.region and arn.resource == "root":
        return arn.partition, arn.account
    return None


def _issuer_tail(text: str) -> tuple[str, str, str, str] | None:
    arn = split_arn(text)
    if arn is None or arn.prefix != "arn" or arn.service != "iam" or arn.region:
        return None
    kind, _, name = arn.resource.partition("/")
    return (arn.partition, arn.account, kind, name.rpartition("/")[2]) if kind in ("role", "user") else None
