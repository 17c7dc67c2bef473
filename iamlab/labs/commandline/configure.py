"""`aws configure` and its set, get, list, list-profiles: everything that changes or shows the virtual `~/.aws`."""

import re
from dataclasses import replace

from iamlab.labs.commandline.arguments import Parser
from iamlab.labs.commandline.command import Command
from iamlab.labs.commandline.errors import plain_error, unknown_options
from iamlab.labs.commandline.profiles import DEFAULT_PROFILE, masked, settings_of
from iamlab.labs.commandline.state import Dialogue, Output, State

QUESTIONS = {
    "aws_access_key_id": "AWS Access Key ID",
    "aws_secret_access_key": "AWS Secret Access Key",
    "region": "Default region name",
    "output": "Default output format",
}
# The real command keeps whatever it is given, and the next call fails; id and secret are easily swapped.
KEY_ID = re.compile(r"A[KS]IA[A-Z0-9]*")
NO_KEY_ID = "iamlab: that is no access key ID. It begins with AKIA; the longer one is the secret. Configure again.\n"
MAX_PROFILES = 20
MAX_SETTINGS = 40
MAX_VALUE = 2000
CONFIG_FILE = "~/.aws/config"


def configure(command: Command, state: State) -> Output:
    """Run `aws configure ...`. Without a subcommand it asks its first question; the next lines are the answers."""
    parser = Parser()
    parser.add_argument("subcommand", nargs="?", choices=["set", "get", "list", "list-profiles", "help"])
    found, words = parser.parse_known_args(list(command.words))
    profile = command.profile or DEFAULT_PROFILE
    if found.subcommand == "set":
        return _set(words, profile, state)
    if found.subcommand == "get":
        return _get(words, profile, state)
    if words:
        raise unknown_options(words)
    if found.subcommand == "list":
        return Output(_listing(command, state), state=state)
    if found.subcommand == "list-profiles":
        return Output("".join(f"{name}\n" for name in state.profiles), state=state)
    if found.subcommand == "help":
        return Output(
            "aws configure [--profile NAME]\naws configure set NAME VALUE\naws configure get NAME\n"
            "aws configure list\naws configure list-profiles\n",
            state=state,
        )
    return _ask(replace(state, dialogue=Dialogue(profile)))


def answer(line: str, state: State) -> Output:
    """Take a line as the answer to the question that `aws configure` asked; an empty one keeps what is set."""
    dialogue = state.dialogue
    if dialogue is None:
        raise ValueError("no question was asked")
    answers = (*dialogue.answers, line.strip())
    if len(answers) < len(QUESTIONS):
        return _ask(replace(state, dialogue=Dialogue(dialogue.profile, answers)))
    given = {name: value for name, value in zip(QUESTIONS, answers, strict=True) if value}
    wrong = "" if KEY_ID.fullmatch(given.get("aws_access_key_id", "AKIA")) else NO_KEY_ID
    return Output("", stderr=wrong, state=_updated(replace(state, dialogue=None), dialogue.profile, given))


def is_secret(state: State) -> bool:
    """Whether the question that waits for an answer asks for a secret."""
    return state.dialogue is not None and list(QUESTIONS)[len(state.dialogue.answers)] == "aws_secret_access_key"


def _ask(state: State) -> Output:
    dialogue = state.dialogue
    name = list(QUESTIONS)[len(dialogue.answers)] if dialogue else ""
    current = state.profiles.get(dialogue.profile, {}).get(name) if dialogue else None
    shown = masked(current) if name.startswith("aws_") else current
    return Output(f"{QUESTIONS[name]} [{shown}]: ", state=state)


def _updated(state: State, profile: str, settings: dict[str, str]) -> State:
    if not settings:
        return state
    current = {**state.profiles.get(profile, {}), **settings}
    profiles = {**state.profiles, profile: current}
    if (
        len(profiles) > MAX_PROFILES
        or len(current) > MAX_SETTINGS
        or any(len(v) > MAX_VALUE for v in settings.values())
    ):
        raise plain_error("The configuration would be too large.")
    return replace(state, profiles=profiles)


def _set(words: list[str], profile: str, state: State) -> Output:
    parser = Parser()
    parser.add_argument("varname")
    parser.add_argument("value")
    found, unknown = parser.parse_known_args(words)
    if unknown:
        raise unknown_options(unknown)
    profile, name = _scoped(found.varname, profile, state)
    return Output("", state=_updated(state, profile, {name: found.value}))


def _get(words: list[str], profile: str, state: State) -> Output:
    parser = Parser()
    parser.add_argument("varname")
    found, unknown = parser.parse_known_args(words)
    if unknown:
        raise unknown_options(unknown)
    if "." not in found.varname:
        settings_of(state.profiles, profile)
    profile, name = _scoped(found.varname, profile, state)
    value = state.profiles.get(profile, {}).get(name)
    return Output("", exit_code=1, state=state) if value is None else Output(f"{value}\n", state=state)


def _scoped(varname: str, profile: str, state: State) -> tuple[str, str]:
    """(profile, setting) of `region`, `profile.mario.region`, `default.region` or `mario.region`."""
    first, _, rest = varname.partition(".")
    if first == "profile" and "." in rest:
        name, _, setting = rest.partition(".")
        return name, setting
    if rest and (first == DEFAULT_PROFILE or first in state.profiles):
        return first, rest
    return profile, varname


def _listing(command: Command, state: State) -> str:
    settings = settings_of(state.profiles, command.profile)
    rows = [("Name", "Value", "Type", "Location"), ("----", "-----", "----", "--------")]
    if command.profile is None:
        rows.append(("profile", "<not set>", "None", "None"))
    else:
        rows.append(("profile", command.profile, "manual", "--profile"))
    for name, setting in (("access_key", "aws_access_key_id"), ("secret_key", "aws_secret_access_key")):
        value = settings.get(setting)
        rows.append(
            (name, masked(value), "shared-credentials-file", "") if value else (name, "<not set>", "None", "None")
        )
    region = settings.get("region")
    rows.append(("region", region, "config-file", CONFIG_FILE) if region else ("region", "<not set>", "None", "None"))
    return "".join(f"{name:>10} {value:>24} {kind:>16}    {where}\n" for name, value, kind, where in rows)
