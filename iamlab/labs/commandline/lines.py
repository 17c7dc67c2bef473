"""The inverse of parse: an API call written as the `aws` command line that makes it."""

import base64
import json
import posixpath
import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.model import OperationModel, Shape

from iamlab.labs.commandline import shorthand
from iamlab.labs.commandline.arguments import CLI_NAMES, COUNTS, Option, input_tokens, operation_model, options
from iamlab.labs.commandline.values import COMPLEX

FILE_PREFIXES = ("file://", "fileb://")


def line_for(call: str, params: Mapping[str, Any]) -> str:
    """`aws iam create-user --user-name mario` for ("iam:CreateUser", {"UserName": "mario"}).

    Structures are in shorthand where that is safe, else JSON in single quotes; a streamed body is named as a file.
    Raises UnknownServiceError or KeyError for an operation that is in no service model.
    """
    service, _, name = call.partition(":")
    model = operation_model(service, name)
    known = {option.parameter: option for option in options(model)}
    given = {key: value for key, value in params.items() if value is not None and key in known}
    words = ["aws", CLI_NAMES.get(service, service), xform_name(name, "-")]
    as_json = {key: value for key, value in given.items() if _only_in_json(known[key].shape, value)}
    if as_json:
        words += ["--cli-input-json", _json(as_json)]
    for option in sorted(known.values(), key=lambda option: not option.required):
        if option.parameter in given and option.parameter not in as_json:
            words += _option_words(option, given)
    return shlex.join(words + _closing_words(model, params, given))


def _only_in_json(shape: Shape, value: Any) -> bool:
    """Whether it is text, alone or in a list, that the CLI would take for the name of a file or for no value at all."""
    if shape.type_name == "list" and len(value) == 1:
        shape, value = shape.member, value[0]
    return shape.type_name == "string" and (value == "--" or str(value).startswith(FILE_PREFIXES))


def _option_words(option: Option, given: Mapping[str, Any]) -> list[str]:
    flag, value, kind = f"--{option.name}", given[option.parameter], option.shape.type_name
    if kind == "boolean":
        return [flag if value else f"--no-{option.name}"]
    if kind == "blob" and option.shape.serialization.get("streaming"):
        return [flag, body_name(given)]
    if kind == "list":
        words = _list_words(option.shape, value)
    elif kind in COMPLEX:
        words = [shorthand.write(value, option.shape) or _json(value)]
    else:
        words = [_scalar(value)]
    # Words that begin with a dash would be taken for options.
    return [f"{flag}={words[0]}"] if words[0].startswith("-") else [flag, *words]


def _list_words(shape: Shape, values: list[Any]) -> list[str]:
    if not values:
        return ["[]"]
    if shape.member.type_name in COMPLEX:
        written = [shorthand.write(value, shape.member) for value in values]
        words = [word for word in written if word is not None]
        return words if len(words) == len(values) else [_json(values)]
    words = [_scalar(value) for value in values]
    ambiguous = any(word.strip().startswith(("[", "{", "-")) or not word for word in words)
    return [_json(values)] if ambiguous else words


def _scalar(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


def _json(value: Any) -> str:
    return json.dumps(value, default=_scalar, ensure_ascii=False)


def body_name(params: Mapping[str, Any]) -> str:
    """The local file that a streamed parameter is written as: the last part of the object's key."""
    name = posixpath.basename(str(params.get("Key", "")).rstrip("/"))
    return name if name and name not in (".", "..", "-") and not name.startswith(("-", "~")) else "body"


def _closing_words(model: OperationModel, params: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """What the CLI wants beside the parameters: a file for what streams back, no paging where one page is asked for."""
    words = []
    least, most = (params.get(name, 1) for name in COUNTS.get(model.name, ("", "")))
    if (least, most) != (1, 1):
        words += ["--count", str(least) if least == most else f"{least}:{most}"]
    if model.name == "CreateVirtualMFADevice":
        words += ["--outfile", "QRCode.png", "--bootstrap-method", "QRCodePNG"]
    if "MaxItems" in given and "MaxItems" in input_tokens(model):
        words.append("--no-paginate")
    if model.has_streaming_output:
        words.append(body_name(given))
    return words
