"""The terminal's shell: pasted lines one after another, with what they print; `aws` and a handful of file commands."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from iamlab.door.unread import sentence
from iamlab.labs.commandline import CommandError, Output, State, run
from iamlab.labs.commandline.configure import is_secret
from iamlab.labs.commandline.profiles import Credentials
from iamlab.labs.commandline.session import Call, Connect
from iamlab.labs.commandline.values import file_name
from iamlab.labs.commandline.words import commands, redirected, split
from iamlab.services.operations import AwsError

PROMPT = "$ "
MAX_LINES = 30  # in one paste
MAX_TEXT = 40_000  # characters of one paste
MAX_ENTRIES = 60
MAX_PRINTED = 20_000  # characters that are kept of what one line printed
MAX_HISTORY = 50
MAX_FILES = 20
MAX_BYTES = 512 * 1024  # of all files together
FILE_NAME = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.\-/]{0,99}")
SECRETS = re.compile(r"(?i)(aws_(?:secret_access_key|session_token)['\"]?[\s=]+)(\S+)")
HELP = """Here run aws commands, and: ls, cat FILE, echo TEXT > FILE, rm FILE, clear.
Begin with: aws configure
"""


@dataclass(frozen=True)
class Entry:
    """One line and what it printed. `prompt` is "$ " or the question that the line answered."""

    number: int
    prompt: str
    line: str
    out: str = ""
    err: str = ""
    code: int = 0
    why: str = ""  # where it was refused before any policy was read


@dataclass(frozen=True)
class Machine:
    """A virtual machine with its screen: the state, the entries on the screen, and the lines to recall."""

    state: State = field(default_factory=State)
    entries: tuple[Entry, ...] = ()
    history: tuple[str, ...] = ()
    question: str = ""  # that `aws configure` waits to have answered
    count: int = 0

    @property
    def prompt(self) -> str:
        return self.question or PROMPT

    @property
    def asks_secret(self) -> bool:
        return is_secret(self.state)


def run_text(machine: Machine, text: str, connect: Connect) -> Machine:
    """Run each line of a pasted text. Lines beyond the limits are not run, and it says so."""
    text = text.replace("\r\n", "\n").removesuffix("\n")
    if len(text) > MAX_TEXT:
        refused = Output(stderr="The text is too long.\n", exit_code=1, state=machine.state)
        return _printed(machine, text[:80] + "...", refused)
    lines = commands(text)
    for line in lines[:MAX_LINES]:
        if line.strip() or machine.state.dialogue is not None:
            machine = run_line(machine, line, connect)
    if len(lines) > MAX_LINES:
        refused = Output(stderr=f"Only the first {MAX_LINES} lines were run.\n", exit_code=1, state=machine.state)
        machine = _printed(machine, "...", refused)
    return machine


def run_line(machine: Machine, line: str, connect: Connect) -> Machine:
    """Run one line and put it on the screen."""
    if machine.state.dialogue is not None:
        shown = "*" * 8 if machine.asks_secret and line else line
        return _printed(machine, shown, run(line, state=machine.state, connect=connect))
    shown = SECRETS.sub(r"\1********", line)
    if line.strip() == "clear":
        return replace(machine, entries=())
    if shown == line:
        kept = [past for past in machine.history if past != line]
        machine = replace(machine, history=(*kept, line)[-MAX_HISTORY:])
    unread: list[str] = []
    try:
        output = _output(machine.state, line, _noting(connect, unread))
    except CommandError as error:
        output = Output(stderr=error.message, exit_code=error.exit_code, state=machine.state)
    return _printed(machine, shown, output, unread[-1] if unread and output.exit_code else "")


def _noting(connect: Connect, unread: list[str]) -> Connect:
    """The same connection, which notes why a request was refused unread: nothing of the record would tell."""

    def connected(credentials: Credentials | None, region: str) -> Call:
        call = connect(credentials, region)

        def made(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
            try:
                return call(operation, params)
            except AwsError as error:
                unread.extend(filter(None, [sentence(error)]))
                raise

        return made

    return connected


def _output(state: State, line: str, connect: Connect) -> Output:
    line, heredoc = _heredoc(line)
    line, target = redirected(line)
    words = split(line)
    if heredoc is not None and words[:1] == ["cat"]:
        output = Output(heredoc, state=state)
    elif words and words[0] in BUILT_IN:
        output = BUILT_IN[words[0]](state, words[1:])
    else:
        output = run(line, state=state, connect=connect)
    if not target:
        return output
    saved = write(output.state, target, output.stdout.encode())
    return replace(output, stdout="", state=saved)


def _heredoc(line: str) -> tuple[str, str | None]:
    """`cat > file <<'EOF'` with the lines up to EOF: the command without them, and their text."""
    found = re.match(r"([^\n]*?)<<-?\s*(['\"]?)(\w+)\2([^\n]*)\n(.*)\Z", line, re.DOTALL)
    if found is None:
        return line, None
    before, _, word, after, body = found.groups()
    lines = body.split("\n")
    end = lines.index(word) if word in lines else len(lines)
    return before + after, "".join(f"{part}\n" for part in lines[:end])


def _printed(machine: Machine, line: str, output: Output, why: str = "") -> Machine:
    """The machine after a line: state, screen and the question that is open."""
    if refused := _over_limits(machine.state, output.state):
        output = Output(stderr=refused, exit_code=1, state=replace(machine.state, dialogue=None))
    asking = output.state.dialogue is not None
    entry = Entry(
        number=machine.count + 1,
        prompt=machine.prompt,
        line=line,
        out="" if asking else _cut(output.stdout),
        err=_cut(output.stderr.removeprefix("\n")),
        code=output.exit_code,
        why=why,
    )
    return replace(
        machine,
        state=output.state,
        entries=(*machine.entries, entry)[-MAX_ENTRIES:],
        question=output.stdout if asking else "",
        count=entry.number,
    )


def _cut(text: str) -> str:
    if len(text) <= MAX_PRINTED:
        return text
    return f"{text[:MAX_PRINTED]}\n... {len(text) - MAX_PRINTED} more characters; put them into a file with > FILE\n"


def _over_limits(before: State, after: State) -> str:
    """Why what a line left behind cannot be kept; empty if it can."""
    if before.files == after.files:
        return ""
    if len(after.files) > MAX_FILES:
        return f"No space left on device: at most {MAX_FILES} files are kept here.\n"
    if sum(len(content) for content in after.files.values()) > MAX_BYTES:
        return f"No space left on device: the files here may have {MAX_BYTES // 1024} KiB together.\n"
    if not all(FILE_NAME.fullmatch(name) for name in after.files):
        return "A file's name is made of letters, digits and . _ - / and has at most 100 characters.\n"
    return ""


def write(state: State, path: str, content: bytes) -> State:
    """The state with a file written. Raises CommandError for a name or a size that cannot be."""
    after = replace(state, files={**state.files, file_name(path): content})
    if refused := _over_limits(state, after):
        raise CommandError(refused, 1)
    return after


def remove(state: State, path: str) -> State:
    """The state without a file."""
    return replace(state, files={name: held for name, held in state.files.items() if name != file_name(path)})


def _ls(state: State, words: list[str]) -> Output:
    names = sorted(state.files)
    if any(word.startswith("-") and "l" in word for word in words):
        return Output("".join(f"{len(state.files[name]):>8} {name}\n" for name in names), state=state)
    return Output("".join(f"{name}\n" for name in names), state=state)


def _cat(state: State, words: list[str]) -> Output:
    missing = [word for word in words if file_name(word) not in state.files]
    if missing:
        return Output(stderr=f"cat: {missing[0]}: No such file or directory\n", exit_code=1, state=state)
    return Output("".join(state.files[file_name(word)].decode(errors="replace") for word in words), state=state)


def _rm(state: State, words: list[str]) -> Output:
    for word in words:
        if file_name(word) not in state.files:
            text = f"rm: cannot remove '{word}': No such file or directory\n"
            return Output(stderr=text, exit_code=1, state=state)
        state = remove(state, word)
    return Output(state=state)


def _echo(state: State, words: list[str]) -> Output:
    return Output(" ".join(words) + "\n", state=state)


def _help(state: State, words: list[str]) -> Output:
    return Output(HELP, state=state)


BUILT_IN: dict[str, Callable[[State, list[str]], Output]] = {
    "ls": _ls,
    "cat": _cat,
    "rm": _rm,
    "echo": _echo,
    "help": _help,
}
