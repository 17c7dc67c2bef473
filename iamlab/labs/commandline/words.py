"""A command line cut into words as a POSIX shell does, without what only a shell could run."""

import re
from collections.abc import Iterator

from iamlab.labs.commandline.errors import CommandError

OPERATORS = {
    "|": "pipes",
    ">": "redirection",
    "<": "redirection",
    ";": "several commands on one line",
    "&": "several commands on one line",
    "`": "command substitution",
    "(": "subshells",
    ")": "subshells",
}
HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
ESCAPABLE_IN_DOUBLE_QUOTES = '$`"\\\n'


def split(line: str) -> list[str]:
    """The words of one command line.

    Raises CommandError for an open quotation and for pipes, redirection, variables and the like.
    """
    words: list[str] = []
    word: list[str] | None = None
    for text, quoted in _pieces(line):
        if text is None:
            if word is not None:
                words.append("".join(word))
            word = None
        elif quoted or text:
            word = word or []
            word.append(text)
    if word is not None:
        words.append("".join(word))
    return words


def commands(text: str) -> list[str]:
    """The command lines of a pasted text: one a line, unless a quotation, a backslash or <<WORD carries it on."""
    found: list[str] = []
    pending = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        pending = f"{pending}\n{line}" if pending else line
        if _goes_on(pending):
            continue
        found.append(pending)
        pending = ""
    return [*found, pending] if pending else found


def redirected(line: str) -> tuple[str, str]:
    """A line without `> file` at its end, and that file's name, empty where there is none."""
    at = [i for i in _unquoted(line) if line[i] == ">"]
    if len(at) != 1 or line[at[0] - 1 : at[0]].isdigit():
        return line, ""
    words = split(line[at[0] + 1 :])
    return (line[: at[0]], words[0]) if len(words) == 1 else (line, "")


def _goes_on(text: str) -> bool:
    """Whether a shell would ask for another line."""
    first, _, body = text.partition("\n")
    heredoc = HEREDOC.search(first)
    if heredoc is not None:
        return heredoc.group(2) not in body.split("\n")
    unquoted = list(_unquoted(text))
    return bool(text) and (unquoted[-1:] == [-1] or (text[-1] == "\\" and unquoted[-1:] == [len(text) - 1]))


def _unquoted(text: str) -> Iterator[int]:
    """Where the characters outside quotation are; a backslash at the very end counts, -1 is an open quotation."""
    quote, i = "", 0
    while i < len(text):
        if text[i] == "\\" and quote != "'" and i + 1 < len(text):
            i += 1
        elif quote:
            quote = "" if text[i] == quote else quote
        elif text[i] in "'\"":
            quote = text[i]
        else:
            yield i
        i += 1
    if quote:
        yield -1


def _pieces(line: str) -> Iterator[tuple[str | None, bool]]:
    """(text, quoted) for each piece of a word, (None, False) between words."""
    i, at_start = 0, True
    while i < len(line):
        char = line[i]
        if char in " \t\r\n":
            yield None, False
            i, at_start = i + 1, True
            continue
        if char == "#" and at_start:
            end = line.find("\n", i)
            i = len(line) if end < 0 else end
            continue
        if char == "'":
            end = line.find("'", i + 1)
            if end < 0:
                raise _open_quotation()
            yield line[i + 1 : end], True
            i = end + 1
        elif char == '"':
            text, i = _double_quoted(line, i + 1)
            yield text, True
        elif char == "\\":
            escaped = line[i + 1 : i + 2]
            yield ("" if escaped == "\n" else escaped), escaped not in ("", "\n")
            i += 2
        else:
            _refuse_shell(line, i)
            yield char, False
            i += 1
        at_start = False


def _double_quoted(line: str, start: int) -> tuple[str, int]:
    """The text of a double-quoted piece that begins at `start`, and where the line goes on."""
    text: list[str] = []
    i = start
    while i < len(line):
        if line[i] == '"':
            return "".join(text), i + 1
        if line[i] == "\\" and line[i + 1 : i + 2] and line[i + 1] in ESCAPABLE_IN_DOUBLE_QUOTES:
            text.append("" if line[i + 1] == "\n" else line[i + 1])
            i += 2
            continue
        if line[i] in "$`":
            _refuse_shell(line, i)
        text.append(line[i])
        i += 1
    raise _open_quotation()


def _refuse_shell(line: str, i: int) -> None:
    following = line[i + 1 : i + 2]
    if line[i] == "$" and (following.isalpha() or (following and following in "_{(?@*")):
        raise CommandError("aws terminal: variables and $(...) are not available here; type the value itself.\n")
    if line[i] in OPERATORS:
        what = OPERATORS[line[i]]
        raise CommandError(
            f"aws terminal: {what} ({line[i]}) cannot be used here; put the value in quotes if it is text.\n"
        )


def _open_quotation() -> CommandError:
    return CommandError("aws terminal: a quotation is not closed.\n")
