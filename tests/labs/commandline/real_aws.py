"""The real `aws` command, in a process of its own (importing awscli replaces botocore), stopped before it sends a call.

Reads JSON from standard input: `lines` to run, and `responses` as [output format, response] to print. Writes JSON:
for each line [service, operation, parameters, standard error] or [exit code, standard error], the printed texts, and
for each of `shorthand` its value or null where it is refused.
"""

import contextlib
import io
import json
import shlex
import sys
from types import SimpleNamespace

from awscli import clidriver
from awscli.formatter import get_formatter
from awscli.shorthand import ShorthandParseError, ShorthandParser


class Sent(Exception):
    """Ends a line where its call would be sent."""


def invoke(self, service, operation, parameters, globals_):
    raise Sent(service, operation, parameters)


def main(driver, words):
    """CLIDriver.main without the net that it spreads under Sent."""
    table = driver._get_command_table()
    parsed, rest = driver._create_parser(table).parse_known_args(words)
    driver._handle_top_level_args(parsed, rest)
    driver._emit_session_event(parsed)
    return table[parsed.command](rest, parsed)


def run(line):
    driver = clidriver.create_clidriver()
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        try:
            return [main(driver, shlex.split(line)[1:]), errors.getvalue()]
        except Sent as sent:
            return [*sent.args, errors.getvalue()]
        except SystemExit as end:
            return [end.code, errors.getvalue()]
        except Exception as error:  # noqa: BLE001 - whatever the real command meets is its answer
            return [255, f"{errors.getvalue()}\n{error}\n"]


def printed(output, response):
    stream = io.StringIO()
    get_formatter(output, SimpleNamespace(query=None, color="off", output=output))("ListUsers", response, stream)
    return stream.getvalue()


def shorthand(text):
    try:
        return ShorthandParser().parse(text)
    except ShorthandParseError:
        return None


clidriver.CLIOperationCaller.invoke = invoke
asked = json.load(sys.stdin)
answer = {
    "lines": [run(line) for line in asked.get("lines", [])],
    "shorthand": [shorthand(text) for text in asked.get("shorthand", [])],
    "responses": [printed(output, response) for output, response in asked.get("responses", [])],
}
json.dump(answer, sys.stdout, default=lambda value: value.read().decode() if hasattr(value, "read") else value.decode())
