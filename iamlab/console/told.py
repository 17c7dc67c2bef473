"""What a page has just done, as `aws` commands: behind the message that says that it is done."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import UnknownServiceError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from iamlab.door.shown import hidden
from iamlab.labs.commandline import line_for
from iamlab.services.operations import REGISTRY, model

MOST = 20  # commands of a message
LONGEST = 4000  # characters of all of them: messages travel with the next page

Call = tuple[str, Mapping[str, Any]]


def command(operation: str, params: Mapping[str, Any]) -> str:
    """The line of a call, secrets masked; "" for a read, for bodies and for what the console alone can do."""
    if not REGISTRY[operation].writes:
        return ""
    service, _, name = operation.partition(":")
    shape = model(service).operation_model(name).input_shape
    members = shape.members if shape is not None else {}
    secret = {name for name in params if name in members and hidden(members[name])}
    if any(members[name].type_name == "blob" for name in secret):
        return ""
    try:
        return line_for(operation, {**params, **dict.fromkeys(secret, "********")})
    except (UnknownServiceError, KeyError):
        return ""


def with_commands(request: HttpRequest, text: str) -> str | SafeString:
    """The message, and what would have done the same."""
    made: Sequence[Call] = getattr(request, "console_made", ())
    lines = [line for line in (command(*call) for call in made[:MOST]) if line]
    told = "\n".join(lines)
    if not lines or len(told) > LONGEST:
        return text
    look = '{}<details class="commands"><summary>Show the aws command</summary><pre><code>{}</code></pre></details>'
    return format_html(look, text, told)
