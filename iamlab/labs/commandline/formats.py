"""What the CLI prints for a response: JSON, text, table or YAML, after `--query`."""

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import jmespath
import yaml
from jmespath.exceptions import JMESPathError

from iamlab.labs.commandline.command import Command
from iamlab.labs.commandline.errors import plain_error
from iamlab.labs.commandline.table import is_scalar, table

DEFAULT = "json"


def render(command: Command, response: Mapping[str, Any]) -> str:
    """The standard output for a whole response, in the format that the command or its profile asks for."""
    return _printed(command, chosen(command, plain(response)))


def render_pages(command: Command, pages: Iterable[Mapping[str, Any]]) -> str:
    """The standard output of `--output text` for a paged operation: the query is put to each page by itself."""
    return "".join(_printed(command, chosen(command, plain(page))) for page in pages)


def plain(value: Any) -> Any:
    """A response as the CLI holds it: without metadata, times as ISO 8601, bytes as base64."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def chosen(command: Command, response: Any) -> Any:
    """The part of a response that `--query` selects. Raises CommandError where the query fails on it."""
    if command.query is None:
        return response
    try:
        return jmespath.search(command.query, response)
    except (JMESPathError, ValueError, TypeError) as error:
        raise plain_error(str(error)) from None


def _printed(command: Command, value: Any) -> str:
    output = command.output or DEFAULT
    if output == "text":
        return "".join(_text_lines(value))
    if output == "table":
        return table(command.operation or command.verb, value)
    if output == "off" or value == {}:
        return ""
    if output in ("yaml", "yaml-stream"):
        return yaml.safe_dump(value, default_flow_style=False, allow_unicode=True).removesuffix("...\n")
    return json.dumps(value, indent=4, ensure_ascii=False, default=str) + "\n"


def _text_lines(value: Any, name: str | None = None, columns: list[str] | None = None) -> Iterable[str]:
    """Lines of tab-separated values; what hangs below a key begins with the key in capitals."""
    if isinstance(value, Mapping):
        yield from _mapping_lines(value, name, columns)
    elif isinstance(value, list):
        yield from _list_lines(value, name)
    else:
        yield f"{value}\n"


def _mapping_lines(value: Mapping[str, Any], name: str | None, columns: list[str] | None) -> Iterable[str]:
    if columns is None:
        cells = [str(value[key]) for key in sorted(value) if is_scalar(value[key])]
        nested = [key for key in sorted(value) if not is_scalar(value[key])]
    else:
        cells = [str(value.get(key, "")) for key in columns]
        nested = sorted(set(value) - set(columns))
    if cells:
        yield "\t".join([name.upper(), *cells] if name is not None else cells) + "\n"
    for key in nested:
        yield from _text_lines(value[key], key)


def _list_lines(values: list[Any], name: str | None) -> Iterable[str]:
    if any(isinstance(value, Mapping) for value in values):
        # All rows show the same columns, so that a key which one of them lacks leaves a gap.
        found = {
            key for value in values if isinstance(value, Mapping) for key, item in value.items() if is_scalar(item)
        }
        for value in values:
            yield from _text_lines(value, name, sorted(found))
        return
    scalars = [value for value in values if is_scalar(value)]
    if scalars and name is not None:
        yield from (f"{name.upper()}\t{value}\n" for value in scalars)
    elif scalars:
        yield "\t".join(str(value) for value in scalars) + "\n"
    for value in values:
        if not is_scalar(value):
            yield from _text_lines(value, name)
