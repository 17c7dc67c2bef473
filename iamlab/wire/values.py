"""Single values as AWS's protocols write and read them: times, numbers, truths, bytes."""

import base64
import binascii
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from botocore.model import Shape

NUMBERS = {"integer": int, "long": int, "float": float, "double": float}


def moment(value: Any) -> datetime:
    """A time as operations give it: a datetime, epoch seconds, or text in ISO format."""
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    found = datetime.fromisoformat(value)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def iso(value: Any) -> str:
    """2013-05-24T00:00:00Z, as the query protocol writes times."""
    if isinstance(value, datetime) and value.tzinfo is UTC:
        return value.isoformat()[:19] + "Z"  # as strftime writes it, in a third of the time
    return moment(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_milliseconds(value: Any) -> str:
    """2013-05-24T00:00:00.000Z, as S3 writes times in XML."""
    at = moment(value).astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def rfc822(value: Any) -> str:
    """Fri, 24 May 2013 00:00:00 GMT, as headers write times."""
    return format_datetime(moment(value).astimezone(UTC), usegmt=True)


def epoch(value: Any) -> int | float:
    """Seconds since 1970, as JSON writes times."""
    seconds = moment(value).timestamp()
    return int(seconds) if seconds == int(seconds) else round(seconds, 3)


TIMES = {"iso8601": iso, "rfc822": rfc822, "unixTimestamp": lambda value: str(epoch(value))}


def text_of(shape: Shape, default_time: str, value: Any) -> str:
    """A scalar as text."""
    kind = shape.type_name
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "timestamp":
        return TIMES[shape.serialization.get("timestampFormat", default_time)](value)
    if kind == "blob":
        return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()
    return value if isinstance(value, str) else str(value)


def read_time(text: str) -> datetime:
    """A time in any of the formats that clients write. Raises ValueError."""
    if text[:1].isdecimal() and "-" not in text and "T" not in text:
        return datetime.fromtimestamp(float(text), UTC)
    if text[:1].isalpha():
        return parsedate_to_datetime(text).astimezone(UTC)
    return moment(text).astimezone(UTC)


def value_of(shape: Shape, text: str) -> Any:
    """A scalar from its text. Raises ValueError."""
    kind = shape.type_name
    if kind in NUMBERS:
        if not text.isascii() or "_" in text:
            raise ValueError(text)
        return NUMBERS[kind](text)
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    if kind == "timestamp":
        try:
            return read_time(text)
        except (OverflowError, OSError) as error:
            raise ValueError(text) from error
    if kind == "blob":
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError(text) from error
    return text
