"""From a command line to a Command: global options, service, operation, parameters."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

import jmespath
from botocore.model import OperationModel
from botocore.validate import ParamValidator
from jmespath.exceptions import JMESPathError

from iamlab.labs.commandline import arguments
from iamlab.labs.commandline.command import Command
from iamlab.labs.commandline.errors import plain_error, unknown_options, usage_error
from iamlab.labs.commandline.values import finish, from_file, load_json, unpack
from iamlab.labs.commandline.words import split

MAX_WORDS = 500  # argparse takes time by the square of them
NO_FILES: Mapping[str, bytes] = {}
PAGING = {"starting_token": "StartingToken", "page_size": "PageSize", "max_items": "MaxItems"}


def parse(line: str, files: Mapping[str, bytes] = NO_FILES) -> Command:
    """The command that a line asks for; `file://` and `fileb://` read from `files`, by name.

    Raises CommandError, whose message and exit code are those of the AWS CLI.
    """
    words = split(line)
    if not words or words[0] != "aws":
        name = words[0] if words else ""
        raise plain_error(f"{name}: command not found. Each line begins with: aws", 127)
    if len(words) > MAX_WORDS:
        raise plain_error(f"Argument list too long: at most {MAX_WORDS} words are read.")
    found, rest = arguments.global_parser().parse_known_args(words[1:])
    settings = _settings(found)
    if found.version:
        return Command(service="help", verb="version", **settings)
    if found.command is None:
        raise usage_error("the following arguments are required: command")
    if found.command in arguments.OWN_COMMANDS:
        return Command(service=found.command, words=tuple(rest), **settings)
    return _operation(found, rest, settings, files)


def _settings(found: argparse.Namespace) -> dict[str, Any]:
    """The fields of Command that the global options set."""
    if found.query is not None:
        try:
            jmespath.compile(found.query)
        except JMESPathError as error:
            raise plain_error(f"Bad value for --query {found.query}: {error}", 252) from None
    return {
        "query": found.query,
        "output": found.output,
        "profile": found.profile,
        "region": found.region,
        "no_paginate": not found.paginate,
        "sign_request": found.sign_request,
    }


def _operation(
    found: argparse.Namespace, rest: list[str], settings: dict[str, Any], files: Mapping[str, bytes]
) -> Command:
    names = arguments.operations(found.command)
    chosen, rest = arguments.chooser(found.command).parse_known_args(rest)
    if chosen.operation == "help":
        return Command(service="help", words=(found.command,), **settings)
    if rest == ["help"]:
        return Command(service="help", words=(found.command, chosen.operation), **settings)
    service = arguments.BOTOCORE_NAMES.get(found.command, found.command)
    model = arguments.operation_model(service, names[chosen.operation])
    relaxed = any(word.split("=")[0] in ("--cli-input-json", "--generate-cli-skeleton") for word in rest)
    given, unknown = arguments.operation_parser(model, relaxed).parse_known_args(rest)
    unknown += [given.help] if given.help else []
    if unknown:
        raise unknown_options(unknown)
    command = Command(
        service=found.command,
        verb=chosen.operation,
        operation=model.name,
        outfile=getattr(given, "outfile", None) or "",
        bootstrap_method=getattr(given, "bootstrap_method", None) or "",
        skeleton=given.generate_cli_skeleton or "",
        **settings,
    )
    return _with_parameters(command, model, given, files, found.cli_binary_format == "raw-in-base64-out")


def _with_parameters(
    command: Command, model: OperationModel, given: argparse.Namespace, files: Mapping[str, bytes], raw_blobs: bool
) -> Command:
    paged, paging = _paging(command, model, given)
    params = {}
    for option in arguments.options(model):
        words = getattr(given, option.destination)
        if words is not None and not (paged and option.destination in PAGING):
            params[option.parameter] = unpack(option.shape, words, f"--{option.name}", files)
    counts = arguments.COUNTS.get(model.name, ())
    if counts and given.count is not None:
        params |= _counts(given.count, counts)
    if getattr(given, "cli_input_json", None) is not None:
        params = {**_input_json(given.cli_input_json, files), **params}
    params = {**dict.fromkeys(counts, 1), **params}
    if model.input_shape is not None:
        params = finish(model.input_shape, params, raw_blobs)
        if not command.skeleton:
            _validate(model, params)
    return Command(**{**vars(command), "params": params, "paging": paging, "no_paginate": not paged})


def _paging(command: Command, model: OperationModel, given: argparse.Namespace) -> tuple[bool, dict[str, Any]]:
    """Whether the CLI asks for page after page, and what it was told about them.

    A parameter of the API's own paging, given by hand, switches it off.
    """
    tokens = arguments.input_tokens(model)
    if not tokens:
        return False, {}
    by_hand = {option.destination for option in arguments.options(model) if option.parameter in tokens} - set(PAGING)
    if command.no_paginate or any(getattr(given, name) is not None for name in by_hand):
        shadowed = {option.destination for option in arguments.options(model)}
        used = [name for name in PAGING if name not in shadowed and getattr(given, name, None)]
        if used:
            flags = ", ".join(f"--{name.replace('_', '-')}" for name in used)
            reason = f"Cannot specify --no-paginate along with pagination arguments: {flags}"
            raise plain_error(f"Error during pagination: {reason}", 252)
        return False, {}
    return True, {key: getattr(given, name) for name, key in PAGING.items() if getattr(given, name, None) is not None}


def _counts(text: str, names: Sequence[str]) -> dict[str, int]:
    """`2`, or `1:3` for at least one and at most three."""
    least, _, most = text.partition(":")
    try:
        return dict(zip(names, (int(least), int(most or least)), strict=True))
    except ValueError:
        raise plain_error("count parameter should be of form min[:max] (e.g. 1 or 1:10)") from None


def _input_json(text: str, files: Mapping[str, bytes]) -> dict[str, Any]:
    found = load_json(from_file(text, files, "--cli-input-json"), "--cli-input-json")
    if not isinstance(found, dict):
        raise plain_error("Error parsing parameter 'cli-input-json': Invalid type: expected a JSON object", 252)
    return found


def _validate(model: OperationModel, params: Mapping[str, Any]) -> None:
    """What the CLI checks before it sends anything."""
    try:
        report = ParamValidator().validate(params, model.input_shape)
    except RecursionError:
        raise plain_error("Parameter validation failed:\nThe value is nested too deeply.", 252) from None
    if report.has_errors():
        raise plain_error(f"Parameter validation failed:\n{report.generate_report()}", 252)
