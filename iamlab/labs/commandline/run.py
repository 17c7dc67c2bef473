"""Run one command line of the virtual machine: parse, call, page, print."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import PaginationError
from botocore.paginate import PageIterator, Paginator
from botocore.utils import ArgumentGenerator, set_value_from_jmespath

from iamlab.labs.commandline import configure, formats, helping
from iamlab.labs.commandline.arguments import operation_model, paginators
from iamlab.labs.commandline.command import Command
from iamlab.labs.commandline.errors import REFUSED_BY_AWS, CommandError, plain_error, refusal
from iamlab.labs.commandline.parse import parse
from iamlab.labs.commandline.presign import presigned
from iamlab.labs.commandline.profiles import DEFAULT_PROFILE, DEFAULT_REGION, settings_of
from iamlab.labs.commandline.s3 import s3_command
from iamlab.labs.commandline.s3_calls import Steps
from iamlab.labs.commandline.s3_transfer import body
from iamlab.labs.commandline.session import Call, Connect, Given, Session
from iamlab.labs.commandline.state import Output, State
from iamlab.labs.commandline.values import file_name
from iamlab.services.operations import AwsError

OUTPUTS = ("json", "text", "table", "yaml", "yaml-stream", "off")


def run(line: str, call: Call | None = None, state: State | None = None, *, connect: Connect | None = None) -> Output:
    """Run a line through `call`, whoever that is; or, given `connect`, with the credentials of the line's profile.

    Never raises for what was typed or what AWS refused: the CLI's text and exit code are in the Output.
    """
    state = state or State()
    try:
        if state.dialogue is not None:
            return configure.answer(line, state)
        if not line.strip() or line.strip().startswith("#"):
            return Output(state=state)
        return _run(line, call, state, connect)
    except CommandError as error:
        return Output(stderr=error.message, exit_code=error.exit_code, state=replace(state, dialogue=None))


def _run(line: str, call: Call | None, state: State, connect: Connect | None) -> Output:
    command = parse(line, state.files)
    if command.service == "help":
        return Output(helping.text(command), state=state)
    if command.service == "configure":
        return configure.configure(command, state)
    if command.skeleton:
        return Output(_skeleton(command), state=state)
    command, region = _with_settings(command, state, strict=connect is not None)
    session: Given | Session
    if connect is not None:
        session = Session(connect, state.profiles, command.profile, region, command.sign_request)
    elif call is not None:
        session = Given(call)
    else:
        raise ValueError("run needs call or connect")
    try:
        if command.service == "s3" and command.words[:1] == ("presign",):
            return _presign(replace(command, words=command.words[1:]), session, state, region)
        if command.service == "s3":
            return drive(s3_command(command, state, region), session)
        return _operation(command, session, state)
    except AwsError as error:
        return Output(stderr=f"\n{refusal(session.last, error)}\n", exit_code=REFUSED_BY_AWS, state=state)


def _presign(command: Command, session: Given | Session, state: State, region: str) -> Output:
    if isinstance(session, Given) or not state.endpoint:
        raise plain_error("There is no address here that could be signed.")
    credentials = session.credentials(command.profile, 0)
    return Output(f"{presigned(command, credentials, state.endpoint, region)}\n", state=state)


def drive(steps: Steps, call: Call) -> Any:
    """Make the calls that a generator yields; returns what it returns. An AwsError is thrown into it."""
    try:
        operation, params = next(steps)
        while True:
            try:
                answer = call(operation, params)
            except AwsError as error:
                operation, params = steps.throw(error)
            else:
                operation, params = steps.send(answer)
    except StopIteration as end:
        return end.value


def _with_settings(command: Command, state: State, strict: bool) -> tuple[Command, str]:
    """The command with its profile's output format, and the region. `strict`: the profile must exist."""
    name = command.profile or DEFAULT_PROFILE
    settings: Mapping[str, str] = state.profiles.get(name, {})
    if strict:
        settings = settings_of(state.profiles, command.profile)
    output = command.output or settings.get("output")
    if output is not None and output not in OUTPUTS:
        raise plain_error(f"Unknown output type: {output}")
    return replace(command, output=output), command.region or settings.get("region") or DEFAULT_REGION


def _skeleton(command: Command) -> str:
    model = operation_model(command.botocore_service, command.operation)
    shape = model.output_shape if command.skeleton == "output" else model.input_shape
    skeleton = ArgumentGenerator().generate_skeleton(shape) if shape is not None else {}
    return formats.render(Command("", output="json"), skeleton)


def _operation(command: Command, call: Call, state: State) -> Output:
    if not command.no_paginate:
        return Output(_paged(command, call), state=state)
    response = dict(call(command.call, as_sent(command)))
    state = _saved(command, response, state)
    return Output(formats.render(command, response), state=state)


def as_sent(command: Command) -> dict[str, Any]:
    """The parameters as the SDK under the CLI sends them: it encodes an instance's user data."""
    text = command.params.get("UserData")
    if command.operation != "RunInstances" or not isinstance(text, str):
        return dict(command.params)
    return {**command.params, "UserData": base64.b64encode(text.encode()).decode()}


def _saved(command: Command, response: dict[str, Any], state: State) -> State:
    """Put what the CLI writes to --outfile among the files, and take it out of the response."""
    if not command.outfile:
        return state
    if command.bootstrap_method:
        device = dict(response["VirtualMFADevice"])
        content = device.get(command.bootstrap_method, b"")
        response["VirtualMFADevice"] = {k: v for k, v in device.items() if k not in ("QRCodePNG", "Base32StringSeed")}
    else:
        content = body(response)
        response.pop("Body", None)
    if isinstance(content, str):
        content = content.encode()
    return replace(state, files={**state.files, file_name(command.outfile): content})


def _paged(command: Command, call: Call) -> str:
    """All pages as one answer, as the CLI's auto-pagination gives it; text is printed page by page."""
    model = operation_model(command.botocore_service, command.operation)
    config = paginators(command.botocore_service)[command.operation]

    def method(**params: Any) -> dict[str, Any]:
        return call(command.call, params)

    pages = Paginator(method, config, model).paginate(**command.params, PaginationConfig=dict(command.paging))
    try:
        if command.output == "text":
            return formats.render_pages(command, _text_pages(pages))
        return formats.render(command, pages.build_full_result())
    except (PaginationError, ValueError) as error:
        # A token of another shape is a plain ValueError of botocore's.
        if isinstance(error, PaginationError) or "starting token" in str(error):
            raise plain_error(str(error)) from None
        raise


def _text_pages(pages: PageIterator) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for page in pages:
        current = {} if shown else dict(pages.non_aggregate_part)
        for key in pages.result_keys:
            set_value_from_jmespath(current, key.expression, key.search(page))
        shown.append(current)
    if pages.resume_token:
        shown.append({"NextToken": {"NextToken": pages.resume_token}})
    return shown
