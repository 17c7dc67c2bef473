"""README.md and docs/ name only commands, settings, files and links that exist, and leave out no setting."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tools.dev import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`([^`]+)`")
FOLDERS = ("iamlab/", "tests/", "docs/", "tools/", "static/", "templates/", "bench/", ".ci/")


def code(text: str) -> list[str]:
    """Lines of code blocks, and what stands in backquotes."""
    blocks = [line for block in FENCED.findall(text) for line in block.splitlines()]
    return blocks + QUOTED.findall(FENCED.sub("", text))


def commands(text: str, pattern: str) -> set[str]:
    return {match for line in code(text) for match in re.findall(pattern, line)}


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def document(request):
    return request.param


def test_every_make_command_exists(document):
    text = document.read_text()
    named = commands(text, r"\bmake ([a-z][a-z-]*)") | commands(text, r"tools/dev\.py ([a-z][a-z-]*)")
    assert named - set(COMMANDS) == set()


def test_every_management_command_exists(document):
    assert commands(document.read_text(), r"manage\.py ([a-z_]+)") - set(get_commands()) == set()


def test_every_file_exists(document):
    """A path in backquotes that has no placeholder in it."""
    paths = {part for part in QUOTED.findall(FENCED.sub("", document.read_text())) if part.startswith(FOLDERS)}
    assert [path for path in sorted(paths) if not re.search(r"[<*\s]", path) and not (ROOT / path).exists()] == []


def test_the_table_of_settings_is_complete():
    read = set(re.findall(r'env_\w+\("([A-Z_]+)"', (ROOT / "iamlab" / "settings.py").read_text()))
    read |= {"SECRET_KEY", "DATABASE_URL"}
    listed = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE))
    assert read == listed


def test_the_architecture_names_every_package():
    packages = {path.parent.name for path in (ROOT / "iamlab").glob("*/__init__.py")}
    named = set(re.findall(r"^\| `iamlab/(\w+)`", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE))
    assert packages <= named


def test_every_link_within_the_repository_leads_somewhere(document):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", FENCED.sub("", document.read_text()))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


def test_make_knows_the_commands_of_the_script():
    targets = re.findall(r"^([a-z][a-z -]*):$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert targets and all(set(line.split()) == set(COMMANDS) for line in targets)
