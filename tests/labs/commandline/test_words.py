"""Cutting a line into words as a POSIX shell does."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamlab.labs.commandline import CommandError
from iamlab.labs.commandline.words import commands, redirected, split


@given(st.lists(st.text(max_size=20), max_size=5))
def test_reads_back_what_was_quoted(words):
    assert split(shlex.join(words)) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ("a'b c'd", ["ab cd"]),
        ('"a \\" \\n b"', ['a " \\n b']),
        ("a\\ b", ["a b"]),
        ("a \\\n b", ["a", "b"]),
        ("'' \"\"", ["", ""]),
        ("a # the rest", ["a"]),
        ("a#b", ["a#b"]),
        ("'$HOME | x'", ["$HOME | x"]),
        ('"cost: $5"', ["cost: $5"]),
        ('"\\$HOME"', ["$HOME"]),
        ("price=$", ["price=$"]),
    ],
)
def test_words(line, words):
    assert split(line) == words


@pytest.mark.parametrize(
    "line", ["a | b", "a > b", "a; b", "a && b", "a $B", "a ${B}", "a $(b)", '"$(b)"', "a `b`", "'a"]
)
def test_what_only_a_shell_runs_is_refused(line):
    with pytest.raises(CommandError):
        split(line)


def test_a_pasted_text_is_cut_into_command_lines():
    pasted = "aws iam get-user\r\naws iam create-user \\\n  --user-name mario\naws x --doc '{\n}'\n"
    assert commands(pasted) == [
        "aws iam get-user",
        "aws iam create-user \\\n  --user-name mario",
        "aws x --doc '{\n}'",
        "",
    ]


def test_a_heredoc_is_one_command():
    pasted = "cat > p.json <<'EOF'\n{\n}\nEOF\naws iam get-user\ncat <<END\nopen"
    assert commands(pasted) == ["cat > p.json <<'EOF'\n{\n}\nEOF", "aws iam get-user", "cat <<END\nopen"]


@pytest.mark.parametrize(
    ("line", "command", "file"),
    [
        ("aws iam list-users > users.json", "aws iam list-users ", "users.json"),
        ("echo 'a > b' >c", "echo 'a > b' ", "c"),
        ("aws x --query 'a > b'", "aws x --query 'a > b'", ""),
        ("aws x 2> errors", "aws x 2> errors", ""),
        ("a > b > c", "a > b > c", ""),
        ("a > b c", "a > b c", ""),
        ("a >> b", "a >> b", ""),
    ],
)
def test_redirection_into_a_file(line, command, file):
    assert redirected(line) == (command, file)
