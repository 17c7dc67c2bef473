"""A page's calls as `aws` commands: of what it has just done, behind the message that says so; of what it reads, at
its end."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import UnknownServiceError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from iamlab.door.shown import hidden
from iamlab.labs.commandline import line_for
from iamlab.services.callers import GLOBAL_SERVICES, HOME
from iamlab.services.operations import REGISTRY, model

MOST = 20  # commands of a message, or of a page
PLAIN = re.compile(r"[\w+=,.@:/ -]+")  # text that needs no quoting of its own
LONGEST = 4000  # characters of all of them: messages travel with the next page


@dataclass(frozen=True)
class Call:
    """A call of the console's: `region` is the endpoint's, `find` what the page's filter leaves of a list."""

    operation: str
    params: Mapping[str, Any]
    region: str = HOME
    find: str = ""

    @property
    def writes(self) -> bool:
        return REGISTRY[self.operation].writes


def command(call: Call) -> str:
    """The line of a call, secrets masked; "" for bodies and for what the console alone can do."""
    operation, params = call.operation, {name: value for name, value in call.params.items() if value != b""}
    service, _, name = operation.partition(":")
    shape = model(service).operation_model(name).input_shape
    members = shape.members if shape is not None else {}
    secret = {name for name in params if name in members and hidden(members[name])}
    if any(members[name].type_name == "blob" for name in secret):
        return ""
    try:
        line = line_for(operation, {**params, **dict.fromkeys(secret, "********")})
    except (UnknownServiceError, KeyError):
        return ""
    if call.region != HOME and service not in GLOBAL_SERVICES:
        line += f" --region {call.region}"
    return f"{line} --query {filtered(operation, call.find)}" if call.find else line


def upload(params: Mapping[str, Any]) -> str:
    """The line that puts a file where the console has put it."""
    return line_for("s3:PutObject", {**params, "Body": b""})


def filtered(operation: str, text: str) -> str:
    """A JMESPath, in quotes, that leaves of a list what has the text in its name. The console minds no case."""
    listed, name = named(operation)
    if PLAIN.fullmatch(text):
        return f"\"{listed}[?contains({name}, '{text}')]\""
    literal = json.dumps(text).replace("`", "\\`")
    return shlex.quote(f"{listed}[?contains({name}, `{literal}`)]")


@cache
def named(operation: str) -> tuple[str, str]:
    """The list in the answer of a list operation, and the member of a row that is its name."""
    service, _, api_name = operation.partition(":")
    members = model(service).operation_model(api_name).output_shape.members
    listed = next(key for key, shape in members.items() if shape.type_name == "list")
    row = members[listed].member
    return listed, next(key for key in row.members if key.endswith("Name"))


def with_commands(request: HttpRequest, text: str) -> str | SafeString:
    """The message, and what would have done the same."""
    made: Sequence[Call] = getattr(request, "console_made", ())
    lines = [line for line in (command(call) for call in made[:MOST] if call.writes) if line]
    told = "\n".join(lines)
    if not lines or len(told) > LONGEST:
        return text
    look = '{}<details class="commands"><summary>Show the aws command</summary><pre><code>{}</code></pre></details>'
    return format_html(look, text, told)


def reads(asked: Sequence[Call]) -> list[str]:
    """The lines of what a page read, refused or not, each once."""
    return list(dict.fromkeys(line for line in (command(call) for call in asked if not call.writes) if line))[:MOST]
