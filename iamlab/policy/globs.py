"""Wildcards without backtracking, and policy variables."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

ANY, ONE = object(), object()
_VARIABLE = re.compile(r"\$\{(?:([*?$])|([^\s{}',]+)(?:, '([^']*)')?)\}")
_WILD = re.compile(r"[*?]")
TRIES = 4  # places at which a chunk is compared before it is searched for as an expression


class Variable(NamedTuple):
    """`${name}` or `${name, 'default'}`; `name` in lower case, None when what stands in the braces is no name; `key` as
    it is spelled.
    """

    name: str | None
    default: str | None
    source: str
    key: str | None


Token = Any  # a literal string, ANY, ONE or a Variable


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
            add_literal(tokens, found[1])
        else:
            name = found[2].lower() if found else None
            default, key = (found[3], found[2]) if found else (None, None)
            tokens.append(Variable(name, default, text[start:position], key))
    _add_text(tokens, text[position:], wildcards)
    return tokens


def add_literal(tokens: list[Token], text: str) -> None:
    if tokens and isinstance(tokens[-1], str):
        tokens[-1] += text
    elif text:
        tokens.append(text)


def _add_text(tokens: list[Token], text: str, wildcards: bool) -> None:
    if not wildcards:
        add_literal(tokens, text)
        return
    position = 0
    for wild in _WILD.finditer(text):
        add_literal(tokens, text[position : wild.start()])
        tokens.append(ANY if wild[0] == "*" else ONE)
        position = wild.end()
    add_literal(tokens, text[position:])


def split_segments(text: str, *, variables: bool) -> list[str]:
    """Split at the first five colons, those inside `${...}` not counted when variables are recognised."""
    if not variables or "${" not in text:
        return text.split(":", 5)
    segments: list[str] = []
    start = position = 0
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
    """A run of a pattern without `*`: literals at fixed offsets, the longest of them as `text` at `offset` with `tail`
    characters behind it. `single`: the run holds no other literal; `plain`: nor anything else.
    """

    length: int
    parts: tuple[tuple[int, str], ...]
    offset: int
    text: str
    tail: int
    single: bool
    plain: bool


def _chunk(length: int, parts: list[tuple[int, str]]) -> Chunk:
    offset, text = max(parts, key=lambda part: len(part[1]), default=(0, ""))
    tail = length - offset - len(text)
    return Chunk(length, tuple(parts), offset, text, tail, len(parts) < 2, 0 < length == len(text))


def chunks_of(tokens: Iterable[Token]) -> list[Chunk]:
    """The runs between the stars of a pattern without variables; `?` beside a star moves into the run after it."""
    chunks: list[Chunk] = []
    length, parts = 0, list[tuple[int, str]]()
    for token in tokens:
        if token is ANY:
            chunks.append(_chunk(length, parts))
            length, parts = 0, []
        elif token is ONE:
            length += 1
        else:
            parts.append((length, token))
            length += len(token)
    return [*chunks, _chunk(length, parts)]


def _chunk_at(chunk: Chunk, value: str, position: int) -> bool:
    return all(value.startswith(text, position + offset) for offset, text in chunk.parts)


def _find_chunk(chunk: Chunk, value: str, start: int, end: int) -> int:
    """The first position from `start` where a chunk of several literals fits wholly before `end`, or -1."""
    offset, text = chunk.offset, chunk.text
    position = value.find(text, start + offset, end - chunk.tail)
    if position < 0 or not all(part in value for _, part in chunk.parts):
        return -1
    for _ in range(TRIES):
        if _chunk_at(chunk, value, position - offset):
            return position - offset
        position = value.find(text, position + 1, end - chunk.tail)
        if position < 0:
            return -1
    found = _searching(chunk.length, chunk.parts).search(value, position - offset, end)
    return found.start() if found else -1


@lru_cache(256)
def _searching(length: int, parts: tuple[tuple[int, str], ...]) -> re.Pattern[str]:
    """A chunk as an expression of fixed length, which cannot backtrack, for values in which it nearly fits often."""
    text, reached = "", 0
    for offset, part in parts:
        text += f".{{{offset - reached}}}{re.escape(part)}"
        reached = offset + len(part)
    return re.compile(f"{text}.{{{length - reached}}}", re.DOTALL)


def match_chunks(chunks: list[Chunk], value: str) -> bool:
    """Leftmost-first search of each run between the stars: at worst pattern length times value length."""
    first, last = chunks[0], chunks[-1]
    if len(chunks) == 1:
        return len(value) == first.length and _chunk_at(first, value, 0)
    start, end = first.length, len(value) - last.length
    if end < start or not _chunk_at(first, value, 0) or not _chunk_at(last, value, end):
        return False
    find = value.find
    for chunk in chunks[1:-1]:
        length, _, offset, text, tail, single, plain = chunk
        if plain:
            start = find(text, start, end)
        elif start + length > end:
            return False
        elif single:
            start = find(text, start + offset, end - tail) - offset
        else:
            start = _find_chunk(chunk, value, start, end)
        if start < 0:
            return False
        start += length
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
            add_literal(filled, value)
        elif isinstance(token, str):
            add_literal(filled, token)
        else:
            filled.append(token)
    return filled


def variable_value(variable: Variable, request) -> str | None:
    """The single-valued context key of that name, else the default, else None."""
    name, default, _, key = variable
    if name is None:
        return None
    value = request.context.get(key)
    if type(value) is not str:
        value = request.lookup(name)
    return value if isinstance(value, str) else default
