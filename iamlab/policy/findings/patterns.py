"""Patterns against the catalogue and against each other."""

import re
from collections.abc import Iterable
from functools import lru_cache

from .. import catalog
from ..globs import glob
from .model import Policy

# Names that hold neither of these characters, so that a bucket is told from an object and a table from its index. Most
# other names of the formats may hold slashes (paths, log groups, secrets, parameters).
PLAIN_NAMES = {
    "${BucketName}": "/",
    "${TableName}": "/",
    "${FunctionName}": ":",
    "${QueueName}": ":/",
    "${TopicName}": ":/",
}


# Tokens of an ARN format besides single characters: a placeholder (one character or more), and its own `*`.
PLACEHOLDER, STAR = "${}", "**"
WILDCARD = re.compile(r"[*?]")
VARIABLE = re.compile(r"\$\{[^{}]*\}")


MOST_COMPARISONS = 600_000
EVERY_ACTION = 25_000


def is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=4096)
def expand(pattern: str) -> frozenset[str]:
    """The full names of the real actions that an action pattern covers; "*" is left to the caller to treat."""
    prefix, colon, name = pattern.partition(":")
    if not colon:
        return frozenset(catalog.all_action_names()) if pattern == "*" else frozenset()
    if not is_pattern(name) and prefix != "*":
        real = catalog.real_name(pattern)
        return frozenset([real]) if real else frozenset()
    test, head = glob(name.lower()), WILDCARD.split(name.lower(), maxsplit=1)[0]
    prefixes = catalog.services() if prefix == "*" else [prefix.lower()]
    low = ((p, real, real.lower()) for p in prefixes for real in catalog.action_names(p))
    return frozenset(f"{p}:{real}" for p, real, lower in low if lower.startswith(head) and test(lower))


def actions_of(pattern: str) -> list[catalog.Action]:
    """The real actions that a pattern covers, with their details, in the order of their names."""
    found = (catalog.action(name) for name in sorted(expand(pattern)))
    return [action for action in found if action is not None]


def trim_actions(policy: Policy) -> None:
    """Drop action patterns past a bound on comparisons with the catalogue; no policy that AWS stores comes near."""
    left = MOST_COMPARISONS
    for statement in policy.statements:
        for name in ("actions", "not_actions"):
            kept = []
            for leaf in getattr(statement, name):
                left -= _cost(leaf.text)
                if left > 0:
                    kept.append(leaf)
            setattr(statement, name, kept)


def _cost(pattern: str) -> int:
    prefix, _, name = pattern.partition(":")
    if not is_pattern(name):
        return 1
    return EVERY_ACTION if prefix == "*" else len(catalog.action_names(prefix)) + 1


def covers(wide: str, narrow: str) -> bool:
    """Whether everything that `narrow` matches is matched by `wide` (sound; some true cases are not seen)."""
    if wide == narrow or all_stars(wide):
        return True
    if not is_pattern(wide):
        return False
    # A `?` of the wide one must not swallow a `*` of the narrow one, which may stand for nothing or for many.
    return ("?" not in wide or "*" not in narrow) and glob(wide)(narrow)


def all_stars(text: str) -> bool:
    return bool(text) and not text.strip("*")


def without_variables(pattern: str) -> str:
    """The pattern with `*` for each policy variable: whatever its value may be."""
    return VARIABLE.sub("*", pattern)


@lru_cache(maxsize=4096)
def tokens_of_format(part: str) -> list[tuple[str, str]]:
    """A part of an ARN format as tokens: (character, "") or (PLACEHOLDER, characters that it cannot hold)."""
    tokens, at = [], 0
    while at < len(part):
        end = part.find("}", at) + 1 if part.startswith("${", at) else 0
        if end:
            tokens.append((PLACEHOLDER, PLAIN_NAMES.get(part[at:end], "")))
            at = end
        else:
            tokens.append((STAR, "") if part[at] == "*" else (part[at], ""))
            at += 1
    return tokens


def overlaps(pattern: str, part: str, without: str = "") -> bool:
    """Whether some text is matched by the glob `pattern` and is an instance of the ARN format's `part`, whose
    placeholders stand for nothing that holds a character of `without`."""
    tokens = tokens_of_format(part)
    if without:
        tokens = [(token, excluded + without) for token, excluded in tokens]
    if not _heads_agree(pattern, tokens):
        return False
    # Sets of positions in the format, one character of the pattern after the other: at most length times length steps.
    here = _closure({0}, tokens)
    for character in pattern:
        here = _any_run(here, tokens) if character == "*" else _step(here, tokens, character)
        if not here:
            return False
    return len(tokens) in here


def _heads_agree(pattern: str, tokens: list[tuple[str, str]]) -> bool:
    for character, (token, _) in zip(pattern, tokens, strict=False):
        if character in "*?" or token in (PLACEHOLDER, STAR):
            return True
        if character != token:
            return False
    return True


def _closure(positions: set[int], tokens: list) -> set[int]:
    """A `*` of the format may stand for nothing."""
    for position in sorted(positions):
        while position < len(tokens) and tokens[position][0] == STAR:
            position += 1
            positions.add(position)
    return positions


def _step(here: set[int], tokens: list, character: str) -> set[int]:
    after = set()
    for position in here:
        # Standing behind a placeholder, it may take one more character.
        if position and tokens[position - 1][0] in (PLACEHOLDER, STAR) and character not in tokens[position - 1][1]:
            after.add(position)
        if position < len(tokens):
            token, excluded = tokens[position]
            if (token in (PLACEHOLDER, STAR) and character not in excluded) or token == character or character == "?":
                after.add(position + 1)
    return _closure(after, tokens)


def _any_run(here: set[int], tokens: list) -> set[int]:
    return set(range(min(here), len(tokens) + 1))


@lru_cache(maxsize=4096)
def matching_formats(arn: str, formats: tuple[str, ...]) -> tuple[str, ...]:
    """The ARN formats of whose resource parts the pattern `arn` (six parts) covers some."""
    resource = arn.split(":", 5)[5]
    return tuple(form for form in formats if overlaps(resource, form.split(":", 5)[5]))


def runs_on(arn: str, form: str, without: str = "") -> bool:
    """Whether the pattern `arn` (six parts) covers some resource of the format by a `*` that ends its Region or
    account: such a star runs on past the colon, as Access Analyzer reckons too (`arn:aws:logs:*:*:/aws/*`)."""
    parts, kind = arn.split(":", 5), form.split(":", 5)
    return any(
        parts[first].endswith("*") and overlaps(":".join(parts[first:]), ":".join(kind[first:]), without)
        for first in (3, 4)
    )


def fits(arn: str, form: str) -> bool:
    """Whether the pattern `arn` (six parts) covers some resource of the format, account and Region left aside."""
    if all_stars(arn):
        return True
    parts = arn.split(":", 5)
    kind = form.split(":", 5)
    return overlaps(parts[2], kind[2]) and (overlaps(parts[5], kind[5]) or runs_on(arn, form, without=":"))


def services_of(patterns: Iterable[str]) -> set[str]:
    """The prefixes of action patterns, "*" for any service."""
    return {"*" if pattern == "*" else pattern.partition(":")[0].lower() for pattern in patterns}
