"""From the words of an option to a value of its parameter's shape: scalars, JSON, shorthand, files, blobs, times."""

import base64
import binascii
import json
import posixpath
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape
from botocore.utils import parse_timestamp

from iamlab.labs.commandline import shorthand
from iamlab.labs.commandline.errors import CommandError, parameter_error, plain_error

COMPLEX = ("structure", "list", "map")
Files = Mapping[str, bytes]


def file_name(path: str) -> str:
    """The name under which a virtual file is kept: `./bill.txt` and `~/bill.txt` are `bill.txt`."""
    name = posixpath.normpath(path.removeprefix("~/").lstrip("/") or ".")
    while name.startswith("../"):
        name = name.removeprefix("../")
    return "" if name in (".", "..") else name


def read_file(path: str, files: Files, option: str) -> bytes:
    """The bytes of a virtual file named in an option. Raises CommandError if there is none."""
    try:
        return files[file_name(path.partition("://")[2])]
    except KeyError:
        missing = path.partition("://")[2]
        reason = f"Unable to load paramfile {path}: [Errno 2] No such file or directory: {missing!r}"
        raise parameter_error(option, reason) from None


def from_file(value: str, files: Files, option: str) -> str | bytes:
    """The value itself, or the content of the file that `file://` (text) or `fileb://` (bytes) names."""
    if value.startswith("fileb://"):
        return read_file(value, files, option)
    if not value.startswith("file://"):
        return value
    try:
        return read_file(value, files, option).decode()
    except UnicodeDecodeError:
        reason = (
            f"Unable to load paramfile ({value.removeprefix('file://')}), text contents could not be decoded.  "
            "If this is a binary file, please use the fileb:// prefix instead of the file:// prefix."
        )
        raise parameter_error(option, reason) from None


def load_json(text: str | bytes, option: str) -> Any:
    """JSON given to an option. Raises CommandError with the parser's complaint."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        received = text.decode(errors="replace") if isinstance(text, bytes) else text
        raise parameter_error(option, f"Invalid JSON: {error}\nJSON received: {received}") from None


def unpack(shape: Shape, words: Any, option: str, files: Files) -> Any:
    """The value of a top-level option: `words` is a string, a list of strings, or a boolean already."""
    if isinstance(words, bool):
        return words
    if shape.type_name == "blob" and shape.serialization.get("streaming"):
        return _streamed(words, option, files)
    single = words[0] if isinstance(words, list) and len(words) == 1 else words
    if isinstance(single, str) and single.startswith(("file://", "fileb://")):
        words = from_file(single, files, option)
    if shape.type_name not in COMPLEX:
        return _scalar(shape, words, option)
    first = words[0] if isinstance(words, list) and words else words
    if isinstance(first, str) and first.strip().startswith(("[", "{")):
        return _from_json(shape, words, option)
    if _takes_shorthand(shape):
        return _from_shorthand(shape, words, option, files)
    return [_scalar(shape.member, word, option) for word in words]


def _takes_shorthand(shape: Shape) -> bool:
    return shape.type_name in ("structure", "map") or (shape.type_name == "list" and shape.member.type_name in COMPLEX)


def _from_json(shape: Shape, words: Any, option: str) -> Any:
    text = words[0] if isinstance(words, list) and len(words) == 1 else words
    if isinstance(text, str) and (shape.type_name != "list" or text.strip().startswith("[")):
        return load_json(text, option)
    if shape.member.type_name not in COMPLEX:
        return [_scalar(shape.member, word, option) for word in words]
    return [load_json(word, option) for word in words]


def _from_shorthand(shape: Shape, words: Any, option: str, files: Files) -> Any:
    def load(value: str) -> Any:
        return from_file(value, files, option)

    try:
        if isinstance(words, list):
            return shorthand.coerce(shape, [shorthand.Reader(word, load).read() for word in words])
        return shorthand.read(words, shape, load)
    except shorthand.ShorthandError as error:
        raise parameter_error(option, str(error)) from None
    except ValueError as error:
        raise plain_error(str(error)) from None


def _streamed(path: str, option: str, files: Files) -> bytes:
    try:
        return files[file_name(path)]
    except KeyError:
        raise parameter_error(option, "Blob values must be a path to a file.") from None


def _scalar(shape: Shape, word: Any, option: str) -> Any:
    kind = shape.type_name
    try:
        if kind in ("integer", "long"):
            return int(word)
        if kind in ("float", "double"):
            return float(word)
    except ValueError as error:
        raise plain_error(str(error)) from None
    if kind == "boolean":
        return str(word).lower() != "false"
    return word


def finish(shape: Shape, value: Any, raw_blobs: bool = False) -> Any:
    """The parameters as the API takes them: timestamps as datetimes, blobs as bytes. Raises CommandError.

    A blob written on the line is base64, as the CLI's `cli_binary_format` has it, unless `raw_blobs`.
    """
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        known = shape.members
        return {k: finish(known[k], v, raw_blobs) if k in known else v for k, v in value.items()}
    if kind == "map" and isinstance(value, dict):
        return {k: finish(shape.value, v, raw_blobs) for k, v in value.items()}
    if kind == "list" and isinstance(value, list):
        return [finish(shape.member, item, raw_blobs) for item in value]
    if kind == "timestamp" and isinstance(value, str | int | float) and not isinstance(value, bool):
        return timestamp(value)
    if kind == "blob" and isinstance(value, str):
        return value.encode() if raw_blobs else _decoded(value)
    return value


def timestamp(value: str | int | float) -> datetime:
    """An aware datetime from ISO 8601, RFC 822 or seconds since 1970; without a zone it is UTC."""
    try:
        number = float(value)
    except ValueError:
        number = None
    try:
        if number is not None:
            return datetime.fromtimestamp(number, UTC)
        moment = parse_timestamp(value)
    except (ValueError, OverflowError, OSError):
        raise plain_error(f'Invalid timestamp "{value}".', 252) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise CommandError(f'\nInvalid base64: "{value}"\n') from None
