"""The keys of a request's context, as lines of `key = value`: a list in brackets, `null` for a key that is left out;
quotes round a value that would mean something else without them."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError

Context = dict[str, str | list[str] | None]
QUOTED = '"'
LONGEST = 3_000  # characters: an address holds them
# What a question finds out anew, as it is today: the caller and the thing acted on; and when it is.
TODAYS = ("aws:principal", "aws:userid", "aws:username", "aws:resource", "aws:currenttime", "aws:epochtime")
SESSION_TAG = "aws:principaltag/"
OF_THE_TARGET = ("resourcetag/", "existingobjecttag/")
PLAIN = {"aws:securetransport": "true", "aws:viaawsservice": "false"}  # of any question
# What a question says of a user or role by itself, and a request with keys of long standing does not.
OF_A_SESSION = ("aws:TokenIssueTime", "aws:MultiFactorAuthPresent")


def read(text: str) -> Context:
    """Raises ValidationError."""
    found: Context = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or ":" not in key:
            raise ValidationError(f"Line {number}: write key = value, such as aws:SourceIp = 203.0.113.7.")
        found[key] = None if value == "null" else _value(value, number)
    return found


def _value(text: str, line: int) -> str | list[str]:
    if len(text) > 1 and text.startswith(QUOTED) and text.endswith(QUOTED):
        with suppress(ValueError):
            return str(json.loads(text))
    if not text.startswith("["):
        return text
    try:
        values = json.loads(text)
    except ValueError as error:
        raise ValidationError(f'Line {line}: a list is written as JSON, such as ["a", "b"].') from error
    return [str(value) for value in values]


def written(context: Mapping[str, Any], *, of_session: bool) -> str | None:
    """A request's keys, to ask the same once more today; of a session also the tags that it has. None where there is
    more than an address holds.
    """
    own = (SESSION_TAG,) if of_session else ()
    asked = {key: value for key, value in context.items() if key.lower().startswith(own) or not _is_todays(key, value)}
    if any("=" in key or not key.isprintable() for key in asked):
        return None
    known = {key.lower() for key in context}
    lines = [f"{key} = {_text(value)}" for key, value in asked.items()]
    lines += [f"{key} = null" for key in OF_A_SESSION if key.lower() not in known]
    text = "\n".join(lines)
    return text if len(text) <= LONGEST else None


def _is_todays(key: str, value: Any) -> bool:
    low = key.lower()
    return PLAIN.get(low) == value or low.startswith(TODAYS) or low.partition(":")[2].startswith(OF_THE_TARGET)


def _text(value: Any) -> str:
    plain = isinstance(value, str) and value.isprintable() and value == value.strip()
    return value if plain and value != "null" and not value.startswith(("[", QUOTED)) else json.dumps(value)
