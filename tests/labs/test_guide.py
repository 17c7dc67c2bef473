"""The authors' guide is true: its commands run, its example is understood, its tables name what there is."""

import io
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from iamlab.labs import content, grammar, validator

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "labs.md").read_text()
COMMANDS = re.findall(r"^manage\.py labs (.*?) *(?:#.*)?$", GUIDE, re.MULTILINE)
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Labs of one's own in place of those that are shipped, each proved in tests of its own."""
    shutil.copytree(content.CONTENT / "scp", tmp_path / "labs" / "scp")
    monkeypatch.setattr(content, "CONTENT", tmp_path / "labs")
    monkeypatch.setattr(content, "folders", lambda: [tmp_path / "labs" / "scp"])
    return tmp_path / "labs"


@pytest.fixture
def served(monkeypatch, settings, tmp_path):
    """What a command would have become, in place of becoming it."""
    settings.ROOT = tmp_path  # a preview's database is made anew there
    found: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _, command: found.append(command))
    monkeypatch.setattr(subprocess, "run", lambda command, check: found.append(command))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return found


def test_the_guide_has_the_four_commands():
    assert {command.split()[0] for command in COMMANDS} == {"new", "check", "preview"} and len(COMMANDS) == 5


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_guide_runs(command, shipped, served):
    out = io.StringIO()
    words = [str(shipped / "scp") if word == "path/to/lab" else word for word in shlex.split(command)]
    call_command("labs", *words, stdout=out)
    if words[0] == "new":
        assert validator.problems(shipped / "my-lab") == []
    if words[0] == "check":
        assert "scp: good" in out.getvalue()
    if words[0] == "preview":
        assert "http://127.0.0.1:8010/preview/" in out.getvalue()
        assert served[-1][2:] == ["runserver", "--noreload", "127.0.0.1:8010"]


def test_the_example_is_understood_but_for_what_it_only_names(tmp_path):
    folder = tmp_path / "readers"
    (folder / "steps").mkdir(parents=True)
    (folder / "lab.yaml").write_text(EXAMPLES[0])
    (folder / "steps" / "01-group.md").write_text("Make it.\n")
    (folder / "start.yaml").write_text("[]")
    for name in ("solution", "mistakes"):
        (folder / f"{name}.yaml").write_text("[]")
    wrong = [problem.message for problem in validator.problems(folder) if problem.severity == "error"]
    assert sorted(wrong) == ["there is no question 'q-group'", "there is no step 'other-step'"]


def test_the_table_of_tests_names_each_of_the_vocabulary():
    table = GUIDE[GUIDE.index("## Tests") : GUIDE.index("Operators:")]
    named = set(re.findall(r"`(\w+)(?::|`)", table))
    assert (
        named >= grammar.TESTS.keys() and set(re.findall(r"^\| `(\w+):", table, re.MULTILINE)) <= grammar.TESTS.keys()
    )


def test_the_table_of_lines_names_each_key_of_a_line():
    table = GUIDE[GUIDE.index("## Lines") : GUIDE.index("## Questions")]
    named = {name for cell in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(grammar.LINE)


def test_each_kind_of_question_is_told_of():
    told = GUIDE[GUIDE.index("## Questions") : GUIDE.index("## Texts")]
    assert {kind for kind in grammar.KINDS if f"`{kind}`" not in told} == set()
